"""The candidates, simplest first: the baselines are candidates too, and may be served."""

import numpy as np
import torch
from scipy.optimize import minimize_scalar
from torch import Tensor, nn
from torch.nn import functional

from .augment import augment
from .config import Config, Train
from .data import Images
from .fit import fit, make_reproducible
from .metrics import Floats

DESCRIPTIONS = {
    "constant": "The shares of the classes, whatever the picture.",
    "linear": "Softmax regression on the pixels, averaged to at most 28 by 28.",
    "network": "A small residual network of convolutions, trained from scratch.",
}


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


def small_resnet(channels: int, classes: int, width: int, dropout: float) -> nn.Sequential:
    """Return the network: at width 16 it has 73,000 parameters, and is trained in a minute."""
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
        nn.Dropout(dropout),
        nn.Linear(4 * width, classes),
    )


def linear(channels: int, classes: int, size: int) -> nn.Sequential:
    """Return softmax regression on the means of squares of pixels."""
    side = -(-size // 28)  # pixels of a square
    cells = channels * (size // side) ** 2
    return nn.Sequential(nn.AvgPool2d(side), nn.Flatten(), nn.Linear(cells, classes))


class Constant(nn.Module):
    """The same logits for every picture."""

    def __init__(self, logits: Tensor) -> None:
        super().__init__()
        self.logits = nn.Parameter(logits)

    def forward(self, images: Tensor) -> Tensor:
        """Map [n, ...] to [n, classes]."""
        return self.logits + images.flatten(1)[:, :1] * 0


class Candidate(nn.Module):
    """Normalisation, a network, calibration and softmax: what is exported as a whole."""

    mean: Tensor
    deviation: Tensor
    temperature: Tensor

    def __init__(self, body: nn.Module, images: Tensor) -> None:
        super().__init__()
        sample = images[:: max(1, len(images) // 5000)].float()
        self.body = body
        self.register_buffer("mean", sample.mean(dim=(0, 2, 3)).view(-1, 1, 1))
        deviation = sample.std(dim=(0, 2, 3)).clamp_min(0.3)
        self.register_buffer("deviation", deviation.view(-1, 1, 1))
        self.register_buffer("temperature", torch.ones(()))

    def logits(self, images: Tensor) -> Tensor:
        """Map images [n, channels, size, size], of 0 to 255, to logits [n, classes]."""
        logits: Tensor = self.body((images.float() - self.mean) / self.deviation)
        return logits

    def forward(self, images: Tensor) -> Tensor:
        """Map images as in ``logits`` to calibrated probabilities [n, classes]."""
        return torch.softmax(self.logits(images) / self.temperature, dim=1)


def to_tensor(images: Images, device: torch.device | str = "cpu") -> Tensor:
    """Return the pixels as uint8 [n, channels, size, size] on a device."""
    return torch.from_numpy(images.pixels).to(device).permute(0, 3, 1, 2)


def build(name: str, train: Images, images: Tensor, recipe: Train) -> Candidate:
    """Return a candidate that is not fitted yet, where the training ``images`` lie."""
    channels, classes, size = images.shape[1], len(train.classes), images.shape[2]
    body: nn.Module
    if name == "constant":
        counts = np.bincount(train.labels, minlength=classes)
        body = Constant(torch.from_numpy(np.log(counts / counts.sum())).float())
    elif name == "linear":
        body = linear(channels, classes, size)
    else:
        body = small_resnet(channels, classes, recipe.width, recipe.dropout)
    candidate = Candidate(body, images).to(images.device)
    gpu = images.device.type == "cuda"  # whose convolutions are quicker with the channels last
    return candidate.to(memory_format=torch.channels_last) if gpu else candidate


def fit_candidate(
    name: str, train: Images, validation: Images, config: Config, device: torch.device
) -> Candidate:
    """Return a candidate fitted on training and calibrated on validation images, on the CPU."""
    make_reproducible(config.seed, config.threads)
    recipe = config.train.on(device.type)
    images, held_out = to_tensor(train, device), to_tensor(validation, device)
    labels, truth = (torch.from_numpy(part.labels).to(device) for part in (train, validation))

    def batch_loss(candidate: Candidate, index: Tensor) -> Tensor:
        logits = candidate.logits(augment(images[index], recipe))
        return functional.cross_entropy(logits, labels[index])

    def validation_loss(candidate: Candidate) -> Tensor:
        return functional.cross_entropy(logits_of(candidate, held_out), truth)

    candidate = build(name, train, images, recipe)
    if name != "constant":
        fit(candidate, len(train), batch_loss, validation_loss, recipe)
        candidate.temperature.fill_(best_temperature(logits_of(candidate, held_out), truth))
    return candidate.cpu().eval()


@torch.inference_mode()
def logits_of(candidate: Candidate, images: Tensor) -> Tensor:
    """Return the logits [n, classes] of all images, a thousand at a time."""
    return torch.cat([candidate.logits(part) for part in images.split(1000)])


def best_temperature(logits: Tensor, labels: Tensor) -> float:
    """Return what to divide logits by for the least loss (Guo et al., 2017, arXiv:1706.04599)."""

    def loss(power: float) -> float:
        return float(functional.cross_entropy(logits.double() / np.exp(power), labels))

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 2)).x))


@torch.inference_mode()
def probabilities(candidate: Candidate, images: Images) -> Floats:
    """Return a candidate's calibrated probabilities [n, classes]."""
    parts = [candidate(part) for part in to_tensor(images).split(1000)]
    return torch.cat(parts).double().numpy()
