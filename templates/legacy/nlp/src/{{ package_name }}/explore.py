"""`explore`: a first look at the training texts, as one HTML file; the test split stays unread."""

from __future__ import annotations

import sys
from collections import Counter
from html import escape
from pathlib import Path

import numpy as np

from .data import split
from .data.texts import Texts
from .files import write
from .preprocess import clean
from .report import Section, Table
from .report.figure import BLUE, figure
from .report.html import document
from .settings import Config, load

PATH = Path("reports/explore.html")


def run() -> None:
    """Write reports/explore.html."""
    write(PATH, explore(load()))
    print(f"Open {PATH} in a browser.", file=sys.stderr)


def explore(config: Config) -> str:
    """Return the page."""
    known, held = split.read(config, "train", "validation")
    intro = (
        f"<p>{len(known):,} training and {len(held):,} validation texts under "
        f"{len(set(known.labels))} labels. The test split stays unread.</p>"
    )
    sections = [balance(known, held), lengths(known), words(known), examples(known)]
    return document(f"{escape(config.project)}: a first look", intro, sections)


def balance(known: Texts, held: Texts) -> Section:
    """Return how many texts each label has."""
    counts = Counter(known.labels), Counter(held.labels)
    rows = [[label, *(str(c[label]) for c in counts)] for label, _ in counts[0].most_common()]
    return Section("Labels", "", Table(["Label", "Training", "Validation"], rows))


def lengths(known: Texts) -> Section:
    """Draw how long texts are."""
    sizes = np.array([len(text) for text in known.texts])
    with figure() as drawn:
        drawn.axes[0].hist(np.minimum(sizes, np.quantile(sizes, 0.99)), bins=40, color=BLUE)
        drawn.axes[0].set(xlabel="characters", ylabel="texts")
    text = f"Half of the texts have at most {np.median(sizes):.0f} characters."
    return Section("Length", text, None, drawn.svg, "length")


def words(known: Texts) -> Section:
    """Return the words that are most typical of each label: frequent there, rare elsewhere."""
    inside: dict[str, Counter[str]] = {}
    for text, label in zip(known.texts, known.labels, strict=True):
        inside.setdefault(label, Counter()).update(set(clean(text).lower().split()))
    overall: Counter[str] = sum(inside.values(), Counter())
    rows = []
    for label, found in sorted(inside.items()):
        typical = sorted(found, key=lambda word: -(found[word] ** 2) / overall[word])[:8]
        rows.append([label, ", ".join(typical)])
    return Section("Typical words", "", Table(["Label", "Words"], rows))


def examples(known: Texts) -> Section:
    """Return the first text of each label."""
    first = dict(zip(reversed(known.labels), reversed(known.texts), strict=True))
    rows = [[label, text[:100]] for label, text in sorted(first.items())]
    return Section("Examples", "", Table(["Label", "Text"], rows))
