"""The training loop: features, varied anew each epoch, and a checkpoint after each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from . import augment
from .data.synthesize import Clip
from .decode import encode
from .measure import wave_of
from .model import BANDS, HOP, WINDOW, LogMel, Network, features_of, mel_edges
from .progress import progress, track

# Lengths are rounded up to a multiple of this many samples (half a second): for each new shape
# torch prepares its convolutions anew and keeps them, which costs time and gigabytes.
ROUND = 8_000


@dataclass(frozen=True)
class Recipe:
    """The hyper-parameters of the training loop and of the augmentation."""

    epochs: int
    batch: int
    learning_rate: float
    copies: int  # recordings made of each clip
    joined: float  # share of clips that get another one appended
    white: float  # share of clips under strong white noise
    empty: float  # clips of noise without speech, as a share of the others
    seed: int


@dataclass(frozen=True)
class Example:
    """Log-mel energies [bands, frames] and the symbols that are said, empty for noise alone."""

    energies: augment.Array
    target: list[int]


def device_named(name: str) -> torch.device:
    """Return the device of config.toml; ``auto`` takes an accelerator where there is one."""
    if name != "auto":
        return torch.device(name)
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def examples(clips: Sequence[Clip], symbols: Sequence[str], recipe: Recipe) -> list[Example]:
    """Return the features of ``copies`` augmented recordings of each clip, and of noise alone."""
    log_mel = LogMel()
    with ThreadPoolExecutor(1) as pool:  # takes the features while the next recording is made
        made = [
            (pool.submit(energies_of, wave, log_mel), encode(text, symbols))
            for wave, text in recordings(clips, recipe)
        ]
    return [Example(energies.result(), target) for energies, target in made]


def recordings(clips: Sequence[Clip], recipe: Recipe) -> Iterator[tuple[augment.Array, str]]:
    """Yield the waves and the texts of ``examples``."""
    rng = np.random.default_rng(recipe.seed)
    jobs: list[Clip | None] = [*clips] * recipe.copies
    jobs += [None] * int(recipe.empty * len(jobs))
    for clip in track(jobs, "Making recordings"):
        if clip is None:
            # Clicks are most often taken for a word ("six"), so training hears more of them.
            yield augment.nothing_said(rng, clicks=0.7), ""
            continue
        wave, text = wave_of(clip), clip.text
        if rng.random() < recipe.joined:
            other = clips[int(rng.integers(len(clips)))]
            pause = np.zeros(int(rng.uniform(0.05, 0.5) * augment.RATE), dtype=np.float32)
            wave = np.concatenate([wave, pause, wave_of(other)])
            text = f"{text} {other.text}"
        yield augment.record(wave, rng, recipe.white), text


def energies_of(wave: augment.Array, log_mel: LogMel) -> augment.Array:
    """Return the log-mel energies [bands, frames] of one wave, by the layer that is exported."""
    count = max(len(wave), WINDOW + HOP)
    padded = np.pad(wave, (0, -(-count // ROUND) * ROUND - len(wave)))
    with torch.no_grad():
        energies, frames = log_mel(torch.from_numpy(padded)[None], torch.tensor([count]))
    array: augment.Array = energies[0, :, : int(frames)].numpy().copy()
    return array


Batch = tuple[Tensor, Tensor, list[list[int]]]  # features, frames of each, symbols of each


def batches(data: Sequence[Example], size: int, rng: np.random.Generator) -> Iterator[Batch]:
    """Yield one epoch, each example varied anew; clips of similar length go together."""
    edges = mel_edges().numpy()
    varied = [augment.vary(example.energies, edges, rng) for example in data]
    by_length = sorted(range(len(data)), key=lambda i: varied[i].shape[1] + rng.uniform(0, 30))
    groups = [by_length[i : i + size] for i in range(0, len(data), size)]
    for group in rng.permutation(len(groups)):
        chosen = groups[group]
        features, frames = stack([varied[i] for i in chosen])
        for row, count in enumerate(frames.tolist()):
            augment.gaps(features[row, :, :count].numpy().reshape(-1, BANDS, count), rng)
        yield features, frames, [data[i].target for i in chosen]


def plain_batches(data: Sequence[Example], size: int) -> Iterator[Batch]:
    """Yield the examples as they are, in order."""
    for i in range(0, len(data), size):
        part = data[i : i + size]
        yield *stack([example.energies for example in part]), [example.target for example in part]


def stack(energies: Sequence[augment.Array]) -> tuple[Tensor, Tensor]:
    """Return features [clips, 2 * BANDS, frames] of padded energies, and frames [clips]."""
    frames = torch.tensor([of.shape[1] for of in energies])
    step = ROUND // HOP
    padded = torch.zeros(len(energies), energies[0].shape[0], -(-int(frames.max()) // step) * step)
    for row, of in enumerate(energies):
        padded[row, :, : of.shape[1]] = torch.from_numpy(of)
    return features_of(padded, frames), frames


def loss_of(network: Network, batch: Batch) -> Tensor:
    """Return the mean CTC loss a symbol of one batch."""
    device = next(network.parameters()).device
    features, frames, targets = batch
    scores, steps = network(features.to(device), frames.to(device))
    flat = torch.tensor([symbol for target in targets for symbol in target])
    lengths = torch.tensor([len(target) for target in targets])
    losses = functional.ctc_loss(
        scores.transpose(0, 1).cpu(),
        flat,
        steps.cpu(),
        lengths,
        reduction="none",
        zero_infinity=True,
    )
    return (losses / lengths.clamp(min=4)).mean()


def fit(
    network: Network, data: Sequence[Example], recipe: Recipe, checkpoint: Path
) -> list[dict[str, float]]:
    """Train the network in place; return the loss of each epoch.

    After each epoch everything is written to ``checkpoint``: an interrupted run goes on from
    there, and one of other settings or data is not taken up.
    """
    optimizer = torch.optim.AdamW(network.parameters(), lr=recipe.learning_rate)
    steps = -(-len(data) // recipe.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, recipe.learning_rate, total_steps=recipe.epochs * steps, pct_start=0.15
    )
    # Sums of whole arrays would differ between machines in the last digits; sizes do not.
    sizes = [(example.energies.shape[1], example.target) for example in data]
    run = hashlib.sha256(repr((recipe, network, sizes)).encode()).hexdigest()
    history: list[dict[str, float]] = []
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True, map_location="cpu")
        if saved["run"] == run:
            network.load_state_dict(saved["network"])
            optimizer.load_state_dict(saved["optimizer"])
            schedule.load_state_dict(saved["schedule"])
            history = saved["history"]
    with progress("Training", recipe.epochs * steps) as advance:
        advance(len(history) * steps)
        for epoch in range(len(history), recipe.epochs):
            # Each epoch has numbers of its own, so that going on equals never having stopped.
            torch.manual_seed(recipe.seed * 1000 + epoch)
            rng = np.random.default_rng([recipe.seed, epoch])
            network.train()
            total = 0.0
            for batch in batches(data, recipe.batch, rng):
                loss = loss_of(network, batch)
                optimizer.zero_grad()
                torch.autograd.backward(loss)
                torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
                optimizer.step()
                schedule.step()
                total += loss.item()
                advance(1)
            history.append({"epoch": epoch + 1, "loss": total / steps})
            state = {
                "run": run,
                "network": network.state_dict(),
                "optimizer": optimizer.state_dict(),
                "schedule": schedule.state_dict(),
                "history": history,
            }
            checkpoint.parent.mkdir(parents=True, exist_ok=True)
            torch.save(state, checkpoint.with_suffix(".new"))
            checkpoint.with_suffix(".new").replace(checkpoint)
    network.eval()
    return history
