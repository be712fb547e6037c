"""Optuna's part of `tune`: the search itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from .settings import Config

if TYPE_CHECKING:
    import optuna


def search(
    config: Config,
    objective: Callable[[optuna.Trial], float],
    direction: Literal["maximize", "minimize"] = "minimize",
    *,
    pruner: optuna.pruners.BasePruner | None = None,
    callbacks: Sequence[Callable[..., Any]] = (),
) -> optuna.Study:
    """Return a study in which `tune.trials` settings were tried, drawn with config.toml's seed."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.TPESampler(seed=config.seed)
    study = optuna.create_study(direction=direction, sampler=sampler, pruner=pruner)
    study.optimize(objective, config.tune.trials, callbacks=list(callbacks))
    return study
