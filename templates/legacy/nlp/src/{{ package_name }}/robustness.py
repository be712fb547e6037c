"""Changes that a text survives in practice, and what must stay true of an answer under them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .report import Section, Table
from .report.words import interval

if TYPE_CHECKING:
    from .evaluate import Test

LONG = 25  # characters: a shorter text may well be turned by what is put to it
MARGIN = 0.01  # of a probability, within which it counts as unchanged


def typos(text: str, seed: int = 0) -> str:
    """Swap two neighbouring letters in every tenth place or so."""
    rng = np.random.default_rng([seed, *text.encode()[:50]])
    letters = list(text)
    for i in range(len(letters) - 1):
        if letters[i].isalpha() and letters[i + 1].isalpha() and rng.random() < 0.1:
            letters[i], letters[i + 1] = letters[i + 1], letters[i]
    return "".join(letters)


def without_accents(text: str) -> str:
    """Drop accents, as people do on a foreign keyboard."""
    parts = unicodedata.normalize("NFD", text)
    return "".join(c for c in parts if not unicodedata.combining(c))


def first_half(text: str) -> str:
    """Keep the first half of the words."""
    words = text.split()
    return " ".join(words[: (len(words) + 1) // 2])


CHANGES: dict[str, Callable[[str], str]] = {
    "as they are": str,
    "typos": typos,
    "UPPER CASE": str.upper,
    "without accents": without_accents,
    "first half": first_half,
}

# Behavioural tests in the manner of CheckList (Ribeiro et al., ACL 2020): the answer must stay
# the same when what changes says nothing about the label.
INVARIANT: dict[str, Callable[[str], str]] = {
    "a number is added": lambda text: f"{text} 2024",
    "a full stop is added": lambda text: f"{text}.",
    "spaces are doubled": lambda text: text.replace(" ", "  "),
    "the first letter changes case": lambda text: text[:1].swapcase() + text[1:],
    "an address is added": lambda text: f"{text} https://example.org",
}


def neighbours(test: Test, same: bool) -> list[str]:
    """Return for each test text a training text of the same label, or of another one."""
    rng = np.random.default_rng(test.config.seed)
    labels = np.asarray(test.known.labels)
    places = {label: np.flatnonzero((labels == label) == same) for label in set(test.held.labels)}
    return [test.known.texts[rng.choice(places[label])] for label in test.held.labels]


def robustness(test: Test, _results: dict[str, Any]) -> list[Section]:
    """Return macro F1 on changed texts."""
    answer, texts = test.answers[test.winner], test.held.texts
    rows = [
        [name, interval(test.macro_f1(answer([change(text) for text in texts])))]
        for name, change in CHANGES.items()
    ]
    return [Section("Robustness", "", Table(["Texts", "Macro F1"], rows))]


def behaviour(test: Test, _results: dict[str, Any]) -> list[Section]:
    """Return how often an answer stays, and how often its probability moves the right way."""
    answer, texts = test.answers[test.winner], test.held.texts
    long = np.array([len(text) >= LONG for text in texts])
    before = test.best.argmax(axis=1)
    rows = []
    for name, change in INVARIANT.items():
        kept = answer([change(text) for text in texts]).argmax(axis=1) == before
        rows.append([name, "the answer stays", interval(test.share(kept & long, long))])
    truth = np.arange(len(texts)), test.target
    for same, name in ((True, "a text of the same label"), (False, "a text of another label")):
        longer = [f"{n} {text}" for n, text in zip(neighbours(test, same), texts, strict=True)]
        moved = answer(longer)[truth] - test.best[truth]
        right = moved >= -MARGIN if same else moved <= MARGIN
        wanted = "the true label gets no less likely" if same else "the true label gets no likelier"
        rows.append([f"{name} is put before it", wanted, interval(test.share(right))])
    text = (
        "Behavioural tests in the manner of CheckList: what must not matter (on texts of "
        f"{LONG} characters or more), and in which direction an answer must move (within {MARGIN})."
    )
    table = Table(["Change of a text", "Expected", "Share that holds"], rows)
    return [Section("Behaviour", text, table)]
