"""The texts in a template's files, for those who judge them without rendering."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from mlstarter.files import read_tree
from mlstarter.tree import SYMLINK


def texts_below(folder: Path, is_rendered: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """Yield path and text of each file below a folder that is rendered, and every path itself."""
    for path, entry in read_tree(folder).items():
        yield path, path
        if entry.mode == SYMLINK or b"\0" in entry.data or not is_rendered(path):
            continue
        try:
            yield path, entry.data.decode("utf-8")
        except UnicodeDecodeError:
            continue
