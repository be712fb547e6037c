"""The command line over templates of other people; see ``tests/other``."""

from tests.other.conftest import Run, mlstarter, own_folders

__all__ = ["Run", "mlstarter", "own_folders"]
