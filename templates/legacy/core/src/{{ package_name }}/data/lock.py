"""`data.lock`: which bytes this project was built on. Committed, and verified by `fetch` and CI."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from ..errors import ProjectError
from ..files import sha256, write_json

NAME = "data.lock"


class LockMismatch(ProjectError):
    """The files are not the ones that `data.lock` names."""

    exit_status = 20


@dataclass(frozen=True)
class Lock:
    """Where the data came from, under which licence, and the SHA-256 of each file.

    `files` maps a path relative to the project, with forward slashes, to 64 hexadecimal digits.
    """

    source: str
    licence: str
    files: dict[str, str]
    schema: int = 1


def read(root: Path) -> Lock | None:
    """Return the project's lock or None; raise LockMismatch if it is broken."""
    try:
        return Lock(**json.loads((root / NAME).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError):
        raise LockMismatch(
            f"{NAME} is not what `fetch` writes.",
            f"Bring it back with `git checkout {NAME}`, or delete it and run `fetch` again.",
        ) from None


def write(root: Path, lock: Lock) -> None:
    """Write `data.lock` in one step."""
    write_json(root / NAME, asdict(lock))


def digests(folder: Path, name: str) -> dict[str, str]:
    """Return the SHA-256 of each file below `folder`, named as if the folder lay at `name`."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {f"{name}/{path.relative_to(folder).as_posix()}": sha256(path) for path in files}


def differences(locked: dict[str, str], found: dict[str, str]) -> list[str]:
    """Say in words how `found` differs from what is locked; an empty list where it does not."""
    words = [f"{name} is missing" for name in sorted(locked.keys() - found.keys())]
    words += [f"{name} is not in the lock" for name in sorted(found.keys() - locked.keys())]
    both = sorted(locked.keys() & found.keys())
    return words + [f"{name} has other content" for name in both if locked[name] != found[name]]


def compare(locked: Lock, found: Lock) -> None:
    """Raise LockMismatch where files are not those that were locked."""
    if words := differences(locked.files, found.files):
        raise LockMismatch(
            f"The data are not those of {NAME}: {words[0]}"
            + (f", and {len(words) - 1} more." if words[1:] else "."),
            "Find out why they changed; `fetch --update` takes the new ones.",
        )


def verify(root: Path) -> list[str]:
    """Compare the files that the lock names with what lies in the project, in words."""
    lock = read(root)
    locked = lock.files if lock else {}
    return differences(
        locked, {name: sha256(root / name) for name in locked if (root / name).is_file()}
    )
