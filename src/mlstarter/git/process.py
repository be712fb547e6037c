"""The one way to run git, and its errors by type; what it is told stands in settings.py."""

from __future__ import annotations

import contextlib
import os
import re
import select
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, cast

from mlstarter.errors import MlstarterError
from mlstarter.git.failures import GitFailed, GitMissing
from mlstarter.git.settings import environment
from mlstarter.operating_system import is_linux, is_windows

__all__ = [
    "OLDEST_GIT",
    "Git",
    "GitFailed",
    "GitLimitExceeded",
    "GitMissing",
    "GitResult",
    "git_missing",
    "require_git",
]

OLDEST_GIT = (2, 38)
# How long one command in a repository of somebody else's may take.
SECONDS = 300.0


class GitLimitExceeded(MlstarterError):
    """A repository of somebody else's made git print or work more than any project needs."""

    def __init__(self, name: str, limit: int, *, late: bool) -> None:
        bound = f"took over {SECONDS:.0f} s" if late else f"printed over {limit // 1024**2} MiB"
        super().__init__(
            f"git {name} {bound}: the repository holds more than a project does.",
            hint="look at it by hand: git count-objects -vH",
        )


@dataclass(frozen=True, slots=True)
class GitResult:
    """What a git command left: its exit status and both outputs, as bytes and as text."""

    status: int
    stdout: bytes
    stderr: str


@dataclass(frozen=True, slots=True)
class Git:
    """git, run in one folder.

    ``env`` is laid over the cleaned environment (a private index, a quarantined object folder);
    ``config`` over the pinned settings. ``limit`` is how many bytes a command may print, for
    repositories of others; it then has ``SECONDS`` as well. ``as_checked_out`` leaves the line
    endings of a work tree to the user's own settings. ``runner`` takes what ``subprocess.run``
    does, and runs commands without a ``limit``.
    """

    folder: Path
    env: Mapping[str, str] = field(default_factory=dict)
    config: tuple[tuple[str, str], ...] = ()
    limit: int | None = None
    as_checked_out: bool = False
    runner: Callable[..., subprocess.CompletedProcess[bytes]] = subprocess.run

    def call(self, *args: str, stdin: bytes | None = None) -> GitResult:
        """Run ``git ARGS`` and return what it left, whatever its exit status.

        Raises GitMissing where git cannot be started, GitLimitExceeded beyond ``limit``.
        """
        command = ["git", *args]
        try:
            if self.limit is not None:
                return self._call_bounded(command, stdin, self.limit)
            result = self.runner(
                command,
                cwd=self.folder,
                env=environment(self.env, self.config, as_checked_out=self.as_checked_out),
                input=stdin,
                stdin=subprocess.DEVNULL if stdin is None else None,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        except (FileNotFoundError, PermissionError) as error:
            if not self.folder.is_dir():
                raise
            raise git_missing() from error
        return GitResult(result.returncode, result.stdout, result.stderr.decode("utf-8", "replace"))

    def _call_bounded(self, command: Sequence[str], stdin: bytes | None, limit: int) -> GitResult:
        """Run a command that is ended once it prints more than ``limit`` or takes too long."""
        with _scratch() as complaints, contextlib.ExitStack() as stack:
            source: IO[bytes] | int = subprocess.DEVNULL
            if stdin is not None:
                source = stack.enter_context(_scratch())
                source.write(stdin)
                source.seek(0)
            with subprocess.Popen(
                command,
                cwd=self.folder,
                env=environment(self.env, self.config, as_checked_out=self.as_checked_out),
                stdin=source,
                stdout=subprocess.PIPE,
                stderr=complaints,
            ) as process:
                try:
                    out, late = _read(process, limit + 1)
                    if late or len(out) > limit:
                        process.kill()
                    status = process.wait(SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()
                    status, late = process.wait(), True
                except BaseException:
                    process.kill()
                    raise
            if late or len(out) > limit:
                raise GitLimitExceeded(command[1], limit, late=late)
            complaints.seek(0)
            return GitResult(status, out, complaints.read(limit).decode("utf-8", "replace"))

    def run(self, *args: str, stdin: bytes | None = None, ok: Collection[int] = (0,)) -> bytes:
        """Run ``git ARGS`` and return its standard output.

        Raises GitFailed when its exit status is not one of ``ok``.
        """
        result = self.call(*args, stdin=stdin)
        if result.status not in ok:
            raise GitFailed(args, self.folder, result.status, result.stderr)
        return result.stdout

    def text(self, *args: str, stdin: bytes | None = None) -> str:
        """Run ``git ARGS`` and return its standard output as text without the last newline."""
        out = self.run(*args, stdin=stdin).decode("utf-8", "surrogateescape")
        return out.removesuffix("\n")

    def fields(self, *args: str, stdin: bytes | None = None) -> list[str]:
        """Run ``git ARGS``, which must print NUL-terminated fields (``-z``), and return them."""
        out = self.run(*args, stdin=stdin).decode("utf-8", "surrogateescape")
        return out.split("\0")[:-1] if out.endswith("\0") else [f for f in out.split("\0") if f]

    def at(self, folder: Path | None = None, **env: str) -> Git:
        """Return git in another folder or with more environment variables."""
        return replace(self, folder=folder or self.folder, env={**self.env, **env})

    def in_work_tree(self) -> Git:
        """Return git as it checked the user's work tree out: with the user's line endings."""
        return replace(self, as_checked_out=True)


def _scratch() -> IO[bytes]:
    """Return a file that is gone when it is closed; in memory where the system has that."""
    if is_linux():
        return os.fdopen(os.memfd_create("mlstarter-git"), "w+b")
    return tempfile.TemporaryFile()


def _read(process: subprocess.Popen[bytes], at_most: int) -> tuple[bytes, bool]:
    """Read to the end or to ``at_most`` bytes; also say whether time ran out before.

    Asked for at once, the bytes' room would be set aside.
    """
    if is_windows():
        return _read_beside_timer(process, at_most)
    pipe = cast(IO[bytes], process.stdout).fileno()
    # A thread with a timer for each command would cost a class as much as the commands' start.
    events = select.poll()
    events.register(pipe, select.POLLIN | select.POLLHUP)
    deadline = time.monotonic() + SECONDS
    parts: list[bytes] = []
    while at_most > 0:
        if not events.poll(max(0.0, deadline - time.monotonic()) * 1000):
            return b"".join(parts), True
        part = os.read(pipe, min(at_most, 1 << 16))
        if not part:
            break
        parts.append(part)
        at_most -= len(part)
    return b"".join(parts), False


def _read_beside_timer(process: subprocess.Popen[bytes], at_most: int) -> tuple[bytes, bool]:
    """Read where a pipe cannot be waited for with a timeout: a timer ends the command."""
    late = threading.Event()

    def end() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(SECONDS, end)
    timer.daemon = True
    timer.start()
    parts: list[bytes] = []
    try:
        pipe = process.stdout
        while pipe is not None and at_most > 0 and (part := pipe.read(min(at_most, 1 << 16))):
            parts.append(part)
            at_most -= len(part)
    finally:
        timer.cancel()
    return b"".join(parts), late.is_set()


def git_missing() -> GitMissing:
    """Return the error for a machine without git."""
    return GitMissing(
        "git was not found on this machine.",
        hint="install git (https://git-scm.com/downloads) and run the command again",
    )


def require_git() -> tuple[int, ...]:
    """Return git's version; raise GitMissing where it is absent or older than ``OLDEST_GIT``."""
    answer = Git(Path.cwd()).call("version")
    text = answer.stdout.decode("utf-8", "replace")
    number = re.match(r"git version (\d+(?:\.\d+)*)", text)
    if answer.status != 0 or number is None:
        # macOS has a git that only says how to install git.
        reason = " ".join((answer.stderr or text).split())[:200] or f"exit status {answer.status}"
        bad_file = re.search(r"bad config\b.* in file (\S+)", reason)
        raise GitMissing(
            f"The git of this machine does not work: {reason}",
            hint=f"mend or remove that line of {bad_file[1]}, in any editor"
            if bad_file
            else "install git (https://git-scm.com/downloads) and run the command again",
        )
    version = tuple(int(part) for part in number[1].split(".")[:3])
    if version < OLDEST_GIT:
        oldest = ".".join(map(str, OLDEST_GIT))
        raise GitMissing(
            f"git {number[1]} is too old: updates need `git merge-tree`, new in git {oldest}",
            hint="install a newer git (https://git-scm.com/downloads)",
        )
    return version
