"""`predict`: the promoted model answers each row of a file."""

import sys
from pathlib import Path

import pandas as pd

from . import data
from .config import load_config, load_schema
from .errors import ProjectError
from .inference import Model


def run(path: str, output: str | None = None) -> None:
    """Read a file as training does, and write a line of CSV for each of its rows."""
    model = Model(Path("model"))
    table = data.read_table(Path(path).expanduser(), load_config(), load_schema())
    if table.empty:
        raise ProjectError(f"{path} has no rows.")
    for feature in model.metadata["input"]["features"]:
        gaps = table[feature["name"]].isna()
        if feature["required"] and gaps.any():
            what = f"{path}, row {gaps.argmax() + 1}: {feature['name']} is missing"
            raise ProjectError(f"{what}, and no row of the training part lacked it.")
    answers = pd.DataFrame(model.answer({"rows": table.astype(object).to_dict("records")}))
    answers = answers.drop(columns=["warnings", "probabilities"], errors="ignore")
    answers.to_csv(output or sys.stdout, index=False, lineterminator="\n")
