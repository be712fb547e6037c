"""Optuna's part of `tune`: the search, by as many processes and machines as share a storage."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from .settings import Config

if TYPE_CHECKING:
    import optuna

ATTEMPTS = 5  # to find the tables of a database that another worker makes


def search(
    config: Config,
    objective: Callable[[optuna.Trial], float],
    direction: Literal["maximize", "minimize"] = "minimize",
    *,
    pruner: optuna.pruners.BasePruner | None = None,
    callbacks: Sequence[Callable[..., Any]] = (),
) -> optuna.Study:
    """Return a study in which `tune.trials` settings were tried, by all workers together.

    TUNE_STORAGE in the environment is a file that every worker can write, or the address of a
    PostgreSQL database; it stands there because an address holds a password. Without it the
    search is this process's own, and is repeated exactly by config.toml's seed.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    where = os.environ.get("TUNE_STORAGE", "")
    study = optuna.create_study(
        direction=direction,
        # Workers with one seed would all try the same settings.
        sampler=optuna.samplers.TPESampler(seed=None if where else config.seed),
        pruner=pruner,
        storage=_storage(where),
        study_name=config.project,
        load_if_exists=True,
    )
    together = optuna.study.MaxTrialsCallback(config.tune.trials)
    study.optimize(objective, config.tune.trials, callbacks=[together, *callbacks])
    return study


def _storage(where: str) -> Any:
    """Return Optuna's storage: a journal file, a database, or None for this process's memory."""
    import optuna

    if not where:
        return None
    if "://" in where:
        return _database(where)
    from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

    Path(where).parent.mkdir(parents=True, exist_ok=True)
    # A lock that a killed worker left behind is taken over after ten seconds.
    lock = JournalFileOpenLock(where, grace_period=10)
    return optuna.storages.JournalStorage(JournalFileBackend(where, lock_obj=lock))


def _database(address: str) -> Any:
    """Return the storage in a database; of workers that all find it empty, one makes the tables."""
    import optuna
    from sqlalchemy.exc import IntegrityError, ProgrammingError

    for _ in range(ATTEMPTS):
        # A worker says every minute that it lives; the trial of one that does not is given up.
        try:
            return optuna.storages.RDBStorage(address, heartbeat_interval=60)
        except (IntegrityError, ProgrammingError):  # another worker was quicker
            time.sleep(1)
    return optuna.storages.RDBStorage(address, heartbeat_interval=60)
