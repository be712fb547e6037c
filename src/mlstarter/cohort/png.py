"""PNG files of others: verified, bounded, and reduced to what the picture itself needs.

Format: https://www.w3.org/TR/png-3/. A picture that a student committed is shown on a page of the
class, so it has to be what it says: each chunk with its checksum, as many pixels as its header
names, and nothing else. Text chunks (an author's name, a machine's paths), animation and whatever
lies behind the end are left out. A library for pictures would decode them, which is not wanted.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_BYTES = 1024 * 1024
MAX_SIDE = 4096  # pixels
# Samples a pixel, and the depths in bits that go with it, by colour type (table 8 of the standard).
_COLOURS = {
    0: (1, (1, 2, 4, 8, 16)),
    2: (3, (8, 16)),
    3: (1, (1, 2, 4, 8)),
    4: (2, (8, 16)),
    6: (4, (8, 16)),
}
# What a picture needs; everything else is left out.
_PICTURE_CHUNKS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")


class NoPicture(ValueError):
    """The bytes are no PNG that may be shown; the message says why, for a sentence's end."""


def plain_png(content: bytes) -> tuple[bytes, int, int]:
    """Return a PNG with nothing in it but the picture, and its width and height in pixels.

    Raises NoPicture for bytes that are no PNG, damaged, or above ``MAX_BYTES`` or ``MAX_SIDE``.
    """
    if len(content) > MAX_BYTES:
        raise NoPicture(f"is larger than {MAX_BYTES // 1024} KB")
    if not content.startswith(SIGNATURE):
        raise NoPicture("is no PNG")
    chunks = [(kind, data) for kind, data in _chunks(content) if kind in _PICTURE_CHUNKS]
    kinds = [kind for kind, _ in chunks]
    if kinds[:1] != [b"IHDR"] or kinds.count(b"IHDR") != 1 or b"IDAT" not in kinds:
        raise NoPicture("is no PNG")
    width, height, size = _size(chunks[0][1])
    _check_pixels(b"".join(data for kind, data in chunks if kind == b"IDAT"), size)
    return SIGNATURE + b"".join(_chunk(kind, data) for kind, data in chunks), width, height


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and data of each chunk up to IEND; raises NoPicture for a damaged one."""
    at = len(SIGNATURE)
    while at + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, at)
        kind = content[at + 4 : at + 8]
        data = content[at + 8 : at + 8 + length]
        end = at + 8 + length
        if len(data) != length or content[end : end + 4] != _checksum(kind, data):
            raise NoPicture("is damaged")
        yield kind, data
        if kind == b"IEND":
            return
        at = end + 4
    raise NoPicture("ends too early")


def _size(header: bytes) -> tuple[int, int, int]:
    """Return width and height in pixels, and how many bytes the pixels take."""
    if len(header) != 13:
        raise NoPicture("is no PNG")
    width, height, depth, colour, *methods, interlace = struct.unpack(">IIBBBBB", header)
    samples, depths = _COLOURS.get(colour, (0, ()))
    if depth not in depths or any(methods) or interlace > 1:
        raise NoPicture("is no PNG")
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise NoPicture(f"is not between 1 and {MAX_SIDE} pixels wide and high")
    bits = samples * depth
    if not interlace:
        return width, height, _bytes(width, height, bits)
    # Adam7: start and step of each pass, across and down.
    passes = ((0, 8, 0, 8), (4, 8, 0, 8), (0, 4, 4, 8), (2, 4, 0, 4),
              (0, 2, 2, 4), (1, 2, 0, 2), (0, 1, 1, 2))  # fmt: skip
    total = 0
    for column, column_step, row, row_step in passes:
        columns, rows = -(-(width - column) // column_step), -(-(height - row) // row_step)
        total += _bytes(columns, rows, bits)
    return width, height, total


def _bytes(width: int, height: int, bits: int) -> int:
    """Return the size of pixels: each row has a byte for its filter."""
    return height * (1 + (width * bits + 7) // 8) if width > 0 and height > 0 else 0


def _check_pixels(stream: bytes, size: int) -> None:
    """Raise NoPicture unless the pixels unpack to exactly ``size`` bytes; never unpack more."""
    unpack = zlib.decompressobj()
    try:
        pixels = len(unpack.decompress(stream, size + 1))
    except zlib.error as error:
        raise NoPicture("is damaged") from error
    if pixels != size or not unpack.eof:
        raise NoPicture("is damaged")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + _checksum(kind, data)


def _checksum(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(kind + data))
