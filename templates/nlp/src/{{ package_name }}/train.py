"""`train`: from the texts to artifacts/, in the order in which one would tell it."""

import pickle
import sys
from typing import Any

import numpy as np
import onnxruntime

from . import __version__, data, export, files, graph, inference, lineage, metrics
from .config import Config, load_config
from .features import to_inputs
from .model import DESCRIPTIONS, fit_candidate
from .split import folds, rows_of, split

SETTINGS = {"task", "seed", "data", "split", "model", "decision"}  # of config.toml
PACKAGES = ["scikit-learn", "onnxruntime", "numpy"]
PROJECT = {"package": __package__, "version": __version__, "type": "nlp"}
RULE = {"rule": "one_standard_error", "metric": metrics.LOSS, "on": "out_of_fold"}
TOLERANCE = 1e-4  # of a probability
LIMITS = {"max_texts": 100, "max_letters": 100_000}  # of a request, and of a text in it
EXAMPLE = {"texts": ["Thank you for your help"]}
REFUSED: dict[str, Any] = {"no text": [], "a number": [1], "too many": ["a"] * 101, "null": None}


def run() -> None:
    """Train on the texts that config.toml names."""
    facts = train(load_config())
    for row in facts["exclusions"]:
        print(f"Left out: {row['rows']} texts, as {row['reason']}.", file=sys.stderr)
    for row in facts["chosen_by"]["candidates"]:
        mark = "<- the simplest within one standard error of the best" if row["chosen"] else ""
        print(f"{row['name']:9} {row['metric']} {row['value']:.4g} {mark}", file=sys.stderr)


def train(config: Config) -> dict[str, Any]:
    """Choose among the candidates, export the chosen one to artifacts/, return its metadata.

    Training texts fit and choose. Validation texts only report, so that errors can be looked at on
    texts that no model has seen. Test texts are not looked at.
    """
    frame, exclusions = data.load(config)
    parts = split(frame, config)
    exclusions["near duplicates"] = len(frame) - sum(map(len, parts.values()))
    classes = sorted(frame.label.iloc[parts["train"]].unique())
    rows, validation = (rows_of(frame.iloc[parts[n]], classes) for n in ("train", "validation"))

    # Every candidate answers texts that it has not seen, in folds that imitate the split.
    pairs = folds(rows, config.seed)
    candidates = {name: fit_candidate(name, rows, pairs, config) for name in DESCRIPTIONS}
    truth = np.concatenate([held_out.truth for _, held_out in pairs])
    clusters = np.concatenate([held_out.clusters for _, held_out in pairs])
    losses = {name: candidate.fold_losses for name, candidate in candidates.items()}
    choice = metrics.choose(losses, clusters)
    (chosen,) = [row["name"] for row in choice if row["chosen"]]
    model, primary = candidates[chosen], config.decision.primary

    # What is served is the graph, and it must answer as the model does, odd texts included.
    content, terms = graph.convert(model), model.pipeline[0].get_feature_names_out()
    vocabulary = {term: column for column, term in enumerate(terms)}
    longest = config.model.longest if chosen == "ngrams" else 0
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    texts = [*rows.texts[:500], *validation.texts, *graph.EDGE_TEXTS]
    answers = export.answer(session, to_inputs(texts, vocabulary, longest))
    largest = export.parity(model.scores(texts), answers, TOLERANCE)

    # How good it is: on validation texts, and out of fold beside the best simpler candidate.
    results = model.metrics(validation.truth, model.scores(validation.texts))
    draws = metrics.bootstrap(results, validation.clusters, 500, config.seed)
    comparison = None
    if simpler := choice[: list(DESCRIPTIONS).index(chosen)]:
        against = min(simpler, key=lambda row: row["value"])["name"]
        both = {name: candidates[name] for name in (chosen, against)}
        compared = {n: m.metrics(truth, m.out_of_fold)[primary] for n, m in both.items()}
        pair = metrics.bootstrap(compared, clusters, 500, config.seed)
        ours, theirs, margin = pair[chosen], pair[against], config.decision.margin
        comparison = metrics.compare(against, primary, ours, theirs, margin)

    facts: dict[str, Any] = {
        "project": config.project.model_dump() | PROJECT,
        "task": config.task,
        "model": {
            "name": type(model.pipeline[-1]).__name__,
            "description": DESCRIPTIONS[chosen],
            "settings": config.model_dump(include=SETTINGS),
            "threshold": model.threshold,
        },
        "dataset": data.describe(config, frame),
        "rows": {"train": len(rows.texts), "validation": len(validation.texts)},
        "exclusions": [{"reason": reason, "rows": n} for reason, n in exclusions.items() if n],
        "lineage": lineage.current(config, data.data_digest(config), parts),
        "chosen_by": {"candidates": choice, **RULE},
        "margin": config.decision.margin,
        "primary": primary,
        "validation": {name: metrics.score(name, draws[name]) for name in draws},
        "validation_comparison": comparison,
        "input": {"longest": longest, "vocabulary": "\n".join(terms), **LIMITS},
        "output": {
            "name": "probabilities",
            "title": "class",
            "classes": classes,
            "threshold": model.threshold,
        },
        "parity": {"rows": len(texts), "largest_difference": largest, "tolerance": TOLERANCE},
        "example": EXAMPLE,
        "example_source": "synthetic",
    }
    facts = export.save(content, facts, PACKAGES)
    files.write(export.ARTIFACTS / "candidates.pickle", pickle.dumps(candidates))
    write_golden(validation.texts[:50].tolist() if config.site.examples else [])
    lineage.append_experiment(facts)
    return facts


def write_golden(texts: list[str]) -> None:
    """Write artifacts/golden.json: how the service answers texts, and what it refuses."""
    model, request = inference.Model(export.ARTIFACTS), {"texts": [*graph.EDGE_TEXTS, *texts]}
    answer = {"predictions": model.answer(request), "model": model.metadata["model"]["id"]}
    cases: list[dict[str, Any]] = [{"name": "texts", "request": request, "answer": answer}]
    for name, value in REFUSED.items():
        cases.append({"name": name, "request": {"texts": value}, "refused": True})
    golden = {"schema": 1, "tolerance": 1e-4, "cases": cases}
    files.write_json(export.ARTIFACTS / "golden.json", golden)
