"""`tune`: search hyper-parameters by validation loss, in short trainings cut when they lag."""

from __future__ import annotations

import sys
from dataclasses import replace

import optuna
from threadpoolctl import threadpool_limits

from . import learn, study
from .data import split
from .settings import Config, load


def run() -> None:
    """Print the best values found; config.toml is changed by hand, so that a change is a choice."""
    config = load()
    with threadpool_limits(config.threads):
        found = search(config)
    print(f"Best validation loss {found.best_value:.4f} after {config.tune.epochs} epochs, with")
    for name, value in found.best_params.items():
        print(f"{name} = {value:.4g}" if isinstance(value, float) else f"{name} = {value}")
    print("Write what convinces you into config.toml, then: make train", file=sys.stderr)


def search(config: Config) -> optuna.Study:
    """Return the finished study; the test split is not read."""
    fitted, held = split.read(config, "train", "validation")

    def objective(trial: optuna.Trial) -> float:
        train = replace(
            config.train,
            epochs=config.tune.epochs,
            learning_rate=trial.suggest_float("learning_rate", 5e-4, 2e-2, log=True),
            weight_decay=trial.suggest_float("weight_decay", 1e-3, 0.3, log=True),
            batch=trial.suggest_categorical("batch", [32, 64, 128]),
        )
        model = replace(config.model, dropout=trial.suggest_float("dropout", 0.0, 0.4))
        losses: list[float] = []

        def report(epoch: int, loss: float) -> None:
            losses.append(loss)
            trial.report(loss, epoch)
            if trial.should_prune():
                raise optuna.TrialPruned

        tried = replace(config, train=train, model=model)
        learn.fit(tried, fitted, held, config.seed, report=report)
        return min(losses)

    pruner = optuna.pruners.MedianPruner(n_warmup_steps=1)
    return study.search(config, objective, pruner=pruner)
