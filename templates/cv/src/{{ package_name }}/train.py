"""`train`: from the data to artifacts/, in the order in which one would tell it."""

import json
import sys
from pathlib import Path
from typing import Any

import onnxruntime
import torch
from threadpoolctl import threadpool_limits

from . import __version__, convert, data, decision, export, files, golden, lineage, metrics, resize
from .config import Config, load_config
from .data import Images
from .fit import choose_device
from .model import DESCRIPTIONS, Candidate, fit_candidate, probabilities
from .split import clusters, split

EXPERIMENTS = Path("reports/experiments.csv")
SETTINGS = {"seed", "data", "images", "split", "train", "decision"}  # of config.toml
TOLERANCE = 1e-4  # of a probability


def run() -> None:
    """Train on the data that config.toml names."""
    config = load_config()
    with threadpool_limits(config.threads):
        facts = train(config)
    for row in facts["exclusions"]:
        print(f"Left out: {row['rows']} pictures, {row['reason']}.", file=sys.stderr)
    for row in facts["chosen_by"]["candidates"]:
        mark = "<- the simplest within one standard error of the best" if row["chosen"] else ""
        print(f"{row['name']:9} {row['metric']} {row['value']:.4g} {mark}", file=sys.stderr)


def train(config: Config) -> dict[str, Any]:
    """Choose among the candidates, export the chosen one to artifacts/, return its metadata.

    Training pictures fit; validation pictures stop the training, calibrate and choose. Test
    pictures are not looked at.
    """
    images, exclusions = data.load(config)
    parts = split(images, config)
    rows, held_out = (images.take(parts[name]) for name in ("train", "validation"))
    groups, device = clusters(held_out, config)[0], choose_device(config.train.device)
    sought, primary = config.decision.positive, config.decision.primary
    positive = images.classes.index(sought) if sought else None

    # Each gets its temperature and its threshold by the same rule from the same pictures.
    fitted, thresholds, scores, losses, compared = {}, {}, {}, {}, {}
    for name in DESCRIPTIONS:
        fitted[name] = fit_candidate(name, rows, held_out, config, device)
        scores[name] = probabilities(fitted[name], held_out)
        answers = held_out.labels, scores[name]
        thresholds[name] = decision.choose_threshold(*answers, positive, config.decision)
        table = decision.task_metrics(*answers, thresholds[name], positive, config.decision)
        losses[name], compared[name] = [metrics.row_losses(*answers)], table
    choice = metrics.choose(losses, groups)
    (chosen,) = [row["name"] for row in choice if row["chosen"]]
    simpler = choice[: list(DESCRIPTIONS).index(chosen)]

    # What is served is the graph, and it must answer as the model does.
    size, channels = config.images.size, config.images.channels
    graph = convert.convert(fitted[chosen], size, channels)
    largest, checked = check_parity(graph, fitted[chosen], [rows, held_out], config)

    # How good it is on validation pictures, and beside the best simpler candidate.
    results = metrics.bootstrap(compared[chosen], groups, 500, config.seed)
    comparison = None
    if simpler:
        against = min(simpler, key=lambda row: row["value"])["name"]
        both = {name: compared[name][primary] for name in (chosen, against)}
        draws = metrics.bootstrap(both, groups, 500, config.seed)
        margin = config.decision.margin
        comparison = metrics.compare(against, primary, draws[chosen], draws[against], margin)
    output = {"name": convert.OUTPUT, "title": "the class of a picture", "unit": ""}
    output |= {"classes": list(images.classes), "positive": sought or None}
    facts: dict[str, Any] = {
        "project": config.project.model_dump()
        | {"package": __package__, "version": __version__, "type": "cv"},
        "task": "multiclass",
        "model": {
            "name": {"network": "small_resnet"}.get(chosen, chosen),
            "description": DESCRIPTIONS[chosen],
            "settings": config.model_dump(include=SETTINGS),
            "recipe": device.type,
            "threshold": thresholds[chosen],
        },
        "dataset": data.describe(config, len(images)),
        "rows": {"train": len(rows), "validation": len(held_out)},
        "exclusions": [{"reason": reason, "rows": n} for reason, n in exclusions.items() if n],
        "lineage": lineage.current(config, data.data_digest(config), parts),
        "chosen_by": {
            "rule": "one_standard_error",
            "metric": metrics.LOSS,
            "on": "validation",
            "candidates": choice,
        },
        "margin": config.decision.margin,
        "primary": primary,
        "validation": {name: metrics.score(name, results[name]) for name in results},
        "validation_comparison": comparison,
        "parity": {"rows": checked, "largest_difference": largest, "tolerance": TOLERANCE},
        "input": {"size": size, "channels": channels},
        "output": output | {"threshold": thresholds[chosen]},
    }
    facts |= golden.example(held_out, config)
    facts = export.save(graph, facts, ["torch", "onnx", "onnxruntime", "numpy", "pillow"])
    torch.save((fitted, thresholds), export.ARTIFACTS / "candidates.pt")
    golden.write(config.seed)
    append_experiment(facts)
    return facts


def check_parity(
    graph: bytes, candidate: Candidate, parts: list[Images], config: Config
) -> tuple[float, int]:
    """Return the largest difference of graph and model, and on how many pictures it was sought."""
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    largest = 0.0
    for images in parts:
        answers = convert.answer_all(session, images.pixels)
        expected = probabilities(candidate, images)
        largest = max(largest, export.parity(expected, answers, TOLERANCE))
    # Pictures of other shapes, for which the model takes what the first part of the graph gives.
    resizer = resize.resizer(config.images.size, config.images.channels)
    odd = convert.edge_images(parts[0].pixels, config.seed)
    for pixels in odd:
        (resized,) = resizer.run(None, {resize.INPUT: pixels[None]})
        with torch.inference_mode():
            wanted = candidate(torch.from_numpy(resized)).double().numpy()
        answer = export.answer(session, {resize.INPUT: pixels[None]})
        largest = max(largest, export.parity(wanted, answer, TOLERANCE))
    return largest, sum(map(len, parts)) + len(odd)


def append_experiment(facts: dict[str, Any]) -> None:
    """Append to reports/experiments.csv what was tried, and what came of it on validation."""
    settings = flatten(facts["model"]["settings"])
    before = files.read_rows(EXPERIMENTS)
    last = json.loads(before[-1]["settings"]) if before else settings
    changes = [f"{key} = {json.dumps(v)}" for key, v in settings.items() if v != last.get(key)]
    (chosen,) = [row for row in facts["chosen_by"]["candidates"] if row["chosen"]]
    model = facts["model"]
    row = {"date": model["created"], "commit": model["commit"], "model": model["id"]}
    row |= {"chosen": chosen["name"], "metric": chosen["metric"], "value": f"{chosen['value']:.6g}"}
    row |= {"changes": "; ".join(changes), "settings": json.dumps(settings)}
    files.append_row(EXPERIMENTS, row)


def flatten(settings: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested settings as one level of "section.key"."""
    flat: dict[str, Any] = {}
    for key, value in settings.items():
        nested = isinstance(value, dict) and value
        flat |= flatten(value, f"{prefix}{key}.") if nested else {f"{prefix}{key}": value}
    return flat
