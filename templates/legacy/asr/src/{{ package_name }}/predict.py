"""`predict`: the promoted model listens to a file or a folder, with the service's own code."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from pathlib import Path

from .errors import ProjectError
from .promote import MODEL
from .serve.predictor import Predictor
from .serve.problems import Problem

ENDINGS = frozenset({".wav", ".flac", ".ogg", ".mp3"})


def run(path: str, output: str | None = None) -> None:
    """Write one JSON line for each recording: its path, or what is wrong with it, and the words."""
    found = Path(path)
    files = sorted(f for f in found.rglob("*") if f.suffix.lower() in ENDINGS)
    files = files if found.is_dir() else [found]
    if not files:
        hint = f"It reads {', '.join(sorted(ENDINGS))}."
        raise ProjectError(f"{path} holds no recordings.", hint)
    predictor = Predictor.load(MODEL)
    with Path(output).open("w", encoding="utf-8") if output else nullcontext(sys.stdout) as out:
        for file in files:
            try:
                answer = predictor.predict(file.read_bytes())
            except Problem as problem:
                if not found.is_dir():
                    raise ProjectError(f"{file}: {problem.detail}") from None
                answer = {"error": problem.detail}
            out.write(json.dumps({"path": str(file), **answer}) + "\n")
