"""`promote`: the trained model becomes the one that is served, unless it validates worse."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from .errors import ProjectError
from .export import CANDIDATE, candidate
from .files import new_folder

MODEL = Path("model")


def run(force: bool = False) -> None:
    """Copy the candidate to model/; the choice rests on the validation split, never on the test."""
    _, facts = candidate()
    promoted = MODEL / "metadata.json"
    if promoted.is_file() and not force:
        _compare(facts, json.loads(promoted.read_text(encoding="utf-8")))
    with new_folder(MODEL) as folder:
        shutil.copytree(CANDIDATE, folder, dirs_exist_ok=True)
    print(f"Model {facts['model']['id']} is now in {MODEL}/.", file=sys.stderr)


def _compare(new: dict[str, Any], old: dict[str, Any]) -> None:
    """Raise if both were validated on the same data and the new model did worse."""
    name, found = next(iter(new["validation"].items()))
    if new["data"]["sha256"] != old["data"]["sha256"] or name not in old["validation"]:
        return
    before = old["validation"][name]["value"]
    gain = (found["value"] - before) * (1 if found["higher_is_better"] else -1)
    if gain < 0:
        raise ProjectError(
            f"On validation the new model's {name} is {found['value']:.4f}, "
            f"the promoted one's {before:.4f}.",
            "Promote it all the same with: promote --force",
        )
