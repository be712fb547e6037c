"""`predict`: the promoted model answers each row of a file."""

import sys
from pathlib import Path

import pandas as pd

from . import data, files
from .config import load_config, load_schema
from .errors import ProjectError
from .inference import Model


def run(path: str, output: str | None = None) -> None:
    """Read a file as training does, and write a line of CSV for each of its rows."""
    model = Model(Path("model"))
    table = data.read_table(Path(path).expanduser(), load_config(), load_schema())
    features = model.metadata["input"]["features"]
    for name in (f["name"] for f in features if f["required"] and table[f["name"]].isna().any()):
        what = f"{path}, row {table[name].isna().argmax() + 1}: {name} is missing"
        raise ProjectError(f"{what}, and no row of the training part lacked it.")
    if table.empty:
        raise ProjectError(f"{path} has no rows.")
    table = table[[f["name"] for f in features]].astype(object)
    answers = pd.DataFrame(model.answer({"rows": table.to_dict("records")}))
    answers = answers.drop(columns=["warnings", "probabilities"], errors="ignore")
    text = answers.to_csv(index=False)
    files.write(Path(output), text) if output else sys.stdout.write(text)
