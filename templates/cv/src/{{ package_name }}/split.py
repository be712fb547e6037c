"""The one splitter: training, validation and test, and no group of pictures in two of them."""

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from .config import Config
from .data import Images
from .errors import ProjectError

Indices = NDArray[np.int64]
HINT = "Change [split] or [data] in config.toml."
PARTS = ("train", "validation", "test")
RULES = {
    "given": "as the data bring it",
    "stratified": "at random, each class divided alike",
    "group": "by group: no group is in two parts",
}


def split(images: Images, config: Config) -> dict[str, Indices]:
    """Return the positions of the pictures of "train", "validation" and "test".

    What the data do not divide is drawn by group, each class alike; a picture that belongs to no
    group is its own. Only `evaluate` reads the pictures of "test".
    """
    rule = config.split
    part = np.where(images.parts == "", "train", images.parts).astype("U10")
    if rule.rule != "given":
        part[:] = "train"
    elif "test" not in part:
        raise ProjectError("The data bring no test part.", HINT)
    if rule.rule == "group" and len(np.unique(images.groups)) == len(images):
        raise ProjectError("The data name no groups.", HINT)
    count = len(np.unique(images.groups[part == "train"]))
    try:
        for name, share in (("test", rule.test), ("validation", rule.validation)):
            rows = np.flatnonzero(part == "train")
            groups, first = np.unique(images.groups[rows], return_index=True)
            settings = {"test_size": round(share * count), "random_state": config.seed}
            if name not in part:
                labels = images.labels[rows][first]
                _, drawn = train_test_split(groups, stratify=labels, **settings)
                part[rows[np.isin(images.groups[rows], drawn)]] = name
    except ValueError as error:
        raise ProjectError(f"The pictures cannot be divided: {error}", HINT) from None
    for name in PARTS:
        if len(np.unique(images.labels[part == name])) < len(images.classes):
            raise ProjectError(f"The {name} part lacks a class: there are too few groups.", HINT)
    return {name: np.flatnonzero(part == name) for name in PARTS}
