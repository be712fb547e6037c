"""A pretrained backbone with a linear head: one more candidate, on the same pictures, by one rule.

The backbone stays as it is and gives features, or all of it is fine-tuned ([pretrained] frozen).
It takes and gives what every candidate does, so that it is served where the rule chooses it and its
graph fits the 10 MB of model/.
"""

import shutil
import sys
from typing import Any

import numpy as np
import onnxruntime
import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoModelForImageClassification

from . import data, export, lineage, metrics, train, validation
from .config import Config, ImageFormat
from .convert import answer_all, convert
from .data import Images
from .files import read_json
from .fine_tuning import NAME, OTHER, Pretrained, describe, explain, fetch, load
from .fit import choose_device, fit, make_reproducible
from .inference import Model
from .model import augment, calibrate, logits_of, probabilities, to_tensor
from .promote import LARGEST
from .quantize import example_of, write_candidate
from .split import split

TOGETHER = 32  # pictures at a time: they are far larger in the backbone than here
FILE = export.ARTIFACTS / "candidates.pt"


class Backbone(nn.Module):
    """A checkpoint's network without its head, and how its pictures were read."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, settings: Pretrained) -> None:
        super().__init__()
        self.inner = load(AutoModelForImageClassification, settings).base_model
        with explain(f"{settings.checkpoint} does not say how its pictures were read"):
            facts = read_json(fetch(settings) / "preprocessor_config.json")
            size = facts.get("crop_size") or facts["size"]
            self.size = int(max(size.values()) if isinstance(size, dict) else size)
            for name, key in (("mean", "image_mean"), ("deviation", "image_std")):
                values = torch.tensor(facts[key], dtype=torch.float32)
                self.register_buffer(name, 255 * values.reshape(1, 3, 1, 1), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        """Map images [n, channels, h, w] of 0 to 255 to features [n, width]."""
        if self.training or torch.compiler.is_exporting():
            return self.features(images)
        return torch.cat([self.features(part) for part in images.split(TOGETHER)])

    def features(self, images: Tensor) -> Tensor:
        """Return the mean over all places of what the last layer gives."""
        images = functional.interpolate(images, (self.size, self.size), mode="bilinear")
        images = (images.expand(-1, 3, -1, -1) - self.mean) / self.deviation
        values: Tensor = self.inner(pixel_values=images).last_hidden_state
        return values.mean(dim=1) if values.ndim == 3 else values.mean(dim=(2, 3))


def check(config: Config) -> None:
    """Raise ``ProjectError`` where the checkpoint is of no use here, or cannot be exported."""
    backbone = Backbone(config.pretrained).eval()
    to_graph(nn.Sequential(backbone, nn.Identity()), config.images)


def compare(config: Config) -> None:
    """Fit the candidate, and put it beside those in artifacts/, or in the place of the chosen."""
    facts, images = export.open_model(export.ARTIFACTS)[0], data.load(config)[0]
    parts = split(images, config)
    rows, held_out = (images.take(parts[name]) for name in ("train", "validation"))
    candidates = torch.load(FILE, weights_only=False)
    candidates[NAME] = fit_candidate(rows, held_out, config)
    scores = {name: probabilities(network, held_out) for name, network in candidates.items()}
    losses = {name: [metrics.row_losses(held_out.labels, s)] for name, s in scores.items()}
    choice = metrics.choose(losses, held_out.groups)

    graph = to_graph(candidates[NAME], config.images)
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    some = np.array_split(held_out.pixels, -(-len(held_out) // TOGETHER))
    answers = np.concatenate([answer_all(session, part) for part in some])
    largest = export.parity(scores[NAME], answers, train.TOLERANCE, OTHER)
    size = len(graph) + (export.ARTIFACTS / "golden.json").stat().st_size
    refusal = f"it takes {size / 1e6:.1f} MB of the 10 of model/" if size > LARGEST else ""
    facts["pretrained"] = describe(config.pretrained, choice, "on validation", refusal)
    sentence = facts["pretrained"]["sentence"]
    if facts["pretrained"]["served"]:
        facts["parity"] |= {"rows": len(answers), "largest_difference": largest}
        take_over(graph, choice, facts, config)
    else:
        facts["model"]["description"] += f" {sentence}"
        export.save((export.ARTIFACTS / "model.onnx").read_bytes(), facts, train.PACKAGES)
    torch.save(candidates, FILE)
    print(sentence, file=sys.stderr)


def take_over(graph: bytes, choice: list[Any], facts: dict[str, Any], config: Config) -> None:
    """Put the graph in the place of the trained one, with its metrics on validation beside it."""
    folder = export.ARTIFACTS / NAME
    write_candidate(folder, graph, facts)
    part, primary = validation.read(), facts["primary"]
    ours, theirs = (validation.results(part, place) for place in (folder, export.ARTIFACTS))
    shutil.rmtree(folder)
    functions = {(NAME, metric): function for metric, function in ours.metrics.items()}
    functions["before", primary] = theirs.metrics[primary]
    draws = metrics.bootstrap(functions, ours.clusters, config.evaluation.resamples, config.seed)
    pair = draws[NAME, primary], draws["before", primary]
    against = facts["model"]["name"]  # what the rule chose without it, a simpler one
    facts["validation"] = {name: metrics.score(name, draws[NAME, name]) for name in ours.metrics}
    facts["validation_comparison"] = metrics.compare(against, primary, *pair, facts["margin"])
    facts["chosen_by"]["candidates"] = choice
    facts["model"] |= {"name": NAME, "description": facts["pretrained"]["sentence"]}
    facts = export.save(graph, facts, train.PACKAGES)
    train.write_golden(Model(export.ARTIFACTS), example_of(facts))
    lineage.append_experiment(facts)


def fit_candidate(rows: Images, held_out: Images, config: Config) -> nn.Sequential:
    """Return the candidate: its head is fitted first, then all of it unless it is frozen.

    So the features are not lost to a head that is still random (Kumar et al., 2022,
    arXiv:2202.10054). Validation ends the fits and calibrates, as of every candidate.
    """
    settings, device = config.pretrained, choose_device(config.train.device)
    make_reproducible(config.seed, config.threads)
    recipe = config.train.on(device.type)
    images, others = (to_tensor(part).to(device) for part in (rows, held_out))
    labels, truth = (torch.from_numpy(part.labels).to(device) for part in (rows, held_out))
    backbone = Backbone(settings).to(device).eval()
    features, other_features = (logits_of(backbone, part) for part in (images, others))
    width, classes = features.shape[1], len(rows.classes)
    head = nn.Sequential(nn.BatchNorm1d(width, affine=False), nn.Linear(width, classes)).to(device)

    def head_loss(network: Any, index: Tensor) -> Tensor:
        return functional.cross_entropy(network(features[index]), labels[index])

    def head_validation_loss(network: Any) -> Tensor:
        return functional.cross_entropy(network(other_features), truth)

    def batch_loss(network: Any, index: Tensor) -> Tensor:
        logits = network(augment(images[index], recipe).float())
        return functional.cross_entropy(logits, labels[index])

    def validation_loss(network: Any) -> Tensor:
        return functional.cross_entropy(logits_of(network, others), truth)

    fit(head, len(rows), head_loss, head_validation_loss, recipe)
    network = nn.Sequential(backbone, *head)
    if not settings.frozen:
        update = settings.model_dump(include={"epochs", "batch", "learning_rate"}) | {"steps": 0}
        fit(network, len(rows), batch_loss, validation_loss, recipe.model_copy(update=update))
    calibrate(network[-1], logits_of(network, others), truth)
    return network.cpu().eval()


def to_graph(network: nn.Module, images: ImageFormat) -> bytes:
    """Return the network's ONNX graph, as `convert` gives that of every candidate."""
    with explain("The network has no form in ONNX"):
        return convert(network, images.size, images.channels)
