"""`tune`: search the linear candidate's settings by cross-validation on the training split."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold
from threadpoolctl import threadpool_limits

from . import study, train
from .data import split
from .learn import fit_linear
from .progress import progress
from .settings import Config, LinearConfig, load

if TYPE_CHECKING:
    import optuna

FOLDS = 3


def run() -> None:
    """Search, and print the [linear] section that did best, to be put into config.toml."""
    config = load()
    with threadpool_limits(config.threads):
        best, value, before = search(config)
    print(f"Cross-validated macro F1: {before:.4f} as it is, {value:.4f} with", file=sys.stderr)
    print("[linear]")
    for name, setting in asdict(best).items():
        print(f"{name} = {str(setting).lower() if isinstance(setting, bool) else setting}")


def search(config: Config) -> tuple[LinearConfig, float, float]:
    """Return the best settings, their macro F1, and that of the present ones.

    Only the training split is read, folded by its groups.
    """
    (known,) = split.read(config, "train")
    classes = sorted(set(known.labels))
    target = train.indices(known, classes)
    folds = list(GroupKFold(FOLDS).split(known.texts, groups=known.groups))

    def score(settings: LinearConfig) -> float:
        predicted = np.empty_like(target)
        for fit, held in folds:
            model = fit_linear(settings, known.take(fit).texts, target[fit], len(classes))
            predicted[held] = model.probabilities(known.take(held).texts).argmax(axis=1)
        return float(f1_score(target, predicted, average="macro"))

    def objective(trial: optuna.Trial) -> float:
        return score(
            LinearConfig(
                bits=config.linear.bits,
                longest=trial.suggest_int("longest", 3, 6),
                words=trial.suggest_categorical("words", [True, False]),
                c=trial.suggest_float("c", 0.1, 10, log=True),
            )
        )

    before = score(config.linear)
    with progress("Tuning", config.tune.trials) as done:
        found = study.search(config, objective, "maximize", callbacks=[lambda *_: done(1)])
    return LinearConfig(bits=config.linear.bits, **found.best_params), found.best_value, before
