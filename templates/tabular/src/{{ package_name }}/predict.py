"""`predict`: the promoted model answers each row of a file."""

import sys
from pathlib import Path

import pandas as pd

from . import data, files
from .config import load_config, load_schema
from .errors import ProjectError
from .inference import Model
from .metadata import JSON_TYPES


def run(path: str, output: str | None = None) -> None:
    """Read a file as training does, and write a line of CSV for each of its rows."""
    model = Model(Path("model"))
    table = data.read_table(Path(path).expanduser(), load_config(), load_schema())
    rows: list[dict[str, object]] = [{} for _ in range(len(table))]
    for f in model.metadata["input"]["features"]:
        for number, (row, cell) in enumerate(zip(rows, table[f["name"]], strict=True), 1):
            if cell != cell and f["required"]:
                what = f"{path}, row {number}: {f['name']} is missing"
                raise ProjectError(f"{what}, and no row of the training part lacked it.")
            row[f["name"]] = None if cell != cell else JSON_TYPES[f["kind"]](cell)
    if not rows:
        raise ProjectError(f"{path} has no rows.")
    answers = pd.DataFrame(model.answer({"rows": rows}))
    answers = answers.drop(columns=["warnings", "probabilities"], errors="ignore")
    text = answers.to_csv(index=False)
    files.write(Path(output), text) if output else sys.stdout.write(text)
