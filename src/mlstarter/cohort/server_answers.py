"""What a server's answer to git means: what may pass, and what is a no for good."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

from mlstarter.errors import EnvironmentProblem, MlstarterError
from mlstarter.git.failures import find_reason

_PASSING = re.compile(
    r"returned error: (408|429|500|502|503|504)|early EOF|RPC failed|hung up unexpectedly"
    r"|unexpected disconnect|Connection (reset|timed out|refused)|Empty reply from server"
    r"|Could not resolve host|Operation timed out|transfer closed|GnuTLS recv error"
    r"|Failed to connect to \S+ port|curl (18|52|55|56)"
)
_NO_ACCESS = re.compile(
    r"returned error: (401|403)|Authentication failed|could not read Username|Permission denied"
    r"|access denied|terminal prompts disabled",
    re.IGNORECASE,
)
_ABSENT = re.compile(
    r"returned error: 404|does not appear to be a git repository|[Rr]epository .*not found"
    r"|does not exist"
)
_BEHIND = re.compile(
    r"\[rejected\]|non-fast-forward|fetch first|but expected|incorrect old value"
    r"|reference already exists|stale info"
)
# A push of somebody else's that is not done yet, or one that was ended in the middle.
_LOCK = re.compile(r"Unable to create '([^'\n]+\.lock)': File exists")
# A hook's or a server's own no: it would be the same the next time.
_HOOK_REFUSAL = re.compile(r"hook declined|exists; cannot create")
_UNPACK = re.compile(r"remote unpack failed: ([^\n]+)")
_REFUSAL_MARK = "[remote rejected]"
# How much of a server's own words is shown.
_WORDS = 500


class RemoteFailed(MlstarterError):
    """A server could not be reached or said no; what was done before stands."""


class AccessDenied(RemoteFailed):
    """The server does not let this account in."""


class Absent(RemoteFailed):
    """There is no such repository."""


class BranchMoved(RemoteFailed):
    """The branch has moved on: a plain push would not be a fast-forward."""


class PushRefused(RemoteFailed):
    """The server took the connection and said no to the push: a hook, a protection, a quota."""


def explain(  # noqa: PLR0911 - a table
    url: str, words: str, *, pushes: bool = False
) -> MlstarterError | None:
    """Return what a failure of git with ``url`` means, None where it may pass.

    ``pushes`` says that it was a push: who may read need not be one who may write.
    """
    if _LOCK.search(words):
        return None
    if _BEHIND.search(words) and not _HOOK_REFUSAL.search(words):
        return BranchMoved(
            f"A branch of {url} has moved on meanwhile.", hint="run the command again"
        )
    if _REFUSAL_MARK in words:
        return PushRefused(
            f"The server of {url} refused the push: {_server_words(words)}.",
            hint="settle it on the server (a hook, a protected branch, a quota), then run the "
            "command again",
        )
    if _PASSING.search(words):
        return None
    if _NO_ACCESS.search(words) and pushes:
        return AccessDenied(
            f"The server does not let this account push to {url}.",
            hint="give the account the right to write there; `git ls-remote URL` shows whether it "
            "may read",
        )
    if _NO_ACCESS.search(words):
        return AccessDenied(
            f"The server does not let this account into {url}.",
            hint="check git's credentials for that host: `git ls-remote URL`",
        )
    if _ABSENT.search(words):
        return Absent(f"There is no repository at {url}.", hint="create it on the server first")
    if "No space left" in words:
        return EnvironmentProblem(f"A disk is full: {last_words(words)}.", hint="free some space")
    return RemoteFailed(
        f"git could not reach {url}: {last_words(words)}.", hint="git ls-remote URL"
    )


def no_answer(url: str, words: str, attempts: int) -> RemoteFailed:
    """Return the error for what did not pass in so many tries."""
    lock = _LOCK.search(words)
    if lock is None:
        return RemoteFailed(
            f"The server of {url} did not answer in {attempts} tries: {last_words(words)}.",
            hint="run the command again later; it goes on where it stopped",
        )
    path = shlex.quote(lock[1].replace("/./", "/"))
    return RemoteFailed(
        f"{url} is locked: another git is at work there, or was ended in the middle of it.",
        hint=f"where none is at work any more, on the machine that holds it: rm -f {path}",
    )


def _server_words(words: str) -> str:
    """Return what the server itself gave as its reason, as one bounded line."""
    lines = [
        line.removeprefix("remote:").strip() for line in words.splitlines() if "remote:" in line
    ]
    reason = words.partition(_REFUSAL_MARK)[2].partition("\n")[0].strip()
    if unpack := _UNPACK.search(words):
        # The mark says no more than "unpacker error".
        reason = unpack[1]
    words = "; ".join([*filter(None, lines), *filter(None, [reason])])
    return (words or "no reason given")[:_WORDS].rstrip(".")


def no_main(url: str, refs: Mapping[str, str]) -> RemoteFailed:
    """Return the error for a repository without the branch main, by what it holds instead."""
    heads = [name.removeprefix("refs/heads/") for name in refs if name.startswith("refs/heads/")]
    own = [name for name in heads if not name.startswith("mlstarter/")]
    if not own:
        return Absent(
            f"The repository at {url} is empty.", hint="mlstarter cohort create --recreate"
        )
    branch = "master" if "master" in own else own[0]
    return RemoteFailed(
        f"{url} has no branch main; the work lies on {branch}.",
        hint=f"the student renames it: git branch -m {shlex.quote(branch)} main, "
        "git push -u origin main",
    )


def last_words(words: str) -> str:
    """Return the line that says most of what git or a server wrote."""
    lines = [line for line in words.strip().splitlines() if line.strip()]
    fatal = [line for line in lines if line.startswith(("fatal:", "remote:", "error:"))]
    last = (fatal or lines or ["no reason given"])[-1].strip()
    # git's own last words may be that there was no answer: ssh has said why.
    return (find_reason(words) if last.startswith("fatal:") else last).rstrip(".")
