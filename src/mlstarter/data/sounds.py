"""What a recording's bytes tell without decoding it: its kind, silence, and whose copy it is."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

RECORDINGS = frozenset((
    ".wav", ".flac", ".mp3", ".ogg", ".oga", ".opus", ".m4a", ".aac", ".aif", ".aiff", ".au",
    ".caf", ".sph", ".w64", ".wma", ".amr", ".awb", ".3gp", ".3ga", ".webm", ".weba", ".m4b",
))  # fmt: skip
"""Endings of recordings, whether a project reads them or not."""

OTHER_SOUNDS = {
    "AIFF": re.compile(rb"FORM"),
    "AU": re.compile(rb"\.snd"),
    "CAF": re.compile(rb"caff"),
    "3GP": re.compile(rb".{4}ftyp3g", re.DOTALL),
    "M4A": re.compile(rb".{4}ftyp", re.DOTALL),
    "AAC": re.compile(rb"\xff[\xf0\xf1\xf8\xf9]"),
    "AMR": re.compile(rb"#!AMR"),
    "WebM": re.compile(rb"\x1a\x45\xdf\xa3"),
    "WMA": re.compile(rb"\x30\x26\xb2\x75"),
    "SPHERE": re.compile(rb"NIST_1A"),
}
"""What files of other kinds begin with."""

PIECE = 4_096  # bytes that tell nearly all recordings apart, and sound from silence
MOST_BYTES = 60 * 96_000 * 2 * 4  # of the longest recording that a project reads
MOST_OF_A_FRAME = 64  # bytes of a silent frame of flac
MOST_OF_A_PACKET = 12  # bytes of silence in ogg
SILENT_SHARE = 0.15  # of an mp3 that is left of silence when it is packed; of sound nearly all is


def kind_of(path: Path) -> str:
    """Return which kind of sound, that no project reads, a file is; "" for another file."""
    with path.open("rb") as file:
        start = file.read(16)
    return next((kind for kind, mark in OTHER_SOUNDS.items() if mark.match(start)), "")


def is_silent(path: Path) -> bool:
    """Say whether a wav, flac, ogg or mp3 file holds no sound at all; False for other files."""
    with path.open("rb") as file:
        start = file.read(42)
        if start.startswith(b"OggS"):
            return _is_silent_ogg(file)
        if start.startswith(b"fLaC"):
            return _is_silent_flac(start)
        if start[8:12] == b"WAVE":
            return _is_silent_wav(file)
        if start.startswith(b"ID3") or (start[:1] == b"\xff" and start[1:2] >= b"\xe0"):
            return _is_silent_mp3(file, start)
    return False


def _is_silent_wav(file: BinaryIO) -> bool:
    """Say whether all bytes of the samples are the same: zeros, or what rests in 8 bits."""
    file.seek(12)
    while header := file.read(8):
        size = int.from_bytes(header[4:], "little")
        if header[:4] == b"data":
            break
        file.seek(size + size % 2, 1)
    first = file.tell()
    size = min(size, file.seek(0, 2) - first) if header else 0
    for start, length in ((size // 2, PIECE), (0, min(size, MOST_BYTES))):
        file.seek(first + start)
        data = file.read(min(length, size - start))
        if not data or data.strip(data[:1]):
            return False
    return True


def _is_silent_flac(start: bytes) -> bool:
    """Say whether the digest of the samples, which flac writes into its header, is that of zeros.

    https://www.rfc-editor.org/rfc/rfc9639#name-streaminfo
    """
    if int.from_bytes(start[15:18]) > MOST_OF_A_FRAME:
        return False
    facts = int.from_bytes(start[18:26])
    channels, width = (facts >> 41 & 7) + 1, (facts >> 36 & 31) + 1
    size = (facts & (1 << 36) - 1) * channels * -(-width // 8)
    zeros = bytes(min(size, MOST_BYTES))
    return size > 0 and start[26:42] == hashlib.md5(zeros, usedforsecurity=False).digest()


def _is_silent_mp3(file: BinaryIO, start: bytes) -> bool:
    """Say whether the middle of an mp3 repeats itself, as that of no sound does."""
    first = 0
    if start.startswith(b"ID3"):  # names and pictures, whose size is written in sevens of bits
        sevens = reversed(start[6:10])
        first = 10 + sum(byte << 7 * place for place, byte in enumerate(sevens))
    size = file.seek(0, 2) - first
    file.seek(first + size // 4)
    data = file.read(max(0, min(size // 2, PIECE)))
    return len(data) > 200 and len(zlib.compress(data)) < SILENT_SHARE * len(data) + 40


def _is_silent_ogg(file: BinaryIO) -> bool:
    """Say whether the packets of an ogg file, but for those that describe it, are next to nothing.

    https://www.rfc-editor.org/rfc/rfc3533#section-6
    """
    file.seek(0)
    largest = 0
    while (head := file.read(27)).startswith(b"OggS") and len(head) == 27:
        pieces = file.read(head[26])
        file.seek(sum(pieces), 1)
        if any(head[6:14]):  # where a page ends, in samples: what describes the file ends at 0
            largest = max([largest, *pieces])
    return 0 < largest <= MOST_OF_A_PACKET


def copies(paths: Iterable[Path]) -> Iterator[list[Path]]:
    """Yield the files that are equal, byte for byte; empty ones are none."""
    groups = [[path for path in paths if path.stat().st_size]]
    tells: tuple[Callable[[Path], Hashable], ...] = (_size, _middle, _digest)
    for tell in tells:  # each reads more, of fewer files
        groups = [same for group in groups for same in _by(tell, group) if len(same) > 1]
    yield from groups


def _by(tell: Callable[[Path], Hashable], paths: list[Path]) -> list[list[Path]]:
    groups = defaultdict[Hashable, list[Path]](list)
    for path in paths:
        groups[tell(path)].append(path)
    return [*groups.values()]


def _size(path: Path) -> int:
    return path.stat().st_size


def _middle(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(_size(path) // 2)
        return hashlib.sha256(file.read(PIECE)).digest()


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
