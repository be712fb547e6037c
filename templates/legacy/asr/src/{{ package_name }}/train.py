"""`train`: speak or read the data, fit the network, choose how to decode, export behind a gate."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from . import augment, export
from .convert import OUTPUT, convert, edge_clips, scores_of
from .data import facts as data_facts
from .data import load
from .data.synthesize import Clip
from .decode import Decoder, Lexicon, Word, surest_letter, symbols_of
from .learn import Recipe, device_named, examples, fit
from .measure import answers, graph_scores, wave_of, word_error_rate
from .model import RATE, SECONDS_PER_STEP, Network, Recogniser
from .preprocess import FORMATS, LONGEST, SHORTEST, Samples, graph_inputs, wav
from .settings import Config
from .settings import load as load_config
from .wer import word_errors

CHECKPOINT = Path("artifacts/checkpoint.pt")
TOLERANCE = 1e-3  # of a log-probability
PACKAGES = ("torch", "onnx", "onnxruntime", "numpy", "scipy")
PENALTIES = (-6.0, -4.0, -2.0, 0.0, 2.0)
THRESHOLDS = tuple(np.linspace(0.2, 0.9, 15).round(2).tolist())
SILENT_CLIPS, FALSE_WORD = 1500, 10


def run() -> None:
    """Train on the data that config.toml names and write artifacts/."""
    config = load_config()
    torch.set_num_threads(config.threads)
    train(config)


def train(config: Config) -> None:
    """Fit the network, choose how to decode on validation, check the graph, write artifacts/.

    Only the training and the validation split are read. An interrupted run goes on from the last
    finished epoch.
    """
    clips = {name: load.read(config, name) for name in ("train", "validation")}
    symbols = symbols_of(config.speech.vocabulary)
    recogniser, history = learn(config, clips["train"], symbols)
    graph = convert(recogniser)
    waves = list(map(wave_of, clips["validation"]))
    largest = check(recogniser, graph, waves[:100] + edge_clips(config.seed))
    output = choose_decoding(config, symbols, graph, waves, [c.text for c in clips["validation"]])
    measured = validate(config, graph, output, clips["validation"])
    several = (clip for clip in clips["validation"] if len(clip.text.split()) > 2)
    example = next(several, clips["validation"][0])
    facts = export.metadata(
        project=config.project,
        kind="asr",
        task="keywords" if config.speech.fillers else "transcription",
        graph=graph,
        name="wav2vec2" if config.model.pretrained else "ctc_convolutions",
        packages=PACKAGES,
    )
    facts |= {
        "data": data_facts.describe(config, sum(map(len, clips.values()))),
        "rows": {name: len(of) for name, of in clips.items()},
        "validation": measured,
        "metrics": measured,
        "parity": {"clips": len(waves[:100]) + len(edge_clips(0)), "largest_difference": largest},
        "training": {"loss": [round(epoch["loss"], 4) for epoch in history]},
        "input": {
            "rate": RATE,
            "shortest": SHORTEST,
            "longest": LONGEST,
            "formats": sorted(FORMATS),
        },
        "output": output,
        "reference": {},
        "example": {"text": example.text, "file": "served_example.wav"},
    }
    export.save(graph, facts, {"served_example.wav": wav(example.samples)})
    wer = measured["wer"]["value"]
    print(f"Validation WER {wer:.3f}; exported to artifacts/.", file=sys.stderr)


def learn(
    config: Config, clips: Sequence[Clip], symbols: Sequence[str]
) -> tuple[nn.Module, list[dict[str, float]]]:
    """Return the trained graph of audio to scores, and the loss of each epoch."""
    plan, device = recipe(config), device_named(config.device)
    torch.manual_seed(config.seed)
    if config.model.pretrained:
        from . import pretrained

        model = pretrained.load(config.model.pretrained, len(symbols))
        return model, pretrained.fine_tune(model, clips, symbols, plan, device)
    network = Network(len(symbols), config.model.width, config.model.dropout).to(device)
    history = fit(network, examples(clips, symbols, plan), plan, CHECKPOINT)
    return Recogniser(network.cpu()).eval(), history


def recipe(config: Config) -> Recipe:
    """Return the training loop's part of config.toml."""
    model = config.model
    return Recipe(
        model.epochs, model.batch, model.learning_rate, model.copies, model.joined,
        model.white_noise, model.no_speech, config.seed,
    )  # fmt: skip


def check(recogniser: nn.Module, graph: bytes, clips: Sequence[Samples]) -> float:
    """Send clips through network and graph; return the largest difference of a log-probability."""
    answer = export.open_graph(graph, OUTPUT)
    return max(
        export.parity(scores_of(recogniser, clip), answer(graph_inputs(clip))[0], TOLERANCE)
        for clip in clips
    )


def choose_decoding(
    config: Config, symbols: list[str], graph: bytes, waves: list[Samples], texts: list[str]
) -> dict[str, Any]:
    """Return metadata's ``output`` with the penalty and the threshold that do best on validation.

    Errors are counted on the clean clips and the same with noise 10 dB below; a clip in which
    nobody speaks and a word is heard counts ``FALSE_WORD`` times as much.
    """
    rng = np.random.default_rng([config.seed, 1])
    noisy = [augment.add_noise(wave, 10.0, 0.0, rng) for wave in waves]
    silent = [augment.nothing_said(rng) for _ in range(SILENT_CLIPS)]
    scores = graph_scores(graph, waves + noisy, "Scoring validation")
    empty = graph_scores(graph, silent, "Scoring silence")
    empty = [of for of in empty if surest_letter(of) >= THRESHOLDS[0]]  # the others give no word
    base: dict[str, Any] = {
        "name": OUTPUT,
        "symbols": symbols,
        "words": list(config.speech.words),
        "fillers": list(config.speech.fillers),
        "seconds_per_step": SECONDS_PER_STEP,
        "penalty": 0.0,
        "threshold": 0.0,
    }
    decoder = Decoder(base)
    references = [decoder.without_fillers(text) for text in [*texts, *texts]]
    best = (float("inf"), 0.0, 0.0)
    for penalty in PENALTIES:
        lexicon = Lexicon(config.speech.vocabulary, symbols, penalty)
        found, noise = (
            [lexicon.decode(of, SECONDS_PER_STEP) for of in part] for part in (scores, empty)
        )
        for threshold in THRESHOLDS:
            false = sum(bool(kept(words, threshold, decoder.fillers)) for words in noise)
            errors = sum(
                word_errors(reference, kept(words, threshold, decoder.fillers)).total
                for reference, words in zip(references, found, strict=True)
            )
            best = min(best, (errors + FALSE_WORD * false, penalty, threshold))
    return base | {"penalty": best[1], "threshold": best[2]}


def kept(words: Sequence[Word], threshold: float, fillers: frozenset[str]) -> str:
    """Return the text of the words that are sure enough and asked for."""
    return " ".join(w.text for w in words if w.confidence >= threshold and w.text not in fillers)


def validate(
    config: Config, graph: bytes, output: Mapping[str, Any], clips: Sequence[Clip]
) -> dict[str, Any]:
    """Return the word error rate on validation, with its interval."""
    decoder = Decoder(output)
    scores = graph_scores(graph, list(map(wave_of, clips)), "Validating")
    found = word_error_rate(answers(decoder, clips, scores), 500, config.seed)
    return {"wer": {key: found[key] for key in ("value", "low", "high", "higher_is_better")}}
