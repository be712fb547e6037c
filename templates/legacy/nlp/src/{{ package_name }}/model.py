"""The graphs of the candidates: from encoded texts to probabilities, exported as they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn


class LinearModel(nn.Module):
    """TF-IDF (sublinear, of unit length, as scikit-learn has it) and one weight a piece and class.

    It reads which pieces a text has and how often, so that a text costs as much as it is long.
    """

    idf: Tensor
    weight: Tensor
    bias: Tensor
    sharpness: Tensor

    def __init__(self, idf: NDArray[Any], weight: NDArray[Any], bias: NDArray[Any]) -> None:
        super().__init__()
        for name, array in {"idf": idf, "weight": weight, "bias": bias}.items():
            self.register_buffer(name, torch.tensor(np.asarray(array, dtype=np.float32)))
        self.register_buffer("sharpness", torch.ones(()))

    def logits(self, ids: Tensor, counts: Tensor) -> Tensor:
        """Return one number a text and class, before calibration."""
        present = (counts > 0).float()
        values = (1 + torch.log(counts.clamp(min=1))) * self.idf[ids] * present
        values = values / (values.square().sum(1, keepdim=True).sqrt() + 1e-12)
        return (self.weight[ids] * values.unsqueeze(2)).sum(1) + self.bias

    def forward(self, ids: Tensor, counts: Tensor) -> Tensor:
        """Return probabilities [texts, classes] for ids and counts [texts, pieces]."""
        return torch.softmax(self.logits(ids, counts) * self.sharpness, dim=1)


class TextCNN(nn.Module):
    """Convolutions over token embeddings, the strongest answer of each filter, one linear layer.

    Y. Kim, "Convolutional Neural Networks for Sentence Classification", EMNLP 2014.
    """

    sharpness: Tensor
    WINDOWS = (2, 3, 5)

    def __init__(
        self, vocabulary: int, width: int, filters: int, classes: int, dropout: float
    ) -> None:
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width, padding_idx=0)
        self.convolutions = nn.ModuleList(nn.Conv1d(width, filters, size) for size in self.WINDOWS)
        self.dropout = nn.Dropout(dropout)
        self.classify = nn.Linear(filters * len(self.WINDOWS), classes)
        self.register_buffer("sharpness", torch.ones(()))

    def logits(self, ids: Tensor) -> Tensor:
        """Return one number a text and class, before calibration."""
        embedded = self.dropout(self.embed(ids)).transpose(1, 2)
        # A window that begins in the padding says nothing about the text.
        begins = (ids != 0).unsqueeze(1).float()
        found = [torch.relu(conv(embedded)) for conv in self.convolutions]
        strongest = [(answer * begins[:, :, : answer.shape[2]]).amax(2) for answer in found]
        answer: Tensor = self.classify(self.dropout(torch.cat(strongest, 1)))
        return answer

    def forward(self, ids: Tensor) -> Tensor:
        """Return probabilities [texts, classes] for token ids [texts, tokens]."""
        return torch.softmax(self.logits(ids) * self.sharpness, dim=1)


class Head(nn.Module):
    """The linear model over sentence embeddings [texts, width]."""

    sharpness: Tensor

    def __init__(self, weight: NDArray[Any], bias: NDArray[Any]) -> None:
        super().__init__()
        self.classify = nn.Linear(weight.shape[0], weight.shape[1])
        with torch.no_grad():
            self.classify.weight.copy_(torch.tensor(weight.T))
            self.classify.bias.copy_(torch.tensor(bias))
        self.register_buffer("sharpness", torch.ones(()))

    def logits(self, embedding: Tensor) -> Tensor:
        """Return one number a text and class, before calibration."""
        answer: Tensor = self.classify(embedding)
        return answer

    def forward(self, embedding: Tensor) -> Tensor:
        """Return probabilities [texts, classes]."""
        return torch.softmax(self.logits(embedding) * self.sharpness, dim=1)


def sharpen(module: Any, logits: NDArray[Any], target: NDArray[Any]) -> None:
    """Set the factor on the logits that gives the least log-loss on validation rows.

    Guo et al., "On Calibration of Modern Neural Networks", ICML 2017 (temperature scaling).
    """
    factors = np.geomspace(0.1, 20, 120)
    losses = []
    for factor in factors:
        scaled = logits * factor
        top = scaled.max(axis=1, keepdims=True)
        log_sum = np.log(np.exp(scaled - top).sum(axis=1)) + top[:, 0]
        losses.append((log_sum - scaled[np.arange(len(target)), target]).mean())
    module.sharpness.fill_(float(factors[int(np.argmin(losses))]))
