"""Optuna's study for `tune`: searched by as many processes and machines as share a storage."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import optuna
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

ATTEMPTS = 5  # to find the tables of a database that another worker makes


def study_of(name: str, seed: int, today: Mapping[str, Any]) -> optuna.Study:
    """Return the study in which workers try settings; ``today``'s of config.toml come first.

    TUNE_STORAGE in the environment is a file that every worker can write, or the address of a
    PostgreSQL database; it stands there because an address holds a password. Without it the
    search is this process's own, and is repeated exactly by ``seed``.
    """
    place = os.environ.get("TUNE_STORAGE", "")
    study = optuna.create_study(
        # Workers with one seed would all try the same settings.
        sampler=optuna.samplers.TPESampler(seed=None if place else seed),
        storage=open_storage(place) if place else None,
        study_name=name,
        load_if_exists=True,
    )
    study.enqueue_trial(dict(today), skip_if_exists=True)
    return study


def together(trials: int) -> optuna.study.MaxTrialsCallback:
    """Return what stops each worker once all of them have finished ``trials`` together."""
    return optuna.study.MaxTrialsCallback(trials)


def open_storage(place: str) -> optuna.storages.BaseStorage:
    """Return Optuna's storage in a journal file or, for an address, in a database."""
    if "://" in place:
        return open_database(place)
    Path(place).parent.mkdir(parents=True, exist_ok=True)
    # A lock that a killed worker left behind is taken over after ten seconds.
    lock = JournalFileOpenLock(place, grace_period=10)
    return optuna.storages.JournalStorage(JournalFileBackend(place, lock_obj=lock))


def open_database(address: str) -> optuna.storages.BaseStorage:
    """Return the storage in a database; of workers that all find it empty, one makes the tables."""
    from sqlalchemy.exc import IntegrityError, ProgrammingError

    for _ in range(ATTEMPTS):
        # A worker says every minute that it lives; the trial of one that does not is given up.
        try:
            return optuna.storages.RDBStorage(address, heartbeat_interval=60)
        except (IntegrityError, ProgrammingError):  # another worker was quicker
            time.sleep(1)
    return optuna.storages.RDBStorage(address, heartbeat_interval=60)
