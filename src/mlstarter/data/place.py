"""Where somebody's data lie for a project: in it, beside it, or where a variable says.

A path of the owner's machine is never recorded: it would say who they are, and fail elsewhere.
"""

from __future__ import annotations

import filecmp
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlstarter.data.errors import DataError
from mlstarter.data.folders import look, walk
from mlstarter.data.limits import COPY_BYTES, TRACK_BYTES
from mlstarter.data.show import excerpt
from mlstarter.errors import UsageError
from mlstarter.escape import shell_word
from mlstarter.files import remove

RAW = "data/raw"
VARIABLE = "DATA_FILE"


@dataclass(frozen=True, slots=True)
class Placement:
    """How a project finds its data.

    ``recorded_path`` is what config.toml says: relative to the project, or ``env:NAME``.
    ``copy_path`` is the place in the project that ``source`` is copied to, "" where it stays where
    it is; with the ``pictures`` that a table lists it is that of the table's folder.
    """

    source: Path
    recorded_path: str
    copy_path: str = ""
    pictures: tuple[Path, ...] = ()

    def files(self) -> Iterator[tuple[Path, str]]:
        """Yield each file that is copied, and its path below ``copy_path``, "" for that itself."""
        if self.pictures:
            for path in (self.source, *self.pictures):
                yield path, path.relative_to(self.source.parent).as_posix()
        elif self.source.is_dir():
            for path in walk(self.source):
                yield path, path.relative_to(self.source).as_posix()
        else:
            yield self.source, ""

    @property
    def variable(self) -> str:
        """The name of the environment variable that has to say where the data are, or ""."""
        return (
            self.recorded_path.removeprefix("env:") if self.recorded_path.startswith("env:") else ""
        )


def size_of(source: Path, pictures: Sequence[Path] = ()) -> int:
    """Return the bytes of a file and of the pictures it lists, or of all files of a folder."""
    if source.is_dir():
        return look(source).size
    return sum(path.stat().st_size for path in (source, *pictures))


def placement(
    source: Path,
    project: Path,
    *,
    copy: bool,
    variables: bool = True,
    pictures: Sequence[Path] = (),
) -> Placement:
    """Decide where data lie for the project at ``project``, which need not exist yet.

    ``copy`` them where that can be; ``variables`` says that the project reads ``env:NAME``;
    ``pictures`` are those that ``source``, a table, lists.
    """
    real, root = source.resolve(), project.resolve()
    if real.is_relative_to(root):
        return Placement(source, real.relative_to(root).as_posix())
    name = _plain_name(source.name)
    if copy and pictures and size_of(source, pictures) <= COPY_BYTES:
        place = f"{RAW}/{_plain_name(real.parent.name)}"
        # The table keeps its name, as the pictures keep theirs.
        return Placement(source, f"{place}/{source.name}", place, tuple(pictures))
    if copy and not pictures and size_of(source) <= COPY_BYTES:
        place = f"{RAW}/{name}"
        return Placement(source, place, place)
    if real.is_relative_to(root.parent):
        return Placement(source, f"../{real.relative_to(root.parent).as_posix()}")
    if not variables:
        raise UsageError(
            f"{excerpt(source.name)} is not to be copied, or larger than {COPY_BYTES >> 30} GiB.",
            hint=f"move it into {excerpt(root.parent, 200)}, beside the project",
        )
    return Placement(source, f"env:{VARIABLE}")


def _plain_name(name: str) -> str:
    return re.sub(r"[^\w.\-+() ]", "_", name).strip() or "data"


def copy_into(place: Placement, project: Path) -> None:
    """Copy the data to their place in a project, wholly or not at all; links are followed.

    Raises DataError where another file is there.
    """
    target = project / place.copy_path
    if target.exists() and _is_copy(place, target):
        return
    if target.exists():
        what = "holds other files" if target.is_dir() else "another file"
        raise DataError(
            f"{place.copy_path} is there already, and {what}.",
            hint=f"remove it, or give the file itself: mlstarter describe "
            f"{shell_word(place.recorded_path)}",
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    # Beside its place first: what a full disk leaves is never taken for the data.
    partial = target.with_name(f".{target.name}.part")
    try:
        for path, name in place.files():
            file = partial / name
            file.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, file)
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True) if not partial.is_dir() else remove(partial)


def _is_copy(place: Placement, target: Path) -> bool:
    """Say whether data were copied to their place before, and neither has changed since."""
    files = {target / name: path for path, name in place.files()}
    if target.is_dir() and not place.pictures and {*walk(target)} != files.keys():
        return False
    return all(copy.is_file() and filecmp.cmp(copy, path, False) for copy, path in files.items())


def check_tracked(source: Path, pictures: Sequence[Path] = ()) -> None:
    """Raise UsageError for data that are too large for git."""
    if size_of(source, pictures) > TRACK_BYTES:
        raise UsageError(
            f"{excerpt(source.name)} is larger than {TRACK_BYTES >> 20} MiB, too large for git.",
            hint="leave out --track-data",
        )
