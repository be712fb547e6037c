"""What the training loop reads: log-mel energies on the device, batches of them, and their loss."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from . import augment
from .config import Train
from .data import Clip
from .decode import encode
from .features import RATE, Samples
from .model import LogMel, Network, features_of

AT_ONCE = 32  # waves that are changed together
CLICKS = 0.7  # most often taken for a word, so that training hears more of them
Group = tuple[Tensor, Tensor, Sequence[str]]  # waves, samples of each, texts


@dataclass(frozen=True)
class Examples:
    """The energies [frames, BANDS] of all recordings, one after the other, and their symbols."""

    energies: Tensor
    frames: Tensor
    targets: list[list[int]]

    def loss(self, network: Network, rows: Sequence[int], varied: bool) -> Tensor:
        """Return the mean CTC loss a symbol of some rows, which may be varied and have gaps."""
        frames = self.frames[rows]
        starts = (self.frames.cumsum(0) - self.frames)[rows]
        places = torch.arange(-(-int(frames.max()) // 50) * 50).minimum(frames[:, None] - 1)
        energies = self.energies[(places + starts[:, None]).to(self.energies.device)].transpose(1, 2)
        if varied:
            energies, frames = augment.vary(energies, frames)
        counts = frames.to(energies.device)
        features = features_of(energies, counts)
        features = augment.gaps(features, counts) if varied else features
        scores, _ = network(features, counts)
        place = "cpu" if scores.device.type == "mps" else scores.device  # Metal has no CTC
        symbols = torch.tensor([symbol for row in rows for symbol in self.targets[row]]).to(place)
        lengths = torch.tensor([len(self.targets[row]) for row in rows])
        scores = scores.transpose(0, 1).float().to(place)
        losses = functional.ctc_loss(
            scores, symbols, (frames + 1) // 2, lengths, reduction="none", zero_infinity=True
        )
        return (losses / lengths.clamp(min=4).to(place)).mean()

    def batches(self, size: int) -> list[list[int]]:
        """Return one epoch: rows of similar length together, the batches in a random order."""
        order = (self.frames + 30 * torch.rand(len(self.frames))).argsort().tolist()
        groups = [order[i : i + size] for i in range(0, len(order), size)]
        return [groups[i] for i in torch.randperm(len(groups)).tolist()]


def make_examples(groups: Iterable[Group], symbols: Sequence[str]) -> Examples:
    """Return the examples of groups of waves; their energies by the layer that is exported."""
    energies: list[Tensor] = []
    targets = []
    for waves, lengths, texts in groups:
        with torch.no_grad():
            values, frames = LogMel().to(waves.device)(waves, lengths.to(waves.device))
        energies += [row[:, :count].T for row, count in zip(values, frames.tolist(), strict=True)]
        targets += [encode(text, symbols) for text in texts]
    return Examples(torch.cat(energies), torch.tensor([len(row) for row in energies]), targets)


def pad(waves: Sequence[Samples], device: torch.device) -> tuple[Tensor, Tensor]:
    """Return waves as one tensor [waves, samples], and the samples of each."""
    lengths = torch.tensor([len(wave) for wave in waves])
    longest = -(-int(lengths.max()) // augment.ROUND) * augment.ROUND
    padded = np.stack([np.pad(wave, (0, longest - len(wave))) for wave in waves])
    return torch.from_numpy(padded).to(device), lengths


def plain(clips: Sequence[Clip], device: torch.device) -> Iterator[Group]:
    """Yield the clips as they are."""
    for clip in clips:
        yield *pad([clip.samples], device), [clip.text]


def recordings(clips: Sequence[Clip], recipe: Train, device: torch.device) -> Iterator[Group]:
    """Yield ``copies`` augmented recordings of each clip, and then noise without speech."""
    pairs, rng = [], np.random.default_rng(torch.initial_seed())
    for clip in [*clips] * recipe.copies:
        wave, text = clip.samples, clip.text
        if rng.random() < recipe.joined:
            other = clips[int(rng.integers(len(clips)))]
            pause = np.zeros(int(rng.uniform(0.05, 0.5) * RATE), dtype=np.float32)
            wave, text = np.concatenate([wave, pause, other.samples]), f"{text} {other.text}"
        pairs.append((wave, text))
    pairs.sort(key=lambda pair: len(pair[0]))
    for i in range(0, len(pairs), AT_ONCE):
        waves, texts = zip(*pairs[i : i + AT_ONCE], strict=True)
        yield *augment.record(*pad(waves, device), recipe.white_noise), texts
    for _ in range(int(recipe.no_speech * len(pairs) / AT_ONCE)):
        yield *augment.no_speech(AT_ONCE, CLICKS, device), [""] * AT_ONCE
