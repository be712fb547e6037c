"""`tune`: search the n-grams' hyper-parameters out of fold, and propose them for config.toml."""

import numpy as np
import optuna
from threadpoolctl import threadpool_limits

from . import data, metrics
from .config import Config, load_config
from .model import fit_model
from .split import folds, split
from .train import encode


def run(trials: int = 12) -> None:
    """Print the [model] section that did best among ``trials``; config.toml stays as it is."""
    config = load_config()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with threadpool_limits(config.threads):
        best = tune(config, trials)
    print("[model]", *(f"{key} = {value:.4g}" for key, value in best.items()), sep="\n")


def tune(config: Config, trials: int) -> dict[str, float]:
    """Return the settings with the least mean loss over the folds of the training texts."""
    frame, _ = data.load(config)
    frame = frame.iloc[split(frame, config)["train"]]
    truth, _ = encode(frame, sorted(frame.label.unique()))
    texts, pairs = frame.text.to_numpy(), folds(frame, config.seed)

    def loss(trial: optuna.Trial) -> float:
        proposal = {"longest": trial.suggest_int("longest", 2, 6)}
        proposal |= {"c": trial.suggest_float("c", 0.3, 300, log=True)}  # type: ignore[dict-item]
        settings, losses = config.model.model_copy(update=proposal), []
        for fit, held_out in pairs:
            pipeline = fit_model("ngrams", settings, texts[fit], truth[fit])
            columns = np.searchsorted(pipeline.classes_, truth[held_out])
            losses.append(metrics.fold_loss(columns, pipeline.predict_proba(texts[held_out]))[0])
        return float(np.mean(losses))

    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=config.seed))
    study.enqueue_trial({"longest": config.model.longest, "c": config.model.c})
    study.optimize(loss, trials)
    return dict(study.best_params)
