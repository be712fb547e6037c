"""The libraries of the extra ``mlstarter[data]``, imported when a file needs them."""

from __future__ import annotations

import importlib
from typing import Any

from mlstarter.errors import EnvironmentProblem


def require(module: str, purpose: str) -> Any:
    """Import and return a library.

    Raises EnvironmentProblem, with the command that installs it, where it is missing.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0].replace("_", "-")
        raise EnvironmentProblem(
            f"{purpose} needs {package}, which is not installed.",
            # No name of a package index: anybody could register "mlstarter" there.
            hint="in a clone of mlstarter: pipx install --force '.[data]'",
        ) from error
