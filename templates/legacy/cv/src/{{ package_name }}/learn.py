"""The training loop: AdamW, one cycle of the learning rate, early stopping, checkpoints."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from .data.images import Images
from .model import Classifier, build
from .progress import progress
from .settings import Config, TrainConfig


@dataclass
class State:
    """All that a checkpoint holds: an interrupted training goes on as if it had not been."""

    model: Classifier
    average: AveragedModel
    optimizer: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LRScheduler
    epoch: int = 0
    best_loss: float = float("inf")
    best_epoch: int = 0
    best: dict[str, Tensor] | None = None

    def save(self, path: Path, key: str) -> None:
        """Write the checkpoint in one step."""
        parts = ("model", "average", "optimizer", "schedule")
        values: dict[str, Any] = {name: getattr(self, name).state_dict() for name in parts}
        values |= {
            name: getattr(self, name) for name in ("epoch", "best_loss", "best_epoch", "best")
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save({**values, "key": key}, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)

    def restore(self, path: Path, key: str) -> None:
        """Go on from the checkpoint, if there is one of the same configuration and data."""
        if not path.is_file():
            return
        values = torch.load(path, map_location="cpu", weights_only=True)
        if values.pop("key") != key:
            return
        for name, value in values.items():
            part = getattr(self, name)
            if hasattr(part, "load_state_dict"):
                part.load_state_dict(value)
            else:
                setattr(self, name, value)


def choose_device(wanted: str) -> torch.device:
    """Return the device that config.toml names; "auto" takes a GPU where there is one."""
    if wanted != "auto":
        return torch.device(wanted)
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def fit(
    config: Config,
    train: Images,
    validation: Images,
    seed: int,
    checkpoint: Path | None = None,
    key: str = "",
    report: Callable[[int, float], None] | None = None,
) -> Classifier:
    """Return the classifier of the epoch with the least validation loss, on the CPU.

    The same seed, threads and device give identical weights. ``report`` is told epoch and
    validation loss after each epoch, and may raise to stop.
    """
    torch.set_num_threads(config.threads)
    torch.manual_seed(seed)
    settings, device = config.train, choose_device(config.train.device)
    pixels, labels = torch.from_numpy(train.pixels), torch.from_numpy(train.labels)
    state = start(config, pixels, labels, device)
    if checkpoint is not None:
        state.restore(checkpoint, key)
    held = torch.from_numpy(validation.pixels), torch.from_numpy(validation.labels)
    with progress("Training", settings.epochs) as done:
        done(state.epoch)
        while state.epoch < settings.epochs and state.epoch - state.best_epoch < settings.patience:
            # Each epoch has a seed of its own, so that a resumed training draws what it would have.
            torch.manual_seed(seed * 10_000 + state.epoch)
            run_epoch(state, settings, pixels, labels, device)
            state.epoch += 1
            loss = mean_loss(averaged(state), *held, device)
            if loss < state.best_loss:
                state.best_loss, state.best_epoch = loss, state.epoch
                state.best = copy.deepcopy(averaged(state).state_dict())
            if checkpoint is not None:
                state.save(checkpoint, key)
            done(1)
            if report is not None:
                report(state.epoch, loss)
    model = state.model.cpu()
    model.load_state_dict(state.best or {})
    return model.eval()


def start(config: Config, pixels: Tensor, labels: Tensor, device: torch.device) -> State:
    """Return the state before the first epoch."""
    settings = config.train
    model = build(config.model, pixels, int(labels.max()) + 1).to(device)
    optimizer = torch.optim.AdamW(
        model.parameters(), settings.learning_rate, weight_decay=settings.weight_decay
    )
    steps = settings.epochs * -(-len(labels) // settings.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, settings.learning_rate, total_steps=steps, pct_start=0.25
    )
    average = AveragedModel(
        model, multi_avg_fn=get_ema_multi_avg_fn(settings.ema), use_buffers=True
    )
    return State(model, average, optimizer, schedule)


def averaged(state: State) -> Classifier:
    """Return the exponential moving average of the weights."""
    module = state.average.module
    assert isinstance(module, Classifier)
    return module


def run_epoch(
    state: State, settings: TrainConfig, pixels: Tensor, labels: Tensor, device: torch.device
) -> None:
    """Show every image to the network once, in a random order."""
    state.model.train()
    for index in torch.randperm(len(labels)).split(settings.batch):
        if len(index) < 2:  # batch normalisation needs two
            continue
        batch = augment(pixels[index], settings).to(device)
        with mixed_precision(device):
            logits = state.model.logits(batch)
        loss = functional.cross_entropy(logits.float(), labels[index].to(device))
        state.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(state.model.parameters(), 5.0)
        state.optimizer.step()
        state.schedule.step()
        state.average.update_parameters(state.model)


def mixed_precision(device: torch.device) -> contextlib.AbstractContextManager[Any]:
    """Compute in bfloat16 on a GPU: its range is float32's, so the loss needs no scaling."""
    if device.type == "cuda":
        return torch.autocast("cuda", dtype=torch.bfloat16)
    return contextlib.nullcontext()


def augment(pixels: Tensor, settings: TrainConfig) -> Tensor:
    """Flip half of the images and move each by a few pixels, if config.toml says so."""
    if settings.flip:
        turned = (torch.rand(len(pixels)) < 0.5).view(-1, 1, 1, 1)
        pixels = torch.where(turned, pixels.flip(2), pixels)
    if settings.shift:
        reach = settings.shift
        padded = functional.pad(pixels, (0, 0, reach, reach, reach, reach))
        moves = torch.randint(0, 2 * reach + 1, (len(pixels), 2))
        height, width = pixels.shape[1:3]
        pixels = torch.stack(
            [
                p[y : y + height, x : x + width]
                for p, (y, x) in zip(padded, moves.tolist(), strict=True)
            ]
        )
    return pixels


@torch.inference_mode()
def logits_of(model: Classifier, pixels: Tensor, device: torch.device | None = None) -> Tensor:
    """Return the logits of all images, on the CPU."""
    model.eval()
    parts = [model.logits(part.to(device or "cpu")).float().cpu() for part in pixels.split(500)]
    return torch.cat(parts)


def mean_loss(model: Classifier, pixels: Tensor, labels: Tensor, device: torch.device) -> float:
    """Return the mean cross-entropy."""
    return float(functional.cross_entropy(logits_of(model, pixels, device), labels))


def calibrate(model: Classifier, validation: Images) -> float:
    """Set and return the temperature that minimises the validation loss (Guo et al., 2017)."""
    logits = logits_of(model, torch.from_numpy(validation.pixels))
    labels = torch.from_numpy(validation.labels)
    grid = np.geomspace(0.25, 4, 161)
    losses = [float(functional.cross_entropy(logits / float(t), labels)) for t in grid]
    best = float(grid[int(np.argmin(losses))])
    model.temperature.fill_(best)
    return best
