"""The one splitter: training, validation and test, and folds that imitate this split."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.model_selection import StratifiedGroupKFold

from .config import Config
from .errors import ProjectError
from .metrics import Indices

PARTS = ("train", "validation", "test")
FOLDS = 4
HINT = "Change [split] in config.toml."
BEGINNING = 300  # characters of a long text that are compared
CHUNK = 200  # texts at a time, so that memory stays bounded


def split(frame: pd.DataFrame, config: Config) -> dict[str, Indices]:
    """Return the positions of the texts of "train", "validation" and "test"; none may be empty.

    Texts of one group stay together; where each is a group of its own, every class is divided
    alike. A text that nearly equals one of an earlier part is in no part: what the model has read
    is no test of it. Only `evaluate` reads the texts of "test".
    """
    rng, shares = np.random.default_rng(config.seed), config.split
    codes, groups = pd.factorize(frame.group)
    if len(groups) < len(frame):
        place = (rng.permutation(len(groups)) / len(groups))[codes]
    else:
        order = pd.Series(rng.permutation(len(frame)), index=frame.index)
        place = order.groupby(frame.label).rank(pct=True).to_numpy() - 1e-9
    bounds = [1 - shares.validation - shares.test, 1 - shares.test]
    part = np.searchsorted(bounds, place, side="right")
    earlier, parts = np.empty(0, np.int64), {}
    for number, name in enumerate(PARTS):
        rows = np.flatnonzero(part == number)
        if len(earlier) and len(rows):
            copies = near_duplicates(frame.iloc[rows], frame.iloc[earlier], shares.near_duplicate)
            rows = rows[~copies]
        if not len(rows):
            cause = ": each nearly equals an earlier one" if (part == number).any() else ""
            raise ProjectError(f"The {name} part has no texts{cause}.", HINT)
        earlier, parts[name] = np.concatenate([earlier, rows]), rows
    return parts


def near_duplicates(
    frame: pd.DataFrame, earlier: pd.DataFrame, likeness: float
) -> NDArray[np.bool_]:
    """Return for each text whether an earlier one nearly equals it.

    That is: it has the same label, and a Jaccard index of at least ``likeness`` between the sets
    of four-letter pieces in the first ``BEGINNING`` characters.
    """
    copies = np.zeros(len(frame), dtype=bool)
    pieces = CountVectorizer(analyzer="char_wb", ngram_range=(4, 4), binary=True, dtype=np.int32)
    beginnings = [part.text.str.slice(0, BEGINNING) for part in (frame, earlier)]
    pieces.fit(pd.concat(beginnings))
    ours, theirs = (pieces.transform(texts) for texts in beginnings)
    for label in frame.label.unique():
        rows = np.flatnonzero(frame.label == label)
        others = theirs[np.flatnonzero(earlier.label == label)]
        if not others.shape[0]:
            continue
        sizes = np.asarray(others.sum(axis=1)).reshape(1, -1)
        for some in np.array_split(rows, len(rows) // CHUNK + 1):
            both = (ours[some] @ others.T).toarray()
            either = np.asarray(ours[some].sum(axis=1)).reshape(-1, 1) + sizes - both
            copies[some] |= (both / np.maximum(either, 1)).max(axis=1) >= likeness
    return copies


@dataclass(frozen=True)
class Rows:
    """Texts, the numbers of their classes and groups, and how many classes there are."""

    texts: NDArray[np.object_]
    truth: Indices
    clusters: Indices
    classes: int

    def take(self, positions: Indices) -> "Rows":
        """Return the rows at these positions."""
        texts, truth = self.texts[positions], self.truth[positions]
        return Rows(texts, truth, self.clusters[positions], self.classes)


Fold = tuple[Rows, Rows]  # to fit on, and held out


def rows_of(frame: pd.DataFrame, classes: list[str]) -> Rows:
    """Return the texts of a table, whose labels are among ``classes``."""
    codes = pd.Categorical(frame.label, classes).codes.astype(np.int64)
    if codes.min() < 0:
        message = f"No training text has the class {frame.label.iloc[codes.argmin()]!r}."
        raise ProjectError(message, "Change [split] or seed in config.toml.")
    texts = frame.text.to_numpy(object)
    return Rows(texts, codes, pd.factorize(frame.group)[0], len(classes))


def folds(rows: Rows, seed: int) -> list[Fold]:
    """Return folds of training texts: groups stay together, as in the split."""
    count = min(FOLDS, *(len(set(rows.clusters[rows.truth == i])) for i in range(rows.classes)))
    if count < 2:
        raise ProjectError("The training texts cannot be divided into folds.", HINT)
    splitter = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
    places = splitter.split(rows.texts, rows.truth, rows.clusters)
    return [(rows.take(fit), rows.take(held_out)) for fit, held_out in places]
