"""The network: a small residual one, or a pretrained one, and the graph that is served."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from .settings import ModelConfig


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


class SmallResNet(nn.Module):
    """A convolution, two residual blocks with pooling between, and a linear layer.

    At width 16 it has 73,000 parameters: enough for small pictures, and trained in a minute.
    """

    def __init__(self, channels: int, classes: int, width: int, dropout: float) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.MaxPool2d(2),
            Block(width, 2 * width),
            nn.MaxPool2d(2),
            Block(2 * width, 4 * width),
        )
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(4 * width, classes)

    def forward(self, images: Tensor) -> Tensor:
        """Map normalised images [n, channels, h, w] to logits [n, classes]."""
        features: Tensor = self.body(images).mean(dim=(2, 3))
        logits: Tensor = self.head(self.dropout(features))
        return logits


class Classifier(nn.Module):
    """Preprocessing, network and softmax: the whole of what is exported.

    What is inside the graph cannot differ between training and serving: it takes the bytes of
    the images and gives probabilities. ``temperature`` is set after training, on validation.
    """

    mean: Tensor
    deviation: Tensor
    temperature: Tensor

    def __init__(self, network: nn.Module, mean: Tensor, deviation: Tensor) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("mean", mean.view(1, -1, 1, 1))
        self.register_buffer("deviation", deviation.view(1, -1, 1, 1))
        self.register_buffer("temperature", torch.ones(()))

    def normalise(self, pixels: Tensor) -> Tensor:
        """Map uint8 [n, h, w, channels] to float [n, channels, h, w] of mean 0 and deviation 1."""
        scaled = pixels.permute(0, 3, 1, 2).float() / 255
        return (scaled - self.mean) / self.deviation

    def logits(self, pixels: Tensor) -> Tensor:
        """Map uint8 [n, h, w, channels] to logits [n, classes]."""
        found: Tensor = self.network(self.normalise(pixels))
        return found

    def forward(self, pixels: Tensor) -> Tensor:
        """Map uint8 [n, h, w, channels] to probabilities [n, classes]."""
        return torch.softmax(self.logits(pixels) / self.temperature, dim=1)


def build(config: ModelConfig, pixels: Tensor, classes: int) -> Classifier:
    """Return an untrained classifier; ``pixels`` uint8 [n, h, w, channels] are the training images.

    With ``backbone = "pretrained"`` all but the last layer comes from the hub, if it is reachable.
    """
    sample = pixels[:: max(1, len(pixels) // 5000)].float() / 255
    mean, deviation = sample.mean(dim=(0, 1, 2)), sample.std(dim=(0, 1, 2)).clamp_min(1e-3)
    channels = pixels.shape[3]
    if config.backbone == "pretrained":
        from .pretrained import load

        network = load(config.hub, channels, classes)
        if network is not None:
            return Classifier(network, mean, deviation)
    network = SmallResNet(channels, classes, config.width, config.dropout)
    return Classifier(network, mean, deviation)
