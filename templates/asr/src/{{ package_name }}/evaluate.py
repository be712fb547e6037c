"""`evaluate`: the only reader of the test part. All that it writes goes to artifacts/."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from . import data, export, files, git, lineage, metrics, plots
from .config import Config, load_config
from .data import Clip
from .decode import METHODS, Decoder
from .fit import make_reproducible
from .text import count_errors, error_rate
from .train import noisy, scores_of, without_speech

READINGS = Path("reports/test_readings.csv")


def run() -> None:
    """Evaluate the model in artifacts/ on the test part."""
    print(evaluate(load_config())["result"], file=sys.stderr)


def evaluate(config: Config) -> dict[str, Any]:
    """Write artifacts/metrics.json and plots, and return it: metrics.json, schema 2.

    The test clips answer one question: how good is the chosen model, and how do the others compare?
    Whatever may lead to a change of the model is looked at on the validation clips.
    """
    make_reproducible(config.seed, config.threads)  # noise is drawn
    facts, _ = export.open_model(export.ARTIFACTS)
    parts, _ = data.load(config)
    today = lineage.current(config, data.data_digest(config), data.ids(parts))
    lineage.check(facts["lineage"], today)
    reading = {"date": files.now(), "commit": git.commit(), "model": facts["model"]["id"]}
    files.append_row(READINGS, reading)
    system = System(config, facts["output"])

    # Every method answers the same clips, and every replicate draws the same clips for all.
    clips, chosen, primary = data.read(parts["test"]), facts["output"]["decoder"], facts["primary"]
    draws = system.error_rates(clips, METHODS)
    results: dict[str, dict[str, Any]] = {}
    for method, name in sorted(draws, key=lambda key: key[1] != primary):
        results.setdefault(method, {})[name] = metrics.score(name, draws[method, name])
    others = [row for row in facts["chosen_by"]["candidates"] if not row["chosen"]]
    against = min(others, key=lambda row: row["value"])["name"]
    both = draws[chosen, primary], draws[against, primary]
    ours, theirs = (metrics.in_words(results[name][primary]) for name in (chosen, against))
    result = f"The {primary.upper()} of this model is {ours}; that of {against} is {theirs}."

    # Recordings of one's own: few people, and so another test of the same model.
    groups, unit, several = data.clusters(clips)
    count = len(np.unique(groups))
    reliable = several and count >= metrics.FEWEST
    if not reliable:
        result += f" Of {count} {unit}s{'' if several else ' of one speaker'}: trust no interval."
    if own := data.own_recordings(config):
        score = metrics.score("wer", system.error_rates(own, [chosen])[chosen, "wer"])
        results[chosen]["wer_own_recordings"] = score
        people, words = len({clip.speaker for clip in own}), metrics.in_words(score)
        result += f" On {len(own)} recordings of {people} people its WER is {words}."
    evaluation = files.read_json(export.ARTIFACTS / "metrics.json") | {
        "evaluated": True,
        "result": result,
        "picture": "reports/plots/comparison.svg",
        "metrics": results.pop(chosen),
        "candidates": results,
        "comparison": metrics.compare(against, primary, *both, facts["margin"]),
        "split": {
            "rule": config.split.rule,
            "description": data.RULES[config.split.rule],
            "rows": {name: len(part) for name, part in parts.items()},
            "cluster": {"unit": unit, "count": count, "reliable": reliable},
        },
        "environment": {"threads": config.threads, **facts["model"]["versions"]},
        **examine(system, chosen, data.read(parts["validation"])),
    }
    rates = {f"{chosen} (served)": evaluation["metrics"]["wer"]}
    rates |= {name: scores["wer"] for name, scores in results.items()}
    plot = plots.draw(rates, "comparison", "Word error rates", "On the test part.")
    evaluation["details"]["plots"].insert(0, plot)
    files.write_json(export.ARTIFACTS / "metrics.json", evaluation)
    print(result, file=sys.stderr)
    return evaluation


class System:
    """The exported graph with the ways of decoding its output."""

    def __init__(self, config: Config, output: dict[str, Any]) -> None:
        self.config, self.decoder = config, Decoder(output)
        self.graph = (export.ARTIFACTS / "model.onnx").read_bytes()

    def answer(self, waves: Sequence[Any], method: str) -> list[str]:
        """Return what is heard in each wave."""
        return [self.decoder.text(scores, method) for scores in scores_of(self.graph, waves)]

    def error_rates(
        self, clips: Sequence[Clip], methods: Iterable[str], noise: float | None = None
    ) -> dict[tuple[str, str], metrics.Floats]:
        """Return each method's word and character error rates, with their replicates."""
        references = [self.decoder.without_fillers(clip.text) for clip in clips]
        waves, rates = [clip.samples for clip in clips], {}
        waves = waves if noise is None else noisy(waves, noise)
        for method in methods:
            texts = self.answer(waves, method)
            for unit in ("wer", "cer"):
                rates[method, unit] = error_rate(count_errors(references, texts, unit))
        groups, _, _ = data.clusters(clips)
        return metrics.bootstrap(rates, groups, self.config.evaluation.resamples, self.config.seed)


def examine(system: System, chosen: str, clips: Sequence[Clip]) -> dict[str, Any]:
    """Return error rates of validation by speaker and noise, and which errors there are."""
    settings, speakers = system.config.evaluation, sorted({clip.speaker for clip in clips})[:20]
    rows = [("speaker", name, [c for c in clips if c.speaker == name], None) for name in speakers]
    slices = []
    for column, group, part, noise in [
        *rows, *(("noise", f"{level} dB", clips, level) for level in settings.noise),
    ]:  # fmt: skip
        score = metrics.score("wer", system.error_rates(part, [chosen], noise)[chosen, "wer"])
        row = {"column": column, "group": group, "rows": len(part), "metric": "wer"}
        slices.append(row | score)
    texts = system.answer([clip.samples for clip in clips], chosen)
    references = [system.decoder.without_fillers(clip.text) for clip in clips]
    errors = count_errors(references, texts)
    total, worst = errors[:, :3].sum(axis=1), []
    for i in np.argsort(-total)[:10] if system.config.site.examples else []:
        row = {"speaker": clips[i].speaker, "errors": int(total[i])}
        worst.append({"truth": references[i], "answer": texts[i], "row": row})
    silent = system.answer(without_speech(settings.silent_clips), chosen)
    kinds = zip(("substituted", "left out", "added"), errors.sum(axis=0).tolist(), strict=False)
    text = (
        f"On validation: {', '.join(f'{count} {kind}' for kind, count in kinds)} without noise. In "
        f"{len(silent)} clips without speech words are heard in {sum(map(bool, silent))}."
    )
    levels = {str(row["group"]): row for row in slices if row["column"] == "noise"}
    plot = plots.draw(levels, "noise", "Under white noise", text)
    return {"slices": slices, "details": {"worst": worst, "plots": [plot]}}
