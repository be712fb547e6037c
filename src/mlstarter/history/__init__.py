"""Template commits, the three-way merge, and applying a result safely."""

from mlstarter.history.commits import TemplateOrigin
from mlstarter.history.first import FirstCommit, first_commit, first_commit_bare, own_commit
from mlstarter.history.identity import IDENTITY_HINT, Identity

__all__ = [
    "IDENTITY_HINT",
    "FirstCommit",
    "Identity",
    "TemplateOrigin",
    "first_commit",
    "first_commit_bare",
    "own_commit",
]
