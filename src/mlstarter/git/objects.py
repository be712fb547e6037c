"""git objects made in this process: blobs, trees, commits, and the pack that holds them.

A process per file, or even per repository, is what makes a thousand projects slow. The formats are
those of git's own documentation (gitformat-pack(5), and "Git Objects" in the Pro Git book). Both
object formats, SHA-1 and SHA-256, are written.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import struct
import tempfile
import zlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, TypeAlias

from mlstarter.tree import Tree

DIRECTORY = 0o040000
GITLINK = 0o160000

# In a pack an object's kind is a number of three bits.
_KINDS = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}
# Up to here a file of its own per object is what git itself writes and repacks later.
_LOOSE_AT_MOST = 24


class Leaf(NamedTuple):
    """What a tree says of one path: the mode (an octal number) and the object's id."""

    mode: int
    oid: str


Listing: TypeAlias = Mapping[str, Leaf]  # path (forward slashes) -> what is there, no directories


class ObjectSet:
    """Objects that belong together and are not written yet: id -> (kind, bytes)."""

    def __init__(self, algorithm: str = "sha1") -> None:
        self.algorithm = algorithm
        self.objects: dict[str, tuple[str, bytes]] = {}

    def add(self, kind: str, data: bytes) -> str:
        """Take in one object and return its id."""
        oid = object_id(kind, data, self.algorithm)
        self.objects[oid] = (kind, data)
        return oid

    def add_tree(self, listing: Listing) -> str:
        """Take in the tree objects that ``listing`` needs and return the root's id.

        The leaves' own objects are taken to exist.
        """
        here: dict[str, Leaf] = {}
        below: dict[str, dict[str, Leaf]] = {}
        for path, leaf in listing.items():
            folder, slash, rest = path.partition("/")
            if slash:
                below.setdefault(folder, {})[rest] = leaf
            else:
                here[path] = leaf
        if clash := here.keys() & below.keys():
            raise ValueError(f"{min(clash)!r} is both a file and a folder")
        for folder, inside in below.items():
            here[folder] = Leaf(DIRECTORY, self.add_tree(inside))
        return self.add("tree", tree_bytes(here))

    def add_files(self, tree: Tree) -> tuple[str, dict[str, Leaf]]:
        """Take in a rendered tree; return its root's id and the listing of its files."""
        listing = {
            path: Leaf(entry.mode, self.add("blob", entry.data)) for path, entry in tree.items()
        }
        return self.add_tree(listing), listing

    def write(self, folder: Path, *, skip_ids: Iterable[str] = ()) -> None:
        """Write the objects into the object folder ``folder``, those in ``skip_ids`` excepted.

        A few become loose objects, many one pack. What is there already stays as it is.
        """
        skip = set(skip_ids)
        new_objects = {oid: value for oid, value in self.objects.items() if oid not in skip}
        if len(new_objects) <= _LOOSE_AT_MOST:
            for oid, (kind, data) in new_objects.items():
                _write_loose(folder, oid, kind, data)
        else:
            _write_pack(folder, new_objects, self.algorithm)


def tree_bytes(entries: Mapping[str, Leaf]) -> bytes:
    """Return one tree object: the entries of one folder, sub-folders among them."""
    rows = []
    for name, leaf in entries.items():
        raw = name.encode("utf-8", "surrogateescape")
        # git sorts a folder as if its name ended in a slash.
        key = raw + b"/" if leaf.mode == DIRECTORY else raw
        rows.append((key, b"%o %b\0%b" % (leaf.mode, raw, bytes.fromhex(leaf.oid))))
    return b"".join(row for _, row in sorted(rows))


def object_id(kind: str, data: bytes, algorithm: str = "sha1") -> str:
    """Return the id that git gives to an object."""
    return hashlib.new(algorithm, b"%b %d\0%b" % (kind.encode(), len(data), data)).hexdigest()


def _write_loose(folder: Path, oid: str, kind: str, data: bytes) -> None:
    path = folder / oid[:2] / oid[2:]
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        header = f"{kind} {len(data)}\0".encode()
        _place(path, zlib.compress(header + data, 1))


def _write_pack(folder: Path, objects: Mapping[str, tuple[str, bytes]], algorithm: str) -> None:
    pack = bytearray(struct.pack(">4sII", b"PACK", 2, len(objects)))
    index: list[tuple[bytes, int, int]] = []
    for oid, (kind, data) in objects.items():
        entry, crc = _pack_entry(kind, data)
        index.append((bytes.fromhex(oid), crc, len(pack)))
        pack += entry
    checksum = hashlib.new(algorithm, pack).digest()
    pack += checksum
    index.sort()
    name = hashlib.new(algorithm, b"".join(oid for oid, _, _ in index)).hexdigest()
    target = folder / "pack"
    target.mkdir(exist_ok=True)
    # git reads a pack only once its index is there, so the index comes last.
    if not (target / f"pack-{name}.idx").exists():
        _place(target / f"pack-{name}.pack", bytes(pack))
        _place(target / f"pack-{name}.idx", _pack_index(index, checksum, algorithm))


@lru_cache(maxsize=4096)
def _pack_entry(kind: str, data: bytes) -> tuple[bytes, int]:
    """Return an object as a pack holds it, and its CRC-32; the same for every repository."""
    size = len(data)
    byte = (_KINDS[kind] << 4) | (size & 15)
    size >>= 4
    head = bytearray()
    while size:
        head.append(byte | 0x80)
        byte = size & 0x7F
        size >>= 7
    head.append(byte)
    entry = bytes(head) + zlib.compress(data)
    return entry, zlib.crc32(entry)


def _pack_index(index: list[tuple[bytes, int, int]], pack_checksum: bytes, algorithm: str) -> bytes:
    """Return the version 2 index of a pack below 2 GiB; ``index`` is sorted by id."""
    counts = [0] * 256
    for oid, _, _ in index:
        counts[oid[0]] += 1
    total = 0
    fanout = []
    for count in counts:
        total += count
        fanout.append(total)
    body = b"".join(
        [
            b"\xfftOc" + struct.pack(">I", 2),
            struct.pack(">256I", *fanout),
            b"".join(oid for oid, _, _ in index),
            b"".join(struct.pack(">I", crc) for _, crc, _ in index),
            b"".join(struct.pack(">I", offset) for _, _, offset in index),
            pack_checksum,
        ]
    )
    return body + hashlib.new(algorithm, body).digest()


def _place(path: Path, data: bytes) -> None:
    """Write a read-only file that appears under its name only when it is whole."""
    handle, temporary = tempfile.mkstemp(prefix="tmp_obj_", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).chmod(0o444)
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
