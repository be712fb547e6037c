"""What is known about the data as a whole: name, source, version, licence, SHA-256."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from ..config import DataConfig
from . import lock

SAMPLE = Path(__file__).parent / "sample"


def describe(data: DataConfig, rows: int, root: Path = Path()) -> dict[str, Any]:
    """Return the `dataset` of reports/metrics.json: one digest stands for all of the files."""
    if data.source == "sample":
        facts: dict[str, Any] = json.loads((SAMPLE / "dataset.json").read_text(encoding="utf-8"))
        sums = SAMPLE / "SHA256SUMS"
        if sums.is_file():
            facts["sha256"] = hashlib.sha256(sums.read_bytes()).hexdigest()
        return {**facts, "rows": rows, "sample": True}
    locked = lock.read(root)
    source = locked.source if locked else f"{data.source}:{data.kaggle or data.path}"
    name, _, version = source.partition(":")[2].partition("/versions/")
    files = "".join(
        f"{digest}  {path}\n" for path, digest in (locked.files if locked else {}).items()
    )
    return {
        "name": name,
        "source": f"https://www.kaggle.com/datasets/{name}" if data.source == "kaggle" else source,
        "version": version,
        "sha256": hashlib.sha256(files.encode()).hexdigest(),
        "licence": locked.licence if locked else data.licence or "unknown",
        "rows": rows,
        "sample": False,
    }
