"""What git says when it fails, as one sentence with what to do."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from mlstarter.errors import EnvironmentProblem, MlstarterError


class GitMissing(EnvironmentProblem):
    """There is no git on this machine, or it is too old."""


class GitFailed(MlstarterError):
    """A git command failed.

    Attributes: ``command`` (the arguments after ``git``), ``status`` (its exit status) and
    ``stderr`` (what it said).
    """

    def __init__(self, command: tuple[str, ...], folder: Path, status: int, stderr: str) -> None:
        why = find_reason(stderr) or f"exit status {status}"
        super().__init__(
            f"git {_verb(command)} failed in {folder}: {why}",
            hint=_hint(stderr, folder),
        )
        self.command = command
        self.status = status
        self.stderr = stderr


def _verb(command: tuple[str, ...]) -> str:
    """Return git's own command among its arguments: `log` of `--git-dir DIR log`."""
    words = iter(command)
    for word in words:
        if word in {"-C", "-c", "--git-dir", "--work-tree"}:
            next(words, None)
        elif not word.startswith("-"):
            return word
    return ""


# Where git says no more than this, the program that it called (ssh) has said why.
_EMPTY_WORDS = ("Could not read from remote repository", "the remote end hung up unexpectedly")


def find_reason(stderr: str) -> str:
    """Return the line of git's complaint that says why, without its mark; "" for none."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    for mark in ("fatal: ", "error: "):
        for number, line in enumerate(lines):
            if line.startswith(mark):
                return _with_neighbours(
                    line.removeprefix(mark), lines[:number], lines[number + 1 :]
                )
    return (_without_advice(lines) or lines or [""])[0]


def _with_neighbours(text: str, before: Sequence[str], after: Sequence[str]) -> str:
    """Return a complaint, with the line after it or by the one before where it needs that."""
    if text.startswith(_EMPTY_WORDS) and (words := _without_advice(before)):
        return words[-1].removeprefix("error: ")
    return f"{text} {after[0]}" if text.endswith(":") and after else text


def _without_advice(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if not line.lower().startswith(("hint: ", "warning: "))]


# What git complains of, and what to do.
_HINTS = (
    ("No space left|Out of diskspace", "free some disk space and run the command again"),
    (
        "unable to write file|write error",
        "`df -h` shows whether the disk is full; run it again then",
    ),
    (
        r"index (?:file|uses)",
        "`rm .git/index` and `git reset` make the index anew; no file is touched",
    ),
    (
        r"bad (?:\w+ )?config",
        "mend that line; `git config --list --show-origin` says what git reads",
    ),
    ("must be run in a work tree", "name the project's own folder, and not its .git"),
    (
        "unknown repository extension|Expected git repo version",
        "a newer git made this repository: install one (https://git-scm.com/downloads)",
    ),
    (
        "external filter|(?:clean|smudge) filter|working-tree-encoding|failed to encode",
        "a .gitattributes asks for this conversion: install its program, or take it out",
    ),
)


def _hint(stderr: str, folder: Path) -> str | None:
    if "dubious ownership" in stderr:
        # git names the repository, which may lie above the folder that one stands in.
        match = re.search(r"dubious ownership in repository at '([^']+)'", stderr)
        path = match[1] if match else str(folder)
        return f"git config --global --add safe.directory {shlex.quote(path)}"
    if lock := re.search(r"'([^']+\.lock)': File exists", stderr):
        return f"wait for the other git command; if there is none, rm -f {shlex.quote(lock[1])}"
    hints = (hint for pattern, hint in _HINTS if re.search(pattern, stderr))
    return next(hints, None)
