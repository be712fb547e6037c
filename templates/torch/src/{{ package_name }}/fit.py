"""The one training loop: AdamW, one cycle of the learning rate, averaged weights, early stopping.

A type brings two functions, the loss of a batch and the loss on validation. Their tensors lie on
the device already and are taken a whole batch at a time; within an epoch nothing is read back from
the device, so that a GPU never waits for the host.
"""

import copy
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import OneCycleLR
from torch.optim.swa_utils import get_ema_multi_avg_fn

from .recipe import Recipe

BatchLoss = Callable[[Any, Any], Tensor]  # mean over the rows at these positions
ValidationLoss = Callable[[Any], Tensor]

# With this workspace cuBLAS adds in the same order each time; it reads the name at its first use.
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")


def choose_device(name: str) -> torch.device:
    """Return the device that config.toml names; "auto" takes a GPU where there is one."""
    if name != "auto":
        return torch.device(name)
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def make_reproducible(seed: int, threads: int) -> None:
    """Let the same seed, threads and device give the same weights; call it before building any.

    Where CUDA has no kernel that adds in a fixed order (CTC's backward), the last digits differ.
    """
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    torch.backends.cudnn.deterministic = True


def fit(
    network: nn.Module,
    rows: int,
    batch_loss: BatchLoss,
    validation_loss: ValidationLoss,
    recipe: Recipe,
    report: Callable[[int, float], None] | None = None,
    draw: Callable[[], Iterable[Any]] | None = None,
) -> nn.Module:
    """Fit ``network`` where it lies, and return it with the weights of the best epoch.

    These are a moving average, after the epoch of least validation loss. ``recipe`` is the one for
    the network's device (`Recipe.on`); ``report`` is told each epoch and its validation loss, and
    may raise to stop. ``draw`` gives the batches of an epoch where rows are not drawn at random.
    """
    device = next(network.parameters()).device
    gpu, batches = device.type == "cuda", -(-rows // recipe.batch)
    optimizer = torch.optim.AdamW(
        network.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay, fused=gpu
    )
    # Few rows make short epochs, which are then more, and so is the patience.
    epochs = max(recipe.epochs, recipe.steps // batches)
    patience, steps = recipe.patience * epochs // recipe.epochs, epochs * batches
    schedule = OneCycleLR(optimizer, recipe.learning_rate, total_steps=steps, pct_start=0.25)
    average = copy.deepcopy(network).eval()
    current, averaged = (  # the weights and the running means
        [tensor for tensor in module.state_dict().values() if tensor.is_floating_point()]
        for module in (network, average)
    )
    least, best, best_epoch, step = float("inf"), network.state_dict(), 0, 0
    for epoch in range(1, epochs + 1):
        network.train()
        for index in draw() if draw else torch.randperm(rows, device=device).tensor_split(batches):
            # bfloat16 has the range of float32, so that the loss needs no scaling.
            with torch.autocast(device.type, torch.bfloat16, enabled=gpu):
                loss = batch_loss(network, index)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            optimizer.step()
            schedule.step()
            step += 1  # at first the average forgets faster: it began with random weights
            get_ema_multi_avg_fn(min(recipe.average, step / (step + 9)))(averaged, current, None)
        with torch.inference_mode():
            value = float(validation_loss(average))
        if epoch % -(-epochs // 20) == 0:
            print(f"epoch {epoch} of {epochs}: validation loss {value:.4f}", file=sys.stderr)
        if report is not None:
            report(epoch, value)
        if value < least:
            least, best, best_epoch = value, copy.deepcopy(average.state_dict()), epoch
        elif epoch - best_epoch >= patience:
            break
    network.load_state_dict(best)
    return network.eval()
