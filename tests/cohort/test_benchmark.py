"""The benchmark of cohorts runs, on a class of ten; its figures are not judged here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_the_benchmark_measures_a_class_beside_the_loops() -> None:
    process = subprocess.run(
        [sys.executable, "-m", "benchmarks.cohort", "--sizes", "10", "--loops", "1"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    figures = json.loads(process.stdout.splitlines()[-1])
    assert set(figures["loops"]) == {
        "copier copy",
        "cp, git init/add/commit, push",
        "copier update",
    }
    for verb in ("create", "update"):
        assert figures["rows"]["10"][verb]["cpu_ms"] > 0
        assert figures["rows"]["10"][verb]["memory_mb"] > 0
