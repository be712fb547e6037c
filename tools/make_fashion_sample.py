"""Make the vision type's embedded data: 8,000 training and 2,000 test images of Fashion-MNIST.

    python tools/make_fashion_sample.py [FOLDER_WITH_IDX_FILES]

Needs numpy and the four idx files, as Debian's package dataset-fashion-mnist installs them. The
same bytes come out each time. Training images are drawn from the official training split, test
images from the official test split, 800 and 200 of each class; a test image that nearly equals a
chosen training image (see ``difference_hash``) is passed over.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import sys
import zipfile
from pathlib import Path

import numpy as np

SOURCE = Path("/usr/share/datasets/fashion-mnist")
OUT = (
    Path(__file__).parents[1]
    / "templates/cv/src/{{ package_name }}"
    / "{% if data_source == 'sample' %}sample{% endif %}"
)
NAMES = [
    "t-shirt or top", "trouser", "pullover", "dress", "coat",
    "sandal", "shirt", "sneaker", "bag", "ankle boot",
]  # fmt: skip
TRAIN, TEST = 800, 200  # of each class
NEAR = 4  # of 144 bits: at this distance images of one garment in one pose are met
LICENCE = """Fashion-MNIST, https://github.com/zalandoresearch/fashion-mnist

The MIT License (MIT)

Copyright (c) 2017 Zalando SE, https://tech.zalando.com

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""


def read(folder: Path, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the images [n, 28, 28] and labels [n] of "train" or "t10k", both uint8."""
    images = gzip.decompress((folder / f"{kind}-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((folder / f"{kind}-labels-idx1-ubyte.gz").read_bytes())
    return (
        np.frombuffer(images, np.uint8, offset=16).reshape(-1, 28, 28),
        np.frombuffer(labels, np.uint8, offset=8),
    )


def difference_hash(images: np.ndarray, side: int = 12) -> np.ndarray:
    """Return [n, side * side] bits: whether brightness grows from cell to cell, left to right."""
    rows = np.round(np.linspace(0, images.shape[1], side + 1)).astype(int)
    columns = np.round(np.linspace(0, images.shape[2], side + 2)).astype(int)
    sums = np.zeros((len(images), images.shape[1] + 1, images.shape[2] + 1), np.float64)
    sums[:, 1:, 1:] = images.cumsum(1, dtype=np.float64).cumsum(2)
    cells = np.diff(np.diff(sums[:, rows][:, :, columns], axis=1), axis=2)
    means = cells / (np.diff(rows)[:, None] * np.diff(columns)[None])
    return (means[:, :, 1:] > means[:, :, :-1]).reshape(len(images), -1)


def nearest(hashes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return for each hash how many bits it differs from the nearest of the others."""
    ours, theirs = (np.where(bits, 1.0, -1.0).astype(np.float32) for bits in (hashes, others))
    best = [(hashes.shape[1] - part @ theirs.T).min(1) / 2 for part in np.array_split(ours, 50)]
    return np.concatenate(best)


def draw(labels: np.ndarray, is_allowed: np.ndarray, each: int, seed: int) -> np.ndarray:
    """Return the indices of ``each`` allowed images of every class, in a random order."""
    rng = np.random.default_rng(seed)
    choice = [
        rng.choice(np.flatnonzero(is_allowed & (labels == c)), each, replace=False)
        for c in range(10)
    ]
    return rng.permutation(np.concatenate(choice))


def main(folder: Path) -> None:
    """Write images.npz, dataset.json, LICENSE and SHA256SUMS."""
    (images, labels), (test_images, test_labels) = read(folder, "train"), read(folder, "t10k")
    train = draw(labels, np.ones(len(labels), bool), TRAIN, seed=1)
    far = nearest(difference_hash(test_images), difference_hash(images[train])) > NEAR
    test = draw(test_labels, far, TEST, seed=2)
    arrays = {
        "images": np.concatenate([images[train], test_images[test]]),
        "labels": np.concatenate([labels[train], test_labels[test]]),
        "test": np.repeat([False, True], [len(train), len(test)]),
        "names": np.array(NAMES),
    }
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "images.npz").write_bytes(pack(arrays))
    facts = {
        "name": "Fashion-MNIST (a seventh of it)",
        "source": "https://github.com/zalandoresearch/fashion-mnist",
        "version": "55506a9",
        "licence": "MIT",
    }
    (OUT / "dataset.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    (OUT / "LICENSE").write_text(LICENCE, encoding="utf-8")
    sums = [f"{hashlib.sha256((OUT / n).read_bytes()).hexdigest()}  {n}\n" for n in ("images.npz",)]
    (OUT / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    print(f"passed over as near-duplicates: {int((~far).sum())} of {len(far)} test images")
    print(f"images.npz: {(OUT / 'images.npz').stat().st_size / 1e6:.2f} MB")


def pack(arrays: dict[str, np.ndarray]) -> bytes:
    """Return an npz file whose bytes depend on its content alone: it holds no dates."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        for name, array in arrays.items():
            part = io.BytesIO()
            np.lib.format.write_array(part, np.ascontiguousarray(array), allow_pickle=False)
            file.writestr(zipfile.ZipInfo(f"{name}.npy"), part.getvalue(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SOURCE)
