"""README's results between its markers, and the model card."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ProjectError
from . import words

if TYPE_CHECKING:
    from .publish import Section

BEGIN, END = "<!-- results:begin -->", "<!-- results:end -->"


def with_results(readme: str, results: Mapping[str, Any], sections: Sequence[Section]) -> str:
    """Return README's text with new results between the markers; all else stays as it is."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ProjectError(
            "README.md has lost the markers between which the results stand.",
            f"Put these two lines where the results belong: {BEGIN} and {END}",
        )
    primary = results["metrics"][results["primary"]]
    parts = [
        *([f"> {words.SAMPLE}"] if results["dataset"]["sample"] else []),
        f"On the test split ({results['split']['rows']['test']:,} examples the model never saw; "
        f"{results['split']['description']}), with 95 % bootstrap intervals:",
        table(*words.result_table(results)),
        words.difference(results["difference"], primary["higher_is_better"]),
        *(
            f"![{section.title}](reports/plots/{section.name}.svg)"
            for section in sections
            if section.headline
        ),
    ]
    return before + BEGIN + "\n\n" + "\n\n".join(parts) + "\n\n" + END + after


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(
        "| " + " | ".join(c.replace("|", "\\|") for c in line) + " |" for line in lines
    )


def card(results: Mapping[str, Any], facts: Mapping[str, Any], root: Path) -> str:
    """Return MODEL_CARD.md, with the metadata that Hugging Face reads at its head.

    Format: https://huggingface.co/docs/hub/model-cards
    """
    project, data = facts["project"], results["dataset"]
    metrics = "".join(
        f"          - type: {name}\n            name: {words.title(name)}\n"
        f"            value: {found['value']:.4f}\n"
        for name, found in results["metrics"].items()
    )
    licence = _licence(root)
    primary = results["metrics"][results["primary"]]
    verdict = words.difference(results["difference"], primary["higher_is_better"])
    sample = f"\n{words.SAMPLE}\n" if data["sample"] else ""
    return f"""---
license: {licence}
library_name: onnx
pipeline_tag: {results["pipeline_tag"]}
tags:
  - {project["type"]}
  - {results["task"]}
model-index:
  - name: {project["package"]}
    results:
      - task:
          type: {results["pipeline_tag"]}
        dataset:
          name: {_quoted(data["name"])}
          type: {_quoted(data["name"])}
          split: test
        metrics:
{metrics}---

# {project["name"]}
{sample}
A {words.title(results["model"]["name"]).lower()} model, version {facts["model"]["id"]}, as an
ONNX graph. {results["model"]["description"]}

## Data

{data["name"]}, {data["rows"]:,} examples, from <{data["source"]}>, licence {data["licence"]}.
SHA-256 of the data: `{data["sha256"]}`.

The data are split so: {results["split"]["description"]}.

## Results

{table(*words.result_table(results))}

{verdict}

## Limits

The intervals hold for data like those of the test split. For other places, other times and other
people nothing was measured. The slices in `reports/report.html` show where the model does worse.
"""


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _licence(root: Path) -> str:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project.get("license", "other")).lower()
