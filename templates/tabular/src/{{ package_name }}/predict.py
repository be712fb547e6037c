"""`predict`: the promoted model answers a file, with the checks of the service."""

import csv
import io
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from . import data
from .config import load_config, load_schema
from .errors import ProjectError
from .files import write
from .inference import Model
from .metadata import as_json


def run(path: str, output: str | None = None) -> None:
    """Read a file as training does; write a line of CSV for each of its rows."""
    model = Model(Path("model"))
    frame = data.read_table(Path(path).expanduser(), load_config(), load_schema())
    body, step = TypeAdapter[Any](model.body), model.metadata["input"]["max_rows"]
    rows = [
        {f["name"]: as_json(row[f["name"]], f["kind"]) for f in model.features}
        for row in frame.to_dict("records")
    ]
    answers: list[dict[str, Any]] = []
    for start in range(0, len(rows), step):
        try:
            body.validate_python({"rows": rows[start : start + step]})
        except ValidationError as error:
            reason = error.errors()[0]
            _, row, *place = reason["loc"]
            where = f"{path}, row {start + int(row) + 1}, {'.'.join(map(str, place))}"
            raise ProjectError(f"{where}: {reason['msg']}.") from None
        answers += model.predict(rows[start : start + step])
    if not answers:
        raise ProjectError(f"{path} has no rows.")
    columns = [name for name, value in answers[0].items() if not isinstance(value, list | dict)]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(answers)
    if output:
        write(Path(output), text.getvalue())
    else:
        sys.stdout.write(text.getvalue())
