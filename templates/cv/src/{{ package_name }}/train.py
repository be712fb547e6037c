"""`train`: from the data to artifacts/, in the order in which one would tell it."""

import base64
import sys
from typing import Any

import numpy as np
import onnxruntime
import torch
from threadpoolctl import threadpool_limits

from . import __version__, convert, data, export, files, inference, lineage, metrics
from .config import Config, load_config
from .features import Pixels
from .fit import choose_device
from .model import DESCRIPTIONS, fit_candidate, probabilities, task_metrics
from .split import clusters, split

SETTINGS = {"seed", "data", "images", "split", "train", "decision"}  # of config.toml
TOLERANCE = 1e-4  # of a probability
RULE = {"rule": "one_standard_error", "metric": metrics.LOSS, "on": "validation"}
PROJECT = {"package": __package__, "version": __version__, "type": "cv"}
PACKAGES = ["torch", "onnx", "onnxruntime", "numpy", "pillow"]


def run() -> None:
    """Train on the data that config.toml names."""
    config = load_config()
    with threadpool_limits(config.threads):
        facts = train(config)
    for row in facts["exclusions"]:
        print(f"Left out: {row['rows']} pictures. {row['reason']}", file=sys.stderr)
    for row in facts["chosen_by"]["candidates"]:
        mark = "<- the simplest within one standard error of the best" if row["chosen"] else ""
        print(f"{row['name']:9} {row['metric']} {row['value']:.4g} {mark}", file=sys.stderr)


def train(config: Config) -> dict[str, Any]:
    """Choose among the candidates, export the chosen one to artifacts/, return its metadata.

    Training pictures fit; validation pictures end the training, calibrate and choose. Test
    pictures are not looked at.
    """
    images, exclusions = data.load(config)
    parts = split(images, config)
    rows, held_out = (images.take(parts[name]) for name in ("train", "validation"))
    groups, device = clusters(held_out, config)[0], choose_device(config.train.device)
    costs, primary = config.decision, config.decision.primary
    output = {
        "name": convert.OUTPUT,
        "title": "the class of a picture",
        "unit": "",
        "classes": list(images.classes),
        "positive": costs.positive or None,
        "threshold": costs.threshold,
    }

    # Each gets its temperature from the same pictures, and decides by the same costs.
    candidates, losses, tables = {}, {}, {}
    for name in DESCRIPTIONS:
        candidates[name] = fit_candidate(name, rows, held_out, config, device)
        scores = probabilities(candidates[name], held_out)
        losses[name] = [metrics.row_losses(held_out.labels, scores)]
        tables[name] = task_metrics(held_out.labels, scores, output, costs)
    choice = metrics.choose(losses, groups)
    (chosen,) = [row["name"] for row in choice if row["chosen"]]

    # What is served is the graph, and it must answer as the model does.
    size, channels = config.images.size, config.images.channels
    graph = convert.convert(candidates[chosen], size, channels)
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    largest = 0.0
    for part in (rows, held_out):
        answers = convert.answer_all(session, part.pixels)
        scores = probabilities(candidates[chosen], part)
        largest = max(largest, export.parity(scores, answers, TOLERANCE))

    # How good it is on validation pictures, and beside the best simpler candidate.
    draws = metrics.bootstrap(tables[chosen], groups, 500, config.seed)
    comparison = None
    if simpler := choice[: list(DESCRIPTIONS).index(chosen)]:
        against = min(simpler, key=lambda row: row["value"])["name"]
        both = {name: tables[name][primary] for name in (chosen, against)}
        pair = metrics.bootstrap(both, groups, 500, config.seed)
        ours, theirs = pair.values()
        comparison = metrics.compare(against, primary, ours, theirs, costs.margin)

    example = held_out.pixels[0] if config.site.examples else drawing(size, channels)
    facts = {
        "project": config.project.model_dump() | PROJECT,
        "task": "multiclass",
        "model": {
            "name": chosen,
            "description": DESCRIPTIONS[chosen],
            "settings": config.model_dump(mode="json", include=SETTINGS),
            "recipe": device.type,
            "threshold": costs.threshold,
        },
        "dataset": data.describe(config, len(images)),
        "rows": {"train": len(rows), "validation": len(held_out)},
        "exclusions": [{"reason": reason, "rows": n} for reason, n in exclusions.items() if n],
        "lineage": lineage.current(config, data.data_digest(config), parts),
        "chosen_by": {"candidates": choice, **RULE},
        "margin": costs.margin,
        "primary": primary,
        "validation": {name: metrics.score(name, draws[name]) for name in draws},
        "validation_comparison": comparison,
        "parity": {
            "rows": len(rows) + len(held_out),
            "largest_difference": largest,
            "tolerance": TOLERANCE,
        },
        "input": {"size": size, "channels": channels},
        "output": output,
        "example": as_request(example),
        "example_source": config.data.source if config.site.examples else "synthetic",
    }
    facts = export.save(graph, facts, PACKAGES)
    torch.save(candidates, export.ARTIFACTS / "candidates.pt")
    write_golden(size, channels, config.seed)
    lineage.append_experiment(facts)
    return facts


def as_request(pixels: Pixels) -> dict[str, Any]:
    """Return a decoded picture as the page's JavaScript holds it."""
    content = base64.b64encode(pixels.tobytes()).decode()
    return dict(zip(("height", "width", "channels"), pixels.shape, strict=True), pixels=content)


def drawing(size: int, channels: int) -> Pixels:
    """Return a made picture, a grey disc on white: of no owner's data."""
    rows, columns = np.indices((size, size)) - (size - 1) / 2
    disc = np.where(rows**2 + columns**2 < (size / 3) ** 2, 90, 255).astype(np.uint8)
    return np.repeat(disc[:, :, None], channels, axis=2)


def write_golden(size: int, channels: int, seed: int) -> None:
    """Write artifacts/golden.json: made pictures, and how the service answers or refuses them."""
    model, rng = inference.Model(export.ARTIFACTS), np.random.default_rng(seed)
    cases: list[dict[str, Any]] = []
    shapes = [(size, size), (20, 60), (60, 20), (60, 60), (1, 9), (1, 1), (31, 47)]
    pictures = [rng.integers(0, 256, (*shape, channels), np.uint8) for shape in shapes]
    slope = np.linspace(0, 255, 48).astype(np.uint8)[:, None, None]
    pictures += [drawing(size, channels), np.tile(slope, (1, 33, channels))]
    for pixels in pictures:
        answer = model.predict(pixels) | {"model": model.metadata["model"]["id"]}
        name = " x ".join(map(str, pixels.shape))
        cases.append({"name": name, "request": as_request(pixels), "answer": answer})
    whole = as_request(pictures[0])
    for change in ({"pixels": ""}, {"width": 0}, {"height": 1}, {"channels": 4 - channels}):
        cases.append({"name": str(change), "request": whole | change, "refused": True})
    golden = {"schema": 1, "tolerance": 1e-4, "cases": cases}
    files.write_json(export.ARTIFACTS / "golden.json", golden)
