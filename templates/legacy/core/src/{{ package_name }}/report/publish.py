"""Writes metrics.json, the plots, the HTML report, README's results and the model card."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..export import CANDIDATE
from ..files import new_folder, write, write_json
from .html import page
from .markdown import card, with_results

REPORTS = Path("reports")


@dataclass(frozen=True)
class Table:
    """A table of texts; the first column names the row."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Section:
    """One part of the report: a heading, a few sentences, a table, a figure (SVG).

    ``name`` is the figure's file in reports/plots/; ``headline`` shows it in the README as well.
    ``audio`` are captions with wav files, which the report plays.
    """

    title: str
    text: str = ""
    table: Table | None = None
    figure: str = ""
    name: str = ""
    headline: bool = False
    audio: Sequence[tuple[str, bytes]] = ()


def publish(results: Mapping[str, Any], sections: Sequence[Section], root: Path = Path()) -> None:
    """Write all that is made of one evaluation.

    ``results`` are reports/metrics.json without "schema"; the served metadata gets the test
    metrics. Raises ``ProjectError`` if README.md lacks its markers, before anything is written.
    """
    readme = root / "README.md"
    text = with_results(readme.read_text(encoding="utf-8"), results, sections)
    facts = json.loads((root / CANDIDATE / "metadata.json").read_text(encoding="utf-8"))
    write_json(root / REPORTS / "metrics.json", {"schema": 1, **results})
    with new_folder(root / REPORTS / "plots") as folder:
        for section in sections:
            if section.figure:
                (folder / f"{section.name}.svg").write_text(section.figure, encoding="utf-8")
    write(root / REPORTS / "report.html", page(results, sections))
    write(readme, text)
    write(root / "MODEL_CARD.md", card(results, facts, root))
    write_json(root / CANDIDATE / "metadata.json", {**facts, "metrics": results["metrics"]})


def environment(threads: int, packages: Mapping[str, str]) -> dict[str, Any]:
    """Return where the results were made, for reports/metrics.json."""
    return {
        "platform": platform.platform(terse=True),
        "machine": platform.machine(),
        "threads": threads,
        "packages": dict(packages),
    }
