"""The candidates, simplest first: the baselines are candidates too, and may be served."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from . import data, fit, metrics
from .config import Config, Train

DESCRIPTIONS = {
    "constant": "The shares of the classes, whatever the picture.",
    "linear": "Softmax regression on the pixels, averaged to at most 28 by 28.",
    "network": "A small residual network of convolutions, trained from scratch.",
}


class Block(nn.Module):
    """Halve a picture, then add two 3x3 convolutions to it (He et al., 2016, arXiv:1512.03385)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.skip = nn.Conv2d(inputs, outputs, 1, bias=False)

    def forward(self, images: Tensor) -> Tensor:
        """Map [n, inputs, h, w] to [n, outputs, h / 2, w / 2]."""
        images = functional.max_pool2d(images, 2)
        inner = functional.relu(self.norm1(self.first(images)))
        return functional.relu(self.norm2(self.second(inner)) + self.skip(images))


def build(name: str, train: data.Images, recipe: Train) -> nn.Sequential:
    """Return a candidate: images [n, channels, size, size], of 0 to 255, to logits [n, classes].

    The last layer is linear; at width 16 the residual network has 73,000 parameters.
    """
    size, channels = train.pixels.shape[2:]
    width, counts = recipe.width, np.bincount(train.labels)
    if name == "constant":
        layers: list[nn.Module] = [nn.AdaptiveAvgPool2d(1)]
        last = nn.Linear(channels, len(counts))
        nn.init.zeros_(last.weight)
        last.bias.data = torch.from_numpy(np.log(counts / counts.sum())).float()
    elif name == "linear":
        side = -(-size // 28)
        layers = [nn.BatchNorm2d(channels, affine=False), nn.AvgPool2d(side)]
        last = nn.Linear(channels * (size // side) ** 2, len(counts))
    else:
        layers = [
            nn.BatchNorm2d(channels, affine=False),
            nn.Conv2d(channels, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            Block(width, 2 * width),
            Block(2 * width, 4 * width),
            nn.AdaptiveAvgPool2d(1),
            nn.Dropout(recipe.dropout),
        ]
        last = nn.Linear(4 * width, len(counts))
    return nn.Sequential(*layers, nn.Flatten(), last)


def fit_candidate(
    name: str, train: data.Images, held_out: data.Images, config: Config, device: torch.device
) -> nn.Sequential:
    """Return a candidate, fitted on ``train``, and stopped and calibrated on ``held_out``."""
    fit.make_reproducible(config.seed, config.threads)
    recipe = config.train.on(device.type)
    images, others = (to_tensor(part).to(device) for part in (train, held_out))
    labels, truth = (torch.from_numpy(part.labels).to(device) for part in (train, held_out))

    def batch_loss(network: Any, index: Tensor) -> Tensor:
        logits = network(augment(images[index], recipe).float())
        return functional.cross_entropy(logits, labels[index], label_smoothing=recipe.smoothing)

    def validation_loss(network: Any) -> Tensor:
        return functional.cross_entropy(logits_of(network, others), truth)

    network = build(name, train, recipe).to(device)
    # Convolutions are quicker with the channels last, on the CPU as on a GPU.
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if name != "constant":
        fit.fit(network, len(train), batch_loss, validation_loss, recipe)
        calibrate(network[-1], logits_of(network, others), truth)
    return network.cpu().eval()


def augment(images: Tensor, recipe: Train) -> Tensor:
    """Mirror half of the images [n, channels, h, w] and move each by some pixels, if asked to."""
    count, device, (height, width) = len(images), images.device, images.shape[2:]
    if recipe.flip:
        is_mirrored = torch.rand(count, 1, 1, 1, device=device) < 0.5
        images = torch.where(is_mirrored, images.flip(3), images)
    if recipe.shift:
        canvas = functional.pad(images, [recipe.shift] * 4)
        windows = canvas.unfold(2, height, 1).unfold(3, width, 1)  # [n, channels, y, x, h, w]
        y, x = torch.randint(0, 2 * recipe.shift + 1, (2, count), device=device)
        images = windows[torch.arange(count, device=device), :, y, x]
    return images


def calibrate(last: Any, logits: Tensor, labels: Tensor) -> None:
    """Divide the last layer by the temperature of least loss (Guo et al., arXiv:1706.04599)."""
    temperatures = torch.logspace(-1, 1, 401).tolist()
    best = min(temperatures, key=lambda t: float(functional.cross_entropy(logits / t, labels)))
    last.weight.data /= best
    last.bias.data /= best


def to_tensor(images: data.Images) -> Tensor:
    """Return the pixels as uint8 [n, channels, size, size]."""
    return torch.from_numpy(images.pixels).permute(0, 3, 1, 2)


@torch.inference_mode()
def logits_of(network: nn.Module, images: Tensor) -> Tensor:
    """Return the logits [n, classes] of all images, a thousand at a time."""
    return torch.cat([network(part.float()) for part in images.split(1000)])


def probabilities(network: nn.Module, images: data.Images) -> metrics.Floats:
    """Return a candidate's calibrated probabilities [n, classes]."""
    return torch.softmax(logits_of(network, to_tensor(images)), dim=1).double().numpy()
