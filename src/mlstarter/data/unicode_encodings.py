"""UTF-16 and UTF-32, and UTF-8 with a mark: by what a file begins with, or by its zero bytes."""

from __future__ import annotations

import codecs
import unicodedata

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


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
