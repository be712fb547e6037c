"""The parts of the report: tables, figures and the worst clips to listen to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .measure import Answers, word_error_rate
from .preprocess import wav
from .report import Section, Table
from .report.figure import BLUE, GREY, ORANGE, figure
from .report.words import interval, title
from .wer import Errors

if TYPE_CHECKING:
    from .evaluate import Test

WORST = 6
NORMALISER = (
    "Both sides are compared after one normaliser: NFKC, lower case, digits as words, everything "
    "but letters and apostrophes as a space."
)


def sections(test: Test, results: dict[str, Any]) -> list[Section]:
    """Return all parts of the report, the most important first."""
    return [
        real_voices(test, results),
        errors(test, results),
        by_speaker(results),
        noise(test, results),
        pace(results),
        latency(test),
        worst(test),
    ]


def _rate(of: dict[str, Any]) -> str:
    counts = (_counted(of[name], name) for name in ("clips", "words", "speakers"))
    return f"{interval(of)}, {', '.join(counts)}"


def _counted(number: int, things: str) -> str:
    return f"{number} {things.removesuffix('s') if number == 1 else things}"


def real_voices(test: Test, results: dict[str, Any]) -> Section:
    """Return synthetic voices and real recordings side by side, for every system."""
    synthetic = test.config.data.source == "sample"
    heading = f"{'Synthetic voices' if synthetic else 'Test split'} against real recordings"
    vocabulary = f"Closed vocabulary of {results['speech']['vocabulary']} words. "
    if not test.real:
        text = (
            "**Nothing here was measured on real recordings**, since there were none. `record` "
            "collects some from your microphone; expect more errors on them than above."
            if synthetic
            else "The test split is of recordings; `record` collects others from your microphone."
        )
        return Section(heading, vocabulary + text)
    resamples, seed = test.config.evaluation.resamples, test.config.seed
    sets = {"test split": {"served": test.ours, **test.systems}}
    sets |= {title(name).lower(): systems for name, (_, systems) in test.real.items()}
    rates = {
        name: {system: word_error_rate(of, resamples, seed) for system, of in systems.items()}
        for name, systems in sets.items()
    }
    rows = [
        [name, title(system), _rate(rate)]
        for name, of in rates.items()
        for system, rate in of.items()
    ]
    described = "; ".join(
        f"{title(name)}: {found.description}" for name, (found, _) in test.real.items()
    )
    with figure(width=6.5) as drawn:
        (axes,) = drawn.axes
        systems = [system for system in rates["test split"] if system != "silence"]
        for i, system in enumerate(systems):
            for j, (name, of) in enumerate(rates.items()):
                rate, place = of[system], i + 0.25 * (j - (len(rates) - 1) / 2)
                colour = GREY if name == "test split" else (ORANGE, BLUE)[j % 2]
                axes.plot([rate["low"], rate["high"]], [place, place], color=colour, linewidth=2)
                axes.plot(rate["value"], place, "o", color=colour, label=name if i == 0 else None)
        axes.set(yticks=range(len(systems)), yticklabels=list(map(title, systems)))
        axes.set(xlabel=f"word error rate, {vocabulary.strip().lower()}", xlim=(0, None))
        axes.invert_yaxis()
        axes.legend()
    text = (
        f"{vocabulary}{described}. Few speakers and few recordings stand behind the real figures: "
        "they show that there is a gap and roughly how large, not how the model does on people at "
        "large."
    )
    table = Table(["Clips", "System", "Word error rate"], rows)
    return Section(heading, text, table, drawn.svg, "real_voices", True)


def errors(test: Test, results: dict[str, Any]) -> Section:
    """Return substitutions, deletions and insertions of every system, and words out of nothing."""
    systems = {"served": test.ours, **test.systems}
    rows = []
    for name, given in systems.items():
        pooled = sum(given.words, Errors(0, 0, 0, 0))
        parts = (pooled.substitutions, pooled.deletions, pooled.insertions)
        rows.append([title(name), *map(str, parts), str(pooled.length), f"{pooled.rate:.3f}"])
    none = results["speech"]["no_speech"]
    text = (
        f"{NORMALISER} In {none['clips']} clips in which nobody speaks (noise of all colours, "
        f"hum, clicks, silence) the model heard {none['words']} words, in "
        f"{none['clips_with_words']} clips."
    )
    columns = ["System", "Substituted", "Left out", "Added", "Words", "Word error rate"]
    return Section("Which errors", text, Table(columns, rows))


def slices_of(test: Test) -> list[dict[str, Any]]:
    """Return the error rate of each speaker, synthetic and real, of paces and of lengths."""
    clips = test.ours.clips
    count = np.array([len(clip.text.split()) for clip in clips])
    speed = count / np.array([clip.seconds for clip in clips])
    low, high = np.quantile(speed, [1 / 3, 2 / 3])
    parts = [
        ("pace", f"slow, below {low:.1f} words a second", test.ours, speed < low),
        ("pace", "in between", test.ours, (speed >= low) & (speed < high)),
        ("pace", f"fast, above {high:.1f} words a second", test.ours, speed >= high),
        ("length", "single words", test.ours, count == 1),
        ("length", "two to four words", test.ours, (count >= 2) & (count <= 4)),
        ("length", "five words and more", test.ours, count >= 5),
    ]
    for given in (test.ours, *(systems["served"] for _, systems in test.real.values())):
        spoke = np.array([clip.speaker for clip in given.clips])
        parts += [("speaker", name, given, spoke == name) for name in sorted(set(spoke))]
    return [
        {"column": column, "group": str(group), "rows": int(inside.sum()), "metric": "wer"}
        | word_error_rate(select(given, inside), 500, test.config.seed)
        for column, group, given, inside in parts
        if inside.any()
    ]


def by_speaker(results: dict[str, Any]) -> Section:
    """Return the error rate of each speaker, the worst first."""
    found = [one for one in results["slices"] if one["column"] == "speaker"]
    found.sort(key=lambda one: -one["value"])
    cells = [[one["group"], _rate(one)] for one in found]
    table = Table(["Speaker", "Word error rate"], cells)
    text = "Variation between speakers is larger than any interval over clips of the same ones."
    return Section("By speaker", text, table)


def noise(test: Test, results: dict[str, Any]) -> Section:
    """Return the error rate against the level of white noise."""
    curve, clean = results["speech"]["noise"], results["speech"]["test"]
    rows = [["none", interval(clean)], *([f"{of['decibels']} dB", interval(of)] for of in curve)]
    with figure(width=5.5) as drawn:
        (axes,) = drawn.axes
        x = [of["decibels"] for of in curve]
        low, high = ([of[side] for of in curve] for side in ("low", "high"))
        axes.fill_between(x, low, high, color=BLUE, alpha=0.2)
        axes.plot(x, [of["value"] for of in curve], "o-", color=BLUE, label="with noise")
        axes.axhline(clean["value"], color=GREY, linestyle="--", label="without")
        axes.set(xlabel="speech above noise, dB", ylabel="word error rate", ylim=(0, None))
        axes.invert_xaxis()
        axes.legend()
    text = (
        "White noise added to the test clips, so many decibels below the power of their loud "
        "parts. Training adds noise of other random draws."
    )
    columns = ["Noise", "Word error rate"]
    return Section("In noise", text, Table(columns, rows), drawn.svg, "noise", True)


def pace(results: dict[str, Any]) -> Section:
    """Return the error rate of slow, middling and fast speech, and of strings by their length."""
    found = [one for one in results["slices"] if one["column"] != "speaker"]
    rows = [[one["group"], _rate(one)] for one in found]
    return Section("By pace and length", "", Table(["Clips", "Word error rate"], rows))


def latency(test: Test) -> Section:
    """Return how much processor time recognition takes."""
    of, clips = test.seconds, len(test.ours.clips)
    rows = [
        [name, f"{of[key] / of['audio']:.5f}", f"{1000 * of[key] / clips:.2f} ms"]
        for name, key in (("the graph", "graph"), ("decoding", "decoding"))
    ]
    total = (of["graph"] + of["decoding"]) / of["audio"]
    text = (
        f"Processor seconds a second of audio (real-time factor {total:.5f}) with one thread, over "
        f"{of['audio']:.0f} s of audio in {clips} clips, on the machine named in metrics.json."
    )
    return Section("Speed", text, Table(["Step", "Real-time factor", "A clip"], rows))


def worst(test: Test) -> Section:
    """Return the clips with the most errors, to be listened to: real ones first."""
    players: list[tuple[str, bytes]] = []
    for given in (*(systems["served"] for _, systems in test.real.values()), test.ours):
        totals = np.array([error.total for error in given.words])
        for i in np.argsort(-totals, kind="stable")[:WORST]:
            if totals[i]:
                said, heard = given.references[i], given.texts[i] or "(nothing)"
                caption = f"{given.clips[i].speaker}: said **{said}**, heard **{heard}**"
                players.append((caption, wav(given.clips[i].samples)))
    text = "The clips with the most errors." if players else "There were no errors."
    return Section("The worst clips, to listen to", text, audio=players)


def select(given: Answers, inside: Sequence[bool] | np.ndarray) -> Answers:
    """Return the part of the clips for which ``inside`` is true."""
    chosen = np.flatnonzero(inside)
    return Answers(
        [given.clips[int(i)] for i in chosen],
        [given.references[i] for i in chosen],
        [given.texts[i] for i in chosen],
    )
