"""What the training loop reads: log-mel energies on the device, batches of them, and their loss."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import ctc_loss, pad
from torch.nn.utils.rnn import pad_sequence

from . import augment
from .config import Train
from .decode import encode
from .features import RATE, Recording, Samples
from .model import LogMel, Network, features_of

AT_ONCE = 32  # waves that are changed together
CLICKS = 0.7  # most often taken for a word, so that training hears more of them
Group = tuple[Tensor, Tensor, Sequence[str]]  # waves, samples of each, texts
Batch = tuple[list[int], Tensor]  # rows, and the frames to which each is stretched


class Examples:
    """The energies [frames, BANDS] of each recording on the device, and its symbols."""

    def __init__(self, groups: Iterable[Group], symbols: Sequence[str]) -> None:
        self.energies, self.targets = list[Tensor](), list[list[int]]()
        for waves, lengths, texts in groups:
            with torch.no_grad():  # by the layer that is exported
                values, frames = LogMel().to(waves.device)(waves, lengths.to(waves.device))
            self.energies += [row[:, :n].T.clone() for row, n in zip(values, frames, strict=True)]
            self.targets += [encode(text, symbols) for text in texts]

    def loss(self, network: Network, batch: Batch) -> Tensor:
        """Return the mean CTC loss a symbol of a batch; in training it varies and has gaps."""
        rows, longer = batch
        frames = torch.tensor([len(self.energies[row]) for row in rows])
        energies = pad_sequence([self.energies[row] for row in rows], batch_first=True).mT
        energies = pad(energies, (0, -energies.shape[2] % augment.FRAMES))
        with torch.autocast(energies.device.type, enabled=False):  # logarithms need all digits
            if network.training:
                energies = augment.vary(energies, frames, longer)
            counts = longer.to(energies.device)
            features = features_of(energies, counts)
            features = augment.gaps(features, counts) if network.training else features
        scores, _ = network(features, counts)
        place = "cpu" if scores.device.type == "mps" else scores.device  # Metal has no CTC
        symbols = torch.tensor([symbol for row in rows for symbol in self.targets[row]]).to(place)
        lengths, steps = torch.tensor([len(self.targets[row]) for row in rows]), (longer + 1) // 2
        scores = scores.transpose(0, 1).float().to(place)
        losses = ctc_loss(scores, symbols, steps, lengths, reduction="none", zero_infinity=True)
        return (losses / lengths.clamp(min=4).to(place)).mean()

    def mean_loss(self, network: Network) -> Tensor:
        """Return the mean loss of the recordings as they are, a batch at a time."""
        return torch.stack([self.loss(network, batch) for batch in self.batches(32)]).mean()

    def batches(self, size: int, training: bool = False) -> list[Batch]:
        """Return one epoch: rows of similar length together, the batches in a random order."""
        frames = torch.tensor([len(energies) for energies in self.energies])
        if training:  # each clip at another pace
            pace = torch.where(augment.some(frames, 0.7), augment.draw(frames, 0.8, 1.3), 1.0)
            frames = (frames * pace[:, 0]).long().clamp(min=2)
        order = (frames + 30 * torch.rand(len(frames))).argsort().tolist()
        groups = [order[i : i + size] for i in range(0, len(order), size)]
        return [(groups[i], frames[groups[i]]) for i in torch.randperm(len(groups)).tolist()]


def stack(waves: Sequence[Samples], device: torch.device) -> tuple[Tensor, Tensor]:
    """Return waves as one tensor [waves, samples], and the samples of each."""
    batch = pad_sequence([torch.from_numpy(wave) for wave in waves], batch_first=True)
    batch = pad(batch, (0, -batch.shape[1] % augment.ROUND))
    return batch.to(device), torch.tensor([len(wave) for wave in waves])


def recordings(clips: Sequence[Recording], recipe: Train, device: torch.device) -> Iterator[Group]:
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
        yield *augment.record(*stack(waves, device), recipe.white_noise), texts
    for _ in range(int(recipe.no_speech * len(pairs) / AT_ONCE)):
        yield *augment.no_speech(AT_ONCE, CLICKS, device), [""] * AT_ONCE


def noisy(waves: Sequence[Samples], decibels: float) -> list[Samples]:
    """Return waves with white noise so many decibels below their speech."""
    level, white = torch.tensor([[decibels]]), torch.zeros(1, 1)
    pairs = [stack([wave], torch.device("cpu")) for wave in waves]
    return [augment.add_noise(*pair, level, white)[0, : int(pair[1])].numpy() for pair in pairs]


def without_speech(count: int) -> list[Samples]:
    """Return clips in which nobody speaks."""
    pairs = (augment.no_speech(AT_ONCE, 0.3, torch.device("cpu")) for _ in range(0, count, AT_ONCE))
    return [wave[:n].numpy() for pair in pairs for wave, n in zip(*pair, strict=True)][:count]
