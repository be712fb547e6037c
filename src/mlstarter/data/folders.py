"""A folder of pictures or recordings, and what a project over it would be."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlstarter.data.choices import Suggestion
from mlstarter.data.errors import DataError
from mlstarter.data.formats import ENDINGS
from mlstarter.data.show import excerpt, some

PICTURES = frozenset(
    [
        ".jpg",
        ".jpeg",
        ".jpe",
        ".jfif",
        ".png",
        ".webp",
        ".bmp",
        ".tif",
        ".tiff",
        ".gif",
        ".ppm",
        ".pgm",
        ".heic",
        ".heif",
        ".avif",
        ".jp2",
    ]
)

RECORDINGS = frozenset(
    (".wav", ".flac", ".mp3", ".ogg", ".opus", ".m4a", ".aac", ".aif", ".aiff", ".wma")
)

MOST_FILES = 500_000
PARTS = {"train", "training", "test", "testing"}


@dataclass(frozen=True, slots=True)
class Folder:
    """What lies in a folder: files, their bytes, and how many there are of each ending."""

    path: Path
    files: int
    size: int
    endings: Mapping[str, int]

    def count(self, endings: frozenset[str]) -> int:
        """Return how many files have one of these endings."""
        return sum(count for ending, count in self.endings.items() if ending in endings)


def walk(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, hidden ones left out; links are followed, once each."""
    seen: set[str] = set()
    for place, folders, files in os.walk(folder, followlinks=True):
        real = os.path.realpath(place)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__MACOSX")))
        yield from (Path(place, name) for name in sorted(files) if not name.startswith("."))


def look(folder: Path) -> Folder:
    """Count what lies in a folder; raises DataError for more than ``MOST_FILES`` files."""
    endings: Counter[str] = Counter()
    size = 0
    for number, path in enumerate(walk(folder), 1):
        if number > MOST_FILES:
            raise DataError(
                f"{excerpt(folder.name)} holds more than {MOST_FILES:,} files.",
                hint="give a folder within",
            )
        endings[path.suffix.lower()] += 1
        size += path.stat().st_size if path.exists() else 0
    return Folder(folder, sum(endings.values()), size, dict(endings))


def propose(folder: Folder, answers: Mapping[str, Any]) -> list[Suggestion]:
    """Propose a project over a folder of pictures or recordings.

    Raises DataError for a folder of other things, naming the tables in it.
    """
    pictures, recordings = folder.count(PICTURES), folder.count(RECORDINGS)
    own_type = str(answers.get("project_type", ""))
    kind = own_type or (
        "cv" if pictures >= recordings and pictures else "asr" if recordings else ""
    )
    if kind not in ("cv", "asr") or not (pictures or recordings):
        raise _other(folder)
    count, what = (pictures, "pictures") if kind == "cv" else (recordings, "recordings")
    if not count:
        raise DataError(
            f"{excerpt(folder.path.name)} holds no {what}.",
            hint="give another folder, or another --type",
        )
    choices = [Suggestion("project_type", kind, f"{count:,} of {folder.files:,} files are {what}")]
    if kind == "cv":
        parts = {path.name.lower() for path in folder.path.iterdir() if path.is_dir()} & PARTS
        if len(parts) == 2:
            why = f"it has folders called {' and '.join(sorted(parts))}"
            choices.append(Suggestion("image_split", "given", why))
    return choices


def _other(folder: Folder) -> DataError:
    tables = sorted(
        path.relative_to(folder.path).as_posix()
        for path in walk(folder.path)
        if path.suffix.lower() in ENDINGS or path.suffix.lower() in (".gz", ".zip")
    )
    name = excerpt(folder.path.name)
    if tables:
        return DataError(
            f"{name} is a folder with tables: {some(tables)}.", hint="give one of them"
        )
    return DataError(
        f"{name} holds neither pictures, nor recordings, nor a table.",
        hint="give another file or folder",
    )
