"""The one splitter: images become training, validation and test, and nothing is in two of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import ProjectError
from ..settings import Config
from .duplicates import exact_groups
from .images import Images, load

NAMES = ("train", "validation", "test")


def read(config: Config, *names: str, root: Path = Path()) -> list[Images]:
    """Return the images of the splits that are named."""
    images = load(config, root)
    assigned = assign(images, config)
    return [images.take(np.flatnonzero(assigned == name)) for name in names]


def assign(images: Images, config: Config) -> NDArray[np.str_]:
    """Return for each image the name of its split.

    Within each class, groups are put into a random order and cut at the configured shares.
    Images that are equal byte for byte are one group in any case. With the rule ``given`` the
    test split is the one that the data bring along, and only validation is drawn.
    """
    rule, rng = config.split, np.random.default_rng(config.seed)
    if rule.rule == "group" and images.groups is None:
        raise ProjectError(
            "The data name no groups.", "Set images.group_pattern or group_column in config.toml."
        )
    if rule.rule == "given" and images.test is None:
        raise ProjectError(
            "The data bring no test split along.", 'Set split.rule = "stratified" in config.toml.'
        )
    groups = exact_groups(images.pixels)
    if rule.rule == "group" and images.groups is not None:
        groups = merge(groups, np.unique(images.groups, return_inverse=True)[1])
    given = images.test if rule.rule == "given" else None
    names = np.full(len(images), "train", dtype="U10")
    place = _places(images.labels, groups, rng, given)
    if given is None:
        names[place >= 1 - rule.validation - rule.test] = "validation"
        names[place >= 1 - rule.test] = "test"
    else:
        names[place >= 1 - rule.validation] = "validation"
        names[given] = "test"
        # A training image that equals a test image would be remembered, not recognised.
        names[~given & np.isin(groups, groups[given])] = "left out"
    for name in NAMES:
        if len(np.unique(images.labels[names == name])) < len(images.classes):
            raise ProjectError(
                f"The {name} split lacks a class: there are too few groups.",
                "Bring more images, or change the shares of the split in config.toml.",
            )
    return names


def merge(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the finest groups in which what either argument groups together stays together."""
    labels = first.copy()
    while True:
        before = labels.copy()
        for groups in (second, first):
            order = np.argsort(groups, kind="stable")
            starts = np.flatnonzero(np.r_[True, np.diff(groups[order]) != 0])
            lowest = np.minimum.reduceat(labels[order], starts)
            labels[order] = np.repeat(lowest, np.diff(np.r_[starts, len(groups)]))
        if np.array_equal(labels, before):
            return labels


def _places(
    labels: NDArray[np.int64],
    groups: NDArray[np.int64],
    rng: np.random.Generator,
    given: NDArray[np.bool_] | None,
) -> NDArray[np.float64]:
    """Return for each image where its group stands in its class's random order, from 0 to 1."""
    place = np.zeros(len(labels))
    unique, first, code = np.unique(groups, return_index=True, return_inverse=True)
    drawn = np.ones(len(unique), bool) if given is None else ~given[first]
    sizes = np.bincount(code)
    for label in np.unique(labels):
        members = np.flatnonzero((labels[first] == label) & drawn)
        order = rng.permutation(members)
        before = np.cumsum(sizes[order]) - sizes[order] / 2
        place_of = np.zeros(len(unique))
        place_of[order] = before / sizes[order].sum() if len(order) else 0
        place += place_of[code]
    return place
