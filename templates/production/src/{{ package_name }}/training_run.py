"""`train` at this level: the model also says what its input looks like, and the run is recorded."""

import sys
import time

from . import distributions, runs, train
from .export import ARTIFACTS
from .files import now, read_json, write_json


def run() -> None:
    """Train, and record the run in runs/; a run that fails leaves no record."""
    started, clock = now(), time.monotonic()
    train.run()
    path = ARTIFACTS / "metadata.json"
    metadata = read_json(path) | {"reference": distributions.describe()}
    write_json(path, metadata)
    file = runs.record(metadata, started, time.monotonic() - clock)
    print(f"Recorded as {file}.", file=sys.stderr)
