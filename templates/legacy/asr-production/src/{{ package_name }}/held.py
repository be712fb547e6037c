"""The validation clips, as the gates and the drift reference need them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from .data import load as clips_of
from .data.synthesize import Clip
from .decode import Decoder
from .export import open_graph
from .gates import Held, Scored, median_ms
from .measure import FEWEST_CLUSTERS, answers, graph_scores, rate_of, wave_of
from .preprocess import graph_inputs, wav
from .settings import load


def read() -> Held:
    """Read the validation split of config.toml; the test split is not read."""
    config = load()
    clips = clips_of.read(config, "validation")
    speakers = np.array([clip.speaker for clip in clips])
    clustered = len(set(speakers)) >= FEWEST_CLUSTERS  # clips of one speaker fail together
    seconds = np.array([clip.seconds for clip in clips])
    return Held(
        score=partial(score, clips=clips),
        seed=config.seed,
        groups=speakers if clustered else None,
        slices={
            "source": np.array([clip.source for clip in clips]),
            "length": np.where(seconds < np.median(seconds), "the shorter half", "the longer half"),
        },
    )


def score(folder: Path, clips: Sequence[Clip]) -> Scored:
    """Ask a model for every clip, and for one clip a hundred times, from samples to words."""
    facts = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))
    graph, decoder = (folder / "model.onnx").read_bytes(), Decoder(facts["output"])
    waves = [wave_of(clip) for clip in clips]
    given = answers(decoder, clips, graph_scores(graph, waves, "Scoring validation"))
    answer = open_graph(graph, facts["output"]["name"])
    one = graph_inputs(waves[0])
    return Scored(
        {"wer": rate_of(given.words)}, len(clips), median_ms(lambda: decoder.text(answer(one)[0]))
    )


def requests() -> Iterator[bytes]:
    """Yield the validation clips as the service's predictor takes them."""
    for clip in clips_of.read(load(), "validation"):
        yield wav(clip.samples)
