"""Scores clips with the served graph, and error rates with intervals out of the scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import metrics
from .data.synthesize import Clip
from .decode import Decoder, Scores, greedy
from .export import open_graph
from .preprocess import RATE, Samples, graph_inputs
from .progress import track
from .wer import Errors, character_errors, word_errors

FEWEST_CLUSTERS = 5  # with fewer speakers, an interval over speakers would say nothing


@dataclass(frozen=True)
class Answers:
    """What one system said to some clips; texts are normalised."""

    clips: Sequence[Clip]
    references: list[str]
    texts: list[str]

    @property
    def words(self) -> list[Errors]:
        """Errors in words, one a clip."""
        return list(map(word_errors, self.references, self.texts))

    @property
    def characters(self) -> list[Errors]:
        """Errors in characters, one a clip."""
        return list(map(character_errors, self.references, self.texts))


def wave_of(clip: Clip) -> Samples:
    """Return a clip's samples as the graph takes them."""
    return np.asarray(clip.samples / 32768, dtype=np.float32)


def graph_scores(graph: bytes, waves: Sequence[Samples], description: str) -> list[Scores]:
    """Return the graph's log-probabilities [steps, symbols] of each clip."""
    answer = open_graph(graph, "log_probabilities")
    return [answer(graph_inputs(wave))[0].astype(np.float32) for wave in track(waves, description)]


def answers(decoder: Decoder, clips: Sequence[Clip], scores: Sequence[Scores]) -> Answers:
    """Return what the served model says, by the best path through its lexicon."""
    references = [decoder.without_fillers(clip.text) for clip in clips]
    return Answers(clips, references, [decoder.text(of) for of in scores])


def greedy_answers(decoder: Decoder, clips: Sequence[Clip], scores: Sequence[Scores]) -> Answers:
    """Return what the same network says without the lexicon."""
    references = [decoder.without_fillers(clip.text) for clip in clips]
    texts = [decoder.without_fillers(greedy(of, decoder.symbols)) for of in scores]
    return Answers(clips, references, texts)


def weights_of(speakers: Sequence[str], resamples: int, seed: int) -> tuple[metrics.Weights, bool]:
    """Return bootstrap weights of clips, and whether whole speakers were drawn.

    Clips of one speaker fail together (Bisani and Ney, 2004), so from five speakers on speakers
    are resampled, else clips.
    """
    clustered = len(set(speakers)) >= FEWEST_CLUSTERS
    groups = list(speakers) if clustered else None
    return metrics.resample(len(speakers), resamples, seed, groups), clustered


def rate_of(errors: Sequence[Errors]) -> metrics.Statistic:
    """Return the pooled error rate as a statistic over clips."""
    return metrics.ratio([e.total for e in errors], [e.length for e in errors])


def word_error_rate(given: Answers, resamples: int, seed: int) -> dict[str, Any]:
    """Return WER and interval as reports/metrics.json has them, with clips, words and speakers."""
    speakers = [clip.speaker for clip in given.clips]
    weights, clustered = weights_of(speakers, resamples, seed)
    errors = given.words
    pooled = sum(errors, Errors(0, 0, 0, 0))
    draws = metrics.bootstrap({"wer": rate_of(errors)}, weights)["wer"]
    return {
        **metrics.summary("wer", draws),
        "clips": len(errors),
        "words": pooled.length,
        "speakers": len(set(speakers)),
        "resampled": "speakers" if clustered else "clips",
        "substitutions": pooled.substitutions,
        "deletions": pooled.deletions,
        "insertions": pooled.insertions,
    }


def seconds_of(clips: Sequence[Clip]) -> float:
    """Return the length of all clips together in seconds."""
    return sum(len(clip.samples) for clip in clips) / RATE
