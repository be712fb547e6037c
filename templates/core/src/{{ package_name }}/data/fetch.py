"""`fetch`: bring the data from Kaggle into data/raw/, or say why not and leave all as it was.

What can go wrong has an exit status of its own: 10 no credentials, 11 wrong ones, 12 rules not
accepted, 13 not found, 14 connection cut, 15 Kaggle unavailable, 16 no answer, 17 damaged
download, 18 disk full, 19 unsafe archive, 20 other files than data.lock names, 21 licence not
accepted.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from ..errors import ProjectError
from ..files import new_folder, sha256
from . import archives, kaggle, lock
from .failures import translate
from .kaggle import Source
from .licences import terms
from .lock import Lock, LockMismatch


class NotAgreed(ProjectError):
    """The data's licence limits their use, and nobody agreed to that."""

    exit_status = 21


def run(yes: bool = False, update: bool = False, timeout: float = 60.0) -> None:
    """Fetch what config.toml names; the embedded sample needs nothing."""
    from ..settings import load

    data, root = load().data, Path()
    if data.source == "sample":
        _say("This project runs on the embedded sample: there is nothing to fetch.")
    elif data.source == "local":
        lock_local(root, data.path, data.licence, update)
    else:
        source = Source.parse(data.kaggle)
        if data.licence:
            _say(f"Expected of {source}: {data.licence} ({terms(data.licence).words}).")
        fetch(source, root, agree=(lambda _: True) if yes else ask, update=update, timeout=timeout)


def fetch(
    source: Source,
    root: Path,
    *,
    agree: Callable[[str], bool],
    update: bool = False,
    timeout: float = 60.0,
) -> Lock:
    """Bring `source` into `root`/data/raw/<its last name> and return what `data.lock` now says.

    A version that the lock names is fetched again unless `update`; `agree` is asked where the
    licence does not clearly allow commercial use and showing the data. Earlier files stay until the
    new ones are complete and verified.
    """
    locked = lock.read(root)
    below = f"data/raw/{source.slug}"
    if locked and not update and _same(locked, source):
        source = Source.parse(locked.source.removeprefix("kaggle:"))
        if not lock.verify(root):
            _say(f"{source} is here and as {lock.NAME} has it ({locked.licence}).")
            return locked
    source, licence = kaggle.describe(source, timeout)
    _check_licence(source, licence, agree)

    archive = root / "data/cache" / f"{source.slug}-{source.version or 'competition'}.archive"
    archive.parent.mkdir(parents=True, exist_ok=True)
    kaggle.download(source, archive, timeout)
    try:
        with new_folder(root / below) as folder:
            archives.extract(archive, folder)
            files = lock.digests(folder, below)
            found = Lock(f"kaggle:{source}", licence, files)
            if locked and not update and locked.source == found.source:
                _compare(locked, found)
    except OSError as error:
        raise translate(error, source, timeout, known=True) from None
    except ProjectError:
        archive.unlink()
        raise
    archive.unlink()
    lock.write(root, found)
    _say(f"{len(files)} files in {below}, {lock.NAME} written: commit it.")
    return found


def lock_local(root: Path, path: str, licence: str, update: bool = False) -> Lock:
    """Record the SHA-256 of one's own file or folder in `data.lock`, or compare with the lock."""
    if not path or not (root / path).exists():
        raise ProjectError(f"There is no file {path}.", "Set data.path in config.toml.")
    one = (root / path).is_file()
    files = {path: sha256(root / path)} if one else lock.digests(root / path, path.rstrip("/"))
    found = Lock(f"local:{path}", licence or "unknown", files)
    locked = lock.read(root)
    if locked and not update and locked.source == found.source:
        _compare(locked, found)
    lock.write(root, found)
    _say(f"{path} is as {lock.NAME} has it.")
    return found


def ask(question: str) -> bool:
    """Ask on the terminal; without one the answer is no."""
    if not sys.stdin.isatty():
        return False
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return input().strip().lower() in ("y", "yes")


def _same(locked: Lock, source: Source) -> bool:
    name = locked.source.removeprefix("kaggle:")
    return name == str(source) if source.version else name.split("/versions/")[0] == source.name


def _check_licence(source: Source, licence: str, agree: Callable[[str], bool]) -> None:
    allowed = terms(licence)
    _say(f"{source}, licence: {licence} ({allowed.words}). See {source.page}")
    if allowed.ask and not agree("May this project use them under these terms?"):
        raise NotAgreed(
            f"{source} was not fetched: {allowed.words}.",
            f"Read {source.page}, then run `fetch --yes` if your use is allowed.",
        )


def _compare(locked: Lock, found: Lock) -> None:
    if words := lock.differences(locked.files, found.files):
        raise LockMismatch(
            f"The data are not those of {lock.NAME}: {words[0]}"
            + (f", and {len(words) - 1} more." if words[1:] else "."),
            "Find out why they changed; `fetch --update` takes the new ones.",
        )


def _say(line: str) -> None:
    print(line, file=sys.stderr)
