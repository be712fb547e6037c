"""In which encoding a text file is: by every byte of it, and its owner's eyes where several fit.

UTF-8, UTF-16 and UTF-32 are recognised; the encodings before Unicode are those of
``legacy_encodings``.
"""

from __future__ import annotations

import codecs
import itertools
import re

from mlstarter.data.errors import DataError, OpenQuestion, Option
from mlstarter.data.legacy_encodings import SEVERAL_BYTES, detect_legacy
from mlstarter.data.show import excerpt, quote
from mlstarter.data.unicode_encodings import (
    holds_halves,
    marked_encoding,
    utf7_words,
    wide_encoding,
)

ESCAPE_ENCODINGS = ("iso2022_jp", "iso2022_jp_2", "iso2022_kr", "hz")
# Of the different runs of bytes that are not ASCII, so many that are UTF-8 are no accident.
LEAST_UTF8, MIXED_UTF8 = 0.5, 0.25
RUNS = 40_000  # that are looked at
_RUN = re.compile(rb"[\x80-\xff]+")


def detect(data: bytes, name: str) -> str:
    """Return the encoding of a whole file, by Python's name of it.

    Raises DataError where a byte does not fit, OpenQuestion where several encodings give different
    texts: the likeliest stands first.
    """
    wide = marked_encoding(data) or wide_encoding(data)
    if wide is not None:
        check(data, wide, name)
        return wide
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse_damaged(data, error, name)
        return detect_legacy(data, name)
    if words := utf7_words(data):
        raise OpenQuestion(
            "data_encoding",
            f"{excerpt(name)} may be UTF-7: {quote(words[0], 30)} would be {quote(words[1], 30)}.",
            "Which of these is right?",
            [
                Option("utf-7", f"{quote(words[1], 30)}  (utf-7)"),
                Option("utf-8", f"{quote(words[0], 30)}  (utf-8)"),
            ],
        )
    return next((each for each in ESCAPE_ENCODINGS if _is_escaped(data, each)), "utf-8")


def check(data: bytes, encoding: str, name: str) -> str:
    """Return a file's text in an encoding; raises DataError naming the byte that does not fit."""
    try:
        return data.decode("utf-8-sig" if _is_utf8(data, encoding) else encoding)
    except LookupError as error:
        raise DataError(
            f"There is no encoding called {excerpt(encoding)!r}.", hint="such as utf-8 or cp1252"
        ) from error
    except UnicodeDecodeError as error:
        hint = "mend that line, or name another encoding with --data data_encoding=..."
        raise misfit(error, name, encoding, hint) from error


def misfit(error: UnicodeDecodeError, name: str, encoding: str, hint: str) -> DataError:
    """Return the error for a file with a byte that is not of its encoding, by value and line."""
    # Of the object: it lacks the byte-order mark where the encoding takes it off.
    line = error.object.count(b"\n", 0, error.start) + 1
    return DataError(
        f"{excerpt(name)} is not {encoding} throughout: byte "
        f"0x{error.object[error.start]:02x} in line {line:,} does not fit.",
        hint=hint,
    )


def _is_utf8(data: bytes, encoding: str) -> bool:
    """Say whether a file is UTF-8 though another file before it was in a smaller encoding.

    What is written in an encoding of one byte a letter is never UTF-8 throughout; the mark that
    some programs put before UTF-8 is no part of the text.
    """
    is_small = len("é".encode().decode(encoding, "ignore")) == 2  # each byte is a letter
    return codecs.lookup(encoding).name == "utf-8" or (is_small and _decodes(data, "utf-8"))


def _is_escaped(data: bytes, encoding: str) -> bool:
    start = b"~{" if encoding == "hz" else b"\x1b$"
    if start not in data:
        return False
    try:
        return any(ord(letter) > 0x2E80 for letter in data.decode(encoding))
    except UnicodeDecodeError:
        return False


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _refuse_damaged(data: bytes, error: UnicodeDecodeError, name: str) -> None:
    """Refuse a file that is UTF-8 but for a few bytes, and one that is of two encodings."""
    if b"\0" in data[:4096]:
        raise DataError(
            f"{excerpt(name)} is no text: it holds zero bytes.",
            hint="its ending should say what it is (.parquet, .xlsx, .sqlite, ...)",
        )
    line = data.count(b"\n", 0, error.start) + 1
    if holds_halves(data):
        raise DataError(
            f"{excerpt(name)} writes letters as two halves (CESU-8), such as in line {line:,}.",
            hint="export it anew as UTF-8 (from MySQL or Oracle: utf8mb4, AL32UTF8)",
        )
    runs = set(itertools.islice((m[0] for m in _RUN.finditer(data)), RUNS))
    fitting = sum(_decodes(run, "utf-8") for run in runs) / len(runs)
    # By accident a letter of several bytes may be one of UTF-8, a letter of one byte never is.
    is_mixed = fitting >= MIXED_UTF8 and not any(_decodes(data, each) for each in SEVERAL_BYTES)
    if fitting < LEAST_UTF8 and not is_mixed:
        return
    raise DataError(
        f"{excerpt(name)} is UTF-8 but for byte 0x{data[error.start]:02x} in line {line:,}: no "
        "encoding fits the whole file.",
        hint="mend that line (it was perhaps added with another program), or name the encoding "
        "with --data data_encoding=...",
    )
