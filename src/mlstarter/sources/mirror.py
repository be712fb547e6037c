"""Private mirrors of other people's repositories: nothing of theirs is run or obeyed.

A repository is only ever asked for its objects and refs, by git's own protocol, which git keeps
safe to use with repositories of strangers (git-upload-pack(1), "Security"). Everything else (which
versions there are, what is in one, whether a folder was changed) is looked up in the mirror, whose
settings are ours. So neither a hook nor a setting (a filter, a pager, a monitor, an alias) of the
repository has any effect.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import threading
from contextlib import suppress
from pathlib import Path

from mlstarter.errors import TemplateError
from mlstarter.escape import shell_word, shorten
from mlstarter.files import TemporaryFolder
from mlstarter.git.failures import find_reason
from mlstarter.git.process import Git, GitFailed
from mlstarter.sources import cache
from mlstarter.sources.address import Credentials, Place, public_text
from mlstarter.sources.checkout import HEAD
from mlstarter.sources.normalise import is_remote

# Mirrors that are up to date: a server is asked once a process, a folder each time.
FETCHED_FOLDERS: set[Path] = set()
# A class asks from several threads: a fetch that another one disturbs looks like a damaged mirror.
_LOCK = threading.Lock()
_REFSPECS = (f"+HEAD:{HEAD}", "+refs/*:refs/*")
_FETCH = (
    *("--prune", "--force", "--no-auto-gc", "--no-write-fetch-head"),
    *("--no-progress", "--no-recurse-submodules"),
)
_REDIRECTION = "redirected"
_REDIRECT_WARNING = re.compile(r"^warning: redirecting to (\S+)$", re.MULTILINE)
# What says that the server or the way to it is at fault, not the mirror.
_ELSEWHERE = re.compile(
    r"Could not resolve host|Connection|timed out|Authentication failed|returned error: [45]\d\d"
    r"|could not read (Username|Password)|Permission denied \(publickey|dubious ownership"
    r"|Host key verification|Could not read from remote|does not appear to be a git repository"
    r"|transport '.*' not allowed|[Rr]epository .* not found|No space left|Disk quota"
)
# Printed by the shell itself, so that the password is in no argument list.
_HELPER = (
    "!f() { test \"$1\" = get && printf 'username=%s\\npassword=%s\\n' "
    '"$MLSTARTER_GIT_USER" "$MLSTARTER_GIT_PASSWORD"; }; f'
)


class NoRepository(TemplateError):
    """There is no git repository at the address."""


def mirror(place: Place) -> Path:
    """Return a private mirror of the repository at ``place``, brought up to date.

    A mirror that turns out to be damaged is made anew.

    Raises:
        NoRepository: git finds no repository there.
        TemplateError: it cannot be fetched.
    """
    target = _folder(place.address)
    with _LOCK:
        if target in FETCHED_FOLDERS and target.is_dir():
            return target
        try:
            if not target.is_dir() or not _refresh(target, place):
                _make(target, place)
        except GitFailed as failure:
            raise _unreachable(place, failure) from failure
        if is_remote(place.address):
            FETCHED_FOLDERS.add(target)
        return target


def forget(place: Place) -> None:
    """Throw a mirror away that turned out to be damaged, so that it is made anew."""
    FETCHED_FOLDERS.discard(_folder(place.address))
    cache.forget(_folder(place.address))


def redirect_of(address: str) -> str | None:
    """Return where the server at ``address`` sent git instead, or None."""
    with suppress(OSError):
        return (_folder(address) / _REDIRECTION).read_text(encoding="utf-8") or None
    return None


def authentication(credentials: Credentials | None) -> tuple[dict[str, str], dict[str, str]]:
    """Return the environment and the settings with which git hands ``credentials`` over.

    They go to the server when it asks, through a helper that reads them from the environment of
    git's own processes: an argument list can be read by everybody on the machine.
    """
    if credentials is None:
        return {}, {}
    env = {
        "MLSTARTER_GIT_USER": credentials.user,
        "MLSTARTER_GIT_PASSWORD": credentials.password,
    }
    return env, {"credential.helper": _HELPER}


def git_for(folder: Path, credentials: Credentials | None = None) -> Git:
    """Return git in the bare repository ``folder``, with ``credentials`` for a server."""
    env, settings = authentication(credentials)
    # An empty helper first: no other may answer, nor store what ours says.
    config = [("credential.helper", "")] if settings else []
    return Git(folder, {"GIT_DIR": str(folder), **env}, (*config, *settings.items()))


def _folder(address: str) -> Path:
    digest = hashlib.sha256(address.encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return cache.root() / "git" / f"{digest}.git"


def _refresh(folder: Path, place: Place) -> bool:
    """Bring a mirror up to date; return False where it may be damaged."""
    for last in (False, True):
        try:
            _fetch(folder, place)
        except GitFailed as failure:
            busy = "cannot lock ref" in failure.stderr or ".lock': File exists" in failure.stderr
            if busy and not last:
                continue  # another process brings it up to date just now
            if _ELSEWHERE.search(failure.stderr):
                raise
            return False
        return True
    return False


def _make(target: Path, place: Place) -> None:
    """Make a mirror aside and move it into place; the one that is there goes only then."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryFolder(
        prefix=".building-", dir=target.parent, ignore_cleanup_errors=True
    ) as work:
        fresh = Path(work) / "repo.git"
        try:
            _start(fresh, place)
        except GitFailed as failure:
            if "object format" not in failure.stderr and "algorithms" not in failure.stderr:
                raise
            shutil.rmtree(fresh)
            _start(fresh, place, "--object-format=sha256")
        cache.forget(target)
        with suppress(OSError):  # another process was first
            fresh.rename(target)


def _start(folder: Path, place: Place, *options: str) -> None:
    env = {"GIT_DEFAULT_REF_FORMAT": "files"}
    Git(folder.parent, env).run("init", "--quiet", "--bare", "--template=", *options, str(folder))
    _fetch(folder, place)


def _fetch(folder: Path, place: Place) -> None:
    # The default branch is what HEAD of the other repository names today. It is written once: to
    # whoever reads meanwhile, a folder with an empty HEAD is no repository.
    head = f"ref: {HEAD}\n".encode()
    path = folder / "HEAD"
    if not path.is_file() or path.read_bytes() != head:
        path.write_bytes(head)
    web = place.address.startswith(("http://", "https://"))
    # Without --quiet git says where a web server sends it.
    options = (*_FETCH, *(() if web else ("--quiet",)))
    git = git_for(folder, place.credentials).at(None, GIT_NO_LAZY_FETCH="1")
    command = ("fetch", *options, "--", place.address)
    result = git.call(*command, *_REFSPECS)
    if result.status and "couldn't find remote ref HEAD" in result.stderr:
        result = git.call(*command, *_REFSPECS[1:])
    if result.status:
        raise GitFailed(command, folder, result.status, public_text(result.stderr))
    target = _REDIRECT_WARNING.search(result.stderr)
    note = folder / _REDIRECTION
    if target is not None:
        note.write_text(target[1].removesuffix("/"), encoding="utf-8")
    else:
        note.unlink(missing_ok=True)


def _unreachable(place: Place, failure: GitFailed) -> TemplateError:
    why = shorten(public_text(find_reason(failure.stderr)), 300) or "git gave no reason."
    message = f"{place.address} cannot be fetched: {why}"
    if not is_remote(place.address):
        absence = ("not a git repository", "does not appear to be a git repository")
        if any(words in failure.stderr for words in absence):
            return NoRepository(message, hint="name a folder, or the address of a repository")
        if "promisor" in failure.stderr or "lazy" in failure.stderr:
            return TemplateError(
                message,
                hint=f"it is a partial clone: git -C {shell_word(place.address)} fetch --refetch",
            )
    hint = "check the address, your network and your access; git ls-remote tests all three"
    if os.linesep in message:
        message = message.splitlines()[0]
    return TemplateError(message, hint=failure.hint or hint)
