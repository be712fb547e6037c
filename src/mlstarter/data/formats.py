"""Which format a file is of: by its first bytes where they say it, else by its ending."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from mlstarter.data import excel
from mlstarter.data.archives import inner_name, is_archive
from mlstarter.data.errors import DataError
from mlstarter.data.limits import BYTES
from mlstarter.data.settings import Format
from mlstarter.data.show import excerpt

ENDINGS: Mapping[str, Format] = {
    ".csv": "csv", ".tsv": "csv", ".tab": "csv", ".txt": "csv",
    ".data": "csv", ".dat": "csv", ".psv": "csv",
    ".xlsx": "excel", ".xlsm": "excel", ".parquet": "parquet", ".pq": "parquet",
    ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".jsonlines": "jsonl",
    ".sqlite": "sqlite", ".sqlite3": "sqlite", ".db": "sqlite", ".db3": "sqlite",
    ".duckdb": "duckdb", ".ddb": "duckdb",
}  # fmt: skip
REFUSED_FORMATS = {
    ".xls": "an Excel file of before 2007; save it as .xlsx",
    ".xlsb": "a binary Excel file; save it as .xlsx",
    ".ods": "an OpenDocument sheet; save it as .xlsx or .csv",
    ".feather": "a Feather file; save it as .parquet",
    ".arrow": "an Arrow file; save it as .parquet",
    ".pkl": "a pickle, which may run code when it is read; save the table as .parquet",
    ".pickle": "a pickle, which may run code when it is read; save the table as .parquet",
    ".joblib": "a pickle, which may run code when it is read; save the table as .parquet",
    ".pt": "a file of PyTorch; save its numbers as .csv or .parquet",
    ".pth": "a file of PyTorch; save its numbers as .csv or .parquet",
    ".tfrecord": "a file of TensorFlow; save its examples as .csv or .parquet",
    ".msgpack": "a MessagePack file; write its rows as a CSV file or JSON",
    ".rda": "a file of R; write it as .csv or .parquet",
    ".rds": "a file of R; write it as .csv or .parquet",
    ".rdata": "a file of R; write it as .csv or .parquet",
    ".sav": "a file of SPSS; save it as .csv",
    ".por": "a file of SPSS; save it as .csv",
    ".dta": "a file of Stata; save it as .csv",
    ".sas7bdat": "a file of SAS; save it as .csv",
    ".xpt": "a file of SAS; save it as .csv",
    ".mat": "a file of Matlab; save it as .csv",
    ".xml": "XML; write its rows as a CSV file",
    ".html": "a web page; write its table as a CSV file",
    ".htm": "a web page; write its table as a CSV file",
    ".yaml": "YAML; write its rows as a CSV file or JSON",
    ".yml": "YAML; write its rows as a CSV file or JSON",
    ".sql": "a dump of a database; load it, and give the SQLite file or a CSV file of its table",
    ".arff": "a file of Weka; write it as a CSV file",
    ".pdf": "a PDF; write its table as a CSV file",
    ".docx": "a document; write its table as a CSV file",
    ".doc": "a document; write its table as a CSV file",
    ".odt": "a document; write its table as a CSV file",
    ".rtf": "a document; write its table as a CSV file",
    ".ipynb": "a notebook; save the table that it makes as .csv",
    ".nc": "a NetCDF file; write its table as .csv or .parquet",
    ".h5": "an HDF5 file; write its table as .parquet",
    ".hdf5": "an HDF5 file; write its table as .parquet",
    ".npy": "a file of NumPy; write it as .csv or .parquet",
    ".npz": "a file of NumPy; write it as .csv or .parquet",
    ".orc": "an ORC file; write it as .parquet",
    ".avro": "an Avro file; write it as .parquet",
    ".dbf": "a dBase file; write it as .csv",
    ".mdb": "an Access database; export its table as .csv",
    ".accdb": "an Access database; export its table as .csv",
    ".numbers": "a file of Numbers; export it as .xlsx or .csv",
    ".bz2": "packed in a way that is not read; unpack it, or pack it as .gz",
    ".xz": "packed in a way that is not read; unpack it, or pack it as .gz",
    ".zst": "packed in a way that is not read; unpack it, or pack it as .gz",
    ".7z": "packed in a way that is not read; unpack it, or pack it as .zip",
    ".rar": "packed in a way that is not read; unpack it, or pack it as .zip",
    ".tar": "an archive of several files; unpack it",
    ".tgz": "an archive of several files; unpack it",
}
BINARY_ENDINGS = frozenset(
    ending for ending, kind in ENDINGS.items() if kind not in ("csv", "json", "jsonl")
)
# What other files begin with, whatever their names say.
OTHER_STARTS = {
    b"%PDF-": "a PDF", b"\x89PNG\r\n": "a picture", b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture", b"\x89HDF": "an HDF5 file", b"ARROW1": "an Arrow file",
    b"Obj\x01": "an Avro file", b"<?xml": "XML", b"BZh": "packed with bzip2",
    b"\xfd7zXZ": "packed with xz", b"7z\xbc\xaf": "packed with 7-Zip", b"Rar!": "packed with RAR",
    b"\0\0\x08\x01": "a file of MNIST (idx)", b"\0\0\x08\x03": "a file of MNIST (idx)",
    b"\x28\xb5\x2f\xfd": "packed with zstd", b"\x93NUMPY": "a file of NumPy",
}  # fmt: skip
JSON_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\[\s*)?\{\s*\"")
START = 64  # bytes that tell formats apart


def detect_format(path: Path) -> Format:
    """Return a file's format.

    Raises DataError for a file that is absent, empty, too large or of a kind that is not read.
    """
    try:
        with path.open("rb") as file:
            start = file.read(START)
        size = path.stat().st_size
    except OSError as error:
        raise DataError(
            f"{excerpt(path, 200)} cannot be read: {error.strerror or error}.",
            hint="give the path of a file that you may read",
        ) from error
    if not size:
        raise DataError(f"{excerpt(path.name)} is empty.", hint="give a file that holds a table")
    kind = _by_bytes(path, start)
    if kind in ("sqlite", "parquet", "duckdb"):
        return kind
    if size > BYTES:
        raise DataError(
            f"{excerpt(path.name)} is larger than {BYTES >> 30} GiB.",
            hint="make a Parquet or DuckDB file of it, or take a part of its rows",
        )
    _refuse_bytes(path, start, is_workbook=kind == "excel")
    return kind or _by_name(path, start)


def _by_bytes(path: Path, start: bytes) -> Format | None:
    if start.startswith(b"SQLite format 3\0"):
        return "sqlite"
    if start.startswith(b"PAR1"):
        return "parquet"
    if start[8:12] == b"DUCK":
        return "duckdb"
    return "excel" if start.startswith(b"PK\x03\x04") and excel.is_workbook(path) else None


def _refuse_bytes(path: Path, start: bytes, *, is_workbook: bool) -> None:
    """Raise DataError for what the first bytes say is no table, or packed under another name."""
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        is_locked = path.suffix.lower() in (".xlsx", ".xlsm")
        what = (
            "locked with a password; save it without one" if is_locked else REFUSED_FORMATS[".xls"]
        )
        raise DataError(f"{excerpt(path.name)} is {what}.", hint="and give that file")
    what = next((what for mark, what in OTHER_STARTS.items() if start.startswith(mark)), "")
    if what and path.suffix.lower() not in REFUSED_FORMATS:
        raise DataError(
            f"{excerpt(path.name)} is {what}, whatever its name says.",
            hint="write its table as a CSV file, unpacked or as .gz",
        )
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html")):
        raise DataError(
            f"{excerpt(path.name)} is a web page (HTML), not a table: perhaps one to sign in.",
            hint="download the file itself; if a program exported it so, save it as .xlsx there",
        )
    if text.startswith(b"version https://git-lfs"):
        raise DataError(
            f"{excerpt(path.name)} only points to the data (Git LFS).", hint="git lfs pull"
        )
    archive_marks = {b"\x1f\x8b": ".gz", b"PK\x03\x04": ".zip"}
    right = next((ending for mark, ending in archive_marks.items() if start.startswith(mark)), "")
    has_other_ending = path.suffix.lower() in {*REFUSED_FORMATS, *BINARY_ENDINGS}
    if right and path.suffix != right and not is_workbook and not has_other_ending:
        raise DataError(
            f"{excerpt(path.name)} is packed, and its name does not end in {right}.",
            hint=f"unpack it, or rename it to {excerpt(path.stem)}{right}",
        )


def _is_text(start: bytes) -> bool:
    return b"\0" not in start and not start.startswith((b"PK", b"<"))


def _by_name(path: Path, start: bytes) -> Format:
    ending = Path(inner_name(path)).suffix.lower()
    if ending in (".xls", ".xlsx", ".xlsm", ".xlsb") and _is_text(start) and not is_archive(path):
        raise DataError(
            f"{excerpt(path.name)} is a text file, whatever its name says.",
            hint="rename it to .csv if commas, semicolons or tabs stand between its cells; else "
            "open it in a spreadsheet program, and save it as .xlsx",
        )
    if ending in REFUSED_FORMATS:
        raise DataError(
            f"{excerpt(path.name)} is {REFUSED_FORMATS[ending]}.", hint="and give that file"
        )
    kind = ENDINGS.get(ending)
    if ending in BINARY_ENDINGS:
        what = (
            "packed; unpack it" if is_archive(path) else f"no {kind} file, whatever its name says"
        )
        raise DataError(f"{excerpt(path.name)} is {what}.", hint="give the file itself")
    is_json = start[:1] in (b"{", b"[") if kind is None else JSON_START.match(start)
    if kind in (None, "csv") and is_json:
        return "json"
    return kind or "csv"
