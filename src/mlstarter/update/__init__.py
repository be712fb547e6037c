"""`update`: from a project and a request to a plan.

The counterpart of ``new``: sources, questions and render make the new pristine tree; history finds
the base, ``merge`` computes the result, and ``apply`` brings it into the project.
"""

from mlstarter.update.planning import prepare
from mlstarter.update.preparation import PreparedUpdate
from mlstarter.update.request import Asker, Authority, UpdateRequest, take_defaults
from mlstarter.update.versions import VersionStatus, version_status

__all__ = [
    "Asker",
    "Authority",
    "PreparedUpdate",
    "UpdateRequest",
    "VersionStatus",
    "prepare",
    "take_defaults",
    "version_status",
]
