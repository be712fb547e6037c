"""In which encoding a text file is: by every byte of it, and its owner's eyes where several fit.

UTF-8, UTF-16 and UTF-32 are recognised. Another encoding is taken by itself only where all those
in which the whole file makes sense give the same text.
"""

from __future__ import annotations

import codecs
import functools
import itertools
import re
from dataclasses import dataclass

from mlstarter.data.encoded_words import PIECE, WORD, make_sense, sign_words
from mlstarter.data.errors import DataError, OpenQuestion, Option
from mlstarter.data.requirements import require
from mlstarter.data.show import excerpt, quote
from mlstarter.data.unicode_encodings import (
    holds_halves,
    marked_encoding,
    utf7_words,
    wide_encoding,
)

# Of encodings that give the same text the first is named.
CANDIDATES = (
    "cp1252", "iso8859-15", "cp1250", "iso8859-2", "cp1251", "koi8-u", "koi8-r", "cp1253", "cp1254",
    "cp1255", "cp1256", "cp1257", "cp1258", "cp874", "cp850", "cp852", "cp866", "cp855", "cp437",
    "cp737", "cp775", "cp857", "cp862", "cp864", "cp865", "iso8859-3", "iso8859-4", "iso8859-5",
    "iso8859-6", "iso8859-7",
    "iso8859-8", "iso8859-9", "iso8859-10", "iso8859-13", "iso8859-14", "iso8859-16", "mac-roman",
    "mac-latin2", "mac-cyrillic", "mac-greek", "mac-turkish", "mac-iceland", "cp1125", "cp858",
    "cp860", "cp861", "cp863", "cp869", "kz1048",
)  # fmt: skip
SEVERAL_BYTES = ("gb18030", "big5", "cp950", "cp932", "euc-jp", "cp949", "johab", "shift_jis_2004")
ESCAPE_ENCODINGS = ("iso2022_jp", "iso2022_jp_2", "iso2022_kr", "hz")
# Of the different runs of bytes that are not ASCII, so many that are UTF-8 are no accident.
LEAST_UTF8, MIXED_UTF8 = 0.5, 0.25
# The everyday letters of an encoding of several bytes are those of its older, smaller form.
EVERYDAY = {"gb18030": "gb2312", "cp949": "euc_kr", "cp932": "shift_jis", "euc-jp": "euc_jp"}
CLEARLY = 0.3  # more of the letters are everyday ones than in any other encoding
SAMPLE_SIZE = 4_000  # different words that are looked at
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
        return _other(data, name)
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
    runs = set(itertools.islice((m[0] for m in _RUN.finditer(data)), SAMPLE_SIZE * 10))
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


@dataclass(frozen=True, slots=True)
class _Reading:
    """The lines that are not ASCII, as one encoding reads them."""

    encoding: str
    lines: tuple[str, ...]


def _other(data: bytes, name: str) -> str:
    lines = _lines(data)
    readings: list[_Reading] = []
    for encoding in (*SEVERAL_BYTES, *CANDIDATES):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        texts = tuple(line.decode(encoding) for line in lines)
        if make_sense(texts) and all(texts != reading.lines for reading in readings):
            readings.append(_Reading(encoding, texts))
    if not readings:
        raise DataError(
            f"No known encoding makes sense of all of {excerpt(name)}.",
            hint="save it as UTF-8, or name its encoding with --data data_encoding=...",
        )
    clear = readings[0].encoding if len(readings) == 1 else _of_several_bytes(readings)
    if clear is not None:
        return clear
    samples = {each.encoding: _sample(each, readings) for each in _by_rank(lines, readings)}
    sample_list = "; ".join(
        f"{encoding} {sample}" for encoding, sample in list(samples.items())[:4]
    )
    raise OpenQuestion(
        "data_encoding",
        f"{excerpt(name)} is not UTF-8, and {len(samples)} encodings make sense of it: "
        f"{sample_list}.",
        "Which of these can be read?",
        [Option(encoding, f"{sample}  ({encoding})") for encoding, sample in samples.items()],
    )


def _lines(data: bytes) -> list[bytes]:
    """Return the different lines that are not ASCII; no encoding has a line's end in a letter."""
    lines: dict[bytes, None] = {}
    for line in data.splitlines():
        if not line.isascii():
            lines[line[:2_000]] = None
            if len(lines) >= SAMPLE_SIZE:
                break
    return list(lines)


def _of_several_bytes(readings: list[_Reading]) -> str | None:
    """Return the encoding of several bytes that clearly gives everyday letters, or None."""
    scores = sorted(
        ((_everyday(each), each.encoding) for each in readings if each.encoding in SEVERAL_BYTES),
        reverse=True,
    )
    if len(scores) < len(readings) or scores[0][0] < scores[1][0] + CLEARLY:
        return None
    return scores[0][1]


def _everyday(reading: _Reading) -> float:
    """Return the share of letters that are everyday ones; kana count twice."""
    letters = [c for line in reading.lines for c in line if c > "\u2e80"]
    kana = sum("\u3040" <= letter <= "\u30ff" for letter in letters)
    common = sum(_is_everyday(letter, reading.encoding) for letter in letters)
    return (common + kana) / max(len(letters), 1)


@functools.lru_cache(maxsize=50_000)
def _is_everyday(letter: str, encoding: str) -> bool:
    smaller = EVERYDAY.get(encoding, "big5")
    data = letter.encode(smaller, "ignore")
    # The first plane of frequent characters ends there: GB 2312, Big5, Shift JIS, EUC-JP.
    last = {"gb2312": 0xD7, "big5": 0xC6, "shift_jis": 0x97, "euc_jp": 0xCF}.get(smaller, 0xFF)
    return len(data) == 2 and data[0] <= last


def _by_rank(lines: list[bytes], readings: list[_Reading]) -> list[_Reading]:
    """Sort readings by how much they look like a language, as charset-normalizer measures it."""
    normalizer = require("charset_normalizer", "Telling encodings apart")
    names = [each.encoding for each in readings]
    matches = normalizer.from_bytes(b"\n".join(lines), cp_isolation=names)
    scores = {_plain(match.encoding): match.coherence - match.chaos for match in matches}
    return sorted(
        readings,
        key=lambda each: (
            -sign_words(each.lines),
            -_everyday(each) if each.encoding in SEVERAL_BYTES else 0.0,
            -scores.get(_plain(each.encoding), -1.0),
            names.index(each.encoding),
        ),
    )


def _plain(encoding: str) -> str:
    return codecs.lookup(encoding).name


def _sample(reading: _Reading, readings: list[_Reading]) -> str:
    """Return words that the readings read differently, from the same lines for all of them."""
    words: dict[str, None] = {}
    for index, line in enumerate(reading.lines):
        if any(other.lines[index] != line for other in readings):
            words |= dict.fromkeys((WORD.findall(line) or PIECE.findall(line))[:2])
        if len(words) >= 3:
            break
    return '"' + " ".join(excerpt(word, 16) for word in list(words)[:3]) + '"'
