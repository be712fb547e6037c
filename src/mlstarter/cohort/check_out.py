"""Check-out: a clone's work tree at a commit, also where an earlier run was cut off in the middle.

A terminal's Ctrl-C reaches git too, which then leaves some files old and some new. A note in git's
folder says what was being shown, so that these are not taken for somebody's work.
"""

from __future__ import annotations

import re
from pathlib import Path

from mlstarter.files import TemporaryFolder, read_file
from mlstarter.git.process import Git

_NOTE = "mlstarter-checkout"
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_CHECK_OUT = ("checkout", "--quiet", "--no-recurse-submodules", "--detach")


def check_out(git: Git, commit: str) -> None:
    """Show ``commit`` in the work tree; a file that git ignores is never overwritten.

    Raises GitFailed.
    """
    note = _note(git)
    note.write_text(commit, encoding="ascii")
    git.run(*_CHECK_OUT, "--no-overwrite-ignore", commit)
    note.unlink()


def finish_check_out(git: Git) -> None:
    """Bring a check-out to its end that was cut off; where somebody changed files since, nothing.

    Raises GitFailed.
    """
    note = _note(git)
    if not note.is_file():
        return
    target = note.read_text(encoding="ascii", errors="replace")
    if not _COMMIT.fullmatch(target) or git.call("cat-file", "-e", target).status != 0:
        return
    old = _differing(git, "HEAD", "--others")
    new = _differing(git, target, "--others", "--exclude-standard")
    if not all(_is_beginning(git, target, path) for path in old & new):
        return
    # Left by the git that was cut off; one run at a time holds the class's journal.
    for name in ("index.lock", "HEAD.lock"):
        note.with_name(name).unlink(missing_ok=True)
    git.run(*_CHECK_OUT, "--force", target)
    note.unlink()


def _note(git: Git) -> Path:
    return git.folder / ".git" / _NOTE


def _is_beginning(git: Git, commit: str, path: str) -> bool:
    """Say whether a file holds the beginning of what git was writing into it."""
    file = git.folder / path
    if file.is_symlink() or not file.is_file():
        return False
    whole = git.call("cat-file", "--filters", f"{commit}:{path}").stdout
    return whole.startswith(read_file(file, len(whole)))


def _differing(git: Git, commit: str, *others: str) -> set[str]:
    """Return the files of the work tree that are not those of ``commit``; what is gone is none."""
    with TemporaryFolder(prefix="mlstarter-index-") as name:
        apart = git.at(None, GIT_INDEX_FILE=str(Path(name) / "index"))
        apart.run("read-tree", commit)
        paths = set(apart.fields("ls-files", "-z", "--modified", *others))
        return paths - set(apart.fields("ls-files", "-z", "--deleted"))
