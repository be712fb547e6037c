"""A working folder as it stands, changes included, as a tree in our own mirror.

The folder is read with the mirror's settings and an index of its own: the repository in it is not
asked, and what it sets up (a filter, a monitor, a hook) does not run.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from mlstarter.files import TemporaryFolder, without_links
from mlstarter.git.process import Git
from mlstarter.sources.checkout import HEAD
from mlstarter.sources.own_files import is_file_or_link

_SUBMODULE = "160000"


def tree_of_folder(folder: Path, mirror: Path) -> str:
    """Return the id of the tree of ``folder``'s files, now in ``mirror``.

    It holds what git tracks and what is new, and leaves out what ``.gitignore`` names.
    """
    with TemporaryFolder(prefix="mlstarter-index-") as work:
        env = {
            "GIT_DIR": str(mirror),
            "GIT_WORK_TREE": str(folder),
            "GIT_INDEX_FILE": str(Path(work) / "index"),
        }
        git = Git(folder, env)
        if git.call("rev-parse", "--verify", "--quiet", HEAD).status == 0:
            git.run("read-tree", HEAD)
        own = folder / ".git" / "info" / "exclude"
        rules = [f"--exclude-from={own}"] if own.is_file() else []
        lines = git.fields("ls-files", "-z", "--cached", "--others", "--exclude-standard", *rules)
        # A submodule, and a repository that is nobody's submodule, are folders: they stay out, as
        # what is no file at all does.
        paths = "".join(f"{name}\0" for name in lines if not _stays_out(folder / name))
        data = paths.encode("utf-8", "surrogateescape")
        git.run("update-index", "--add", "--remove", "-z", "--stdin", stdin=data)
        return git.text("write-tree")


def write_submodules(folder: Path, mirror: Path, tree: str, out: Path) -> None:
    """Copy the files of ``folder``'s submodules, which are no part of ``tree``, into ``out``."""
    lines = Git(mirror, {"GIT_DIR": str(mirror)}).fields("ls-tree", "-r", "-z", tree)
    names = [entry.partition("\t")[2] for entry in lines if entry.startswith(f"{_SUBMODULE} ")]
    for name in without_links(folder, names):
        if (folder / name).is_dir() and not (folder / name).is_symlink():
            shutil.copytree(
                folder / name,
                out / name,
                symlinks=True,
                ignore=_not_copied,
                dirs_exist_ok=True,
            )


def _not_copied(folder: str, names: list[str]) -> list[str]:
    """Return what of a folder is no part of a template: its repository, pipes and devices."""
    return [
        name
        for name in names
        if name == ".git"
        or not (Path(folder, name).is_dir() or is_file_or_link(Path(folder, name)))
    ]


def _stays_out(path: Path) -> bool:
    # What is gone is named to git all the same, which takes it out of the tree.
    return not path.is_symlink() and path.exists() and not path.is_file()
