"""`predict`: the promoted model answers each row of a file."""

import sys
from pathlib import Path

import pandas as pd

from . import data
from .config import load_config, load_schema
from .errors import ProjectError
from .files import write
from .inference import Model
from .metadata import as_json


def run(path: str, output: str | None = None) -> None:
    """Read a file as training does, and write a line of CSV for each of its rows."""
    model = Model(Path("model"))
    frame = data.read_table(Path(path).expanduser(), load_config(), load_schema())
    for feature in model.features:
        gaps = frame[feature["name"]].isna().to_numpy()
        if feature["required"] and gaps.any():
            what = f"{path}, row {gaps.argmax() + 1}: {feature['name']} is missing"
            raise ProjectError(f"{what}, and no row of the training part lacked it.")
    rows = [
        {f["name"]: as_json(row[f["name"]], f["kind"]) for f in model.features}
        for row in frame.to_dict("records")
    ]
    if not rows:
        raise ProjectError(f"{path} has no rows.")
    answers = pd.DataFrame(model.predict(rows))
    text = answers.drop(columns=["warnings", "probabilities"], errors="ignore").to_csv(index=False)
    if output:
        write(Path(output), text)
    else:
        sys.stdout.write(text)
