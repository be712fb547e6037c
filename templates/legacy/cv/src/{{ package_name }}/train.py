"""`train`: fit the network, calibrate it, pass the parity gate, quantise, export."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import pickle
import sys
from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from PIL import Image
from threadpoolctl import threadpool_limits

from . import convert, export, learn, measure, metrics
from .data import dataset, split
from .data.images import Images
from .errors import ProjectError
from .metrics import Floats
from .model import Classifier, SmallResNet
from .preprocess import Pixels
from .progress import progress
from .settings import Config, load

TOLERANCE = 1e-4  # of a probability
CHECKPOINT = export.ARTIFACTS / "checkpoint.pt"
PACKAGES = ("torch", "onnx", "onnxruntime", "numpy", "pillow", "scikit-learn")


def run() -> None:
    """Train on the data that config.toml names and write artifacts/."""
    config = load()
    with threadpool_limits(config.threads):
        train(config)


def train(config: Config) -> None:
    """Fit on training, choose everything on validation, write artifacts/; test is not read."""
    fitted, held = split.read(config, "train", "validation")
    refuse_unknown_positive(config, fitted.classes)
    data = dataset.describe(config.data, len(fitted) + len(held))
    model = learn.fit(config, fitted, held, config.seed, CHECKPOINT, key(config, data["sha256"]))
    learn.calibrate(model, held)
    with progress("Exporting", 4) as done:
        graph = convert.to_onnx(model, fitted.pixels.shape[1], fitted.pixels.shape[3])
        done(1)
        largest = gate(model, graph, fitted, held)
        done(1)
        int8 = convert.to_int8(graph, fitted.pixels[:512])
        done(1)
        simple = measure.baselines(fitted)
        done(1)
    served, offer = choose(config, held, graph, int8)
    facts = describe(config, model, served, fitted, held) | {
        "data": data,
        "parity": {"rows": len(fitted) + len(held), "largest_difference": largest},
        "int8": offer,
    }
    kept = {"baselines.pickle": pickle.dumps(simple), "fp32.onnx": graph, "int8.onnx": int8}
    export.save(graph=served, facts=facts, kept=kept)
    name, value = next(iter(facts["validation"].items()))
    print(f"Validation {name} {value['value']:.3f}; exported to artifacts/.", file=sys.stderr)


def refuse_unknown_positive(config: Config, classes: tuple[str, ...]) -> None:
    """Raise ``ProjectError`` where the class that is sought is none of two."""
    positive = config.decision.positive
    if positive and positive not in classes[:2]:
        raise ProjectError(
            f"decision.positive is {positive!r}, and the classes are {', '.join(classes[:5])}.",
            "Name one of two classes in config.toml, or leave it empty.",
        )


def describe(
    config: Config, model: Classifier, served: bytes, fitted: Images, held: Images
) -> dict[str, Any]:
    """Return metadata.json of the graph that is served, with what it reaches on validation."""
    probability = export.open_graph(served, convert.OUTPUT)({convert.INPUT: held.pixels})
    threshold = measure.choose_threshold(config, held, probability)
    measured = validate(config, held, probability, threshold)
    shown = examples(held)
    facts = export.metadata(
        project=config.project,
        kind="cv",
        task="multiclass",
        graph=served,
        name="small_resnet" if isinstance(model.network, SmallResNet) else config.model.hub,
        packages=PACKAGES,
    )
    return facts | {
        "rows": {"train": len(fitted), "validation": len(held)},
        "validation": measured,
        "metrics": measured,
        "input": {
            "size": int(fitted.pixels.shape[1]),
            "channels": int(fitted.pixels.shape[3]),
            "max_images": 16,
        },
        "output": {
            "name": convert.OUTPUT,
            "classes": list(fitted.classes),
            "positive": config.decision.positive or None,
            "threshold": threshold,
            "temperature": float(model.temperature),
        },
        "reference": {"brightness": brightness_range(fitted.pixels)},
        "examples": shown,
        "example": shown[0],
    }


def key(config: Config, data: str) -> str:
    """Return what a checkpoint must agree with to be gone on from."""
    parts = [
        asdict(config.model),
        asdict(config.train),
        asdict(config.split),
        asdict(config.images),
    ]
    text = json.dumps([*parts, config.seed, config.threads, data])
    return hashlib.sha256(text.encode()).hexdigest()


def gate(model: Classifier, graph: bytes, *splits: Images) -> float:
    """Send every training and validation image and made ones through model and graph."""
    answer, largest = export.open_graph(graph, convert.OUTPUT), 0.0
    for pixels in (*(images.pixels for images in splits), edge_images(splits[0].pixels)):
        with torch.inference_mode():
            expected = torch.cat([model(part) for part in torch.from_numpy(pixels).split(500)])
        got = np.concatenate([answer({convert.INPUT: part}) for part in np.array_split(pixels, 20)])
        largest = max(largest, export.parity(expected.numpy(), got, TOLERANCE))
    return largest


def edge_images(pixels: Pixels) -> Pixels:
    """Return made images that training never saw: black, white, noise, inverted."""
    shape = pixels.shape[1:]
    noise = np.random.default_rng(0).integers(0, 256, (20, *shape), dtype=np.uint8)
    ends = np.stack([np.zeros(shape, np.uint8), np.full(shape, 255, np.uint8)])
    return np.concatenate([ends, noise, 255 - pixels[:20]])


def choose(config: Config, held: Images, graph: bytes, int8: bytes) -> tuple[bytes, dict[str, Any]]:
    """Return the graph to serve, and what int8 would change, as measured on validation."""
    accuracy = {}
    for name, content in {"fp32": graph, "int8": int8}.items():
        found = export.open_graph(content, convert.OUTPUT)({convert.INPUT: held.pixels})
        accuracy[name] = float((found.argmax(axis=1) == held.labels).mean())
    holds = accuracy["int8"] >= accuracy["fp32"] - config.export.int8_tolerance
    offer = {
        "served": config.export.int8 and holds,
        "holds": holds,
        "validation_accuracy": accuracy,
    }
    saving = f"{len(graph) / 1e3:.0f} KB to {len(int8) / 1e3:.0f} KB"
    if config.export.int8 and not holds:
        print("int8 loses too much on validation: float32 is exported.", file=sys.stderr)
    elif holds and not config.export.int8:
        print(f"int8 holds on validation ({saving}); export.int8 = true serves it", file=sys.stderr)
    return (int8 if offer["served"] else graph), offer


def validate(
    config: Config, held: Images, probability: Floats, threshold: float | None
) -> dict[str, Any]:
    """Return the metrics on the validation split, the primary one first."""
    found = measure.statistics(config, held.labels, probability, list(held.classes), threshold)
    weights = metrics.resample(len(held), 200, config.seed)
    return {k: metrics.summary(k, v) for k, v in metrics.bootstrap(found, weights).items()}


def brightness_range(pixels: Pixels) -> dict[str, float]:
    """Return between which mean values 99 % of the training images lie, from 0 to 255."""
    low, high = np.percentile(pixels.mean(axis=(1, 2, 3)), [0.5, 99.5])
    return {"low": round(float(low), 2), "high": round(float(high), 2)}


def examples(held: Images) -> list[dict[str, str]]:
    """Return a validation image of each class, up to twelve, as a caller would send it."""
    found = []
    for label in range(min(12, len(held.classes))):
        pixels = held.pixels[np.flatnonzero(held.labels == label)[0]]
        buffer = io.BytesIO()
        Image.fromarray(pixels.squeeze()).save(buffer, "PNG", optimize=True)
        content = base64.b64encode(buffer.getvalue()).decode()
        found.append({"label": held.classes[label], "media_type": "image/png", "base64": content})
    return found
