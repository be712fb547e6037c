"""A record of every training run: what went in, what came out, and a table to compare them."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import train as training
from .errors import ProjectError
from .export import candidate
from .files import write_json

RUNS = Path("runs")


def train() -> None:
    """Train, and record the run in runs/; a run that fails leaves no record."""
    started, clock = datetime.now(UTC), time.monotonic()
    training.run()
    _, facts = candidate()
    record = {
        "schema": 1,
        "started": started.isoformat(timespec="seconds"),
        "seconds": round(time.monotonic() - clock, 1),
        "commit": commit(),
        "config": tomllib.loads(Path("config.toml").read_text(encoding="utf-8")),
        "data": facts["data"],
        "model": facts["model"],
        "validation": facts["validation"],
    }
    path = RUNS / f"{started:%Y%m%dT%H%M%S}-{facts['model']['id']}.json"
    write_json(path, record)
    print(f"Recorded as {path}.", file=sys.stderr)


def commit() -> str:
    """Return the id of the checked-out commit, with "+changes" if files differ from it."""

    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], capture_output=True, text=True, check=False)
        return done.stdout.strip()

    try:
        changes = "+changes" if git("status", "--porcelain", "--untracked-files=no") else ""
        return git("rev-parse", "--short=12", "HEAD") + changes
    except FileNotFoundError:
        return ""


def read() -> dict[str, dict[str, Any]]:
    """Return every recorded run by its name, the oldest first."""
    return {path.stem: json.loads(path.read_bytes()) for path in sorted(RUNS.glob("*.json"))}


def run(ids: Sequence[str] = ()) -> None:
    """Print a line a run; with ``ids`` only those, and what differs between their settings."""
    recorded = read()
    for wanted in ids:
        if not any(name.startswith(wanted) for name in recorded):
            raise ProjectError(f"There is no run that begins with {wanted!r}.", "runs lists them")
    chosen = {n: r for n, r in recorded.items() if not ids or n.startswith(tuple(ids))}
    print(f"{'run':<30}{'commit':<22}{'data':<14}{'seconds':>8}  validation")
    for name, facts in chosen.items():
        metric, value = next(iter(facts["validation"].items()))
        figures = f"{metric} {value['value']:.4f} [{value['low']:.4f}, {value['high']:.4f}]"
        data = facts["data"]["sha256"][:12]
        print(f"{name:<30}{facts['commit']:<22}{data:<14}{facts['seconds']:>8.1f}  {figures}")
    if ids:
        settings = {name: dict(_flat(facts["config"])) for name, facts in chosen.items()}
        for key in sorted({key for values in settings.values() for key in values}):
            values = [values.get(key) for values in settings.values()]
            if len(set(map(repr, values))) > 1:
                print(f"{key}: " + " -> ".join(map(repr, values)))


def _flat(table: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for key, value in table.items():
        name = f"{prefix}{key}"
        pairs += _flat(value, f"{name}.") if isinstance(value, dict) else [(name, value)]
    return pairs
