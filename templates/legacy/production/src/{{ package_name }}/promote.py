"""`promote` and `rollback`: change what is served, behind gates that read the validation split."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from . import gates, held, registry
from .errors import ProjectError
from .export import CANDIDATE, candidate
from .files import new_folder

MODEL = Path("model")  # the served model as git and the image carry it


def run(force: bool = False, canary: float = 0.0) -> None:
    """Serve the trained model, or send ``canary`` percent of the requests to it.

    Raises ``ProjectError`` where a gate is closed: see gates.py and docs/production.md.
    """
    if not 0 <= canary < 100:
        raise ProjectError(f"--canary is {canary:g}.", "Give a percentage from 0 to below 100.")
    _, facts = candidate()
    served = registry.adopt(MODEL)
    if served is not None:
        found = gates.examine(held.read(), CANDIDATE, registry.MODELS / served.model)
        for gate in found:
            print(f"{'pass' if gate.passed else 'FAIL'}  {gate.sentence}", file=sys.stderr)
        if not force and not all(gate.passed for gate in found):
            raise ProjectError("The trained model was not promoted.", "promote --force does it.")
    identity = registry.add(CANDIDATE)
    _serve(registry.promote(identity, served, canary))
    share = f"gets {canary:g} % of the requests" if canary and served else "is now served"
    print(f"Model {facts['model']['id']} {share}.", file=sys.stderr)


def rollback() -> None:
    """Withdraw the canary, or else serve the model that was served before."""
    served = registry.rollback(registry.adopt(MODEL))
    _serve(served)
    print(f"Model {served.model} is now served, and no other.", file=sys.stderr)


def _serve(served: registry.Served) -> None:
    registry.write(served)
    with new_folder(MODEL) as folder:
        shutil.copytree(registry.MODELS / served.model, folder, dirs_exist_ok=True)
