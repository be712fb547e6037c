"""What an engine gives back: the tree, and what a template's code made beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mlstarter.files import TemporaryFolder, read_tree
from mlstarter.git.process import Git
from mlstarter.tree import Entry


@dataclass(frozen=True, slots=True)
class Render:
    """A render.

    ``tree`` is what gets committed. ``ignored_files`` are those that its code made and that
    the project's own ``.gitignore`` names (an ``.env``, a virtual environment): they belong on the
    disk of who ran it, never into a commit. ``seed`` is what its chance was drawn from, "" where
    nothing was drawn.
    """

    tree: Mapping[str, Entry]
    ignored_files: Mapping[str, Entry] = field(default_factory=dict)
    seed: str = ""


def read_rendered(folder: Path) -> Render:
    """Read what a template and its code wrote; a repository of its own making is left out."""
    tree = read_tree(folder)
    with TemporaryFolder(prefix="mlstarter-ignored-") as work:
        git = Git(folder, {"GIT_DIR": f"{work}/.git", "GIT_WORK_TREE": str(folder)})
        git.run("init", "--quiet")
        options = ("--others", "--ignored", "--exclude-per-directory=.gitignore", "-z")
        ignored_files = set(git.fields("ls-files", *options))
    return Render(
        {name: entry for name, entry in tree.items() if name not in ignored_files},
        {name: entry for name, entry in tree.items() if name in ignored_files},
    )
