"""What a folder's repository says of pushes: hooks and settings, read as data and never run.

Its hooks and settings are not used (shared_folder.py says why). A hook that may refuse a push is
still somebody's rule, so a push that would pass by it is not made; settings that only refuse are
kept.
"""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

from mlstarter.bounds import MAX_RECORD_BYTES
from mlstarter.errors import MlstarterError
from mlstarter.escape import line
from mlstarter.git.process import Git
from mlstarter.operating_system import is_windows

# Hooks whose exit status decides over a push: https://git-scm.com/docs/githooks
_DECIDING = ("pre-receive", "update", "proc-receive", "reference-transaction")
# Settings that can only refuse, with the values that they take (``git help config``, "receive.*").
_SWITCHES = frozenset(
    ["receive.denydeletes", "receive.fsckobjects", "transfer.fsckobjects", "receive.shallowupdate"]
)
_NUMBERS = frozenset(["receive.maxinputsize"])
# A configuration without any of these has nothing to say here, and needs no git to be read: one
# process for each push would be a tenth of it.
_CLUE = re.compile(rb"receive|transfer|hookspath|bare\s*=\s*[^t\s]", re.IGNORECASE)
_HOOK_LETTERS = 200


class RuleNotRun(MlstarterError):
    """A repository in a folder has a rule for pushes that is not run; nothing was pushed."""


def push_settings(path: Path, branches: frozenset[str]) -> str:
    """Return the folder's own settings that may refuse a push, as lines of a git configuration.

    Args:
        path: the repository.
        branches: full names of what is pushed to or deleted.

    Raises:
        RuleNotRun: a hook would decide over the push, or a branch is checked out there.
    """
    settings = _settings(path)
    hooks = path / settings.get("core.hookspath", "hooks")
    for name in _DECIDING:
        if _runs(hooks / name):
            raise _hook_refusal(path, hooks / name)
    if settings.get("core.bare") == "false" and "refs/heads/main" in branches:
        raise RuleNotRun(
            f"The repository in {path} has a work tree of its own (core.bare = false), which a "
            "push to main would leave behind; nothing was pushed.",
            hint=f"git -C {shlex.quote(str(path))} config core.bare true, if nobody works in it",
        )
    rules = {key: value for key, value in settings.items() if _only_refuses(key, value)}
    lines = []
    for key, value in rules.items():
        section, _, name = key.partition(".")
        lines.append(f"[{section}]\n\t{name} = {value}\n")
    return "".join(lines)


def _only_refuses(key: str, value: str) -> bool:
    if key in _SWITCHES:
        return value.lower() in {"true", "false", "yes", "no", "on", "off", "1", "0"}
    return key in _NUMBERS and value.isascii() and value.isalnum()


def _settings(path: Path) -> dict[str, str]:
    """Return the settings in a repository's own file, by lower-case name; none of an include."""
    text = _first_bytes(path / "config")
    if not _CLUE.search(text):
        return {}
    listing = Git(path.parent).call(
        "config", "--file", "-", "--no-includes", "--null", "--list", stdin=text
    )
    pairs = [item.partition("\n") for item in listing.stdout.decode("utf-8", "replace").split("\0")]
    # A name without "=" is true.
    return {key.lower(): value if sep else "true" for key, sep, value in pairs if key}


def _runs(hook: Path) -> bool:
    """Say whether git would run a hook: Windows asks nobody whether it may."""
    return hook.is_file() and (is_windows() or os.access(hook, os.X_OK))


def _hook_refusal(path: Path, hook: Path) -> RuleNotRun:
    lines = _first_bytes(hook).decode("utf-8", "replace").splitlines()
    code = [text.strip() for text in lines if text.strip() and not text.lstrip().startswith("#")]
    words = line("; ".join(code))[:_HOOK_LETTERS]
    return RuleNotRun(
        f"The repository in {path} has a hook that decides over pushes, and hooks of a folder "
        f"never run as you, so nothing was pushed. {hook} says: "
        f"{words or 'nothing that can be read'}",
        hint="read it; push to an ssh:// or https:// address, where the server runs it, or take it "
        f"away: rm {shlex.quote(str(hook))}",
    )


def _first_bytes(path: Path) -> bytes:
    """Return the beginning of a plain file, nothing of a link, a pipe or what may not be read."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        with os.fdopen(os.open(path, flags), "rb") as file:
            return file.read(MAX_RECORD_BYTES) or b""
    except OSError:
        return b""
