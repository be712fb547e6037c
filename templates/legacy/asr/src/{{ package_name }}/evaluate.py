"""`evaluate`: the only reader of the test split. All that it finds goes to reports/ and README."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from . import export, metrics
from .augment import add_noise, nothing_said
from .data import facts as data_facts
from .data import load
from .data.real import RealSet, real_sets
from .decode import Decoder, Scores
from .errors import ProjectError
from .measure import (
    Answers,
    answers,
    graph_scores,
    greedy_answers,
    rate_of,
    seconds_of,
    wave_of,
    weights_of,
    word_error_rate,
)
from .reference import pocketsphinx
from .report import publish
from .report.words import interval
from .settings import Config
from .settings import load as load_config


@dataclass(frozen=True)
class Test:
    """The test split with the served graph's answers: what the parts of the report need."""

    config: Config
    facts: dict[str, Any]
    graph: bytes
    decoder: Decoder
    scores: list[Scores]
    ours: Answers
    systems: dict[str, Answers]
    real: dict[str, tuple[RealSet, dict[str, Answers]]]
    clustered: bool
    weights: metrics.Weights
    seconds: dict[str, float]


def run() -> None:
    """Score artifacts/ on the test split and write reports/, README's results and the card."""
    evaluate(load_config())


def evaluate(config: Config) -> None:
    """Read the test split once, compare the exported graph with its baselines, publish it all."""
    from . import sections

    test = read_test(config)
    ours, simple = (
        _metrics(test, test.ours),
        {n: _metrics(test, a) for n, a in test.systems.items()},
    )
    real = {
        f"wer_{name}": {
            system: word_error_rate(of, config.evaluation.resamples, config.seed)
            for system, of in found.items()
        }
        for name, (_, found) in test.real.items()
    }
    results = {
        "project": config.project,
        "project_type": "asr",
        "task": test.facts["task"],
        "pipeline_tag": "automatic-speech-recognition",
        "dataset": test.facts["data"] | {"rows": test.facts["data"]["rows"] + len(test.ours.clips)},
        "split": describe_split(test),
        "primary": "wer",
        "metrics": _summaries(ours, real, "served"),
        "baselines": {model: _summaries(found, real, model) for model, found in simple.items()},
        "difference": metrics.paired_difference(
            "greedy", "wer", ours["wer"], simple["greedy"]["wer"]
        ),
        "slices": sections.slices_of(test),
        "speech": {
            "vocabulary": len(config.speech.vocabulary),
            "test": word_error_rate(test.ours, config.evaluation.resamples, config.seed),
            "real": {name.removeprefix("wer_"): of["served"] for name, of in real.items()},
            "noise": noise_curve(test),
            "no_speech": false_words(test),
            "seconds": test.seconds,
        },
        "model": {
            "name": test.facts["model"]["name"],
            "id": test.facts["model"]["id"],
            "description": describe_model(test, real),
            "settings": asdict(config.model),
        },
        "environment": {"threads": config.threads, **test.facts["model"]["versions"]},
    }
    publish(results, sections.sections(test, results))
    print(f"Test WER {interval(results['metrics']['wer'])}; see reports/.", file=sys.stderr)


def read_test(config: Config) -> Test:
    """Read the test split and the real recordings, and let every system answer them."""
    graph, facts = export.candidate()
    clips = load.read(config, "test")
    if facts["data"]["sha256"] != data_facts.describe(config, 0)["sha256"]:
        raise ProjectError("artifacts/ was trained on other data.", "make train")
    decoder = Decoder(facts["output"])
    waves = [wave_of(clip) for clip in clips]
    start = time.process_time()
    scores = graph_scores(graph, waves, "Scoring the test split")
    middle = time.process_time()
    ours = answers(decoder, clips, scores)
    seconds = {
        "audio": seconds_of(clips),
        "graph": middle - start,
        "decoding": time.process_time() - middle,
    }
    real = {}
    for found in real_sets(config):
        of = graph_scores(graph, [wave_of(clip) for clip in found.clips], "Scoring recordings")
        real[found.name] = (found, _systems(config, decoder, found.clips, of))
    weights, clustered = weights_of(
        [clip.speaker for clip in clips], config.evaluation.resamples, config.seed
    )
    systems = _systems(config, decoder, clips, scores)
    systems.pop("served")
    return Test(
        config, facts, graph, decoder, scores, ours, systems, real, clustered, weights, seconds
    )


def _systems(
    config: Config, decoder: Decoder, clips: Sequence[Any], scores: Sequence[Scores]
) -> dict[str, Answers]:
    """Return the answers of the served model, of the baselines, and of a reference if installed."""
    served = answers(decoder, clips, scores)
    found = {
        "served": served,
        "silence": Answers(clips, served.references, [""] * len(clips)),
        "greedy": greedy_answers(decoder, clips, scores),
    }
    if texts := pocketsphinx(config.speech.vocabulary, clips):
        kept = [decoder.without_fillers(text) for text in texts]
        found["pocketsphinx"] = Answers(clips, served.references, kept)
    return found


def _metrics(test: Test, given: Answers) -> dict[str, metrics.Floats]:
    """Return WER and CER on all resamples."""
    found = {"wer": rate_of(given.words), "cer": rate_of(given.characters)}
    return metrics.bootstrap(found, test.weights)


def _summaries(
    draws: dict[str, metrics.Floats], real: dict[str, dict[str, Any]], system: str
) -> dict[str, Any]:
    """Return a system's metrics on the test split and on recordings, as metrics.json has them."""
    keys = ("value", "low", "high", "higher_is_better")
    return {
        **{name: metrics.summary(name, of) for name, of in draws.items()},
        **{name: {key: of[system][key] for key in keys} for name, of in real.items()},
    }


def noise_curve(test: Test) -> list[dict[str, Any]]:
    """Return the WER of the test clips under white noise of each level, in dB below the speech."""
    config, found = test.config, []
    for decibels in config.evaluation.noise:
        rng = np.random.default_rng([config.seed, decibels])
        waves = [add_noise(wave_of(clip), decibels, 0.0, rng) for clip in test.ours.clips]
        scores = graph_scores(test.graph, waves, f"Noise at {decibels} dB")
        rate = word_error_rate(
            answers(test.decoder, test.ours.clips, scores), config.evaluation.resamples, config.seed
        )
        found.append({"decibels": decibels, **rate})
    return found


def false_words(test: Test) -> dict[str, int]:
    """Return how many words are heard in clips in which nobody speaks, and in how many clips."""
    rng = np.random.default_rng([test.config.seed, 2])
    waves = [nothing_said(rng) for _ in range(test.config.evaluation.no_speech)]
    words = [len(test.decoder.words(of)) for of in graph_scores(test.graph, waves, "No speech")]
    return {"clips": len(words), "words": sum(words), "clips_with_words": sum(map(bool, words))}


def describe_split(test: Test) -> dict[str, Any]:
    """Return how clips were divided, how many there are, and what was resampled."""
    config, speakers = test.config, len({clip.speaker for clip in test.ours.clips})
    if config.data.source == "sample":
        words = load.describe(load.roles(config))
    else:
        words = "by speaker, so that none is in two splits"
    return {
        "rule": "engine" if config.data.source == "sample" else "speaker",
        "description": f"closed vocabulary of {len(config.speech.vocabulary)} words; {words}",
        "rows": {**test.facts["rows"], "test": len(test.ours.clips)},
        "resampled": "Resampled are all clips of one speaker together."
        if test.clustered
        else f"Resampled are clips, since {speakers} speakers are too few to resample; the "
        "intervals do not cover other speakers.",
    }


def describe_model(test: Test, real: dict[str, Any]) -> str:
    """Return what the model hears and how it does on real voices, for the model card."""
    words = test.config.speech.words
    text = (
        f"It recognises strings of a closed vocabulary of {len(words)} words "
        f"({', '.join(words[:12])}{', ...' if len(words) > 12 else ''}) in 16 kHz audio. "
    )
    if not real:
        return text + (
            "It was not measured on real recordings, because there were none: "
            "`record` collects some. Expect more errors on them than on synthetic voices."
        )
    synthetic = interval(word_error_rate(test.ours, 200, 0))
    parts = [
        f"{interval(of['served'])} on {test.real[name.removeprefix('wer_')][0].description} "
        f"({of['served']['clips']} clips, {of['served']['speakers']} speakers)"
        for name, of in real.items()
    ]
    return text + f"Word error rate: {synthetic} on the test split, {'; '.join(parts)}."
