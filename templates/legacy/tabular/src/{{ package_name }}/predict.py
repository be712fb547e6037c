"""`predict`: the promoted model answers a CSV file, with the service's own code and checks."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from .errors import ProjectError
from .files import write
from .promote import MODEL
from .serve.predictor import Predictor

PARSE: dict[str, Callable[[str], object]] = {
    "number": float,
    "integer": int,
    "category": str,
    "boolean": lambda text: {"true": True, "1": True, "false": False, "0": False}[text.lower()],
}
CHUNK = 500


def run(path: str, output: str | None = None) -> None:
    """Read a CSV file with the features as columns; write one line of predictions for each row."""
    predictor = Predictor.load(MODEL)
    with Path(path).open(newline="", encoding="utf-8-sig") as file:
        rows = list(parsed(csv.DictReader(file), predictor.features))
    answers: list[dict[str, Any]] = []
    for start in range(0, len(rows), CHUNK):
        try:
            body = predictor.body.validate_python({"rows": rows[start : start + CHUNK]})
        except ValidationError as error:
            first = error.errors()[0]
            line, column = start + int(first["loc"][1]) + 2, ".".join(map(str, first["loc"][2:]))
            raise ProjectError(f"{path}, line {line}: {column}: {first['msg']}") from None
        answers += predictor.predict(body["rows"])
    if not answers:
        raise ProjectError(f"{path} has no rows.", "The first line names the columns.")
    columns = [name for name, value in answers[0].items() if not isinstance(value, (list, dict))]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(answers)
    if output:
        write(Path(output), text.getvalue())
    else:
        print(text.getvalue(), end="")


def parsed(
    lines: Iterator[Mapping[str, str]] | csv.DictReader[str], features: list[dict[str, Any]]
) -> Iterator[dict[str, object]]:
    """Yield each line's features with their JSON types; an empty one is missing."""
    for number, line in enumerate(lines, start=2):
        row: dict[str, object] = {}
        for feature in features:
            text = (line.get(feature["name"]) or "").strip()
            if text and text not in feature.get("missing", ()):
                try:
                    row[feature["name"]] = PARSE[feature["kind"]](text)
                except (ValueError, KeyError):
                    kind = feature["kind"]
                    raise ProjectError(
                        f"line {number}: {feature['name']} is {text!r}, which is not of kind {kind}"
                    ) from None
        yield row
