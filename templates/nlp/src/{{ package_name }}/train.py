"""`train`: from the texts to artifacts/, in the order in which one would tell it."""

import json
import pickle
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pandas as pd
from threadpoolctl import threadpool_limits

from . import __version__, data, export, files, graph, inference, lineage, metrics
from .config import Config, load_config
from .features import to_inputs
from .model import (
    DESCRIPTIONS,
    Candidate,
    abstention_threshold,
    calibrate,
    fit_model,
    fit_slope,
)
from .split import folds, split

EXPERIMENTS = Path("reports/experiments.csv")
SETTINGS = {"task", "seed", "data", "split", "model", "decision"}  # of config.toml
TOLERANCE = 1e-4  # of a probability
MAX_TEXTS, MAX_LETTERS = 100, 100_000  # of a request, and of a text in it


def run() -> None:
    """Train on the texts that config.toml names."""
    config = load_config()
    with threadpool_limits(config.threads):
        facts = train(config)
    for row in facts["exclusions"]:
        print(f"Left out: {row['rows']} texts, as {row['reason']}.", file=sys.stderr)
    for row in facts["chosen_by"]["candidates"]:
        mark = "<- the simplest within one standard error of the best" if row["chosen"] else ""
        print(f"{row['name']:9} {row['metric']} {row['value']:.4g} {mark}", file=sys.stderr)


def train(config: Config) -> dict[str, Any]:
    """Choose among the candidates, export the chosen one to artifacts/, return its metadata.

    Training texts fit, calibrate and choose. Validation texts only report, so that errors can be
    looked at on texts that no model has seen. Test texts are not looked at.
    """
    frame, exclusions = data.load(config)
    parts = split(frame, config)
    near = len(frame) - sum(map(len, parts.values()))
    exclusions |= {"near duplicates of texts in an earlier part": near} if near else {}
    train_rows, validation = frame.iloc[parts["train"]], frame.iloc[parts["validation"]]
    classes = sorted(train_rows.label.unique())
    candidates, choice, comparison = fit_candidates(train_rows, classes, config)
    (chosen,) = [row["name"] for row in choice if row["chosen"]]
    model, primary = candidates[chosen], config.decision.primary

    # What is served is the graph, and it must answer as the model does.
    content, longest = graph.convert(model), config.model.longest if chosen == "ngrams" else 0
    vocabulary = model.pipeline[0].vocabulary_
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    texts = [*train_rows.text.head(500), *validation.text, *graph.EDGE_TEXTS]
    answers = export.answer(session, to_inputs(texts, vocabulary, longest))
    largest = export.parity(model.scores(texts), answers, TOLERANCE)

    truth, groups = encode(validation, classes)
    results = metrics.bootstrap(
        model.metrics(truth, model.scores(validation.text)), groups, 500, config.seed
    )
    example = "An example of a text"
    facts: dict[str, Any] = {
        "project": config.project.model_dump() | {"package": __package__, "version": __version__},
        "task": config.task,
        "model": {
            "name": type(model.pipeline[-1]).__name__,
            "description": DESCRIPTIONS[chosen],
            "settings": config.model_dump(include=SETTINGS),
            "threshold": model.threshold,
        },
        "dataset": data.describe(config, frame),
        "rows": {"train": len(train_rows), "validation": len(validation)},
        "exclusions": [{"reason": reason, "rows": n} for reason, n in exclusions.items()],
        "lineage": lineage.current(config, data.data_digest(config), parts),
        "chosen_by": {"metric": metrics.LOSS, "on": "out_of_fold", "candidates": choice},
        "margin": config.decision.margin,
        "primary": primary,
        "validation": {name: metrics.score(name, results[name]) for name in results},
        "validation_comparison": comparison,
        "input": {
            "longest": longest,
            "vocabulary": "\n".join(sorted(vocabulary, key=lambda term: vocabulary[term])),
            "max_texts": MAX_TEXTS,
            "max_letters": MAX_LETTERS,
        },
        "output": {
            "name": "probabilities",
            "title": "class",
            "unit": "",
            "classes": classes,
            "positive": None,
            "threshold": model.threshold,
        },
        "parity": {"rows": len(texts), "largest_difference": largest, "tolerance": TOLERANCE},
        "example": {"texts": [example]},
        "example_source": "synthetic",
    }
    facts["project"]["type"], facts["chosen_by"]["rule"] = "nlp", "one_standard_error"
    facts = export.save(content, facts, ["scikit-learn", "onnxruntime", "numpy"])
    files.write(export.ARTIFACTS / "candidates.pickle", pickle.dumps(candidates))
    write_golden(validation.text.head(50).tolist() if config.site.examples else [])
    append_experiment(facts)
    return facts


def encode(frame: pd.DataFrame, classes: list[str]) -> tuple[metrics.Indices, metrics.Indices]:
    """Return the number of each text's class and of its group."""
    codes = pd.Categorical(frame.label, classes).codes.astype(np.int64)
    return codes, pd.factorize(frame.group)[0]


def fit_candidates(
    frame: pd.DataFrame, classes: list[str], config: Config
) -> tuple[dict[str, Candidate], list[dict[str, Any]], dict[str, Any] | None]:
    """Return the fitted candidates, the table of the choice, and the chosen one's comparison.

    Every candidate answers texts that it has not seen, in folds that imitate the split. Slope and
    threshold of each follow from these answers by the same rule, and so does the choice.
    """
    truth, groups = encode(frame, classes)
    pairs = folds(frame, config.seed)
    order = np.concatenate([held_out for _, held_out in pairs])
    texts = frame.text.to_numpy()
    candidates, losses, compared = {}, {}, {}
    for name in DESCRIPTIONS:
        answers = []
        for fit, held_out in pairs:
            pipeline = fit_model(name, config.model, texts[fit], truth[fit])
            scores = np.zeros((len(held_out), len(classes)))  # 0 for a class that no text has here
            scores[:, pipeline.classes_] = pipeline.predict_proba(texts[held_out])
            answers.append(scores)
        slope = fit_slope(np.concatenate(answers), truth[order])
        scores = calibrate(np.concatenate(answers), slope)
        share = config.decision.answer_accuracy
        threshold = abstention_threshold(truth[order], scores, share)
        pipeline = fit_model(name, config.model, texts, truth)
        candidates[name] = Candidate(name, pipeline, slope, threshold)
        ends = np.cumsum([len(held_out) for _, held_out in pairs])[:-1]
        losses[name] = [
            metrics.fold_loss(truth[held_out], part)
            for (_, held_out), part in zip(pairs, np.split(scores, ends), strict=True)
        ]
        compared[name] = candidates[name].metrics(truth[order], scores)[config.decision.primary]
    choice = metrics.choose(losses, groups[order])
    (chosen,) = [row["name"] for row in choice if row["chosen"]]
    simpler = choice[: list(DESCRIPTIONS).index(chosen)]
    if not simpler:
        return candidates, choice, None
    against = min(simpler, key=lambda row: float(row["value"]))["name"]
    draws = metrics.bootstrap(compared, groups[order], 500, config.seed)
    both, margin = (draws[chosen], draws[against]), config.decision.margin
    return candidates, choice, metrics.compare(against, config.decision.primary, *both, margin)


def write_golden(texts: list[str]) -> None:
    """Write artifacts/golden.json: requests, and how the service answers or refuses them."""
    model = inference.Model(export.ARTIFACTS)
    cases: list[dict[str, Any]] = []
    for name, part in {"edge texts": graph.EDGE_TEXTS, "texts of the data": texts}.items():
        request = {"texts": list(part)}
        if part:
            answer = {"predictions": model.answer(request), "model": model.metadata["model"]["id"]}
            cases.append({"name": name, "request": request, "answer": answer})
    for name, value in {"no text": [], "a number": [1], "too many": ["a"] * 101}.items():
        cases.append({"name": name, "request": {"texts": value}, "refused": True})
    golden = {"schema": 1, "tolerance": 1e-4, "cases": cases}
    files.write_json(export.ARTIFACTS / "golden.json", golden)


def append_experiment(facts: dict[str, Any]) -> None:
    """Append to reports/experiments.csv what was tried, and what came of it out of fold."""
    (settings,) = pd.json_normalize(facts["model"]["settings"]).to_dict("records")
    before = files.read_rows(EXPERIMENTS)
    last = json.loads(before[-1]["settings"]) if before else settings
    changes = [f"{key} = {json.dumps(v)}" for key, v in settings.items() if v != last.get(key)]
    (chosen,) = [row for row in facts["chosen_by"]["candidates"] if row["chosen"]]
    model = facts["model"]
    row = {"date": model["created"], "commit": model["commit"], "model": model["id"]}
    row |= {"chosen": chosen["name"], "metric": chosen["metric"], "value": f"{chosen['value']:.6g}"}
    row |= {"changes": "; ".join(changes), "settings": json.dumps(settings)}
    files.append_row(EXPERIMENTS, row)
