"""The words of README, MODEL_CARD.md and report.html; their templates lie in templates/."""

import csv
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from .errors import ProjectError

TITLES = {name: name.upper() for name in ("rmse", "mae", "wer", "cer")}
TITLES |= {"roc_auc": "ROC AUC", "r2": "R²"}
VERDICTS = {
    "better": "this model is better",
    "worse": "this model is worse",
    "equivalent": "both are equally good",
    "undecided": "which one is better is undecided",
}
# <!-- NAME:begin --> ... <!-- NAME:end -->, or the same as comments of YAML.
BLOCK = re.compile(r"((?:<!--|#) (\w+):begin.*?\n)(.*?)((?:<!--|#) \2:end)", re.DOTALL)


def render(template: str, facts: Mapping[str, Any]) -> str:
    """Return one of the package's templates, filled in; HTML escapes what it is given."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=lambda name: name is not None and ".html" in name,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    filters = {"md": markdown, "title": title, "number": number, "interval": interval}
    environment.filters.update(filters, verdict=verdict)
    return environment.get_template(template).render(facts)


def with_blocks(file: str, text: str, new: str) -> str:
    """Return a file's text with the blocks of ``new`` in place of its own; all else stays.

    ``ProjectError`` where the file has no place for a block.
    """
    for _, name, content, _ in BLOCK.findall(new):
        places = [match for match in BLOCK.finditer(text) if match[2] == name]
        if len(places) != 1:
            raise ProjectError(
                f"{file} has lost the lines between which `{name}` is written, or has them twice.",
                f"Put in, once: <!-- {name}:begin --> and, below it, <!-- {name}:end -->",
            )
        text = text[: places[0].start(3)] + content + text[places[0].end(3) :]
    return text


def read_rows(file: str) -> list[dict[str, str]]:
    """Return the rows of a CSV file in reports/; none where it is not there yet."""
    path = Path("reports") / file
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return list(csv.DictReader(lines))


def markdown(text: object) -> str:
    """Return a text in one line, in which neither Markdown nor HTML sees mark-up."""
    return re.sub(r"([\\`*_\[\]<>|&#~$])", r"\\\1", " ".join(str(text).split()))


def title(name: str) -> str:
    """Return the name of a metric or a model as people write it."""
    return TITLES.get(name, name.replace("_", " "))


def number(value: float | None) -> str:
    """Return three significant digits, and all before the point: 0.0542, 12,345, 3.1e-08."""
    if value is None or value == 0:
        return "undefined" if value is None else "0"
    if not 1e-4 <= abs(value) < 1e7:
        return f"{value:.3g}"
    return f"{value:,.{max(0, 2 - math.floor(math.log10(abs(value))))}f}"


def interval(score: Mapping[str, Any]) -> str:
    """Return "value [low, high]", or why there is none."""
    if score["value"] is None:
        return f"undefined ({score.get('reason', '0/0')})"
    return f"{number(score['value'])} [{number(score['low'])}, {number(score['high'])}]"


def verdict(comparison: Mapping[str, Any]) -> str:
    """Say how the model compares on the same rows, and from when on a difference matters."""
    return (
        f"Against {title(comparison['against'])} the difference in {title(comparison['metric'])} "
        f"is {interval(comparison)}: {VERDICTS[comparison['verdict']]} (a difference matters "
        f"from {comparison['margin']:g} on)."
    )
