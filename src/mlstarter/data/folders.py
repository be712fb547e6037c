"""A folder of pictures or recordings, and what a project over it would be."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlstarter.data.choices import Suggestion
from mlstarter.data.errors import DataError
from mlstarter.data.formats import ENDINGS
from mlstarter.data.picture_answers import check_positive, check_split, split_choices
from mlstarter.data.picture_classes import (
    KINDS,
    Places,
    check_classes,
    check_depths,
    check_forms,
    check_masks,
    classes_in_names,
    count_classes,
    suggest_classes,
)
from mlstarter.data.picture_parts import (
    check_parts,
    parts_answer,
    split_folders,
    suggest_split,
)
from mlstarter.data.recordings import PARTS as TABLES_OF_PARTS
from mlstarter.data.recordings import lines_of, refuse_other_layouts
from mlstarter.data.show import excerpt, some
from mlstarter.data.sounds import RECORDINGS
from mlstarter.data.spoken_texts import suggest_speech

PICTURES = frozenset((
    ".apng", ".avif", ".avifs", ".bmp", ".bw", ".dcx", ".dds", ".dib", ".gif", ".heic", ".heif",
    ".icns", ".ico", ".im", ".j2c", ".j2k", ".jfif", ".jp2", ".jpc", ".jpe", ".jpeg", ".jpf",
    ".jpg", ".jpx", ".pbm", ".pcx", ".pfm", ".pgm", ".png", ".pnm", ".ppm", ".psd", ".qoi",
    ".ras", ".rgb", ".rgba", ".sgi", ".tga", ".tif", ".tiff", ".webp", ".xbm", ".xpm",
))  # fmt: skip
"""What Pillow opens, and a project of pictures reads."""

MOST_FILES = 500_000
# Where the layouts that a project of speech reads have what is said; and LibriSpeech's *.trans.txt.
TEXTS = frozenset(
    (
        *("manifest.csv", "manifest.tsv", "metadata.csv", "validated.tsv"),
        *TABLES_OF_PARTS,
    )
)

TABLE_ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".psv")
TEXT_FILES = frozenset((".txt", ".lab", ".trn"))  # that may lie beside recordings, one for each
JSON_LINES = ("manifest.json", "manifest.jsonl", "metadata.jsonl")  # of NeMo and Hugging Face

# Beside the picture of the same name: what somebody drew over it.
MASK = re.compile(r"(.+?)[_-]masks?([_-]?\d+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Folder:
    """What lies in a folder: files, their bytes, and how many there are of each ending.

    ``pictures`` counts them by the folders on the way to them; ``classes`` are the names of those
    in which they lie, those of a split's parts left out; ``parts`` are these, and which part each
    is; ``masks`` are pictures that were drawn over others; ``tables`` tell what is said in
    recordings.
    """

    path: Path
    files: int
    size: int
    endings: Mapping[str, int]
    pictures: Places = field(default_factory=dict)
    classes: frozenset[str] = frozenset()
    parts: Mapping[str, str] = field(default_factory=dict)
    masks: tuple[str, ...] = ()
    tables: tuple[Path, ...] = ()

    def count(self, endings: frozenset[str]) -> int:
        """Return how many files have one of these endings."""
        return sum(count for ending, count in self.endings.items() if ending in endings)


def walk(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, hidden ones left out; links are followed, once each.

    What is no file, such as a named pipe, would never end and is left out too.
    """
    seen: set[str] = set()
    for place, folders, files in os.walk(folder, followlinks=True):
        real = os.path.realpath(place)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        # Of macOS, and of Synology's disks: small copies of the pictures beside them.
        folders[:] = sorted(n for n in folders if not n.startswith((".", "__MACOSX", "@eaDir")))
        paths = (Path(place, name) for name in sorted(files) if not name.startswith("."))
        yield from (path for path in paths if path.is_file())  # a link may lead nowhere


def look(folder: Path) -> Folder:
    """Count what lies in a folder; raises DataError for more than ``MOST_FILES`` files."""
    endings: Counter[str] = Counter()
    places: Counter[tuple[str, ...]] = Counter()
    stems: set[tuple[Path, str]] = set()
    tables: list[Path] = []
    size = 0
    for number, path in enumerate(walk(folder), 1):
        if number > MOST_FILES:
            raise DataError(
                f"{excerpt(folder.name)} holds more than {MOST_FILES:,} files.",
                hint="give a folder within",
            )
        endings[path.suffix.lower()] += 1
        if path.suffix.lower() in PICTURES:
            places[path.relative_to(folder).parts[:-1]] += 1
            stems.add((path.parent, path.stem))
        if path.name in TEXTS or path.name.endswith((".trans.txt", *JSON_LINES)):
            tables.append(path)
        size += path.stat().st_size if path.exists() else 0
    parts = split_folders(places)
    names = {unicodedata.normalize("NFC", place[-1]) for place in places if place}
    labels = frozenset(names - parts.keys())
    files = sum(endings.values())
    matches = ((place, MASK.fullmatch(stem)) for place, stem in stems)
    masks = sorted(m[0] for place, m in matches if m and (place, m[1]) in stems)
    return Folder(
        folder, files, size, dict(endings), dict(places), labels, parts, tuple(masks), tuple(tables)
    )


def check(place: Path, kind: str) -> None:
    """Refuse pictures ("cv") or recordings ("asr") of which names tell that nothing can be learned.

    ``place`` is a folder, or the table that lists its files. Raises DataError.
    """
    if place.is_dir():
        _require_labels(look(place), kind)
    elif kind == "cv" and place.suffix.lower() != ".csv":
        raise DataError(
            f"{excerpt(place.name)} is neither a folder of pictures nor a CSV file of them.",
            hint="give a folder with one folder for each class",
        )
    elif kind == "cv" and not look(place.parent).count(PICTURES):
        raise DataError(
            f"There are no pictures beside {excerpt(place.name)}.",
            hint="put the table into the folder of the pictures that it lists",
        )


def _require_labels(folder: Folder, kind: str) -> None:
    name = excerpt(folder.path.resolve().name)
    endings, what = (PICTURES, "pictures") if kind == "cv" else (RECORDINGS, "recordings")
    if not folder.count(endings):
        raise DataError(f"{name} holds no {what}.", hint="give another folder, or another --type")
    one = excerpt(min(folder.classes, default=""))
    hint, words = "", list[str]()
    if kind == "cv" and len(folder.classes) < 2:
        words = classes_in_names(path.stem for path in walk(folder.path))
    if words:
        hint = f"files begin with {some(words, 3)}: make a folder of each that is a class"
    elif others := _tables_in(folder.path):
        hint = f"if {excerpt(others[0])} names them, give that file in place of the folder"
    if kind == "cv" and (not one or (len(folder.classes) == 1 and one.lower() in KINDS)):
        raise DataError(
            f"No picture of {name} lies in a folder that names its class.",
            hint=hint
            or "make one folder for each class (train/cat, not cat/train), or give a CSV "
            "file of files and labels",
        )
    if kind == "cv" and len(folder.classes) == 1:
        raise DataError(
            f"All pictures of {name} are of one class: {one}.",
            hint=hint or "bring pictures of another class, in a folder of its own",
        )
    if kind == "cv":
        check_masks(folder.masks, name)
        check_parts(folder.pictures, name)
        check_forms(folder.pictures, name)
        check_depths(folder.pictures, name)
        check_classes(count_classes(folder.pictures), name)
    if kind == "asr":
        refuse_other_layouts(folder.path, folder.tables)
    texts, recordings = folder.count(TEXT_FILES), folder.count(RECORDINGS)
    if kind == "asr" and not folder.tables and texts >= max(2, recordings / 2):
        raise DataError(
            f"{name} tells what is said in one text file for each recording, and a project of "
            "speech reads one table.",
            hint="write manifest.csv of them, with the columns path, text and speaker",
        )
    if kind == "asr" and not folder.tables:
        others = _tables_in(folder.path)
        what = f"if {excerpt(others[0])} does, call it" if others else "put beside them"
        raise DataError(
            f"{name} holds recordings, and no file that tells what is said in them.",
            hint=f"{what} manifest.csv, with the columns path, text and speaker",
        )


def _tables_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.suffix.lower() in TABLE_ENDINGS)


def propose(folder: Folder, answers: Mapping[str, Any]) -> list[Suggestion]:
    """Propose a project over a folder of pictures or recordings.

    Raises DataError for a folder of other things, naming the tables in it.
    """
    pictures, sounds = folder.count(PICTURES), folder.count(RECORDINGS)
    own_type = str(answers.get("project_type", ""))
    kind = own_type or ("cv" if pictures >= sounds and pictures else "asr" if sounds else "")
    if (pictures or sounds) and kind not in ("cv", "asr"):
        raise DataError(
            f"{excerpt(folder.path.resolve().name)} is a folder of "
            f"{'pictures' if pictures >= sounds else 'recordings'}, and a project of type "
            f"{excerpt(kind)} is made from a table.",
            hint="give a file with a table, or another --type",
        )
    if not (pictures or sounds):
        raise _other(folder)
    count, what = (pictures, "pictures") if kind == "cv" else (sounds, "recordings")
    _require_labels(folder, kind)
    choices = [Suggestion("project_type", kind, f"{count:,} of {folder.files:,} files are {what}")]
    if kind == "asr":
        choices += suggest_speech(lines_of(folder.path), "speech_task" in answers)
    if kind == "cv":
        classes, name = count_classes(folder.pictures), folder.path.resolve().name
        choices += suggest_classes(classes, folder.pictures)
        split = suggest_split(folder.pictures, folder.parts)
        check_positive(filter(None, classes), answers, name)
        paths = walk(folder.path) if answers.get("group_pattern") else ()
        names = [path.name for path in paths if path.suffix.lower() in PICTURES]
        check_split(answers, split, names, name)
        choices += split_choices(split, answers)
        if parts := parts_answer(folder.parts):
            choices.append(Suggestion("image_parts", parts, "folders that are parts of a split"))
    return choices


def _other(folder: Folder) -> DataError:
    tables = sorted(
        path.relative_to(folder.path).as_posix()
        for path in walk(folder.path)
        if path.suffix.lower() in ENDINGS or path.suffix.lower() in (".gz", ".zip")
    )
    name = excerpt(folder.path.name)
    texts = [table for table in tables if table.endswith(".txt")]
    if len(texts) > max(1, len(tables) / 2):
        return DataError(
            f"{name} is a folder of texts, such as {some(texts, 2)}, and a project of texts reads "
            "one table.",
            hint="write one CSV file of them with a column for the text and one for its label, "
            "such as the name of its folder or file",
        )
    if tables:
        return DataError(
            f"{name} is a folder with tables: {some(tables)}.", hint="give one of them"
        )
    return DataError(
        f"{name} holds neither pictures, nor recordings, nor a table.",
        hint="give another file or folder",
    )
