"""`tune`: search hyper-parameters, each tried by a shorter training and judged on validation."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from . import study
from .data import load
from .decode import symbols_of
from .learn import device_named, examples, fit, loss_of, plain_batches
from .model import Network
from .settings import Config, ModelConfig
from .settings import load as load_config
from .train import recipe

if TYPE_CHECKING:
    import optuna


def run() -> None:
    """Search, and print the [model] section that did best, to be put into config.toml."""
    config = load_config()
    torch.set_num_threads(config.threads)
    best, value, before = search(config)
    print(f"CTC loss on validation: {before:.4f} as it is, {value:.4f} with", file=sys.stderr)
    print("[model]")
    for name, setting in asdict(best).items():
        print(f"{name} = {setting:.4g}" if isinstance(setting, float) else f"{name} = {setting}")


def search(config: Config) -> tuple[ModelConfig, float, float]:
    """Return the best settings, their validation loss, and that of the present ones.

    Each trial trains a third of the epochs on one copy of the clips; the test is never read.
    """
    symbols = symbols_of(config.speech.vocabulary)
    clips = {name: load.read(config, name) for name in ("train", "validation")}
    quiet = replace(recipe(config), copies=1, joined=0.0, empty=0.0)
    held = examples(clips["validation"], symbols, quiet)

    def score(model: ModelConfig) -> float:
        short = replace(model, epochs=max(2, model.epochs // 3), copies=1)
        plan = recipe(replace(config, model=short))
        torch.manual_seed(config.seed)
        network = Network(len(symbols), model.width, model.dropout).to(device_named(config.device))
        with tempfile.TemporaryDirectory() as folder:
            fit(network, examples(clips["train"], symbols, plan), plan, Path(folder) / "trial.pt")
        with torch.no_grad():
            losses = [loss_of(network, batch).item() for batch in plain_batches(held, model.batch)]
        return sum(losses) / len(losses)

    def objective(trial: optuna.Trial) -> float:
        tried = replace(
            config.model,
            learning_rate=trial.suggest_float("learning_rate", 0.001, 0.006, log=True),
            dropout=trial.suggest_float("dropout", 0.0, 0.3),
            batch=trial.suggest_categorical("batch", [8, 16, 32]),
        )
        trial.set_user_attr("settings", asdict(tried))
        return score(tried)

    before = score(config.model)
    found = study.search(config, objective)
    if found.best_value >= before:
        return config.model, before, before
    return ModelConfig(**found.best_trial.user_attrs["settings"]), found.best_value, before
