"""`explore`: a first look at the clips of training and validation; the test stays unread."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import numpy as np

from .augment import record
from .data import load
from .data.synthesize import Clip
from .files import write
from .learn import energies_of
from .measure import seconds_of, wave_of
from .model import LogMel
from .preprocess import wav
from .report import Section, Table
from .report.figure import BLUE, ORANGE, figure
from .report.html import document
from .settings import Config
from .settings import load as load_config

PATH = Path("reports/explore.html")


def run() -> None:
    """Write reports/explore.html."""
    write(PATH, explore(load_config()))
    print(f"Open {PATH} in a browser.", file=sys.stderr)


def explore(config: Config) -> str:
    """Return the page for the training and validation splits."""
    splits = {name: load.read(config, name) for name in ("train", "validation")}
    sections = [_sources(splits), _words(splits), _lengths(splits), _clips(splits["train"], config)]
    intro = f"{config.project}: {load.describe(load.roles(config))}. The test split was not read."
    return document("A first look at the clips", intro, sections)


def _sources(splits: dict[str, list[Clip]]) -> Section:
    rows = []
    for name, clips in splits.items():
        for source in sorted({clip.source for clip in clips}):
            of = [clip for clip in clips if clip.source == source]
            speakers = len({clip.speaker for clip in of})
            rows.append(
                [name, source, str(len(of)), str(speakers), f"{seconds_of(of) / 60:.1f} min"]
            )
    columns = ["Split", "Source", "Clips", "Speakers", "Length"]
    return Section("Where the clips come from", "", Table(columns, rows))


def _words(splits: dict[str, list[Clip]]) -> Section:
    counts = {
        name: Counter(w for c in clips for w in c.text.split()) for name, clips in splits.items()
    }
    words = sorted(counts["train"])
    rows = [[word, *(str(counts[name][word]) for name in splits)] for word in words]
    return Section("How often each word is said", "", Table(["Word", *splits], rows))


def _lengths(splits: dict[str, list[Clip]]) -> Section:
    with figure(2) as drawn:
        for (name, clips), colour in zip(splits.items(), (BLUE, ORANGE), strict=True):
            seconds = np.array([clip.seconds for clip in clips])
            pace = np.array([len(clip.text.split()) for clip in clips]) / seconds
            for axes, values in zip(drawn.axes, (seconds, pace), strict=True):
                axes.hist(values, bins=25, density=True, alpha=0.6, color=colour, label=name)
        drawn.axes[0].set(xlabel="seconds", ylabel="density", title="Length")
        drawn.axes[1].set(xlabel="words a second", title="Pace")
        drawn.axes[0].legend()
    return Section("Length and pace", "", None, drawn.svg, "lengths")


def _clips(clips: list[Clip], config: Config) -> Section:
    """Return one clip of each source, clean and as training hears it."""
    rng = np.random.default_rng(config.seed)
    first = {clip.source: clip for clip in reversed(clips)}
    chosen = [first[source] for source in sorted(first)]
    players = []
    with figure(len(chosen), height=2.6) as drawn:
        for axes, clip in zip(drawn.axes, chosen, strict=True):
            noisy = record(wave_of(clip), rng, config.model.white_noise)
            axes.imshow(energies_of(noisy, LogMel()), origin="lower", aspect="auto", cmap="magma")
            axes.set(title=clip.speaker, xlabel="frame of 10 ms", ylabel="mel band")
            noisy = noisy / max(float(np.abs(noisy).max()), 1e-4)
            players.append((f"{clip.speaker}, clean: **{clip.text}**", wav(clip.samples)))
            players.append((f"{clip.speaker}, augmented", wav((noisy * 30000).astype(np.int16))))
    text = "Log-mel energies of augmented clips: what the network sees before normalisation."
    return Section("One clip of each source", text, None, drawn.svg, "clips", audio=players)
