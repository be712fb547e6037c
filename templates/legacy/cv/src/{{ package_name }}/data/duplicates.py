"""Finds images that are equal, or nearly so: a split must not put them on both sides."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from ..preprocess import Pixels

SIDE = 12  # cells of the hash; 12 x 12 = 144 bits
NEAR = 4  # bits; at this distance one meets the same object in the same pose


def exact_groups(pixels: Pixels) -> NDArray[np.int64]:
    """Return a number for each image, the same for images that are equal byte for byte."""
    digests = [hashlib.sha256(image.tobytes()).hexdigest() for image in pixels]
    return np.unique(digests, return_inverse=True)[1].astype(np.int64)


def difference_hash(pixels: Pixels) -> NDArray[np.bool_]:
    """Return bits [n, SIDE * SIDE]: whether the mean of a cell is less than its right neighbour's.

    Bits survive changes of brightness, contrast and size (N. Krawetz, "Kind of Like That", 2013).
    """
    grey = pixels.mean(axis=3) if pixels.shape[3] > 1 else pixels[..., 0]
    rows = np.round(np.linspace(0, grey.shape[1], SIDE + 1)).astype(int)
    columns = np.round(np.linspace(0, grey.shape[2], SIDE + 2)).astype(int)
    sums = np.zeros((len(grey), grey.shape[1] + 1, grey.shape[2] + 1))
    sums[:, 1:, 1:] = grey.cumsum(1, dtype=np.float64).cumsum(2)
    cells = np.diff(np.diff(sums[:, rows][:, :, columns], axis=1), axis=2)
    means = cells / (np.diff(rows)[:, None] * np.diff(columns)[None])
    bits: NDArray[np.bool_] = (means[:, :, 1:] > means[:, :, :-1]).reshape(len(grey), -1)
    return bits


def nearest(hashes: NDArray[np.bool_], others: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return for each hash how many bits it differs from the nearest of the others."""
    # With bits as -1 and 1, a dot product counts what agrees less what differs.
    ours, theirs = (np.where(bits, 1, -1).astype(np.float32) for bits in (hashes, others))
    parts = np.array_split(ours, max(1, len(ours) // 200))
    return np.concatenate([(hashes.shape[1] - (part @ theirs.T).max(axis=1)) / 2 for part in parts])
