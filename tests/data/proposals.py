"""A table that a test writes, and what is proposed for a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mlstarter.data.errors import DataError
from mlstarter.data.inspect import inspect
from mlstarter.data.proposal import Proposal, propose


def write_table(path: Path, columns: dict[str, list[Any]]) -> Path:
    """Write columns of cells that need no quotes as CSV."""
    rows = zip(*columns.values(), strict=True)
    path.write_text(",".join(columns) + "\n" + "".join(",".join(map(str, r)) + "\n" for r in rows))
    return path


def propose_from(path: Path, **answers: str) -> Proposal:
    """Return what is proposed for a file, given answers."""
    return propose(inspect(path, answers), answers)


def propose_type(path: Path, kind: str) -> str:
    """Return the type of project that is proposed where one is stated."""
    try:
        return propose_from(path, project_type=kind).project_type
    except DataError:
        return kind  # a table of one text has no feature, and says so
