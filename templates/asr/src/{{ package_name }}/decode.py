"""From log-probabilities of symbols to words: letter by letter, or by a search in a lexicon.

NumPy only: evaluation and service run the same code, and site/decode.js says the same once more.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]  # [steps, symbols]
BLANK, SPACE = 0, 1  # symbols: the blank of CTC, the space between words, then letters
METHODS = {  # from simple to complex
    "silence": "It never says a word.",
    "greedy": "A convolutional network spells the letters (CTC).",
    "lexicon": "A convolutional network (CTC), and the best path through a lexicon.",
}


def symbols_of(words: Iterable[str]) -> list[str]:
    """Return the symbols that spell the words: blank, space, then the letters in order."""
    return ["", " ", *sorted(set("".join(words)))]


def encode(text: str, symbols: Sequence[str]) -> list[int]:
    """Return the places of a text's letters among the symbols; those it lacks are left out."""
    places = {symbol: place for place, symbol in enumerate(symbols)}
    return [places[letter] for letter in text if letter in places]


def greedy(scores: Scores, symbols: Sequence[str]) -> str:
    """Return the text of the best symbol of each step, repeats merged and blanks dropped.

    The result may contain words that do not exist.
    """
    best = scores.argmax(axis=1)
    kept = best[np.diff(best, prepend=-1) != 0]
    return " ".join("".join(symbols[i] for i in kept).split())


class Lexicon:
    """Finds the most likely sequence of known words (Viterbi, 1967).

    States form a loop: one between words (blank or space), and for each word its letters with an
    optional blank before each but the first. A path enters a word at its first letter, paying
    ``penalty``, and leaves it after its last.
    """

    def __init__(self, words: Sequence[str], symbols: Sequence[str], penalty: float) -> None:
        self.words, self.penalty = list(words), penalty
        symbol, word, self.first, self.last = [BLANK], [-1], [], []
        to_next, to_second = [-np.inf], [-np.inf]  # what a move costs: nothing, or it is forbidden
        for number, letters in enumerate(encode(text, symbols) for text in words):
            self.first.append(len(symbol))
            for before, letter in zip([None, *letters], letters, strict=False):
                if before is not None:
                    symbol.append(BLANK)
                    to_next.append(0.0)
                    to_second.append(-np.inf)
                symbol.append(letter)
                to_next.append(-np.inf if before is None else 0.0)
                # A letter may follow the one before at once, unless both are the same.
                to_second.append(-np.inf if before in (None, letter) else 0.0)
            self.last.append(len(symbol) - 1)
            word += [number] * (len(symbol) - len(word))
        self.symbol, self.word_of = np.array(symbol), np.array(word)
        self.to_next, self.to_second = np.array(to_next), np.array(to_second)

    def path(self, scores: Scores) -> NDArray[np.int64]:
        """Return the best state of each step; every path ends between words or at a word's end."""
        emitted = scores[:, self.symbol].astype(np.float64)
        emitted[:, 0] = scores[:, [BLANK, SPACE]].max(axis=1)
        count, first, ends = len(self.symbol), np.array(self.first), np.array([0, *self.last])
        back = np.empty((len(scores), count), dtype=np.int64)
        # Two states before the first, never reached: every state has one and two before it.
        padded = np.full(count + 2, -np.inf)
        total, here = padded[2:], np.arange(count)
        total[0] = 0.0
        for step, scores_here in enumerate(emitted):
            ways = total, padded[1:-1] + self.to_next, padded[:-2] + self.to_second
            moves = np.argmax(ways, axis=0)  # the first of equals: to stay comes before to move
            best, came = np.choose(moves, ways), here - moves
            entered = total[0] - self.penalty
            better = first[entered > best[first]]
            best[better], came[better] = entered, 0
            came[0] = ends[total[ends].argmax()]
            best[0] = total[came[0]]
            total[:], back[step] = best + scores_here, came
        states = np.empty(len(scores), dtype=np.int64)
        state = ends[total[ends].argmax()]
        for step in range(len(scores) - 1, -1, -1):
            states[step], state = state, back[step, state]
        return states

    def decode(self, scores: Scores, seconds_per_step: float) -> list[dict[str, Any]]:
        """Return the words of the best path: text, start and end in seconds, confidence.

        Confidence is the geometric mean, over a word's letters, of the highest probability that
        each reaches. It is no calibrated probability of being right.
        """
        if not len(scores):
            return []
        states = self.path(scores)
        word_at, words = self.word_of[states], []
        # A word that directly follows itself passes the state between words first.
        for start, end in pairwise(np.flatnonzero(np.diff(word_at, prepend=-2, append=-2))):
            if word_at[start] >= 0:
                part, inside = scores[start:end], states[start:end]
                letters = [s for s in np.unique(inside) if self.symbol[s] != BLANK]
                peaks = [part[inside == s, self.symbol[s]].max() for s in letters]
                times = {"start": start * seconds_per_step, "end": end * seconds_per_step}
                word = {name: round(float(time), 2) for name, time in times.items()}
                word["confidence"] = round(float(np.exp(np.mean(peaks))), 3)
                words.append({"text": self.words[word_at[start]], **word})
        return words


class Decoder:
    """Decoding as metadata.json's ``output`` describes it."""

    def __init__(self, output: Mapping[str, Any]) -> None:
        self.output = output
        self.symbols, self.fillers = output["symbols"], frozenset(output["fillers"])
        self.lexicon = Lexicon(output["words"], self.symbols, output["penalty"])

    def words(self, scores: Scores) -> list[dict[str, Any]]:
        """Return the words that the lexicon finds, without fillers and doubtful ones."""
        threshold = self.output["threshold"]
        if np.exp(scores[:, SPACE + 1 :].max(initial=-np.inf)) < threshold:
            return []  # no word is surer than its letters: silence is answered without a search
        words = self.lexicon.decode(scores, self.output["seconds_per_step"])
        return [w for w in words if w["confidence"] >= threshold and w["text"] not in self.fillers]

    def text(self, scores: Scores, method: str) -> str:
        """Return the text by "silence" (none at all), "greedy" or "lexicon"."""
        if method == "lexicon":
            return " ".join(word["text"] for word in self.words(scores))
        return self.without_fillers(greedy(scores, self.symbols)) if method == "greedy" else ""

    def without_fillers(self, text: str) -> str:
        """Return a text as answers are meant to be."""
        return " ".join(word for word in text.split() if word not in self.fillers)
