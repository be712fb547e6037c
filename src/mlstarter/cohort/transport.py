"""git over a network that fails: asking, fetching and pushing, with patience.

A server that is busy (429, 503) or a connection that breaks is tried again, longer each time; a
refusal (no such repository, no permission, not a fast-forward) is not. Nothing here ever forces.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from mlstarter.cohort.server_answers import Absent, RemoteFailed, explain, no_answer
from mlstarter.cohort.shared_folder import private_view, release_stale_locks
from mlstarter.cohort.stop import stoppable_runner
from mlstarter.git.process import Git, GitResult
from mlstarter.operating_system import is_windows

if TYPE_CHECKING:
    from mlstarter.cohort.retry import StoppableRetry

_REDIRECTION = re.compile(r"^warning: redirecting to (\S+)$", re.MULTILINE)
# Branches that mlstarter offers updates on.
OURS = "refs/heads/mlstarter/"
_LOADING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Listing:
    """What a server shows of a repository: its refs, and the address where it is now."""

    refs: dict[str, str]
    url: str


@dataclass(frozen=True)
class Transport:
    """git with one account's credentials.

    ``env`` reaches git's own processes only. ``config`` are git settings. ``attempts`` is how
    often something is tried, ``pause`` the seconds before the second time; it doubles.
    """

    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    config: tuple[tuple[str, str], ...] = ()
    attempts: int = 6
    pause: float = 0.5
    longest_pause: float = 60.0
    stop: threading.Event = field(default_factory=threading.Event, repr=False)

    def refs(self, url: str) -> dict[str, str]:
        """Ask the server for its refs: full name -> commit.

        Raises Absent, AccessDenied or RemoteFailed.
        """
        return self.listing(url).refs

    def listing(self, url: str) -> Listing:
        """Ask the server for its refs and for the address that it redirects to.

        Raises Absent, AccessDenied or RemoteFailed.
        """
        with _address(url) as (address, view):
            if view is None:
                command: tuple[str, ...] = ("ls-remote", "--", address)
                git = self._git(Path.cwd())
            else:
                # The same refs, read where they are, for a quarter of the time.
                command = ("for-each-ref", "--format=%(objectname)\t%(refname)")
                git = self._git(view).at(None, GIT_DIR=address)
            out = self._persist(url, address, lambda: git.call(*command))
        refs = {}
        for line in out.stdout.decode("utf-8", "surrogateescape").splitlines():
            oid, _, name = line.partition("\t")
            refs[name] = oid
        return Listing(refs, _redirect(url, out.stderr))

    def fetch(self, url: str, into: Path) -> None:
        """Fetch every branch and tag of a repository into the bare one in ``into``."""
        refspecs = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
        self._fetch(url, into, ("--prune", "--force"), refspecs)

    def fetch_remote(self, url: str, into: Path) -> None:
        """Fetch branches and tags into the clone in ``into``, as its remote ``origin``."""
        refspecs = ("+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")
        self._fetch(url, into, ("--prune",), refspecs)

    def fetch_commit(self, url: str, into: Path, commit: str) -> None:
        """Fetch one commit that no branch holds any more; raises RemoteFailed where it is gone."""
        try:
            self._fetch(url, into, (), (commit,))
        except RemoteFailed as error:
            raise RemoteFailed(
                f"The commit {commit[:12]} that main had then was pushed over, and the server of "
                f"{url} does not give it any more.",
                hint="whoever runs the server finds it in the repository's reflog",
            ) from error

    def _fetch(
        self, url: str, into: Path, options: tuple[str, ...], refspecs: tuple[str, ...]
    ) -> None:
        options = ("--quiet", "--no-auto-gc", "--no-write-fetch-head", *options)
        git = self._git(into)
        with _address(url) as (address, _):
            fetch = ("fetch", *options, "--", address, *refspecs)
            self._persist(url, address, lambda: git.call(*fetch))

    def push(
        self,
        url: str,
        store: Path,
        refspecs: tuple[str, ...],
        *,
        leases: Mapping[str, str] | None = None,
    ) -> None:
        """Push refspecs from the bare repository ``store``, all or none; never a forced one.

        ``leases`` are branches of ours (``refs/heads/mlstarter/...`` -> the commit that they
        must have) that go with the same push: one that anybody pushed to since stays, and so does
        all else (git's ``--force-with-lease``).

        Raises BranchMoved where one is not a fast-forward on the server or a branch of ``leases``
        has another commit, PushRefused where the server itself says no.
        """
        leases = leases or {}
        if any(spec.startswith(("+", ":")) for spec in refspecs):
            raise ValueError("a push never forces and never deletes")
        if not all(name.startswith(OURS) for name in leases):
            raise ValueError("only branches of ours are ever superseded")
        options = ["--porcelain", "--no-verify"]
        options += [f"--force-with-lease={name}:{tip}" for name, tip in leases.items()]
        refspecs = (*refspecs, *(f":{name}" for name in leases))
        if len(refspecs) > 1:
            options.append("--atomic")
        # What is pushed is packed already; looking for deltas would cost more than it saves.
        config = (*self.config, ("pack.window", "0"), ("pack.threads", "1"))
        git = replace(self._git(store).at(GIT_DIR=str(store)), config=config)
        branches = frozenset(spec.partition(":")[2] for spec in refspecs)
        with _address(url, branches=branches, deletes=bool(leases)) as (address, _):
            push = ("push", *options, "--", address, *refspecs)
            self._persist(url, address, lambda: git.call(*push), branches)

    def _git(self, folder: Path) -> Git:
        return Git(folder, self.env, self.config, runner=stoppable_runner(self.stop))

    def _persist(
        self,
        url: str,
        address: str,
        attempt: Callable[[], GitResult],
        branches: frozenset[str] = frozenset(),
    ) -> GitResult:
        folder = local_path(url)
        retry = None
        while (result := attempt()).status != 0:
            words = result.stderr + result.stdout.decode("utf-8", "replace")
            words = words.replace(address, url if folder is None else str(folder))
            if (error := explain(url, words, pushes=bool(branches))) is not None:
                raise error
            retry = retry or self._first_retry()
            retry = retry.after(no_answer(url, words, self.attempts))
            retry.sleep()
            if folder is not None:
                release_stale_locks(folder, branches)
        return result

    def _first_retry(self) -> StoppableRetry:
        # Loaded where something failed, by one thread: its modules import one another in a circle.
        with _LOADING:
            from mlstarter.cohort.retry import StoppableRetry

        return StoppableRetry(
            self.attempts - 1,
            backoff_factor=self.pause,
            backoff_max=self.longest_pause,
            stop=self.stop,
        )


@contextmanager
def _address(
    url: str, *, branches: frozenset[str] = frozenset(), deletes: bool = False
) -> Iterator[tuple[str, Path | None]]:
    """Yield the address for git, and the private git folder that stands for one on this machine.

    ``branches`` are those that a push is about, ``deletes`` says that it may delete one.

    Raises Absent where there is no such folder.
    """
    path = local_path(url)
    if path is None:
        yield url, None
    elif not path.is_dir():
        raise Absent(f"There is no repository at {url}.", hint="mlstarter cohort create")
    else:
        with private_view(path, branches=branches, deletes=deletes) as view:
            yield str(view), view


def _redirect(url: str, words: str) -> str:
    """Return the address that git was redirected to on the same server, else ``url`` itself."""
    match = _REDIRECTION.search(words)
    target = match[1].rstrip("/") if match else url
    return target if urlsplit(target)[:2] == urlsplit(url)[:2] else url


def local_path(url: str) -> Path | None:
    """Return the folder that a ``file://`` address names, None for any other address."""
    if not url.startswith("file://"):
        return None
    path = unquote(urlsplit(url).path)
    # file:///C:/srv is C:/srv on Windows.
    return Path(path[1:] if is_windows() and path[2:3] == ":" else path)
