"""From log-probabilities of symbols to words: letter by letter, or by a search in a lexicon.

NumPy only: evaluation and service run the same code, and site/decode.js says the same once more.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]  # [steps, symbols]
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
    return [symbols.index(letter) for letter in text if letter in symbols]


def greedy(scores: Scores, symbols: Sequence[str]) -> str:
    """Return the best symbol of each step, repeats merged and blanks dropped: perhaps no words."""
    best = scores.argmax(axis=1)
    letters = best[np.diff(best, prepend=-1) != 0]
    return " ".join("".join(symbols[i] for i in letters).split())


class Decoder:
    """Finds the most likely words of a lexicon (Viterbi, 1967), as metadata.json's ``output`` says.

    States form a loop: one between words (blank or space), and for each word its letters with an
    optional blank before each but the first. A path enters a word at its first letter, paying a
    penalty, and leaves it after its last.
    """

    def __init__(self, output: Mapping[str, Any]) -> None:
        self.output = output
        states, ends = [(BLANK, -1, False)], [0]  # symbol, word, may skip the blank before
        for number, word in enumerate(output["words"]):
            letters = encode(word, output["symbols"])
            states.append((letters[0], number, False))
            for before, letter in pairwise(letters):
                # A letter may follow the one before at once, unless both are the same.
                states += [(BLANK, number, False), (letter, number, before != letter)]
            ends.append(len(states) - 1)
        self.symbol, self.word, skips = map(np.array, zip(*states, strict=True))
        self.ends, here = np.array(ends), np.arange(len(states))
        # [3, states]: from where a path comes, and what it gains: it stays, or comes from the state
        # before (a first letter from between words), or from the one before that.
        self.sources = np.stack([here, here - 1, here - 2]).clip(min=0)
        self.gains = np.stack([0.0 * here, 0.0 * here, np.where(skips, 0.0, -np.inf)])
        first = self.ends[:-1] + 1
        self.sources[1, first], self.gains[1, first] = 0, -output["penalty"]

    def path(self, scores: Scores) -> NDArray[np.int64]:
        """Return the best state of each step; every path ends between words or at a word's end."""
        emissions = scores[:, self.symbol]
        emissions[:, 0] = scores[:, [BLANK, SPACE]].max(axis=1)
        back, here = np.empty(emissions.shape, dtype=np.int64), np.arange(len(self.symbol))
        total = np.where(here == 0, 0.0, -np.inf)
        for step, emission in enumerate(emissions):
            ways = (total[self.sources] + self.gains).argmax(axis=0)  # the first of equals: to stay
            back[step] = self.sources[ways, here]
            back[step, 0] = self.ends[total[self.ends].argmax()]
            total = total[back[step]] + self.gains[ways, here] + emission
        states = [self.ends[total[self.ends].argmax()]]
        for sources in back[:0:-1]:
            states.append(sources[states[-1]])
        return np.array(states[::-1])

    def words(self, scores: Scores) -> list[dict[str, Any]]:
        """Return the words of the best path, without fillers and doubtful ones; times in seconds.

        Confidence is the geometric mean, over a word's letters, of the highest probability that
        each reaches. It is no calibrated probability of being right.
        """
        threshold, pace = self.output["threshold"], self.output["seconds_per_step"]
        if np.exp(scores[:, SPACE + 1 :].max(initial=-np.inf)) < threshold:
            return []  # no word is surer than its letters: silence is answered without a search
        states, words = self.path(scores), list[dict[str, Any]]()
        numbers = self.word[states]
        # A word that directly follows itself passes the state between words first.
        changes = np.flatnonzero(np.diff(numbers, prepend=-2, append=-2))
        for start, end in pairwise(changes.tolist()):
            inside = states[start:end]
            letters = [s for s in np.unique(inside) if self.symbol[s] != BLANK]
            peaks = [scores[start:end][inside == s, self.symbol[s]].max() for s in letters]
            if letters:  # none between words
                times = {"start": round(start * pace, 2), "end": round(end * pace, 2)}
                confidence = round(float(np.exp(np.mean(peaks))), 3)
                text = self.output["words"][numbers[start]]
                words.append({"text": text, **times, "confidence": confidence})
        fillers = self.output["fillers"]
        return [w for w in words if w["confidence"] >= threshold and w["text"] not in fillers]

    def transcribe(self, scores: Scores, method: str) -> tuple[str, list[dict[str, Any]]]:
        """Return the text by one of ``METHODS``, and its words where their times are known."""
        if method == "lexicon":
            words = self.words(scores)
            return " ".join(word["text"] for word in words), words
        text = greedy(scores, self.output["symbols"]) if method == "greedy" else ""
        return self.without_fillers(text), []

    def texts(self, scores: Iterable[Scores], method: str) -> list[str]:
        """Return the text of each recording."""
        return [self.transcribe(one, method)[0] for one in scores]

    def without_fillers(self, text: str) -> str:
        """Return a text as answers are meant to be."""
        return " ".join(word for word in text.split() if word not in self.output["fillers"])
