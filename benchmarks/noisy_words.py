"""Word error rates of a speech project's trained model under white noise, on validation.

``python -m benchmarks.speech`` has the project's own interpreter run it with the package's name; it
writes artifacts/noise.json. Validation, since whatever may lead to a change of the model is looked
at there.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path

LEVELS = (20, 10, 0)  # dB of the speech over the noise


def main(package: str) -> None:
    """Have the model answer the clips at each level, and write the error rates."""
    modules = ("config", "data", "evaluate", "examples", "fit", "inference", "text")
    config, data, evaluate, examples, fit, inference, text = (
        import_module(f"{package}.{name}") for name in modules
    )
    settings, model = config.load_config(), inference.Model(Path("artifacts"))
    fit.make_reproducible(settings.seed, settings.threads)  # noise is drawn
    clips = data.load(settings)[0]["validation"]
    references = [model.decoder.without_fillers(clip.text) for clip in clips]
    rates = {}
    for level in LEVELS:
        waves = examples.noisy([clip.samples for clip in clips], level)
        answers = evaluate.answers_of(model, waves, model.metadata["output"]["decoder"])
        errors, words = text.count_errors(references, answers).sum(axis=0)
        rates[f"WER, validation with {level} dB of noise"] = float(errors / words)
    Path("artifacts/noise.json").write_text(json.dumps(rates, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
