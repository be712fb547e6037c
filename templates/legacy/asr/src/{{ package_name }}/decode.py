"""From log-probabilities of symbols to words: greedily, or by the best path through a lexicon.

NumPy only: evaluation and the service run the same code on the output of the same graph.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]
BLANK = 0
SYMBOLS_BEFORE_LETTERS = ("", " ")  # the blank and the space between words


@dataclass(frozen=True)
class Word:
    """A recognised word: its text, the time it covers in seconds, and a confidence in 0..1."""

    text: str
    start: float
    end: float
    confidence: float


def symbols_of(words: Sequence[str]) -> list[str]:
    """Return the symbols that spell the words: blank, space, then the letters in order."""
    return [*SYMBOLS_BEFORE_LETTERS, *sorted(set("".join(words)))]


def encode(text: str, symbols: Sequence[str]) -> list[int]:
    """Return the places of a text's characters among the symbols."""
    return [symbols.index(character) for character in text]


def surest_letter(scores: Scores) -> float:
    """Return the highest probability of a letter in [steps, symbols]: no word is surer than it."""
    return float(np.exp(scores[:, len(SYMBOLS_BEFORE_LETTERS) :].max(initial=-np.inf)))


def greedy(scores: Scores, symbols: Sequence[str]) -> str:
    """Return the text of the best symbol of each step, repeats merged and blanks dropped.

    ``scores`` is [steps, symbols]. The result may contain words that do not exist.
    """
    best = scores.argmax(axis=1)
    kept = best[np.r_[True, best[1:] != best[:-1]]] if len(best) else best
    return " ".join("".join(symbols[i] for i in kept if i != BLANK).split())


class Lexicon:
    """Finds the most likely sequence of known words (Viterbi, 1967).

    States form a loop: one state between words (blank or space), and for each word its letters
    with an optional blank before each but the first. A path enters a word at its first letter,
    paying ``penalty``, and leaves it after its last.
    """

    def __init__(self, words: Sequence[str], symbols: Sequence[str], penalty: float) -> None:
        self.words, self.penalty = list(words), penalty
        symbol, word_of, first, last, skip = [BLANK], [-1], [], [], [False]
        for number, word in enumerate(words):
            letters = encode(word, symbols)
            first.append(len(symbol))
            for i, letter in enumerate(letters):
                if i:
                    symbol.append(BLANK)
                    word_of.append(number)
                    skip.append(False)
                symbol.append(letter)
                word_of.append(number)
                # A letter may follow the one before at once, unless both are the same.
                skip.append(i > 0 and letters[i - 1] != letter)
            last.append(len(symbol) - 1)
        self.symbol, self.word_of = np.array(symbol), np.array(word_of)
        self.first, self.last = np.array(first), np.array(last)
        follows = np.ones(len(symbol), dtype=bool)
        follows[[0, *first]] = False
        # What a move costs: nothing, or everything where it is not allowed.
        self.to_next = np.where(follows, 0.0, -np.inf)
        self.to_second = np.where(skip, 0.0, -np.inf)
        self.space = symbols.index(" ")

    def _confidence(self, scores: Scores, states: NDArray[np.int64]) -> float:
        letters = [state for state in np.unique(states) if self.symbol[state] != BLANK]
        peaks = [scores[states == state, self.symbol[state]].max() for state in letters]
        return float(np.exp(np.mean(peaks)))

    def path(self, scores: Scores) -> NDArray[np.int64]:
        """Return the best state of each step of ``scores`` [steps, symbols].

        Every path ends between words or at the end of one.
        """
        emitted = scores[:, self.symbol].astype(np.float64)
        emitted[:, 0] = np.maximum(scores[:, BLANK], scores[:, self.space])
        count = len(self.symbol)
        back = np.empty((len(scores), count), dtype=np.int64)
        here = np.arange(count)
        # Two states before the first, never reached: every state then has one and two before it.
        padded = np.full(count + 2, -np.inf)
        total = padded[2:]
        total[0] = 0.0
        ends = np.concatenate([[0], self.last])
        ways = np.empty((3, count))
        for step in range(len(scores)):
            ways[0] = total
            np.add(padded[1:-1], self.to_next, out=ways[1])
            np.add(padded[:-2], self.to_second, out=ways[2])
            came = ways.argmax(axis=0)  # the first of equals: to stay comes before to move
            best = ways[came, here]
            came = here - came
            entered = total[0] - self.penalty
            better = self.first[entered > best[self.first]]
            best[better], came[better] = entered, 0
            leaving = ends[total[ends].argmax()]
            best[0], came[0] = total[leaving], leaving
            np.add(best, emitted[step], out=total)
            back[step] = came
        states = np.empty(len(scores), dtype=np.int64)
        states[-1] = ends[np.argmax(total[ends])]
        for step in range(len(scores) - 1, 0, -1):
            states[step - 1] = back[step, states[step]]
        return states

    def decode(self, scores: Scores, seconds_per_step: float) -> list[Word]:
        """Return the words of the best path.

        A word's confidence is the geometric mean, over its letters, of the highest probability
        that the letter reaches. It is no calibrated probability of being right.
        """
        if not len(scores):
            return []
        states = self.path(scores)
        word_at = self.word_of[states]
        # A word that directly follows itself passes the state between words first.
        bounds = np.flatnonzero(np.r_[True, word_at[1:] != word_at[:-1], True])
        return [
            Word(
                self.words[word_at[start]],
                round(float(start * seconds_per_step), 2),
                round(float(end * seconds_per_step), 2),
                round(self._confidence(scores[start:end], states[start:end]), 3),
            )
            for start, end in pairwise(bounds)
            if word_at[start] >= 0
        ]


class Decoder:
    """Decoding as metadata.json's ``output`` describes it: the same for evaluation and serving."""

    def __init__(self, output: Mapping[str, Any]) -> None:
        self.symbols: list[str] = output["symbols"]
        self.seconds_per_step: float = output["seconds_per_step"]
        self.threshold: float = output["threshold"]
        self.fillers = frozenset(output["fillers"])
        words = [*output["words"], *output["fillers"]]
        self.lexicon = Lexicon(words, self.symbols, output["penalty"])

    def words(self, scores: Scores) -> list[Word]:
        """Return the words of [steps, symbols], without fillers and doubtful ones."""
        if surest_letter(scores) < self.threshold:  # silence is answered without a search
            return []
        found = self.lexicon.decode(scores, self.seconds_per_step)
        return [w for w in found if w.confidence >= self.threshold and w.text not in self.fillers]

    def text(self, scores: Scores) -> str:
        """Return the words as one text."""
        return " ".join(word.text for word in self.words(scores))

    def without_fillers(self, text: str) -> str:
        """Return a reference text as the answers are meant to be."""
        return " ".join(word for word in text.split() if word not in self.fillers)
