"""Checkpoints: a training that was killed goes on after its last epoch, to the same weights."""

import pickle
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count
from pathlib import Path
from typing import Any

import torch

from . import data, distributed, lineage
from .config import Config
from .export import ARTIFACTS
from .files import digest, sha256

FOLDER = ARTIFACTS / "checkpoints"
files: ContextVar[Iterator[Path] | None] = ContextVar("files", default=None)


@contextmanager
def keep(config: Config) -> Iterator[None]:
    """Let each fit of this block write a checkpoint after each epoch, and begin with its own.

    Those of other data, settings or code are removed before, and all of them where the block ends
    without an exception.
    """
    folder = FOLDER / key(config)
    if distributed.is_writer():
        for other in FOLDER.glob("*"):
            if other != folder:
                shutil.rmtree(other)
    token = files.set(folder / f"{number}.pt" for number in count(1))
    try:
        yield
    finally:
        files.reset(token)
    shutil.rmtree(FOLDER, ignore_errors=True)


def key(config: Config) -> str:
    """Return a digest of all that decides the weights: data, settings, code and torch."""
    code = {file.name: sha256(file) for file in Path(__file__).parent.glob("*.py")}
    made_by = lineage.current(config, data.data_digest(config))
    return digest([made_by, code, config.model_dump(include={"threads"}), torch.__version__])[:16]


def next_file() -> Path | None:
    """Return the checkpoint of the next fit; None where none is kept, as when tuning."""
    paths = files.get()
    return None if paths is None else next(paths)


def restore(
    file: Path | None, parts: Mapping[str, Any]
) -> tuple[list[float], dict[str, Any]] | None:
    """Put each part where it was, and return the validation losses and the best weights so far.

    None where there is no checkpoint.
    """
    checkpoint = distributed.of_writer(lambda: read(file))
    if checkpoint is None:
        return None
    for name, part in parts.items():
        part.load_state_dict(checkpoint[name])
    return checkpoint["losses"], checkpoint["best"]


def read(file: Path | None) -> dict[str, Any] | None:
    """Return a checkpoint; None where there is none, or one that is damaged."""
    if file is None or not file.is_file():
        return None
    try:
        checkpoint: dict[str, Any] = torch.load(file, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, pickle.UnpicklingError):
        print(f"{file} is damaged: training begins anew.", file=sys.stderr)
        return None
    print(f"Going on after epoch {len(checkpoint['losses'])} of {file}.", file=sys.stderr)
    return checkpoint


def write(
    file: Path | None, parts: Mapping[str, Any], losses: list[float], best: Mapping[str, Any]
) -> None:
    """Write the checkpoint in one step, so that it is never half-written."""
    if file is None or not distributed.is_writer():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    states = {name: part.state_dict() for name, part in parts.items()}
    torch.save({**states, "losses": losses, "best": dict(best)}, file.with_suffix(".tmp"))
    file.with_suffix(".tmp").replace(file)
