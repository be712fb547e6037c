"""What a table says of recordings, read as a project of speech reads it; what it would not read.

A project takes names of files and columns as they stand. What else is common is refused here, in a
sentence that says what to change, before a project is made that could not learn from it.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from mlstarter.data.encodings import misfit
from mlstarter.data.errors import DataError
from mlstarter.data.picture_parts import PARTS as PART_NAMES
from mlstarter.data.show import excerpt, quote, some
from mlstarter.data.sounds import RECORDINGS, is_silent, kind_of

TABLES = ("manifest.csv", "manifest.tsv", "validated.tsv")
PARTS = tuple(f"{name}.tsv" for name in PART_NAMES)
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "path": ("path", "file", "filename", "file_name", "audio", "audio_filepath", "wav"),
    "text": ("text", "sentence", "transcript", "transcription"),
    "speaker": ("speaker", "client_id", "speaker_id"),
    "part": ("part", "split"),
}
"""The names that a project of speech knows for its columns."""

MOST_STARTS = 100  # recordings whose kind is looked at
SPEAKER_SHARE = 0.5  # of the rows: a column of fewer different values holds no texts


@dataclass(frozen=True, slots=True)
class Line:
    """One recording: table and line that name it, its name there, file, text, voice and part."""

    table: Path
    number: int
    name: str
    path: Path
    text: str
    speaker: str = ""
    part: str = ""


def refuse_other_layouts(folder: Path, tables: Sequence[Path]) -> None:
    """Raise DataError where texts stand only in files that a project does not read.

    ``tables`` are all files below the folder that may tell what is said.
    """
    plain_tables = [path for path in tables if path.suffix not in (".json", ".jsonl")]
    if any(path.parent == folder or path.name.endswith(".trans.txt") for path in plain_tables):
        return
    if plain_tables:
        place = plain_tables[0].parent.relative_to(folder).as_posix()
        raise DataError(
            f"{excerpt(plain_tables[0].name)} lies in the folder {quote(place)} of "
            f"{excerpt(folder.resolve().name)}.",
            hint="give that folder: its recordings are found from there",
        )
    if tables:
        raise DataError(
            f"{excerpt(tables[0].name)} is in JSON, and a project of speech reads tables.",
            hint="write manifest.csv instead, with the columns path, text and speaker, and leave "
            "out what begins within a recording (offset)",
        )


def refuse_recordings(table: Path, columns: Mapping[str, Sequence[Any]]) -> None:
    """Raise DataError for a table that lists recordings which lie below its folder."""
    for cells in columns.values():
        names = [cell for cell in cells[:MOST_STARTS] if isinstance(cell, str)]
        places = (table.parent / folder / name for name in names for folder in (".", "clips"))
        if names and any(path.suffix.lower() in RECORDINGS and path.is_file() for path in places):
            raise DataError(
                f"{excerpt(table.name)} lists recordings, such as {excerpt(names[0], 80)}.",
                hint="give its folder: a project of speech finds there what manifest.csv says",
            )


def lines_of(folder: Path) -> list[Line]:
    """Return what the tables of a folder say of recordings.

    Raises DataError, naming file and line, for what a project of speech would read wrongly or not
    at all.
    """
    tables = [path for name in TABLES if (path := folder / name).is_file()][:1]
    tables = tables or [path for name in PARTS if (path := folder / name).is_file()]
    metadata = folder / "metadata.csv"
    if tables:
        lines = [line for table in tables for line in _read_table(table)]
    elif metadata.is_file():
        lines = _read_lj_speech(metadata)
    else:
        lines = list(_read_libri_speech(folder))
    if lines:
        _require_files(lines)
        _refuse_second_lines(lines)
        _refuse_sounds(lines)
    return lines


def _text_of(table: Path) -> str:
    try:
        return table.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise misfit(error, table.name, "UTF-8", "save it as UTF-8") from None


def _read_table(table: Path) -> list[Line]:
    text = _text_of(table)
    separator = max(",;\t|", key=text.partition("\n")[0].count)
    quoting: Any = csv.QUOTE_NONE if separator == "\t" else csv.QUOTE_MINIMAL
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, quoting=quoting)
    try:
        rows = [(reader.line_num, row) for row in reader if row]
    except csv.Error as error:
        raise DataError(
            f"{excerpt(table.name)}, line {reader.line_num:,}, cannot be read: {error}.",
            hint="write one recording on each line",
        ) from None
    if len(rows) < 2:
        raise DataError(
            f"{excerpt(table.name)} names no recordings.",
            hint="write the names path, text and speaker into its first line, and one recording on "
            "each line below",
        )
    header = rows[0][1]
    places = {
        key: next((header.index(name) for name in names if name in header), None)
        for key, names in COLUMNS.items()
    }
    if missing := [key for key in ("path", "text") if places[key] is None]:
        raise DataError(
            f"{excerpt(table.name)} has no column called {' and none called '.join(missing)}; it "
            f"has {some(header, 8)}.",
            hint="call its columns path, text and speaker, in small letters, without blanks",
        )
    folder = table.parent / "clips" if "client_id" in header else table.parent
    folder = folder if folder.is_dir() else table.parent
    lines = []
    for number, row in rows[1:]:
        if len(row) > len(header):
            raise DataError(
                f"{excerpt(table.name)}, line {number:,}, has {len(row)} cells, and its first line "
                f"{len(header)}.",
                hint="put quotes around a text that holds the sign between cells",
            )
        cells = {
            key: row[place].strip() if place is not None and place < len(row) else ""
            for key, place in places.items()
        }
        if any("\n" in cell for cell in row):
            raise DataError(
                f"{excerpt(table.name)}, line {number:,}, ends a cell that goes over several lines "
                f"({quote(cells['text'], 30)}).",
                hint="close the quotes that are opened before, or write them twice inside a text",
            )
        path = folder / cells["path"]
        part = cells["part"] or (table.stem if table.name in PARTS else "")
        words = cells["text"], cells["speaker"], part
        lines.append(Line(table, number, cells["path"], path, *words))
    return lines


def _read_lj_speech(table: Path) -> list[Line]:
    """Return the lines of metadata.csv: a name, a text, and the text in words."""
    text = _text_of(table)
    if "|" not in text.partition("\n")[0]:
        raise DataError(
            f"{excerpt(table.name)} is not written as LJSpeech is: name|text|text in words.",
            hint="call it manifest.csv, and its columns path, text and speaker",
        )
    rows = [line.split("|") for line in text.split("\n")]
    if wide := next((number for number, row in enumerate(rows, 1) if len(row) > 3), 0):
        raise DataError(
            f"{excerpt(table.name)}, line {wide:,}, has {len(rows[wide - 1])} cells, and LJSpeech "
            "has three: name|text|text in words.",
            hint="write manifest.csv with the columns path, text and speaker",
        )
    thirds = Counter(row[2].strip() for row in rows if len(row) == 3)
    texts = {row[1].strip() for row in rows if len(row) == 3}
    if thirds and len(thirds) < SPEAKER_SHARE * len(texts):
        raise DataError(
            f"The third column of {excerpt(table.name)} ({some(thirds, 3)}) is read as the texts, "
            "and seems to hold no such.",
            hint="if it names speakers, write manifest.csv with the columns path, text and speaker",
        )
    return [
        Line(table, number, row[0], table.parent / "wavs" / f"{row[0]}.wav", row[-1], "one")
        for number, row in enumerate(rows, 1)
        if len(row) > 1
    ]


def _read_libri_speech(folder: Path) -> Iterator[Line]:
    """Yield the lines of *.trans.txt: a name, a blank, a text."""
    for table in sorted(folder.rglob("[!.]*.trans.txt")):
        for number, line in enumerate(_text_of(table).rstrip("\n").split("\n"), 1):
            name, _, text = line.partition(" ")
            path, speaker = table.with_name(f"{name}.flac"), name.partition("-")[0]
            yield Line(table, number, name, path, text, speaker)


def _require_files(lines: list[Line]) -> None:
    """Raise DataError for paths of one machine alone, and where no file is where it should be."""
    for line in lines:
        if PurePosixPath(line.name).is_absolute() or PureWindowsPath(line.name).drive:
            raise DataError(
                f"{excerpt(line.table.name)}, line {line.number:,}, names a file by its whole path "
                f"({excerpt(line.name, 80)}), which is another one on other machines.",
                hint="write each path from the folder of the table: clips/1.wav",
            )
    lost_lines = [line for line in lines if not line.path.is_file()]
    if len(lost_lines) < len(lines):
        _refuse_other_forms(lost_lines)
        return
    first = lines[0]
    place = first.path.relative_to(first.table.parent).as_posix()
    raise DataError(
        f"None of the {len(lines):,} recordings that {excerpt(first.table.name)} names is there, "
        f"such as {excerpt(place, 80)}.",
        hint=_hint_at_file(first),
    )


def _refuse_other_forms(lost_lines: Iterable[Line]) -> None:
    """Raise DataError for a name whose file is there in another form of Unicode."""
    for line in lost_lines:
        name = unicodedata.normalize("NFC", line.path.name)
        if name.isascii() or not line.path.parent.is_dir():
            continue
        if any(
            unicodedata.normalize("NFC", each.name) == name for each in line.path.parent.iterdir()
        ):
            raise DataError(
                f"{excerpt(line.table.name)}, line {line.number:,}: the file of "
                f"{excerpt(line.name, 80)} is called so in another form of Unicode.",
                hint="rename such files with convmv --nfc, and save the table as NFC",
            )


def _hint_at_file(line: Line) -> str:
    """Return what to do so that the file of a line is there: by what lies in its folder."""
    if "\\" in line.name:
        return "write / between folders, not \\"
    folder, file_name = line.table.parent, unicodedata.normalize("NFC", line.path.name)
    for path in sorted(folder.rglob("*")):
        if unicodedata.normalize("NFC", path.name) == file_name and path.name != line.path.name:
            return (
                f"the names of {excerpt(path.name)} and others are in another form of Unicode "
                "than the table's: rename them with convmv --nfc"
            )
        if path.is_file() and path.stem in (line.path.stem, line.path.name, Path(line.name).stem):
            there = f"there is {excerpt(path.relative_to(folder).as_posix(), 80)}"
            if line.table.name == "metadata.csv":
                return f"{there}: LJSpeech names wavs/1.wav by 1"
            return f"{there}: name each file in full, or convert the files"
    return "name each file with its ending, and its path from the folder of the table"


def _refuse_second_lines(lines: list[Line]) -> None:
    """Raise DataError for a recording that is listed twice: it would be in two parts."""
    first_lines: dict[Path, Line] = {}
    for line in lines:
        other = first_lines.setdefault(line.path, line)
        if other is not line:
            raise DataError(
                f"{excerpt(line.table.name)}, line {line.number:,}, lists {excerpt(line.name, 80)} "
                f"a second time, after line {other.number:,} of {excerpt(other.table.name)}.",
                hint="leave one of the lines; where each is of a piece (start, end), cut it into "
                "a file for each",
            )


def _refuse_sounds(lines: list[Line]) -> None:
    """Raise DataError where all recordings are of kinds that no project reads, or one is silent."""
    lines_with_files = [line for line in lines if line.path.is_file()]
    kinds = {kind_of(line.path) for line in lines_with_files[:MOST_STARTS]}
    if kinds and "" not in kinds:
        raise DataError(
            f"The recordings that {excerpt(lines[0].table.name)} names are {some(sorted(kinds))}, "
            "and a project of speech reads wav, flac, ogg and mp3.",
            hint="convert them, each with: ffmpeg -i 1.m4a 1.wav",
        )
    if line := next((x for x in lines_with_files if x.text and is_silent(x.path)), None):
        raise DataError(
            f"{excerpt(line.table.name)}, line {line.number:,}: {excerpt(line.name, 80)} is silent "
            f"throughout, and {quote(line.text, 30)} is said to be heard in it.",
            hint="record it anew, or leave its line out",
        )
