"""The one way to run git: pinned settings, no prompts, typed errors.

What git does for mlstarter must not depend on who runs it. Settings that change a result (hooks,
signing, line endings, ignore rules, pagers, colours) are pinned through the environment, and the
variables that a hook or an alias leaves behind (``GIT_DIR``, ``GIT_INDEX_FILE``, ...) are dropped,
so that the repository is always the one in the folder that was asked for.
"""

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
from functools import lru_cache
from pathlib import Path
from typing import IO, cast

from mlstarter.errors import MlstarterError
from mlstarter.git.failures import GitFailed, GitMissing
from mlstarter.operating_system import is_linux, is_windows

__all__ = [
    "NO_SERVER",
    "OLDEST_GIT",
    "PINNED_SETTINGS",
    "PROTOCOLS",
    "Git",
    "GitFailed",
    "GitLimitExceeded",
    "GitMissing",
    "GitResult",
    "closed_settings",
    "environment",
    "git_missing",
    "require_git",
]

OLDEST_GIT = (2, 38)
# How long one command in a repository of somebody else's may take.
SECONDS = 300.0

# What `git rev-parse --local-env-vars` lists, except GIT_CONFIG_COUNT (settings that the caller
# passes on purpose, such as `safe.directory` in CI), and what else points git elsewhere.
_FOREIGN = frozenset(
    [
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_ATTR_SOURCE",
        "GIT_COMMON_DIR",
        "GIT_CONFIG",
        "GIT_CONFIG_PARAMETERS",
        "GIT_DEFAULT_HASH",
        "GIT_DIFF_OPTS",
        "GIT_DIR",
        "GIT_EXTERNAL_DIFF",
        "GIT_GLOB_PATHSPECS",
        "GIT_GRAFT_FILE",
        "GIT_ICASE_PATHSPECS",
        "GIT_IMPLICIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_INDEX_VERSION",
        "GIT_INTERNAL_SUPER_PREFIX",
        "GIT_LITERAL_PATHSPECS",
        "GIT_MERGE_VERBOSITY",
        "GIT_NAMESPACE",
        "GIT_NOGLOB_PATHSPECS",
        "GIT_NO_REPLACE_OBJECTS",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_REPLACE_REF_BASE",
        "GIT_SHALLOW_FILE",
        "GIT_TEMPLATE_DIR",
        "GIT_WORK_TREE",
    ]
)

# Transports that run no program of an address's choosing; `ext::sh -c ...` is one that does.
PROTOCOLS = ("file", "git", "http", "https", "ssh")

PINNED_SETTINGS = (
    ("core.hooksPath", os.devnull),
    ("core.fsmonitor", "false"),
    ("core.untrackedCache", "false"),
    ("core.autocrlf", "false"),
    ("core.eol", "native"),
    ("core.safecrlf", "false"),
    ("core.attributesFile", os.devnull),
    ("core.quotePath", "false"),
    ("core.pager", "cat"),
    ("color.ui", "false"),
    ("commit.gpgSign", "false"),
    ("tag.gpgSign", "false"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("log.showSignature", "false"),
    ("i18n.logOutputEncoding", "UTF-8"),
    ("diff.renames", "true"),
    ("diff.renameLimit", "7000"),
    ("merge.renames", "true"),
    ("merge.renameLimit", "7000"),
    # A file never moves because its neighbours did: neither side asked for that.
    ("merge.directoryRenames", "false"),
    ("merge.conflictStyle", "diff3"),
    ("advice.detachedHead", "false"),
    # A server that sends nothing for two minutes is given up. At work it sends five bytes every
    # five seconds (`uploadpack.keepAlive`).
    ("http.lowSpeedLimit", "1"),
    ("http.lowSpeedTime", "120"),
    # Without a configured identity git guesses one from the host's name; see identity.py.
    ("user.useConfigOnly", "true"),
)


# For a repository that somebody else set up and that is read where it lies. git looks for objects
# that a partial clone lacks at its remote, by programs that the settings in it name
# (`remote.*.uploadpack`, `core.sshCommand`); git before 2.39.4 does not know the first of these.
NO_SERVER = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none"}

# What decides how files lie in a work tree. It was written with the user's own settings (Git for
# Windows sets core.autocrlf), so only with these can it be read, and written to.
_OF_WORK_TREES = frozenset(["core.autocrlf", "core.eol", "core.attributesFile"])
_SETTINGS_BUT_OF_WORK_TREES = tuple(
    pair for pair in PINNED_SETTINGS if pair[0] not in _OF_WORK_TREES
)
_PINNED_VARIABLES = {
    "LC_ALL": "C",
    "LANGUAGE": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_EDITOR": "true",
    "GIT_PAGER": "cat",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_ATTR_NOSYSTEM": "1",
}


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
                capture_output=True,
                check=False,
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


def environment(
    extra: Mapping[str, str] | None = None,
    config: tuple[tuple[str, str], ...] = (),
    *,
    as_checked_out: bool = False,
) -> dict[str, str]:
    """Return the environment in which every git process runs.

    Settings that the caller hands down with ``GIT_CONFIG_COUNT`` stay, with ours after them.
    """
    env = dict(os.environ)
    for name in [n for n in env if n in _FOREIGN or n.startswith("GIT_TRACE")]:
        del env[name]
    env |= _PINNED_VARIABLES
    protocols = env.get("GIT_ALLOW_PROTOCOL")
    own = PROTOCOLS if protocols is None else protocols.split(":")
    env["GIT_ALLOW_PROTOCOL"] = ":".join(name for name in PROTOCOLS if name in own)
    start = env.get("GIT_CONFIG_COUNT", "")
    number = int(start) if start.isdecimal() else 0
    settings: tuple[tuple[str, str], ...] = PINNED_SETTINGS
    if as_checked_out:
        settings = _SETTINGS_BUT_OF_WORK_TREES
        del env["GIT_ATTR_NOSYSTEM"]
    return env | _settings_as_variables((*settings, *config), number) | dict(extra or {})


@lru_cache(maxsize=16)
def _settings_as_variables(settings: tuple[tuple[str, str], ...], start: int) -> dict[str, str]:
    """Return the variables that hand settings down, numbered from ``start``."""
    variables = {"GIT_CONFIG_COUNT": str(start + len(settings))}
    for number, (key, value) in enumerate(settings, start):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables


def closed_settings() -> dict[str, str]:
    """Return the environment in which git has the pinned settings and none of the user's.

    For repositories of others: a filter or merge driver that their ``.gitattributes`` name is
    then one that nobody has configured, so it does not run.
    """
    env = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return env | _settings_as_variables(PINNED_SETTINGS, 0)


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
