"""What metadata.json and the report say about the data."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from ..settings import Config
from . import dataset, lock


def describe(config: Config, rows: int, root: Path = Path()) -> dict[str, Any]:
    """Return core's facts about the data; for synthetic speech with the digest of all its audio."""
    facts = dataset.describe(config.data, rows, root)
    if config.data.source == "sample":
        locked = lock.read(root)
        files = locked.files if locked else {}
        lines = "".join(f"{digest}  {name}\n" for name, digest in files.items())
        facts["sha256"] = hashlib.sha256(lines.encode()).hexdigest()
    return facts
