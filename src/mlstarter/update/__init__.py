"""`update`: from a project and a wanted version to a plan.

The counterpart of ``create.py``: sources, questions and render make the new pristine tree; history
finds the base and merges. ``history.apply`` then brings the plan into the project.
"""

from mlstarter.update.planning import Standing, prepare, standing
from mlstarter.update.request import Asker, Authority, Prepared, Wanted, take_defaults

__all__ = [
    "Asker",
    "Authority",
    "Prepared",
    "Standing",
    "Wanted",
    "prepare",
    "standing",
    "take_defaults",
]
