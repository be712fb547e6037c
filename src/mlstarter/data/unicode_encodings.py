"""Forms of Unicode beside plain UTF-8: by a mark, by zero bytes, by halves of letters, by signs."""

from __future__ import annotations

import codecs
import re
import unicodedata

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# A letter that is not ASCII in UTF-7 (RFC 2152): 16 bits at least, in base64, between + and -.
# What stands before it in its word is bounded: a cell of one long word is else read once a letter.
_UTF7_RUN = re.compile(rb"[A-Za-z]{0,40}\+[A-Za-z0-9+/]{3,400}-[A-Za-z]{0,40}")


def holds_halves(data: bytes) -> bool:
    """Say whether a file is UTF-8 but for letters that are two halves each (CESU-8)."""
    if b"\xed" not in data:
        return False
    try:
        text = data.decode("utf-8", "surrogatepass")
        text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeError:
        return False
    return True


def utf7_words(data: bytes) -> tuple[str, str] | None:
    """Return a word of a file that may be UTF-7, as it stands there and as it would be read."""
    run = _UTF7_RUN.search(data) if data.isascii() else None
    if run is None:
        return None
    try:
        data.decode("utf-7")
        word = run[0].decode("utf-7")
    except UnicodeDecodeError:
        return None
    letters = [letter for letter in word if letter > "\x7f"]
    is_word = letters and all(unicodedata.category(letter)[0] in "LMPS" for letter in letters)
    return (run[0].decode("ascii"), word) if is_word else None


def marked_encoding(data: bytes) -> str | None:
    """Return the encoding that a byte-order mark names, or None."""
    return next((encoding for mark, encoding in MARKS if data.startswith(mark)), None)


def wide_encoding(data: bytes) -> str | None:
    """Return UTF-16 or UTF-32 by its zero bytes, which no other text has, or None.

    Separators, digits and line ends have them in any script.
    """
    start = data[:4096]
    if b"\0" not in start:
        return None
    size = len(start) // 4 * 4
    zeros = [start[offset:size:4].count(0) * 4 / max(size, 1) for offset in range(4)]
    for encoding, empty in (
        ("utf-32-le", (1, 2, 3)), ("utf-32-be", (0, 1, 2)),
        ("utf-16-le", (1, 3)), ("utf-16-be", (0, 2)),
    ):  # fmt: skip
        full = [offset for offset in range(4) if offset not in empty]
        is_latin = all(zeros[o] > 0.4 for o in empty) and all(zeros[o] < 0.05 for o in full)
        if is_latin or (len(full) == 2 and _is_wide(data, encoding)):
            return encoding
    return None


def _is_wide(data: bytes, encoding: str) -> bool:
    """Say whether a file is UTF-16 of a script whose letters have no zero bytes."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return False
    odd = sum(unicodedata.category(letter) in ("Cc", "Cn", "Co") for letter in text[:4096])
    ends = text[:4096].count("\n") + text[:4096].count("\r") + text[:4096].count("\t")
    return odd == ends and "\n" in text
