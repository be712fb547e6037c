"""The one splitter: groups become training, validation and test; near-duplicates are dropped."""

from __future__ import annotations

import re
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer

from ..errors import ProjectError
from ..settings import Config
from .texts import Texts, load

Name = Literal["train", "validation", "test"]
HEAD = 300  # characters of a long text that are compared
CHUNK = 200  # held-out texts at a time, so that memory stays bounded
LETTERS = re.compile(r"[\W\d_]+")


def read(config: Config, *names: Name) -> list[Texts]:
    """Return the named splits; only `evaluate` may ask for "test".

    A held-out text that nearly equals one of a split before it is dropped: what the model has
    read is no test of it.
    """
    texts = load(config)
    placed = assign(texts, config)
    parts = {
        name: texts.take(np.flatnonzero(placed == name)) for name in ("train", "validation", "test")
    }
    found = []
    for name in names:
        part = parts[name]
        for earlier in {"train": [], "validation": ["train"], "test": ["train", "validation"]}[
            name
        ]:
            part = part.take(
                np.flatnonzero(~near(part, parts[earlier], config.split.near_duplicate))
            )
        if not len(part):
            raise ProjectError(f"The {name} split is empty.", "Change [split] in config.toml.")
        found.append(part)
    return found


def assign(texts: Texts, config: Config, by_group: bool = True) -> NDArray[Any]:
    """Return "train", "validation" or "test" for each text; texts of one group stay together.

    Where every text is a group of its own (or not ``by_group``) each label is divided alike.
    """
    rng = np.random.default_rng(config.seed)
    groups, codes = np.unique(texts.groups, return_inverse=True)
    if by_group and len(groups) < len(texts):
        place = (rng.permutation(len(groups)) / len(groups))[codes]
    else:
        place, order = np.empty(len(texts)), rng.permutation(len(texts))
        labels = np.asarray(texts.labels)[order]
        for label in np.unique(labels):
            rows = order[labels == label]
            place[rows] = np.arange(len(rows)) / len(rows)
    shares = config.split
    bounds = [1 - shares.validation - shares.test, 1 - shares.test]
    return np.array(["train", "validation", "test"])[np.searchsorted(bounds, place, side="right")]


def near(held: Texts, known: Texts, likeness: float) -> NDArray[np.bool_]:
    """Return for each held-out text whether a known one nearly equals it.

    Nearly equal: the same letters, or, under the same label, a Jaccard index of the sets of
    four-letter pieces in the first ``HEAD`` characters of at least ``likeness``.
    """
    letters = {normal(text) for text in known.texts}
    found = np.array([normal(text) in letters for text in held.texts], dtype=bool)
    held_labels, known_labels = np.asarray(held.labels), np.asarray(known.labels)
    begins = [[text[:HEAD] for text in part.texts] for part in (held, known)]
    pieces = CountVectorizer(analyzer="char", ngram_range=(4, 4), binary=True, dtype=np.int32)
    pieces.fit(begins[0] + begins[1])
    ours, theirs = (pieces.transform(texts) for texts in begins)
    for label in np.unique(held_labels):
        rows, others = np.flatnonzero(held_labels == label), theirs[known_labels == label]
        if not others.shape[0]:
            continue
        sizes = np.asarray(others.sum(axis=1)).reshape(1, -1)
        for some in np.array_split(rows, len(rows) // CHUNK + 1):
            shared = (ours[some] @ others.T).toarray()
            either = np.asarray(ours[some].sum(axis=1)).reshape(-1, 1) + sizes - shared
            found[some] |= (shared / np.maximum(either, 1)).max(axis=1) >= likeness
    return found


def normal(text: str) -> str:
    """Return a text's letters in lower case with single spaces between words."""
    return LETTERS.sub(" ", text.lower()).strip()
