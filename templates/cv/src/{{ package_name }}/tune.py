"""`tune`: search hyper-parameters of the network on validation, and propose them."""

import optuna
from threadpoolctl import threadpool_limits

from . import data, metrics
from .config import Config, load_config
from .fit import choose_device
from .model import fit_candidate, probabilities
from .split import split

ENDS = {"learning_rate": (5e-4, 0.02), "weight_decay": (1e-3, 0.3), "dropout": (0.01, 0.4)}


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
    recipe = config.train.on(device.type)

    def loss(trial: optuna.Trial) -> float:
        values = {key: trial.suggest_float(key, *ends, log=True) for key, ends in ENDS.items()}
        new = config.model_copy(update={"train": recipe.model_copy(update=values)})
        scores = probabilities(fit_candidate("network", train, held_out, new, device), held_out)
        return float(metrics.row_losses(held_out.labels, scores).mean())

    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=config.seed))
    study.enqueue_trial(recipe.model_dump(include={*ENDS}))
    study.optimize(loss, trials)
    return dict(study.best_params)
