"""`tune`: search hyper-parameters by shorter trainings, judged by the loss on validation."""

from typing import Any

import optuna

from . import data
from .config import load_config
from .decode import symbols_of
from .train import fit_network


def run(trials: int = 6) -> None:
    """Print the [train] settings that did best; config.toml stays as it is, the test unread."""
    config = load_config()
    parts, _ = data.load(config)
    clips, validation = parts["train"], parts["validation"]
    symbols = symbols_of([clip.text.replace(" ", "") for clip in clips])

    def loss(trial: optuna.Trial) -> float:
        changes: dict[str, Any] = {
            "learning_rate": trial.suggest_float("learning_rate", 0.001, 0.006, log=True),
            "dropout": trial.suggest_float("dropout", 0.0, 0.3),
            "batch": trial.suggest_categorical("batch", [8, 16, 32]),
        }
        shorter = {"epochs": max(2, config.train.epochs // 3), "copies": 1}
        settings = config.train.model_copy(update=shorter | changes)
        short = config.model_copy(update={"train": settings})
        losses: list[float] = []
        fit_network(short, clips, validation, symbols, lambda _, loss: losses.append(loss))
        return min(losses)

    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=config.seed))
    study.enqueue_trial(config.train.model_dump(include={"learning_rate", "dropout", "batch"}))
    study.optimize(loss, trials)
    best = study.best_params.items()
    print("[train]", *(f"{key} = {value:.4g}" for key, value in best), sep="\n")
