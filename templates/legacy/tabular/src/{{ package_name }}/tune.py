"""`tune`: search hyper-parameters by cross-validation on the training split, with Optuna."""

from __future__ import annotations

import sys
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from sklearn.model_selection import cross_val_predict
from threadpoolctl import threadpool_limits

from . import study
from .data import encode, schema, split
from .data.schema import Schema
from .errors import ProjectError
from .measure import statistics
from .metrics import HIGHER_IS_BETTER
from .model import as_frame, build, folds
from .progress import progress
from .settings import Config, ModelConfig, load

if TYPE_CHECKING:
    import optuna


def run() -> None:
    """Search, and print the [model] section that did best, to be put into config.toml."""
    config = load()
    with threadpool_limits(config.threads):
        best, value, before = search(config, schema.load())
    print(f"Cross-validated: {before:.4f} as it is, {value:.4f} with", file=sys.stderr)
    print("[model]")
    for name, setting in asdict(best).items():
        if name != "contamination":
            print(
                f"{name} = {setting:.4g}" if isinstance(setting, float) else f"{name} = {setting}"
            )


def search(config: Config, described: Schema) -> tuple[ModelConfig, float, float]:
    """Return the best settings, their score, and the score of the present ones.

    The score is the primary metric on out-of-fold predictions of the training split; neither
    validation nor test split is read.
    """
    if config.task == "anomaly":
        raise ProjectError("An isolation forest has no target to tune against.")
    rows = split.read(config, described, "train")
    classes = encode.class_names(config, described, rows)
    target = encode.target_of(rows, config, described, classes)
    inputs = encode.inputs_of(rows, encode.feature_facts(described, rows))
    frame, groups = as_frame(inputs), encode.groups_of(rows, config)
    method = "predict" if config.task == "regression" else "predict_proba"
    primary = ""

    def score(settings: ModelConfig) -> float:
        nonlocal primary
        model = build(replace(config, model=settings), inputs, calibrated=False)
        predicted = cross_val_predict(
            model, frame, target, groups=groups, cv=folds(config, groups), method=method
        )
        primary, statistic = next(iter(statistics(config, target, predicted).items()))
        return float(statistic(np.ones((1, len(target)), dtype=np.float32))[0])

    def objective(trial: optuna.Trial) -> float:
        return score(
            ModelConfig(
                max_iter=trial.suggest_int("max_iter", 40, 300, log=True),
                learning_rate=trial.suggest_float("learning_rate", 0.02, 0.2, log=True),
                max_leaf_nodes=trial.suggest_int("max_leaf_nodes", 3, 31, log=True),
                min_samples_leaf=trial.suggest_int("min_samples_leaf", 10, 200, log=True),
                l2_regularization=trial.suggest_float("l2_regularization", 0.1, 30, log=True),
            )
        )

    before = score(config.model)
    direction: Literal["maximize", "minimize"]
    direction = "maximize" if primary in HIGHER_IS_BETTER else "minimize"
    with progress("Tuning", config.tune.trials) as done:
        found = study.search(config, objective, direction, callbacks=[lambda *_: done(1)])
    return ModelConfig(**found.best_params), found.best_value, before
