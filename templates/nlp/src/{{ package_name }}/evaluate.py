"""`evaluate`: the only reader of the test part. All that it writes goes to artifacts/."""

import pickle
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from . import data, export, files, git, lineage, metrics
from .config import Config, load_config
from .inference import Model
from .model import Candidate
from .split import Rows, rows_of, split

LENGTHS = (-1, 20, 50, 200, 100_000)  # letters of a text, between which slices lie
PLOTS = {
    "comparison.svg": ("All models", "On the same test texts, with 95 % intervals."),
    "coverage.svg": ("Answering less, more rightly", "Validation: doubtful texts left to people."),
}
matplotlib.rcParams["svg.hashsalt"] = "plots"  # the same bytes for the same plot


def run() -> None:
    """Evaluate the model in artifacts/ on the test part."""
    print(evaluate(load_config())["result"], file=sys.stderr)


def evaluate(config: Config) -> dict[str, Any]:
    """Write artifacts/metrics.json and plots, and return it: metrics.json, schema 2.

    The test texts answer one question: how good is the chosen model, and how do the others
    compare? Whatever may lead to a change of the model is looked at on the validation texts.
    """
    service = Model(export.ARTIFACTS)
    facts = service.metadata
    frame, _ = data.load(config)
    parts = split(frame, config)
    lineage.check(facts["lineage"], lineage.current(config, data.data_digest(config), parts))
    reading = {"date": files.now(), "commit": git.commit(), "model": facts["model"]["id"]}
    files.append_row(Path("reports/test_readings.csv"), reading)
    classes = facts["output"]["classes"]
    validation, test = (rows_of(frame.iloc[parts[n]], classes) for n in ("validation", "test"))

    # Every model answers the same texts, and every replicate draws the same texts for all. The
    # chosen one answers as it is served: by its graph.
    candidates: dict[str, Candidate]
    candidates = pickle.loads((export.ARTIFACTS / "candidates.pickle").read_bytes())
    selection, primary = facts["chosen_by"]["candidates"], facts["primary"]
    (choice,) = [row["name"] for row in selection if row["chosen"]]
    against = min((r for r in selection if not r["chosen"]), key=lambda row: row["value"])["name"]
    answers = {name: model.scores(test.texts) for name, model in candidates.items()}
    answers[choice] = service.scores(test.texts)
    models = {n: model.metrics(test.truth, answers[n]) for n, model in candidates.items()}
    all_metrics = {(name, metric): m for name in models for metric, m in models[name].items()}
    draws = metrics.bootstrap(all_metrics, test.clusters, config.evaluation.resamples, config.seed)
    results: dict[str, dict[str, Any]] = {}
    for name, metric in sorted(draws, key=lambda key: key[1] != primary):
        results.setdefault(name, {})[metric] = metrics.score(metric, draws[name, metric])
    pair = draws[choice, primary], draws[against, primary]
    count, by_group = len(np.unique(test.clusters)), frame.group.duplicated().any()
    unit, reliable = "group" if by_group else "text", bool(count >= metrics.FEWEST)
    evaluation = files.read_json(export.ARTIFACTS / "metrics.json") | {
        "evaluated": True,
        "result": result_sentence(results, primary, choice, against)
        + ("" if reliable else f" Too few {unit}s ({count}): trust no interval."),
        "picture": "reports/plots/comparison.svg",
        "metrics": results.pop(choice),
        "candidates": results,
        "comparison": metrics.compare(against, primary, *pair, facts["margin"]),
        "split": {
            "rule": "group" if by_group else "stratified",
            "description": "by group" if by_group else "at random",
            "rows": {name: len(places) for name, places in parts.items()},
            "cluster": {"unit": unit, "count": count, "reliable": reliable},
        },
        "slices": slices(config, validation, candidates[choice]),
        "environment": facts["model"]["versions"],
        "details": {
            **examine(config, validation, candidates[choice], classes),
            "plots": [{"file": f, "title": t, "text": text} for f, (t, text) in PLOTS.items()],
        },
    }
    draw_plots(evaluation, validation.truth, candidates[choice].scores(validation.texts))
    files.write_json(export.ARTIFACTS / "metrics.json", evaluation)
    return evaluation


def result_sentence(results: dict[str, Any], primary: str, choice: str, against: str) -> str:
    """Return the result in words, with its interval and what it is compared with."""
    value = {name: metrics.in_words(scores[primary]) for name, scores in results.items()}
    accuracy = "share of texts whose class is right"
    name = accuracy if primary == "accuracy" else metrics.title(primary)
    return (
        f"The {name} is {value[choice]} for this model, {value[against]} for "
        f"{against}, and {value['constant']} for one answer to every text."
    )


def slices(config: Config, rows: Rows, model: Candidate) -> list[dict[str, Any]]:
    """Return the accuracy on validation texts by their length."""
    lengths, results = np.array([len(text) for text in rows.texts]), []
    for least, most in pairwise(LENGTHS):
        part = rows.take(np.flatnonzero((least < lengths) & (lengths <= most)))
        if len(part.texts) >= 30:
            metric = model.metrics(part.truth, model.scores(part.texts))["accuracy"]
            draws = metrics.bootstrap({"all": metric}, part.clusters, 500, config.seed)["all"]
            facts: dict[str, Any] = {"column": "letters", "group": f"{least + 1} to {most}"}
            facts |= {"rows": len(part.texts), "clusters": len(np.unique(part.clusters))}
            results.append({"metric": "accuracy"} | facts | metrics.score("accuracy", draws))
    return results


def examine(config: Config, rows: Rows, model: Candidate, classes: list[str]) -> dict[str, Any]:
    """Return which classes are confused most and, where texts may be shown, the worst errors."""
    scores = model.scores(rows.texts)
    pairs = zip(rows.truth, scores.argmax(axis=1), strict=True)
    confusions = Counter(pair for pair in pairs if pair[0] != pair[1]).most_common(10)
    losses, worst = metrics.row_losses(rows.truth, scores), []
    for i in np.argsort(-losses)[:10] if config.site.examples else []:
        error = {"truth": classes[rows.truth[i]], "probability": float(np.exp(-losses[i]))}
        worst.append(error | {"row": {"text": rows.texts[i][:200]}})
    table = [{"truth": classes[t], "answer": classes[a], "texts": n} for (t, a), n in confusions]
    return {"confusions": table, "worst": worst}


def draw_plots(evaluation: dict[str, Any], truth: metrics.Indices, scores: metrics.Floats) -> None:
    """Write the plots of the report into artifacts/plots/."""
    (export.ARTIFACTS / "plots").mkdir(exist_ok=True)
    figures = {name: Figure(figsize=(6, 3.5), layout="constrained") for name in PLOTS}
    comparison, coverage = (figure.subplots() for figure in figures.values())
    models, primary = evaluation["candidates"], evaluation["primary"]
    for name, results in {"this model": evaluation["metrics"], **models}.items():
        score = results[primary]
        ends = [[score["value"] - score["low"]], [score["high"] - score["value"]]]
        comparison.errorbar(score["value"], name, xerr=ends, fmt="o", capsize=4)
    comparison.invert_yaxis()
    comparison.set_xlabel(metrics.title(primary))
    order = np.argsort(-scores.max(axis=1), kind="stable")
    number = np.arange(1, len(order) + 1)
    right = np.cumsum((scores.argmax(axis=1) == truth)[order])
    coverage.plot(number / len(order), right / number)
    coverage.set(xlabel="share of validation that is answered", ylabel="share of right answers")
    for name, figure in figures.items():
        figure.savefig(export.ARTIFACTS / "plots" / name, metadata={"Date": None})
