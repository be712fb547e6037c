"""How well a generated speech project recognises, in several seeds, and what each step costs.

    python -m benchmarks.speech                       spoken digits, seeds 7 to 12
    python -m benchmarks.speech --preset voice-commands --seeds 7
    python -m benchmarks.speech --folder DIR          keep the project; go on where it stopped
    python -m benchmarks.speech --python PYTHON       an interpreter that has the project's packages

The project's own commands run: `fetch` speaks the data once, `train` and `evaluate` follow for
each seed of the training. Reported are the median and every value, with the clips and the speakers
behind them, and CPU seconds (user and system) of each step. Seeds never choose anything: whatever
is to be decided about the recipe is decided on the validation engine before.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import venv
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.compare import children_cpu, run

SEEDS = (7, 8, 9, 10, 11, 12)
Results = Mapping[str, Any]


def main() -> None:
    """Make or take up the project, run every seed that is not there yet, print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--preset", default="spoken-digits")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--python", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mlstarter-benchmark-") as work:
        project = (options.folder or Path(work) / options.preset).resolve()
        if not (project / "config.toml").exists():
            words = ("--type", "asr", "--preset", options.preset, "--yes")
            run(sys.executable, "-m", "mlstarter", "new", str(project), *words)
        python = options.python.absolute() if options.python else _environment(project)
        results = {seed: _seed(project, python, seed) for seed in options.seeds}
    sys.stdout.write(table(results))


def _environment(project: Path) -> Path:
    folder = project / ".venv"
    if not folder.exists():
        venv.create(folder, with_pip=True)
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    extras = ("-c", "constraints.txt", "-e", ".[serve,train,data,dev]")
    run(str(python), "-m", "pip", "install", "--quiet", *extras, cwd=project)
    return python


def _seed(project: Path, python: Path, seed: int) -> Results:
    """Return what one seed came to, running it where its results are not kept yet."""
    cache = project / f"artifacts-{seed}.json"
    if cache.exists():
        results: Results = json.loads(cache.read_text("utf-8"))
        return results
    config = project / "config.toml"
    text = re.sub(
        r"(?m)\A((?:[^\[]*\n)?)seed = \d+", rf"\g<1>seed = {seed}", config.read_text("utf-8")
    )
    config.write_text(text, encoding="utf-8")
    package = next((project / "src").glob("*/__init__.py")).parent.name
    cpu = {}
    for step in ("fetch", "train", "evaluate"):
        before = children_cpu()
        run(str(python), "-m", package, step, cwd=project, env={"PYTHONPATH": "src"})
        cpu[step] = children_cpu() - before
    metrics = json.loads((project / "reports/metrics.json").read_text("utf-8"))
    model = json.loads((project / "artifacts/model/metadata.json").read_text("utf-8"))
    decoding = {key: model["output"][key] for key in ("penalty", "threshold")}
    results = {"speech": metrics["speech"], "metrics": metrics["metrics"], "cpu": cpu}
    results = {**results, "baselines": metrics["baselines"], "validation": model["validation"]}
    cache.write_text(json.dumps({**results, "chosen": decoding}, indent=2), encoding="utf-8")
    return {**results, "chosen": decoding}


def table(results: Mapping[int, Results]) -> str:
    """Return a Markdown table of the seeds' results, a column each, and their median."""
    first = next(iter(results.values()))["speech"]
    rows: dict[str, Callable[[Results], float]] = {
        f"WER, test split ({_counts(first['test'])})": lambda of: of["speech"]["test"]["value"],
    }
    for name, rate in first["real"].items():
        title = f"WER, {name.replace('_', ' ')} ({_counts(rate)})"
        rows[title] = lambda of, name=name: of["speech"]["real"][name]["value"]  # type: ignore[misc]
    for i, rate in enumerate(first["noise"]):
        title = f"WER, test split with {rate['decibels']} dB of noise"
        rows[title] = lambda of, i=i: of["speech"]["noise"][i]["value"]  # type: ignore[misc]
    silent = first["no_speech"]["clips"]
    rows[f"clips with words, of {silent} without speech"] = lambda of: of["speech"]["no_speech"][
        "clips_with_words"
    ]
    rows["WER, validation engine"] = lambda of: of["validation"]["wer"]["value"]
    for step in ("fetch", "train", "evaluate"):
        rows[f"CPU s, {step}"] = lambda of, step=step: of["cpu"][step]  # type: ignore[misc]
    seeds = list(results)
    lines = [f"| | median | {' | '.join(f'seed {seed}' for seed in seeds)} |"]
    lines.append("|---|---|" + "---|" * len(seeds))
    for title, value in rows.items():
        values = [value(results[seed]) for seed in seeds]
        form = _percent if title.startswith("WER") else "{:.0f}".format
        lines.append(f"| {title} | {' | '.join(map(form, [median(values), *values]))} |")
    return "\n".join(lines) + "\n"


def _counts(rate: Mapping[str, Any]) -> str:
    return f"{rate['clips']} clips, {rate['words']} words, {rate['speakers']} speakers"


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


if __name__ == "__main__":
    main()
