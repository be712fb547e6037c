"""How well a generated speech project recognises, in several seeds, and what each step costs.

    python -m benchmarks.speech                       spoken digits, seeds 7, 8 and 9
    python -m benchmarks.speech --preset voice-commands --seeds 7
    python -m benchmarks.speech --folder DIR          keep the project; go on where it stopped
    python -m benchmarks.speech --python PYTHON       an interpreter that has the project's packages

The project's own commands run: `fetch` speaks the data once, `train` and `evaluate` follow for
each seed of the training. For spoken digits `recorded_words` adds what real people recorded;
`noisy_words` measures white noise, on validation.
Reported are the median and every value, and CPU seconds (user and system) of each step. Seeds
never choose anything: the recipe is decided on the validation engine before.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
import venv
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from benchmarks.command import make_parser, run_alone
from benchmarks.compare import children_cpu, run

ROOT = Path(__file__).parents[1]
SEEDS = (7, 8, 9)
EXTRAS = ("serve", "train", "data", "dev")  # of a speech project whose voices are synthetic
STEPS = ("fetch", "train", "evaluate")  # its commands
Results = Mapping[str, float]


def main(arguments: list[str] | None = None) -> None:
    """Make or take up the project, run every seed that is not there yet, print the table."""
    parser = make_parser(__doc__)
    parser.add_argument("--preset", default="spoken-digits")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--python", type=Path)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="mlstarter-benchmark-") as work:
        project = (options.folder or Path(work) / options.preset).resolve()
        if not (project / "config.toml").exists():
            words = ("--type", "asr", "--preset", options.preset, "--yes")
            run(sys.executable, "-m", "mlstarter", "new", str(project), *words)
        python = options.python.absolute() if options.python else _environment(project)
        if options.preset == "spoken-digits":
            run(str(python), "-m", "benchmarks.recorded_words", str(project), cwd=ROOT)
        results = {seed: _seed(project, python, seed) for seed in options.seeds}
    sys.stdout.write(table(results))


def _environment(project: Path) -> Path:
    folder = project / ".venv"
    if not folder.exists():
        venv.create(folder, with_pip=True)
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    extras = ("-c", "constraints.txt", "-e", f".[{','.join(EXTRAS)}]")
    run(str(python), "-m", "pip", "install", "--quiet", *extras, cwd=project)
    return python


def _seed(project: Path, python: Path, seed: int) -> Results:
    """Return what one seed came to, running it where its results are not kept yet."""
    cache = project / f"results-{seed}.json"
    if not cache.exists():
        config = project / "config.toml"
        text = re.sub(r"(?m)^seed = \d+", f"seed = {seed}", config.read_text("utf-8"), count=1)
        config.write_text(text, encoding="utf-8")
        package = next((project / "src").glob("*/__init__.py")).parent.name
        cpu = {}
        for step in STEPS:
            before = children_cpu()
            run(str(python), "-m", package, step, cwd=project, env={"PYTHONPATH": "src"})
            cpu[f"CPU s, {step}"] = children_cpu() - before
        run(str(python), "-m", "benchmarks.noisy_words", str(project), cwd=ROOT)
        cache.write_text(json.dumps({**measures(project), **cpu}, indent=2), encoding="utf-8")
    results: Results = json.loads(cache.read_text("utf-8"))
    return results


def measures(project: Path) -> Results:
    """Return the word error rates of what was evaluated last, by what they were measured on."""
    report = json.loads((project / "artifacts/metrics.json").read_text("utf-8"))
    metadata = json.loads((project / "artifacts/metadata.json").read_text("utf-8"))
    own = report["metrics"].get("wer_own_recordings")
    letters = report["candidates"].get("greedy", report["metrics"])
    return {
        "WER, test part": report["metrics"]["wer"]["value"],
        **({"WER, recorded words": own["value"]} if own else {}),
        "WER, validation": metadata["validation"]["wer"]["value"],
        **json.loads((project / "artifacts/noise.json").read_text("utf-8")),
        "WER, test part, letters alone": letters["wer"]["value"],
    }


def table(results: Mapping[int, Results]) -> str:
    """Return a Markdown table of the seeds' results, a column each, and their median."""
    lines = [f"| | median | {' | '.join(f'seed {seed}' for seed in results)} |"]
    lines.append("|---|---|" + "---|" * len(results))
    for title in next(iter(results.values())):
        values = [of[title] for of in results.values()]
        form = _percent if title.startswith("WER") else "{:.0f}".format
        lines.append(f"| {title} | {' | '.join(map(form, [median(values), *values]))} |")
    return "\n".join(lines) + "\n"


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


if __name__ == "__main__":
    run_alone(main)
