"""The one splitter: training, validation and test, and no picture or group in two of them."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from .config import Config
from .data import Images
from .errors import ProjectError

Indices = NDArray[np.int64]
HINT = "Change [split] in config.toml, or bring more pictures."
PARTS = ("train", "validation", "test")
RULES = {
    "given": "as the data bring it; no training picture equals one of the test part",
    "stratified": "at random, each class divided alike",
    "group": "by group: no group is in two parts",
}


def split(images: Images, config: Config) -> dict[str, Indices]:
    """Return the positions of the pictures of "train", "validation" and "test".

    Within each class groups are put into a random order and cut at the configured shares. Pictures
    that are equal are of one group. Only `evaluate` reads the pictures of "test".
    """
    rule, part = config.split, np.full(len(images), "", dtype="U10")
    if rule.rule == "group" and len(np.unique(images.groups)) < 2:
        hint = "Set data.group_pattern or group_column in config.toml."
        raise ProjectError("The data name no groups.", hint)
    groups = group_numbers(images, config)
    if rule.rule == "given":
        part[:] = images.parts
        if "test" not in part:
            hint = 'Set split.rule = "stratified" in config.toml.'
            raise ProjectError("The data bring no test part.", hint)
        # What equals a test picture would be remembered, not recognised.
        part[(part != "test") & np.isin(groups, groups[part == "test"])] = "left out"
        part[part == ""] = "train"
    shares = {"test": 0.0 if "test" in part else rule.test}
    shares["validation"] = 0.0 if "validation" in part else rule.validation
    free = np.flatnonzero((part == "train") | (part == ""))
    place = places(images.labels[free], groups[free], config.seed)
    part[free] = np.select(
        [place >= 1 - shares["test"], place >= 1 - shares["test"] - shares["validation"]],
        ["test", "validation"],
        "train",
    )
    for name in PARTS:
        if len(np.unique(images.labels[part == name])) < len(images.classes):
            raise ProjectError(f"The {name} part lacks a class.", HINT)
    return {name: np.flatnonzero(part == name) for name in PARTS}


def group_numbers(images: Images, config: Config) -> Indices:
    """Return a number for each picture, the same for those that must not be divided."""
    count, numbers = len(images), dict[bytes, int]()
    links = [np.array([numbers.setdefault(p.tobytes(), len(numbers)) for p in images.pixels])]
    if config.split.rule == "group":
        names = [group or f" {i}" for i, group in enumerate(images.groups)]
        links.append(np.unique(names, return_inverse=True)[1])
    # A graph of pictures and of what they share: what hangs together is a group.
    rows = np.tile(np.arange(count), len(links))
    columns = np.concatenate([link + count * (i + 1) for i, link in enumerate(links)])
    nodes = count * (len(links) + 1)
    graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(nodes, nodes))
    return np.asarray(connected_components(graph, directed=False)[1][:count], dtype=np.int64)


def places(labels: Indices, groups: Indices, seed: int) -> NDArray[np.float64]:
    """Return for each picture where its group stands in its class's random order, from 0 to 1."""
    rng = np.random.default_rng(seed)
    names, first, codes = np.unique(groups, return_index=True, return_inverse=True)
    sizes, place = np.bincount(codes), np.zeros(len(names))
    for label in np.unique(labels):
        order = rng.permutation(np.flatnonzero(labels[first] == label))
        ends = np.cumsum(sizes[order])
        place[order] = (ends - sizes[order] / 2) / ends[-1] if len(order) else 0
    return place[codes]


def clusters(images: Images, config: Config) -> tuple[Indices, str]:
    """Return the number of each picture's cluster, of those not independent, and its unit."""
    if config.split.rule == "group":
        return group_numbers(images, config), "group"
    return np.arange(len(images)), "picture"
