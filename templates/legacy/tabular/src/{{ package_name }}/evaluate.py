"""`evaluate`: the only reader of the test split. All that it finds goes to reports/ and README."""

from __future__ import annotations

import pickle
import sys
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from . import export, metrics
from .data import dataset, encode, load, schema, split
from .data.encode import Inputs
from .data.schema import Schema
from .errors import ProjectError
from .measure import PIPELINES, statistics, with_anomalies
from .metrics import Floats, Weights
from .model import as_frame, baselines, build, scores
from .progress import track
from .report import Section, Table, publish
from .report.words import interval, number, title
from .settings import Config
from .settings import load as load_config

RULES = {
    "time": "by time: trained on the past, tested on the future",
    "group": "by group: no group is in two splits",
    "stratified": "at random, each class divided alike",
}


@dataclass(frozen=True)
class Test:
    """The test split with the model's answers: everything that the parts of the report need."""

    config: Config
    described: Schema
    facts: dict[str, Any]
    rows: pd.DataFrame
    inputs: Inputs
    target: NDArray[Any]
    predicted: Floats
    weights: Weights
    graph: Any


def run() -> None:
    """Score artifacts/ on the test split and write reports/, README's results and the card."""
    config = load_config()
    with threadpool_limits(config.threads):
        evaluate(config, schema.load())


def evaluate(config: Config, described: Schema) -> None:
    """Read the test split once, compare the exported graph with its baselines, publish it all."""
    from . import plots

    test = read_test(config, described)
    ours = bootstrap(test, test.predicted)
    simple = {
        name: bootstrap(test, scores(model, as_frame(test.inputs), config.task))
        for name, model in pickle.loads(
            (export.ARTIFACTS / "baselines.pickle").read_bytes()
        ).items()
    }
    primary = next(iter(ours))
    against = list(simple)[-1]
    sliced = slices(test, primary)
    results = {
        "project": config.project,
        "project_type": "tabular",
        "task": config.task,
        "pipeline_tag": PIPELINES.get(config.task, "tabular-classification"),
        "dataset": test.facts["data"] | {"rows": test.facts["data"]["rows"] + len(test.rows)},
        "split": describe_split(test),
        "primary": primary,
        "metrics": {name: metrics.summary(name, draws) for name, draws in ours.items()},
        "baselines": {
            model: {name: metrics.summary(name, draws) for name, draws in found.items()}
            for model, found in simple.items()
        },
        "difference": metrics.paired_difference(
            against, primary, ours[primary], simple[against][primary]
        ),
        "slices": sliced,
        "model": {
            "name": test.facts["model"]["name"],
            "id": test.facts["model"]["id"],
            "description": describe_model(test),
            "settings": asdict(config.model),
            "threshold": test.facts["output"]["threshold"],
        },
        "environment": {"threads": config.threads, **test.facts["model"]["versions"]},
    }
    steps = [plots.quality, plots.importance, plots.dependence, plots.slices, random_split, worst]
    sections = [
        section for step in track(steps, "Writing the report") for section in step(test, results)
    ]
    publish(results, sections)
    print(f"Test {primary} {interval(results['metrics'][primary])}; see reports/.", file=sys.stderr)


def read_test(config: Config, described: Schema) -> Test:
    """Read the test split and let the exported graph answer it."""
    graph, facts = export.candidate()
    rows = split.read(config, described, "test")
    now = dataset.describe(config.data, 0)["sha256"]
    if facts["task"] != config.task or facts["data"]["sha256"] != now:
        raise ProjectError(
            "artifacts/ was trained for another task or on other data.", "make train"
        )
    target = encode.target_of(rows, config, described, facts["output"]["classes"])
    inputs = encode.inputs_of(rows, facts["input"]["features"])
    inputs, target = with_anomalies(config, inputs, target)
    answer = export.open_graph(graph, facts["output"]["name"])
    cluster = config.evaluation.cluster
    groups = np.resize(pd.factorize(rows[cluster])[0], len(target)) if cluster else None
    return Test(
        config=config,
        described=described,
        facts=facts,
        rows=rows,
        inputs=inputs,
        target=target,
        predicted=answers(answer, inputs),
        weights=metrics.resample(len(target), config.evaluation.resamples, config.seed, groups),
        graph=answer,
    )


def answers(graph: Any, inputs: Inputs) -> Floats:
    """Return the graph's probabilities [rows, classes], or its single number a row as [rows]."""
    found = np.asarray(graph(inputs))
    return found[:, 0] if found.ndim == 2 and found.shape[1] == 1 else found


def bootstrap(test: Test, predicted: Floats) -> dict[str, Floats]:
    """Return every metric of one model on all resamples; only the served model has a threshold."""
    threshold = test.facts["output"]["threshold"] if predicted is test.predicted else None
    found = statistics(test.config, test.target, predicted, threshold)
    return metrics.bootstrap(found, test.weights)


def describe_split(test: Test) -> dict[str, Any]:
    """Return how rows were divided, how many there are, and what was resampled."""
    rule, cluster = test.config.split, test.config.evaluation.cluster
    words = RULES[rule.rule]
    if rule.rule == "time":
        words += f", which begins at {str(test.rows[rule.column].min()).removesuffix(' 00:00:00')}"
    rows = {**test.facts["rows"], "test": len(test.rows)}
    resampled = (
        f"Resampled are all rows of one {cluster} together." if cluster else "Resampled are rows."
    )
    return {"rule": rule.rule, "description": words, "rows": rows, "resampled": resampled}


def describe_model(test: Test) -> str:
    """Return what a row is and what the answer means, for the model card."""
    row = f"A row is {test.described.row}. " if test.described.row else ""
    meaning = test.described.target.title or test.described.target.name
    threshold = test.facts["output"]["threshold"]
    if test.config.task != "binary":
        return f"{row}It answers: {meaning}."
    return (
        f"{row}It answers: {meaning}. It says yes from a probability of {threshold:.3f}, the least "
        f"costly threshold on out-of-fold predictions where a miss costs "
        f"{test.config.decision.cost_false_negative:g} and a false alarm "
        f"{test.config.decision.cost_false_positive:g}."
    )


def slices(test: Test, primary: str) -> list[dict[str, Any]]:
    """Return the primary metric on the larger values of the configured columns."""
    statistic = statistics(test.config, test.target, test.predicted)[primary]
    found = []
    for column in test.config.evaluation.slices:
        values = np.resize(test.rows[column].astype(str).to_numpy(), len(test.target))
        for value in pd.Series(values).value_counts().head(8).index:
            inside = values == value
            draws = metrics.bootstrap({primary: statistic}, test.weights * inside)[primary]
            if inside.sum() >= 30 and np.isfinite(draws).mean() > 0.9:
                row = {"column": column, "group": value, "rows": int(inside.sum())}
                found.append({**row, "metric": primary, **metrics.summary(primary, draws)})
    return found


def random_split(test: Test, results: dict[str, Any]) -> list[Section]:
    """Return what a random split would have claimed, where the split is another."""
    config, described = test.config, test.described
    if config.split.rule == "stratified" or config.task == "anomaly":
        return []
    frame = load.load(config, described)
    names = split.assign(frame, config, described, rule="stratified")
    known, unknown = frame[names == "train"], frame[names == "test"]
    features, primary = test.facts["input"]["features"], results["primary"]
    fit, held = encode.inputs_of(known, features), encode.inputs_of(unknown, features)
    classes = test.facts["output"]["classes"]
    truth = encode.target_of(unknown, config, described, classes)
    models = {
        results["model"]["name"]: build(config, fit),
        "linear": baselines(config, fit)["linear"],
    }
    measured = {results["model"]["name"]: results["metrics"], **results["baselines"]}
    honest = [measured[name][primary]["value"] for name in models]
    claimed = []
    for model in models.values():
        model.fit(as_frame(fit), encode.target_of(known, config, described, classes))
        claim = statistics(config, truth, scores(model, as_frame(held), config.task))[primary]
        claimed.append(float(claim(np.ones((1, len(truth)), dtype=np.float32))[0]))
    rows = [
        [title(name), number(here), number(there)]
        for name, here, there in zip(models, honest, claimed, strict=True)
    ]
    leads = [f"{one[0] - one[1]:+.3f}" for one in (honest, claimed)]
    rows.append(["Difference", *leads])
    together = "of one time" if config.split.rule == "time" else f"of one {config.split.column}"
    text = (
        f"The same models, trained and tested on a random split of the same rows. Rows {together} "
        "resemble one another; a random split puts some of them into training and asks for the "
        "others, so it rewards remembering, most of all in the model that can remember more: "
        "compare the differences. The model will be used on rows that come later or from "
        "elsewhere, so only the left column says how it will do."
    )
    columns = [title(primary), "the split used here", "a random split"]
    return [Section("What a random split would have claimed", text, Table(columns, rows))]


def worst(test: Test, _results: dict[str, Any]) -> list[Section]:
    """Return the rows on which the model was most wrong."""
    if test.config.task == "anomaly":
        return []
    if test.config.task == "regression":
        wrong, said = np.abs(test.predicted - test.target), [number(v) for v in test.predicted]
    else:
        wrong = 1 - test.predicted[np.arange(len(test.target)), test.target]
        said = [f"{p:.2f}" for p in 1 - wrong]
    names = [feature["name"] for feature in test.facts["input"]["features"]][:8]
    rows = []
    for i in np.argsort(-wrong)[:10]:
        row = test.rows.iloc[int(i)]
        cells = [cell(row[name]) for name in names]
        rows.append([cell(row[test.described.target.name]), said[i], *cells])
    head = "predicted" if test.config.task == "regression" else "probability given to it"
    columns = ["Truth", head, *(f["title"] for f in test.facts["input"]["features"][:8])]
    return [Section("The ten worst errors", "", Table(columns, rows))]


def cell(value: Any) -> str:
    """Return a value as a table shows it: a dash where it is missing, four digits of a number."""
    if isinstance(value, float):
        return "-" if np.isnan(value) else f"{value:.4g}"
    return "-" if pd.isna(value) else str(value)
