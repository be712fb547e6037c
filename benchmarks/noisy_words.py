"""Word error rates of a speech project's trained model under white noise, on validation.

    python -m benchmarks.noisy_words PROJECT     with an interpreter that has the project's packages

It writes the project's artifacts/noise.json, which `python -m benchmarks.speech` reads. Validation,
since whatever may lead to a change of the model is looked at there.
"""

from __future__ import annotations

import json
import os
import pkgutil
import sys
from pathlib import Path

from benchmarks.command import Unavailable, make_parser, run_alone

LEVELS = (20, 10, 0)  # dB of the speech over the noise
NAMES = (  # what is used of a speech project's package
    "config:load_config", "fit:make_reproducible", "data:load", "inference:Model",
    "inference:scores_of", "examples:noisy", "text:count_errors",
)  # fmt: skip


def error_rates(package: str) -> dict[str, float]:
    """Return the error rate at each level, of the model in the project that one is in."""
    load_config, make_reproducible, load, model_type, scores_of, noisy, count_errors = (
        pkgutil.resolve_name(f"{package}.{name}") for name in NAMES
    )
    settings, model = load_config(), model_type(Path("artifacts"))
    make_reproducible(settings.seed, settings.threads)  # noise is drawn
    clips = load(settings)[0]["validation"]
    references = [model.decoder.without_fillers(clip.text) for clip in clips]
    rates = {}
    for level in LEVELS:
        waves = noisy([clip.samples for clip in clips], level)
        scores = scores_of(model.session, waves)
        answers = model.decoder.texts(scores, model.metadata["output"]["decoder"])
        errors, words = count_errors(references, answers).sum(axis=0)
        rates[f"WER, validation with {level} dB of noise"] = float(errors / words)
    return rates


def main(arguments: list[str] | None = None) -> None:
    """Have the model answer the clips at each level, and write the error rates."""
    parser = make_parser(__doc__)
    parser.add_argument("project", type=Path, metavar="PROJECT", help="a speech project")
    project = parser.parse_args(arguments).project
    if not (project / "artifacts/model.onnx").is_file():
        raise Unavailable(f"{project} holds no trained model: run make train in it")
    os.chdir(project)
    sys.path.insert(0, "src")
    rates = error_rates(next(Path("src").glob("*/__init__.py")).parent.name)
    Path("artifacts/noise.json").write_text(json.dumps(rates, indent=2), encoding="utf-8")
    print("\n".join(f"{name}: {rate:.1%}" for name, rate in rates.items()))


if __name__ == "__main__":
    run_alone(main)
