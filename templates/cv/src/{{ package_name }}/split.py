"""The one splitter: training, validation and test, and no picture or group in two of them."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from .config import Config
from .data import Images
from .errors import ProjectError

Indices = NDArray[np.int64]
HINT = "Change [split] or [data] in config.toml."
PARTS = ("train", "validation", "test")
RULES = {
    "given": "as the data bring it; no training picture equals one of the test part",
    "stratified": "at random, each class divided alike",
    "group": "by group: no group is in two parts",
}


def split(images: Images, config: Config) -> dict[str, Indices]:
    """Return the positions of the pictures of "train", "validation" and "test".

    Groups are put into a random order within their class, and cut at the configured shares. Only
    `evaluate` reads the pictures of "test".
    """
    rule, groups = config.split, clusters(images, config)[0]
    part = images.parts.astype("U10") if rule.rule == "given" else np.full(len(images), "", "U10")
    test = part == "test"
    if rule.rule == "given" and not test.any():
        raise ProjectError("The data bring no test part.", HINT)
    # What equals a test picture would be remembered, not recognised.
    part[~test & np.isin(groups, groups[test])] = "left out"
    brought = {name for name in PARTS if name in part and name != "train"}
    free = np.flatnonzero(np.isin(part, ["", "train"]))
    place = places(images.labels[free], groups[free], config.seed)
    bounds = np.cumsum([0.0 if name in brought else getattr(rule, name) for name in PARTS[:0:-1]])
    names = np.array(["test", "validation", "train"])
    part[free] = names[np.searchsorted(bounds, place, side="right")]
    for name in PARTS:
        if len(np.unique(images.labels[part == name])) < len(images.classes):
            raise ProjectError(f"The {name} part lacks a class: there are too few groups.", HINT)
    return {name: np.flatnonzero(part == name) for name in PARTS}


def places(labels: Indices, groups: Indices, seed: int) -> NDArray[np.float64]:
    """Return for each picture where its group stands in its class's random order, from 0 to 1."""
    rng = np.random.default_rng(seed)
    names, first, codes = np.unique(groups, return_index=True, return_inverse=True)
    sizes, place = np.bincount(codes), np.zeros(len(names))
    for label in np.unique(labels):
        order = rng.permutation(np.flatnonzero(labels[first] == label))
        ends = np.cumsum(sizes[order])
        place[order] = (ends - sizes[order] / 2) / ends[-1:]
    return place[codes]


def clusters(images: Images, config: Config) -> tuple[Indices, str]:
    """Return a number for each picture, the same for those that are not independent; and the unit.

    Pictures that are equal belong together, and with the rule "group" those of one group.
    """
    count, numbers = len(images), dict[bytes, int]()
    links = [np.array([numbers.setdefault(p.tobytes(), len(numbers)) for p in images.pixels])]
    if config.split.rule == "group":
        if not images.groups.any():
            raise ProjectError("The data name no groups.", HINT)
        names = [group or f"\0{i}" for i, group in enumerate(images.groups)]
        links.append(np.unique(names, return_inverse=True)[1])
    # A graph of pictures and what they share: what hangs together is a cluster.
    ends = np.concatenate([link + count * (i + 1) for i, link in enumerate(links)])
    edges = np.ones(len(ends)), (np.tile(np.arange(count), len(links)), ends)
    graph = coo_array(edges, shape=(ends.max() + 1, ends.max() + 1))
    unit = "group" if config.split.rule == "group" else "picture"
    return connected_components(graph, directed=False)[1][:count].astype(np.int64), unit
