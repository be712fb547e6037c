"""Reads images: the embedded sample, class folders, a CSV of names, tables of pixels."""

from __future__ import annotations

import csv
import filecmp
import gzip
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import ProjectError
from ..preprocess import BadImage, Pixels, decode
from ..progress import track
from ..settings import Config, ImagesConfig
from .dataset import SAMPLE

SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff"}
FEWEST_OF_A_CLASS = 10  # below, a split leaves nothing to learn from or to measure with
PARTS = {"train": False, "training": False, "val": False, "valid": False, "test": True}


@dataclass(frozen=True)
class Images:
    """Images uint8 [n, size, size, channels] with labels [n], which index ``classes``.

    ``groups`` names what must not be divided (a patient); ``test`` is the split that came along.
    """

    pixels: Pixels
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    groups: NDArray[np.str_] | None = None
    test: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        """Return how many images there are."""
        return len(self.labels)

    def take(self, index: NDArray[np.int64]) -> Images:
        """Return the images at ``index``."""
        groups = None if self.groups is None else self.groups[index]
        test = None if self.test is None else self.test[index]
        return replace(
            self, pixels=self.pixels[index], labels=self.labels[index], groups=groups, test=test
        )


@dataclass(frozen=True)
class Entry:
    """One image file with its class, its group and whether it belongs to a given test split."""

    path: Path
    label: str
    group: str
    test: bool | None


def load(config: Config, root: Path = Path()) -> Images:
    """Return all images that config.toml names; ``ProjectError`` where they cannot be learned."""
    if config.data.source == "sample":
        return checked(from_npz(SAMPLE / "images.npz"))
    place = root / (config.data.path or "data/raw")
    if not place.exists():
        raise ProjectError(
            f"There are no data at {place}.", "make data, or data.path in config.toml"
        )
    folder = place if place.is_dir() else place.parent
    if tables := idx_files(folder) or pixel_tables(folder):
        return checked(from_tables(tables, config.images.class_names))
    return checked(from_files(entries(place, config.images), config, root / "data" / "cache"))


def checked(images: Images) -> Images:
    """Raise ``ProjectError`` unless every class has enough images to learn and to test."""
    counts = np.bincount(images.labels, minlength=len(images.classes))
    if len(counts) < 2:
        raise ProjectError(
            f"All images are of one class, {images.classes[0]!r}.", "Bring images of two or more."
        )
    if counts.min() < FEWEST_OF_A_CLASS:
        name = images.classes[int(counts.argmin())]
        raise ProjectError(
            f"The class {name!r} has {counts.min()} images, too few to learn and to test.",
            f"Bring at least {FEWEST_OF_A_CLASS} of each class, and better hundreds.",
        )
    return images


def from_npz(path: Path) -> Images:
    """Read the embedded sample."""
    with np.load(path, allow_pickle=False) as file:
        return Images(
            pixels=file["images"][..., None],
            labels=file["labels"].astype(np.int64),
            classes=tuple(file["names"].tolist()),
            test=file["test"],
        )


def entries(place: Path, images: ImagesConfig) -> list[Entry]:
    """List image files with their classes: from a CSV of names, or from class folders."""
    folder = place if place.is_dir() else place.parent
    if images.labels or place.is_file():
        listed = list(_from_csv(folder / images.labels if images.labels else place, folder, images))
    else:
        paths = distinct(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES)
        listed = [_from_path(path, folder, images) for path in paths]
    if not listed:
        raise ProjectError(
            f"There are no images below {folder}.",
            "Put them into one folder for each class, or name a CSV in images.labels.",
        )
    return listed


def distinct(paths: Iterable[Path]) -> list[Path]:
    """Return the files in order, without hidden ones and without copies.

    Archives of Kaggle hold some folders twice, and what macOS adds to its own: counted twice, an
    image would make the test look larger, and its intervals narrower, than they are.
    """
    kept: dict[tuple[str, str, int], Path] = {}
    for path in sorted(paths):
        if path.name.startswith(".") or "__MACOSX" in path.parts:
            continue
        first = kept.setdefault((path.parent.name, path.name, path.stat().st_size), path)
        if first is not path and not filecmp.cmp(first, path, shallow=False):
            kept[path.as_posix(), "", 0] = path
    return list(kept.values())


def _from_path(path: Path, folder: Path, images: ImagesConfig) -> Entry:
    parts = [part.lower() for part in path.relative_to(folder).parts[:-1]]
    given = next((PARTS[part] for part in parts if part in PARTS), None)
    label = images.class_names.get(path.parent.name, path.parent.name)
    return Entry(path, label, _group(path, images), given)


def _from_csv(table: Path, folder: Path, images: ImagesConfig) -> Iterator[Entry]:
    try:
        text = table.read_text(encoding="utf-8-sig").splitlines()
    except (FileNotFoundError, UnicodeDecodeError):
        raise ProjectError(
            f"{table} is not a CSV file.", "Set images.labels in config.toml."
        ) from None
    rows = csv.DictReader(text)
    for column in filter(None, (images.file_column, images.label_column, images.group_column)):
        if column not in (rows.fieldnames or ()):
            raise ProjectError(
                f"{table.name} has no column {column!r}.",
                f"It has {', '.join(rows.fieldnames or ())}; set images.file_column and others.",
            )
    files = {path.name: path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES}
    files |= {path.stem: path for path in files.values()}
    for row in rows:
        name = row[images.file_column].strip()
        path = folder / name
        path = path if path.is_file() else files.get(Path(name).name, path)
        if not path.is_file():
            raise ProjectError(f"{table.name} names {name!r}, which is not below {folder}.")
        group = row[images.group_column] if images.group_column else _group(path, images)
        label = row[images.label_column].strip()
        yield Entry(path, images.class_names.get(label, label), group, None)


def _group(path: Path, images: ImagesConfig) -> str:
    """Return what the pattern finds in the file's name, else the name: a group of its own."""
    found = re.search(images.group_pattern, path.name) if images.group_pattern else None
    return (found[1] if found.groups() else found[0]) if found else path.as_posix()


def from_files(listed: list[Entry], config: Config, cache: Path) -> Images:
    """Decode every file; the arrays are kept in ``cache`` until a file or the size changes."""
    size, channels = config.images.size, config.images.channels
    key = hashlib.sha256(f"{size} {channels}".encode())
    for entry in listed:
        state = entry.path.stat()
        key.update(f"{entry.path} {state.st_size} {state.st_mtime_ns}\n".encode())
    kept = cache / f"images-{key.hexdigest()[:16]}.npy"
    if kept.is_file():
        pixels = np.load(kept)
    else:
        pixels = np.empty((len(listed), size, size, channels), dtype=np.uint8)
        for i, entry in enumerate(track(listed, "Reading images")):
            try:
                pixels[i] = decode(entry.path.read_bytes(), size, channels)
            except BadImage as error:
                raise ProjectError(
                    f"{entry.path}: {error}", "Remove the file or mend it."
                ) from None
        cache.mkdir(parents=True, exist_ok=True)
        np.save(kept, pixels)
    classes = tuple(sorted({entry.label for entry in listed}))
    given = [entry.test for entry in listed]
    return Images(
        pixels=pixels,
        labels=np.array([classes.index(entry.label) for entry in listed], dtype=np.int64),
        classes=classes,
        groups=np.array([entry.group for entry in listed]),
        test=np.array(given, dtype=bool) if None not in given else None,
    )


def idx_files(folder: Path) -> list[tuple[Pixels, NDArray[np.int64], bool]]:
    """Read the four idx files of MNIST and its relatives, where they lie in ``folder``.

    Format: http://yann.lecun.com/exdb/mnist/, at the end of the page.
    """
    found = []
    for name, test in (("train", False), ("t10k", True)):
        paths = (
            sorted(folder.rglob(f"{name}-images*idx3*")),
            sorted(folder.rglob(f"{name}-labels*idx1*")),
        )
        if not all(paths):
            return []
        images, labels = (
            gzip.decompress(path[0].read_bytes())
            if path[0].suffix == ".gz"
            else path[0].read_bytes()
            for path in paths
        )
        sides = [int.from_bytes(images[i : i + 4]) for i in (8, 12)]
        pixels = np.frombuffer(images, np.uint8, offset=16).reshape(-1, *sides, 1)
        found.append((pixels, np.frombuffer(labels, np.uint8, offset=8).astype(np.int64), test))
    return found


def pixel_tables(folder: Path) -> list[tuple[Pixels, NDArray[np.int64], bool]]:
    """Read CSV files with a column ``label`` and one column for each grey pixel of a square."""
    found = []
    seen: set[tuple[str, int]] = set()  # Kaggle's archive of sign language holds its tables twice
    for path in sorted(folder.rglob("*.csv")):
        with path.open(encoding="utf-8-sig") as file:
            head = file.readline().strip().split(",")
        side = int(np.sqrt(max(0, len(head) - 1)))
        if len(head) < 50 or side * side != len(head) - 1 or head[0].strip('"') != "label":
            continue
        if (path.name, path.stat().st_size) in seen:
            continue
        seen.add((path.name, path.stat().st_size))
        table = np.loadtxt(path, delimiter=",", skiprows=1, dtype=np.int64, ndmin=2)
        pixels = table[:, 1:].astype(np.uint8).reshape(-1, side, side, 1)
        found.append((pixels, table[:, 0], "test" in path.stem.lower()))
    return found


def from_tables(
    tables: list[tuple[Pixels, NDArray[np.int64], bool]], names: Mapping[str, str]
) -> Images:
    """Join tables of pixels; their labels are numbers, for which ``names`` has words."""
    labels = np.concatenate([table[1] for table in tables])
    values, index = np.unique(labels, return_inverse=True)
    test = np.concatenate([np.full(len(table[1]), table[2]) for table in tables])
    return Images(
        pixels=np.concatenate([table[0] for table in tables]),
        labels=index.astype(np.int64),
        classes=tuple(names.get(str(value), str(value)) for value in values),
        test=test if test.any() and not test.all() else None,
    )
