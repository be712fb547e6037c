"""The candidates, simplest first: the baselines are candidates too, and may be served."""

from typing import Any

import numpy as np
import torch
from scipy.optimize import minimize_scalar
from torch import Tensor, nn
from torch.nn import functional

from .augment import augment
from .config import Config, Decision, Train
from .data import Images
from .fit import fit, make_reproducible
from .inference import NO_ANSWER, decide
from .metrics import Floats, Indices, Metric, macro_f1, mean, ratio, row_losses

DESCRIPTIONS = {
    "constant": "The shares of the classes, whatever the picture.",
    "linear": "Softmax regression on the pixels, averaged to at most 28 by 28.",
    "network": "A small residual network of convolutions, trained from scratch.",
}


class Constant(nn.Module):
    """The logarithms of the classes' shares, whatever the picture."""

    def __init__(self, counts: Tensor) -> None:
        super().__init__()
        self.logits = nn.Parameter(torch.log(counts / counts.sum()))

    def forward(self, images: Tensor) -> Tensor:
        """Map [n, ...] to [n, classes]."""
        return self.logits.expand(images.shape[0], -1)


class Block(nn.Module):
    """Two 3x3 convolutions around which the input is added (He et al., 2016, arXiv:1512.03385)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.skip = nn.Conv2d(inputs, outputs, 1, bias=False)

    def forward(self, images: Tensor) -> Tensor:
        """Map [n, inputs, h, w] to [n, outputs, h, w]."""
        inner = functional.relu(self.norm1(self.first(images)))
        return functional.relu(self.norm2(self.second(inner)) + self.skip(images))


def build(name: str, train: Images, recipe: Train) -> nn.Module:
    """Return a candidate's network; at width 16 the residual one has 73,000 parameters."""
    size, channels = train.pixels.shape[2:]
    width, classes = recipe.width, len(train.classes)
    if name == "constant":
        return Constant(torch.from_numpy(np.bincount(train.labels)).float())
    if name == "linear":
        side = -(-size // 28)
        cells = channels * (size // side) ** 2
        return nn.Sequential(nn.AvgPool2d(side), nn.Flatten(), nn.Linear(cells, classes))
    return nn.Sequential(
        nn.Conv2d(channels, width, 3, padding=1, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
        nn.MaxPool2d(2),
        Block(width, 2 * width),
        nn.MaxPool2d(2),
        Block(2 * width, 4 * width),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(recipe.dropout),
        nn.Linear(4 * width, classes),
    )


class Candidate(nn.Module):
    """Normalisation, a network, calibration and softmax: what is exported as a whole."""

    mean: Tensor
    deviation: Tensor
    temperature: Tensor

    def __init__(self, network: nn.Module, images: Tensor) -> None:
        super().__init__()
        sample = images[:: max(1, len(images) // 5000)].float()
        self.network = network
        self.register_buffer("mean", sample.mean(dim=(0, 2, 3)).view(-1, 1, 1))
        self.register_buffer("deviation", sample.std(dim=(0, 2, 3)).clamp_min(0.3).view(-1, 1, 1))
        self.register_buffer("temperature", torch.ones(()))

    def logits(self, images: Tensor) -> Tensor:
        """Map images [n, channels, size, size], of 0 to 255, to logits [n, classes]."""
        logits: Tensor = self.network((images.float() - self.mean) / self.deviation)
        return logits

    def forward(self, images: Tensor) -> Tensor:
        """Map images as in ``logits`` to calibrated probabilities [n, classes]."""
        return torch.softmax(self.logits(images) / self.temperature, dim=1)


def fit_candidate(
    name: str, train: Images, held_out: Images, config: Config, device: torch.device
) -> Candidate:
    """Return a candidate, fitted on ``train``, and stopped and calibrated on ``held_out``."""
    make_reproducible(config.seed, config.threads)
    recipe = config.train.on(device.type)
    images, others = (to_tensor(part).to(device) for part in (train, held_out))
    labels, truth = (torch.from_numpy(part.labels).to(device) for part in (train, held_out))

    def batch_loss(candidate: Any, index: Tensor) -> Tensor:
        logits = candidate.logits(augment(images[index], recipe))
        return functional.cross_entropy(logits, labels[index], label_smoothing=recipe.smoothing)

    def validation_loss(candidate: Any) -> Tensor:
        return functional.cross_entropy(logits_of(candidate, others), truth)

    candidate = Candidate(build(name, train, recipe), images).to(device)
    if device.type == "cuda":  # whose convolutions are quicker with the channels last
        candidate.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if name != "constant":
        fit(candidate, len(train), batch_loss, validation_loss, recipe)
        candidate.temperature.fill_(best_temperature(logits_of(candidate, others), truth))
    return candidate.cpu().eval()


def to_tensor(images: Images) -> Tensor:
    """Return the pixels as uint8 [n, channels, size, size]."""
    return torch.from_numpy(images.pixels).permute(0, 3, 1, 2)


@torch.inference_mode()
def logits_of(candidate: Candidate, images: Tensor) -> Tensor:
    """Return the logits [n, classes] of all images, a thousand at a time."""
    return torch.cat([candidate.logits(part) for part in images.split(1000)])


def best_temperature(logits: Tensor, labels: Tensor) -> float:
    """Return what to divide logits by for the least loss (Guo et al., 2017, arXiv:1706.04599)."""

    def loss(power: float) -> float:
        return float(functional.cross_entropy(logits.double() / np.exp(power), labels))

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 2)).x))


def probabilities(candidate: Candidate, images: Images) -> Floats:
    """Return a candidate's calibrated probabilities [n, classes]."""
    logits = logits_of(candidate, to_tensor(images)) / candidate.temperature
    return torch.softmax(logits, dim=1).double().numpy()


def task_metrics(
    truth: Indices, scores: Floats, output: dict[str, Any], costs: Decision
) -> dict[str, Metric]:
    """Return the metrics of a model's probabilities [n, classes], and of its decisions."""
    answers = decide(scores, output)
    sure = answers != NO_ANSWER
    labels = np.where(sure, answers, scores.argmax(axis=1))
    right = labels == truth
    metrics = {
        "accuracy": mean(right),
        "macro_f1": macro_f1(truth, labels, scores.shape[1]),
        "log_loss": mean(row_losses(truth, scores)),
    }
    if not output["positive"]:
        metrics["coverage"] = mean(sure)
        metrics["selective_accuracy"] = ratio(sure & right, sure)
        cost = np.where(sure, 1.0 * ~right, costs.cost_no_answer)
    else:
        positive = output["classes"].index(output["positive"])
        real, alarm = truth == positive, answers == positive
        metrics["recall"] = ratio(real & alarm, real)
        metrics["precision"] = ratio(real & alarm, alarm)
        cost = np.where(real, costs.cost_false_negative, costs.cost_false_positive) * ~right
    return metrics | {"cost": mean(cost)}
