"""`tune`: search hyper-parameters of the network on validation, and propose them for config.toml."""

import optuna
from threadpoolctl import threadpool_limits

from . import data, metrics
from .config import Config, load_config
from .fit import choose_device
from .model import fit_candidate, probabilities
from .split import split


def run(trials: int = 10) -> None:
    """Print the values of [train] that did best among ``trials``; config.toml stays as it is."""
    config = load_config()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with threadpool_limits(config.threads):
        best = tune(config, trials)
    print("[train]", *(f"{key} = {value:.4g}" for key, value in best.items()), sep="\n")


def tune(config: Config, trials: int) -> dict[str, float]:
    """Return the settings with the least loss on validation; the test part is not looked at."""
    images, _ = data.load(config)
    parts = split(images, config)
    train, held_out = (images.take(parts[name]) for name in ("train", "validation"))
    device = choose_device(config.train.device)

    def loss(trial: optuna.Trial) -> float:
        values = {
            "learning_rate": trial.suggest_float("learning_rate", 5e-4, 0.02, log=True),
            "weight_decay": trial.suggest_float("weight_decay", 1e-3, 0.3, log=True),
            "dropout": trial.suggest_float("dropout", 0.0, 0.4),
        }
        recipe = config.train.on(device.type).model_copy(update={**values, "cuda": {}})
        new = config.model_copy(update={"train": recipe})
        network = fit_candidate("network", train, held_out, new, device)
        scores = probabilities(network, held_out)
        return float(metrics.row_losses(held_out.labels, scores).mean())

    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=config.seed))
    keys = {"learning_rate", "weight_decay", "dropout"}
    study.enqueue_trial(config.train.on(device.type).model_dump(include=keys))
    study.optimize(loss, trials)
    return dict(study.best_params)
