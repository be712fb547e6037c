"""Partial clones: objects that were left on the server, fetched before a merge needs them."""

from __future__ import annotations

from collections.abc import Sequence

from mlstarter.errors import ProjectError
from mlstarter.escape import shell_word
from mlstarter.git.repository import Repository

# Trees are one level deeper each time; the last round brings the files.
_ROUNDS = 64


def fetch_missing(repository: Repository, commits: Sequence[str]) -> None:
    """Fetch what a partial clone lacks of the files of ``commits``; nothing for a whole one.

    A merge runs beside the project and sees its objects, not its server.

    Raises:
        ProjectError: the server cannot be reached.
    """
    if not any(repository.objects.glob("pack/*.promisor")):
        return
    git = repository.git
    remote = git.call("config", "--get-regexp", r"^remote\..*\.promisor$").stdout.decode()
    name = remote.split(".promisor", 1)[0].removeprefix("remote.") if remote else "origin"
    walk = ("rev-list", "--objects", "--missing=print", "--no-walk", *commits)
    options = ("--quiet", "--no-tags", "--no-write-fetch-head", "--recurse-submodules=no")
    for _ in range(_ROUNDS):
        lines = git.text(*walk).splitlines()
        missing = [line[1:] for line in lines if line.startswith("?")]
        if not missing:
            return
        # git looks such objects up one by one; asked for together, they are one fetch.
        result = git.call(
            *("-c", "fetch.negotiationAlgorithm=noop", "fetch", name, *options),
            *("--filter=blob:none", "--stdin"),
            stdin="".join(f"{oid}\n" for oid in missing).encode(),
        )
        if result.status != 0:
            break
    raise ProjectError(
        f"This is a partial clone, and {name} cannot be asked for the files that it left out.",
        hint="check your network and access, or fetch them all: git fetch --refetch "
        f"{shell_word(name)}",
    )
