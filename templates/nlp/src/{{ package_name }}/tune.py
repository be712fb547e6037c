"""`tune`: search the n-grams' hyper-parameters out of fold, and propose them for config.toml."""

import numpy as np
import optuna

from . import data, metrics
from .config import load_config
from .model import calibrate, fit_slope, out_of_fold
from .split import folds, rows_of, split


def run(trials: int = 12) -> None:
    """Print the [model] section with the least out-of-fold loss among ``trials``."""
    config = load_config()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    frame, _ = data.load(config)
    frame = frame.iloc[split(frame, config)["train"]]
    pairs = folds(rows_of(frame, sorted(frame.label.unique())), config.seed)
    truth = np.concatenate([held_out.truth for _, held_out in pairs])

    def loss(trial: optuna.Trial) -> float:
        longest, c = trial.suggest_int("longest", 2, 6), trial.suggest_float("c", 0.3, 300, log=True)
        proposal = {"longest": longest, "c": c}
        scores = out_of_fold("ngrams", config.model.model_copy(update=proposal), pairs)
        return float(metrics.row_losses(truth, calibrate(scores, fit_slope(scores, truth))).mean())

    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=config.seed))
    study.enqueue_trial({"longest": config.model.longest, "c": config.model.c})
    study.optimize(loss, trials)
    best = study.best_params.items()
    print("[model]", *(f"{key} = {value:.4g}" for key, value in best), sep="\n")
