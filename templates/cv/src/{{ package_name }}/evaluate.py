"""`evaluate`: the only reader of the test part. All that it writes goes to artifacts/."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from . import convert, data, export, files, git, lineage, metrics, plots
from .config import Config, load_config
from .data import Images
from .metrics import Floats
from .model import probabilities, task_metrics
from .split import RULES, clusters, split

READINGS = Path("reports/test_readings.csv")


def run() -> None:
    """Evaluate the model in artifacts/ on the test part."""
    config = load_config()
    with threadpool_limits(config.threads):
        evaluate(config)


def evaluate(config: Config) -> dict[str, Any]:
    """Write artifacts/metrics.json and plots, and return it: metrics.json, schema 2.

    The test pictures answer one question: how good is the chosen model, and how do the others
    compare? Whatever may lead to a change of the model is looked at on the validation pictures.
    """
    facts, graph = export.open_model(export.ARTIFACTS)
    images, _ = data.load(config)
    parts = split(images, config)
    lineage.check(facts["lineage"], lineage.current(config, data.data_digest(config), parts))
    reading = {"date": files.now(), "commit": git.commit(), "model": facts["model"]["id"]}
    files.append_row(READINGS, reading)
    test, held_out = images.take(parts["test"]), images.take(parts["validation"])

    # Every model answers the same pictures, and every replicate draws the same ones for all.
    candidates = torch.load(export.ARTIFACTS / "candidates.pt", weights_only=False)
    choice, primary = facts["chosen_by"]["candidates"], facts["primary"]
    (chosen,) = [row["name"] for row in choice if row["chosen"]]
    others = [row for row in choice if not row["chosen"]]
    against = min(others, key=lambda row: row["value"])["name"]
    scores = {name: probabilities(model, test) for name, model in candidates.items()}
    scores[chosen] = convert.answer_all(graph, test.pixels)
    functions: dict[tuple[str, str], metrics.Metric] = {}
    for name, answers in scores.items():
        table = task_metrics(test.labels, answers, facts["output"], config.decision)
        functions |= {(name, metric): function for metric, function in table.items()}
    groups, unit = clusters(test, config)
    draws = metrics.bootstrap(functions, groups, config.evaluation.resamples, config.seed)
    results: dict[str, dict[str, Any]] = {}
    for name, metric in sorted(draws, key=lambda key: key[1] != primary):
        results.setdefault(name, {})[metric] = metrics.score(metric, draws[name, metric])
    both, count = (draws[chosen, primary], draws[against, primary]), len(np.unique(groups))
    validation = convert.answer_all(graph, held_out.pixels)
    own = validation[np.arange(len(held_out)), held_out.labels]
    worst = np.argsort(own)[: 10 if config.site.examples else 0]
    evaluation = files.read_json(export.ARTIFACTS / "metrics.json") | {
        "evaluated": True,
        "result": result_sentence(results, chosen, against, primary),
        "picture": "reports/plots/comparison.svg",
        "metrics": results.pop(chosen),
        "candidates": results,
        "comparison": metrics.compare(against, primary, *both, facts["margin"]),
        "split": {
            "rule": config.split.rule,
            "description": RULES[config.split.rule],
            "rows": {name: len(rows) for name, rows in parts.items()},
            "cluster": {"unit": unit, "count": count, "reliable": count >= metrics.FEWEST},
        },
        "slices": slices(config, held_out, validation),
        "environment": {"threads": config.threads, **facts["model"]["versions"]},
    }
    evaluation["details"] = {
        "worst": [describe(held_out, validation, i) for i in worst],
        "plots": plots.draw(evaluation, test, scores[chosen], held_out.pixels[worst]),
    }
    files.write_json(export.ARTIFACTS / "metrics.json", evaluation)
    print(evaluation["result"], file=sys.stderr)
    return evaluation


def result_sentence(results: dict[str, Any], chosen: str, against: str, primary: str) -> str:
    """Return the result with its interval, what it is compared with, and how often it is sure."""
    value = {name: metrics.in_words(scores[primary]) for name, scores in results.items()}
    name, ours = primary.replace("_", " "), results[chosen]
    text = f"The {name} of this model is {value[chosen]}; that of {against} is {value[against]}."
    if "coverage" in ours and ours["selective_accuracy"]["value"] is not None:
        share, right = (f"{ours[k]['value']:.0%}" for k in ("coverage", "selective_accuracy"))
        text += f" It answers {share} of the pictures, and {right} of these rightly."
    return text


def slices(config: Config, held_out: Images, scores: Floats) -> list[dict[str, Any]]:
    """Return the recall of each class on the validation pictures."""
    right, groups = scores.argmax(axis=1) == held_out.labels, clusters(held_out, config)[0]
    results = []
    for code, name in enumerate(held_out.classes):
        members = held_out.labels == code
        recall = {"recall": metrics.ratio(right & members, members)}
        draws = metrics.bootstrap(recall, groups, 200, config.seed)["recall"]
        row = {"column": "class", "group": name, "rows": int(members.sum()), "metric": "recall"}
        results.append(row | metrics.score("recall", draws))
    return results


def describe(held_out: Images, scores: Floats, i: int) -> dict[str, Any]:
    """Return a line of the report about one picture."""
    truth = held_out.labels[i]
    return {
        "truth": held_out.classes[truth],
        "taken for": held_out.classes[scores[i].argmax()],
        "probability": float(scores[i, truth]),
        "row": {"file": str(held_out.names[i])},
    }
