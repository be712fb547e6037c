"""Compare the CPU time of things done in turns, so that what else runs here hits all alike.

The figure is user and system time of a whole process tree (``getrusage(RUSAGE_CHILDREN)``), which
hardly depends on a busy machine; wall time does. A ratio is the median of the ratios of the
rounds, each between neighbours in time, and its range is that of the middle half of the rounds.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median, quantiles

Action = Callable[[int], None]


def run(*command: str, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> None:
    """Run a command quietly; raises CalledProcessError when it fails."""
    subprocess.run(
        command, cwd=cwd, env={**os.environ, **(env or {})}, check=True, capture_output=True
    )


def children_cpu() -> float:
    """Return the CPU seconds of all finished processes that this one started."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def in_turns(actions: Mapping[str, Action], rounds: int) -> dict[str, list[float]]:
    """Do every action once a round and return the CPU milliseconds of each.

    An action gets the number of its round, and starts processes: its own work is not counted.
    A round before the first warms caches and is not counted either.
    """
    times: dict[str, list[float]] = {name: [] for name in actions}
    for number in range(-1, rounds):
        # Every other round goes backwards: none is always the one after the disk was busy.
        order = list(actions) if number % 2 else list(reversed(list(actions)))
        for name in order:
            before = children_cpu()
            actions[name](number)
            if number >= 0:
                times[name].append((children_cpu() - before) * 1000)
    return times


def report(title: str, times: Mapping[str, list[float]], against: str, aim: float) -> None:
    """Print a table of medians and of ratios to ``against``, and the same as a line of JSON."""
    width = max(map(len, times))
    sys.stdout.write(f"\n{title} (CPU, {len(times[against])} rounds)\n")
    rows = {}
    for name, values in times.items():
        ratios = [one / other for one, other in zip(values, times[against], strict=True)]
        low, _, high = quantiles(ratios, n=4)
        rows[name] = {
            "cpu_ms": round(median(values), 1),
            "ratio": round(median(ratios), 2),
            "low": round(low, 2),
            "high": round(high, 2),
        }
        row = rows[name]
        sys.stdout.write(
            f"  {name:{width}}  {row['cpu_ms']:8.1f} ms  {row['ratio']:6.2f} x"
            f"  [{row['low']:.2f}, {row['high']:.2f}]\n"
        )
    first = next(iter(times))
    sys.stdout.write(f"  aim: {first} at most {aim:g} x {against}\n")
    machine = {"python": platform.python_version(), "cores": os.cpu_count()}
    document = {"benchmark": title, "against": against, "aim": aim, "rows": rows} | machine
    sys.stdout.write(json.dumps(document) + "\n")
