"""Which files of a folder are the template's: what git ignores stays at home.

A token in ``.env`` or a virtual environment beside a template is no part of it. What counts is what
``git add --all`` would take, as for Copier: tracked files and new ones, without those that
``.gitignore``, ``.git/info/exclude`` or the user's own ignore file name. Without a repository the
``.gitignore`` at the top and the user's own count; those further down are meant for the projects.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Sequence
from pathlib import Path

from mlstarter import watchdog
from mlstarter.errors import TemplateError
from mlstarter.files import TemporaryFolder, without_links
from mlstarter.git.process import Git, GitFailed, GitMissing
from mlstarter.git.settings import NO_SERVER

# What git or an engine opens without a look at what it is.
_READ_BY_NAME = frozenset(
    {".gitattributes", ".gitignore", ".gitmodules"}
    | {"cookiecutter.json", "copier.yaml", "copier.yml"}
)
# Copies last as long as the process: whoever was given one reads it when it likes.
_COPIES: list[TemporaryFolder] = []


def own_files(folder: Path) -> list[str]:
    """Return the paths (relative, with forward slashes) of the template's files and links, sorted.

    Pipes, sockets and devices are none: who opened one would wait for ever.

    Raises:
        GitMissing: git is not installed, and there is something to ignore.
        TemplateError: a file that git or an engine reads is a pipe, socket or device.
    """
    refuse_pipes(folder)
    try:
        # Nothing: a repository around it ignores the folder as a whole, and says nothing about it.
        return _tracked_and_new(folder) or _not_ignored(folder)
    except GitFailed:
        return _not_ignored(folder)
    except GitMissing:
        if (folder / ".git").exists() or (folder / ".gitignore").exists():
            raise
        return [name for name in _all_files(folder) if is_file_or_link(folder / name)]


def refuse_pipes(folder: Path) -> None:
    """Refuse a folder in which a file that is read by its name is a pipe, socket or device.

    Raises:
        TemplateError: there is one.
    """
    for name in _all_files(folder):
        path = folder / name
        if path.name in _READ_BY_NAME and not is_file_or_link(path):
            raise TemplateError(
                f"{name} of the template is a pipe, socket or device, and no file.",
                hint="remove it, or do not use this template",
            )


def is_file_or_link(path: Path) -> bool:
    """Say whether something is what a template is made of, and no pipe, socket or device."""
    mode = path.lstat().st_mode
    return stat.S_ISREG(mode) or stat.S_ISLNK(mode)


def own_files_only(folder: Path) -> Path:
    """Return the folder itself, or a copy of it where it holds more than the template's files."""
    names = own_files(folder)
    if names == _all_files(folder):
        return folder
    keeper = TemporaryFolder(prefix="mlstarter-template-", ignore_cleanup_errors=True)
    _COPIES.append(keeper)
    watchdog.tidy_up(keeper.name)
    # Under its own name, which a template may show.
    copy = Path(keeper.name) / (folder.resolve().name or "template")
    copy.mkdir()
    _copy(folder, names, copy)
    return copy


def _copy(folder: Path, names: Sequence[str], out: Path) -> None:
    for name in names:
        target = out / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(folder / name, target, follow_symlinks=False)


def _tracked_and_new(folder: Path) -> list[str]:
    git = Git(folder, NO_SERVER)
    paths = git.fields("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    own_paths: set[str] = set()
    for name in without_links(folder, paths):
        path = folder / name
        if path.is_symlink() or path.is_file():
            own_paths.add(name)
        elif path.is_dir() and not name.endswith("/"):
            # A submodule. A repository that is none (its name ends in a slash) stays at home.
            own_paths.update(f"{name}/{inner}" for inner in own_files(path))
    return sorted(own_paths)


def _not_ignored(folder: Path) -> list[str]:
    files = [path.absolute() for path in _ignore_files(folder) if path.is_file()]
    rules = [f"--exclude-from={path}" for path in files]
    if not rules:
        return [name for name in _all_files(folder) if is_file_or_link(folder / name)]
    with TemporaryFolder(prefix="mlstarter-ignored-") as work:
        # An empty repository, by hand: what git asks for before it lists anything.
        for name in ("objects", "refs"):
            (Path(work) / name).mkdir()
        (Path(work) / "HEAD").write_text("ref: refs/heads/main\n", encoding="ascii")
        git = Git(folder, {"GIT_DIR": work, "GIT_WORK_TREE": str(folder.absolute())})
        paths = git.fields("ls-files", "-z", "--others", *rules)
    names = (name for name in paths if not name.endswith("/"))
    return sorted(name for name in names if is_file_or_link(folder / name))


def _ignore_files(folder: Path) -> tuple[Path, ...]:
    setting = Git(folder).call("config", "--global", "--path", "--get", "core.excludesFile")
    file_name = setting.stdout.decode("utf-8", "surrogateescape").strip()
    if file_name:
        return folder / ".gitignore", Path(file_name)
    base = os.environ.get("XDG_CONFIG_HOME") or os.path.join(  # noqa: PTH118 - may hold no home
        os.environ.get("HOME", os.devnull), ".config"
    )
    return folder / ".gitignore", Path(base, "git", "ignore")


def _all_files(folder: Path) -> list[str]:
    own_paths = []
    for place, folders, files in os.walk(folder):
        below = Path(place).relative_to(folder)
        if below == Path():
            folders[:] = [name for name in folders if name != ".git"]
        links = [name for name in folders if Path(place, name).is_symlink()]
        own_paths += [(below / name).as_posix() for name in (*files, *links)]
    return sorted(name for name in own_paths if name != ".git")
