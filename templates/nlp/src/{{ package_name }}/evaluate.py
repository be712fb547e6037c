"""`evaluate`: the only reader of the test part. All that it writes goes to artifacts/."""

import pickle
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from threadpoolctl import threadpool_limits

from . import data, export, files, lineage, metrics
from .config import Config, load_config
from .features import to_inputs, vocabulary_of
from .metrics import Floats
from .model import Candidate
from .session import open_model
from .split import split
from .train import encode

READINGS = Path("reports/test_readings.csv")
RULE = "by group: texts of one group are in one part"
LENGTHS = {"up to 20 letters": (0, 20), "21 to 50": (21, 50), "more than 50": (51, 10**9)}


def run() -> None:
    """Evaluate the model in artifacts/ on the test part."""
    config = load_config()
    with threadpool_limits(config.threads):
        evaluate(config)


def evaluate(config: Config) -> dict[str, Any]:
    """Write artifacts/evaluation.json and plots, and return it: metrics.json, schema 2.

    The test texts answer one question: how good is the chosen model, and how do the others
    compare? Whatever may lead to a change of the model is looked at on the validation texts.
    """
    facts, session = open_model(export.ARTIFACTS)
    frame, _ = data.load(config)
    parts = split(frame, config)
    lineage.check(facts["lineage"], lineage.current(config, data.data_digest(config), parts))
    reading = {"date": files.now(), "commit": files.commit(), "model": facts["model"]["id"]}
    files.append_row(READINGS, reading)
    validation, test = frame.iloc[parts["validation"]], frame.iloc[parts["test"]]
    candidates: dict[str, Candidate]
    candidates = pickle.loads((export.ARTIFACTS / "candidates.pickle").read_bytes())
    choice, primary = facts["chosen_by"]["candidates"], facts["primary"]
    (chosen,) = [row["name"] for row in choice if row["chosen"]]
    others = [row for row in choice if not row["chosen"]]
    against = min(others, key=lambda row: float(row["value"]))["name"]

    # Every model answers the same texts, and every replicate draws the same texts for all. The
    # chosen one answers as it is served: by its graph.
    truth, groups = encode(test, facts["output"]["classes"])
    answers = {name: model.scores(test.text) for name, model in candidates.items()}
    inputs = to_inputs(test.text, vocabulary_of(facts["input"]), facts["input"]["longest"])
    answers[chosen] = export.answer(session, inputs)
    compared = {
        (name, metric): function
        for name, model in candidates.items()
        for metric, function in model.metrics(truth, answers[name]).items()
    }
    draws = metrics.bootstrap(compared, groups, config.evaluation.resamples, config.seed)
    results: dict[str, dict[str, Any]] = {}
    for name, metric in sorted(draws, key=lambda key: key[1] != primary):
        results.setdefault(name, {})[metric] = metrics.score(metric, draws[name, metric])
    comparison = metrics.compare(
        against, primary, draws[chosen, primary], draws[against, primary], facts["margin"]
    )
    count = len(np.unique(groups))
    reliable = count >= metrics.FEWEST
    evaluation: dict[str, Any] = {
        "model": facts["model"],
        "primary": primary,
        "evaluated": True,
        "result": result_sentence(results, chosen, against, primary),
        "picture": "reports/plots/comparison.svg",
        "metrics": results.pop(chosen),
        "candidates": results,
        "comparison": comparison,
        "split": {
            "rule": "group",
            "description": RULE,
            "rows": {name: len(rows) for name, rows in parts.items()},
            "cluster": {"unit": "group", "count": count, "reliable": reliable},
        },
        "slices": slices(config, validation, candidates[chosen], facts),
        "environment": {"threads": config.threads, **facts["model"]["versions"]},
        "details": examine(config, validation, candidates[chosen], facts),
    }
    if not reliable:
        evaluation["result"] += f" Of {count} groups alone: trust no interval."
    evaluation["details"]["plots"] = draw(evaluation, truth, answers[chosen])
    files.write_json(export.ARTIFACTS / "evaluation.json", {"schema": 2, **evaluation})
    print(evaluation["result"], file=sys.stderr)
    return evaluation


def result_sentence(
    results: dict[str, Any], chosen: str, against: str, primary: str
) -> str:
    """Return the result in words, with its interval and what it is compared with."""
    value = {name: metrics.in_words(scores[primary]) for name, scores in results.items()}
    if primary != "accuracy":
        name = primary.replace("_", " ")
        return f"The {name} of this model is {value[chosen]}, that of {against} {value[against]}."
    return (
        f"This model names the right class of a share of {value[chosen]} of the texts; "
        f"{against} does of {value[against]}, always the commonest class of {value['constant']}."
    )


def slices(
    config: Config, frame: pd.DataFrame, model: Candidate, facts: dict[str, Any]
) -> list[dict[str, Any]]:
    """Return the primary metric on validation texts by their length, and by their class."""
    lengths, results = frame.text.str.len(), []
    groups = {name: lengths.between(*ends) for name, ends in LENGTHS.items()}
    masks = {("length", name): mask for name, mask in groups.items()}
    masks |= {("class", name): frame.label == name for name in facts["output"]["classes"]}
    for (column, group), mask in masks.items():
        if mask.sum() >= 30:
            part = frame[mask]
            truth, clusters = encode(part, facts["output"]["classes"])
            table = {"accuracy": model.metrics(truth, model.scores(part.text))["accuracy"]}
            draws = metrics.bootstrap(table, clusters, 500, config.seed)
            row = {"column": column, "group": group, "rows": len(part), "metric": "accuracy"}
            results.append(row | metrics.score("accuracy", draws["accuracy"]))
    return results


def examine(
    config: Config, frame: pd.DataFrame, model: Candidate, facts: dict[str, Any]
) -> dict[str, Any]:
    """Return which classes are confused most and, where texts may be shown, the worst errors."""
    classes, scores = facts["output"]["classes"], model.scores(frame.text)
    truth, _ = encode(frame, classes)
    answers = scores.argmax(axis=1)
    wrong = Counter((t, a) for t, a in zip(truth, answers, strict=True) if t != a)
    details: dict[str, Any] = {"worst": []}
    details["confusions"] = [
        {"truth": classes[t], "answer": classes[a], "texts": count}
        for (t, a), count in wrong.most_common(10)
    ]
    losses = metrics.row_losses(truth, scores)
    for i in np.argsort(-losses)[:10] if config.site.examples else []:
        error = {"truth": classes[truth[i]], "probability": float(np.exp(-losses[i]))}
        details["worst"].append(error | {"row": {"text": frame.text.iloc[i][:200]}})
    return details


def draw(
    evaluation: dict[str, Any], truth: metrics.Indices, scores: Floats
) -> list[dict[str, str]]:
    """Write artifacts/plots/, and return file, title and a sentence of each for the report."""
    matplotlib.rcParams["svg.hashsalt"] = "plots"  # the same bytes for the same plot
    comparison, coverage = (Figure(figsize=(6, 3.5), layout="constrained") for _ in range(2))
    axes, primary = comparison.subplots(), evaluation["primary"]
    models = {"this model": evaluation["metrics"], **evaluation["candidates"]}
    for place, (name, results) in enumerate(reversed(models.items())):
        score = results[primary]
        spread = [[score["value"] - score["low"]], [score["high"] - score["value"]]]
        colour = "C0" if name == "this model" else "grey"
        axes.errorbar(score["value"], place, xerr=spread, fmt="o", color=colour, capsize=4)
    axes.set_yticks(range(len(models)), list(reversed(models)))
    axes.set_xlabel(primary.replace("_", " "))
    order = np.argsort(-scores.max(axis=1), kind="stable")
    right = np.cumsum((scores.argmax(axis=1) == truth)[order])
    number = np.arange(1, len(order) + 1)
    axes = coverage.subplots()
    axes.plot(number / len(order), right / number)
    axes.set(xlabel="share of texts that are answered", ylabel="of these answers are right")
    (export.ARTIFACTS / "plots").mkdir(exist_ok=True)
    for figure, name in ((comparison, "comparison"), (coverage, "coverage")):
        figure.savefig(export.ARTIFACTS / "plots" / f"{name}.svg", metadata={"Date": None})
    sentence = "What the model is less sure of can be left to people (test part)."
    return [
        {
            "file": "comparison.svg",
            "title": "All models",
            "text": "On the same test texts, with 95 % intervals.",
        },
        {"file": "coverage.svg", "title": "Answering less, more rightly", "text": sentence},
    ]
