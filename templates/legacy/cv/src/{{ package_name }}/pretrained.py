"""Loads a pretrained image classifier of the Hugging Face hub and gives it a new last layer."""

from __future__ import annotations

import sys
from typing import Any

from torch import Tensor, nn


class Pretrained(nn.Module):
    """A model of the hub that takes and gives what ``SmallResNet`` does."""

    def __init__(self, inner: Any) -> None:
        super().__init__()
        self.inner = inner
        self.expected = int(getattr(inner.config, "num_channels", 3))

    def forward(self, images: Tensor) -> Tensor:
        """Map normalised images [n, channels, h, w] to logits [n, classes]."""
        if images.shape[1] == 1 and self.expected == 3:
            images = images.expand(-1, 3, -1, -1)
        logits: Tensor = self.inner(pixel_values=images).logits
        return logits


def load(name: str, channels: int, classes: int) -> nn.Module | None:
    """Return the hub's model ``name`` (or a local folder), or None, with a word to the user.

    None is given where the hub cannot be reached, the model is not there or transformers is not
    installed: the small network is then trained from scratch.
    """
    try:
        from transformers import AutoModelForImageClassification

        inner = AutoModelForImageClassification.from_pretrained(
            name, num_labels=classes, ignore_mismatched_sizes=True
        )
    except ImportError:
        _warn("the extra `pretrained` is not installed (pip install -e '.[pretrained]')")
        return None
    except (OSError, ValueError) as error:
        _warn(f"{name} could not be loaded: {str(error).splitlines()[0]}")
        return None
    model = Pretrained(inner)
    if channels not in (1, model.expected):
        _warn(f"{name} takes {model.expected} channels, the images have {channels}")
        return None
    return model


def _warn(reason: str) -> None:
    print(f"warning: {reason}; training the small network from scratch instead", file=sys.stderr)
