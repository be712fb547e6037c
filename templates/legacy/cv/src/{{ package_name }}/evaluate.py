"""`evaluate`: the only reader of the test split. All that it finds goes to reports/ and README."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from . import convert, export, learn, measure, metrics
from .data import dataset, split
from .data.images import Images
from .errors import ProjectError
from .metrics import Floats, Weights
from .preprocess import Pixels
from .progress import track
from .report import Section, Table, publish
from .report.words import interval, number, title
from .settings import Config, load

RULES = {
    "given": "the test images that came with the data; no training image equals one of them",
    "stratified": "at random, each class divided alike",
    "group": "by group: no group is in two splits",
}


@dataclass(frozen=True)
class Test:
    """The test split with the model's answers: everything that the parts of the report need."""

    config: Config
    facts: dict[str, Any]
    images: Images
    probability: Floats
    labels: NDArray[np.int64]  # as the model decides
    weights: Weights
    answer: Callable[[Pixels], Floats]


def run(seeds: int = 1) -> None:
    """Score artifacts/ on the test split and write reports/, README's results and the card.

    With ``seeds`` above 1 the network is trained anew with other seeds, to see how much luck
    is in the result.
    """
    config = load()
    with threadpool_limits(config.threads):
        evaluate(config, seeds)


def evaluate(config: Config, seeds: int = 1) -> None:
    """Read the test split once, compare the exported graph with its baselines, publish it all."""
    from . import plots

    test = read_test(config)
    ours = bootstrap(test, test.probability)
    fitted = pickle.loads((export.ARTIFACTS / "baselines.pickle").read_bytes())
    flat = measure.flat(test.images)
    simple = {name: bootstrap(test, model.predict_proba(flat)) for name, model in fitted.items()}
    primary, against = next(iter(ours)), list(simple)[-1]
    results = {
        "project": config.project,
        "project_type": "cv",
        "task": "multiclass",
        "pipeline_tag": "image-classification",
        "dataset": test.facts["data"] | {"rows": sum(rows(test).values())},
        "split": {
            "rule": config.split.rule,
            "description": RULES[config.split.rule],
            "rows": rows(test),
            "resampled": resampled(test),
        },
        "primary": primary,
        "metrics": {name: metrics.summary(name, draws) for name, draws in ours.items()},
        "baselines": {
            model: {name: metrics.summary(name, draws) for name, draws in found.items()}
            for model, found in simple.items()
        },
        "difference": metrics.paired_difference(
            against, primary, ours[primary], simple[against][primary]
        ),
        "slices": per_class(test),
        "model": {
            "name": test.facts["model"]["name"],
            "id": test.facts["model"]["id"],
            "description": describe(test),
            "settings": asdict(config.model) | asdict(config.train),
        },
        "environment": {"threads": config.threads, **test.facts["model"]["versions"]},
    }
    if seeds > 1:
        results["seeds"] = repeat(test, seeds)
    steps: list[Callable[[Test, dict[str, Any]], list[Section]]]
    steps = [plots.classes, plots.confusion, plots.calibration, plots.robustness, plots.worst]
    steps += [plots.precision, plots.luck]
    sections = [part for step in track(steps, "Writing the report") for part in step(test, results)]
    publish(results, sections)
    print(f"Test {primary} {interval(results['metrics'][primary])}; see reports/.", file=sys.stderr)


def read_test(config: Config) -> Test:
    """Read the test split and let the exported graph answer it."""
    graph, facts = export.candidate()
    (images,) = split.read(config, "test")
    now = dataset.describe(config.data, 0)["sha256"]
    if facts["data"]["sha256"] != now or facts["output"]["classes"] != list(images.classes):
        raise ProjectError("artifacts/ was trained on other data.", "make train")
    answer = on_images(graph)
    probability = answer(images.pixels)
    output = facts["output"]
    labels = measure.decide(
        probability, output["classes"], config.decision.positive, output["threshold"]
    )
    groups = images.groups if config.split.rule == "group" else None
    weights = metrics.resample(len(images), config.evaluation.resamples, config.seed, groups)
    return Test(config, facts, images, probability, labels, weights, answer)


def on_images(graph: bytes) -> Callable[[Pixels], Floats]:
    """Return an ONNX graph as a function from images to probabilities, in batches."""
    answer = export.open_graph(graph, convert.OUTPUT)

    def on(pixels: Pixels) -> Floats:
        parts = np.array_split(pixels, max(1, len(pixels) // 100))
        return np.concatenate([answer({convert.INPUT: part}) for part in parts])

    return on


def bootstrap(test: Test, probability: Floats) -> dict[str, Floats]:
    """Return every metric of one model on all resamples."""
    output = test.facts["output"]
    # The threshold was chosen for the served model; a baseline decides at one half.
    threshold = output["threshold"] if probability is test.probability else None
    found = measure.statistics(
        test.config, test.images.labels, probability, output["classes"], threshold
    )
    return metrics.bootstrap(found, test.weights)


def rows(test: Test) -> dict[str, int]:
    """Return how many images each split holds."""
    return {**test.facts["rows"], "test": len(test.images)}


def resampled(test: Test) -> str:
    """Say what the bootstrap drew."""
    grouped = test.config.split.rule == "group"
    return "Resampled are whole groups." if grouped else "Resampled are images."


def describe(test: Test) -> str:
    """Return what goes in and what comes out, for the model card."""
    shape, output = test.facts["input"], test.facts["output"]
    kind = "grey" if shape["channels"] == 1 else "colour"
    text = f"It puts a {kind} image of {shape['size']} x {shape['size']} pixels into one of "
    text += f"{len(output['classes'])} classes: {', '.join(output['classes'][:20])}."
    if output["threshold"] is not None:
        text += f" It says {output['positive']} from a probability of {output['threshold']:.3f}."
    return text


def per_class(test: Test) -> list[dict[str, Any]]:
    """Return recall, precision and F1 of every class, with intervals."""
    truth, labels = test.images.labels, test.labels
    found = []
    for index, name in enumerate(test.images.classes):
        real, said = truth == index, labels == index
        parts = {
            "recall": metrics.ratio(real & said, real),
            "precision": metrics.ratio(real & said, said),
            "f1": metrics.ratio(2 * (real & said), 1 * real + said),
        }
        draws = metrics.bootstrap(parts, test.weights)
        measured = {metric: metrics.summary(metric, values) for metric, values in draws.items()}
        row = {"column": "class", "group": name, "rows": int(real.sum()), "metric": "recall"}
        found.append({**row, **measured["recall"], "measured": measured})
    return found


def repeat(test: Test, seeds: int) -> dict[str, Any]:
    """Train the network with other seeds; return each metric's values, mean and deviation."""
    config = test.config
    fitted, held = split.read(config, "train", "validation")
    values = [{name: found[0] for name, found in bootstrap(test, test.probability).items()}]
    for extra in range(1, seeds):
        model = learn.fit(config, fitted, held, config.seed + extra)
        learn.calibrate(model, held)
        shape = test.facts["input"]
        graph = convert.to_onnx(model, shape["size"], shape["channels"])
        probability = on_images(graph)(test.images.pixels)
        again = replace(test, probability=probability)
        values.append({name: found[0] for name, found in bootstrap(again, probability).items()})
    return {
        name: {
            "values": [float(value[name]) for value in values],
            "mean": float(np.mean([value[name] for value in values])),
            "deviation": float(np.std([value[name] for value in values], ddof=1)),
        }
        for name in values[0]
    }


def class_table(test: Test, results: dict[str, Any]) -> Table:
    """Return the table of classes."""
    names = ("recall", "precision", "f1")
    lines = [
        [row["group"], str(row["rows"]), *(interval(row["measured"][name]) for name in names)]
        for row in results["slices"]
    ]
    return Table(["Class", "Images", *map(title, names)], lines)


def seed_table(found: dict[str, Any]) -> Table:
    """Return the table of what other seeds gave."""
    lines = [
        [title(name), number(row["mean"]), f"{row['deviation']:.4f}", *map(number, row["values"])]
        for name, row in found.items()
    ]
    count = len(next(iter(found.values()))["values"])
    return Table(["Metric", "Mean", "Deviation", *(f"Seed {i + 1}" for i in range(count))], lines)
