"""`promote`: artifacts/ becomes model/, and README, card and reports with it, or nothing does."""

import base64
import json
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from . import data, lineage, report, site
from .config import load_config
from .errors import ProjectError
from .export import ARTIFACTS
from .files import read_json, write_json
from .session import open_session, read_metadata
from .story import story

LARGEST = 10_000_000  # bytes: git and the page carry the model
FILES = ("model.onnx", "metadata.json", "golden.json")
REPORTS = ("reports/plots", "reports/metrics.json", "reports/report.html")
UNKNOWN = {"unit": "row", "count": 0, "reliable": False}


def run(force: bool = False) -> None:
    """Publish what train and evaluate left in artifacts/; ``force`` allows a worse model."""
    metadata = read_metadata(ARTIFACTS)
    open_session(ARTIFACTS, metadata)
    config = load_config()
    lineage.check(metadata["lineage"], lineage.current(config, data.data_digest(config)))
    size = sum((ARTIFACTS / name).stat().st_size for name in FILES)
    if size > LARGEST:
        raise ProjectError(f"The model takes {size / 1e6:.1f} MB; 10 MB are allowed.")
    if not force:
        check_quality(metadata)
    repository = config.project.repository or site.repository()
    pages = site.address(repository) if Path(".github/workflows/pages.yml").is_file() else None
    metadata["project"] |= config.project.model_dump() | {
        "repository": repository,
        "site": config.project.site or pages,
        "story": story(),
    }
    facts = evaluation(metadata)
    metadata["result"] = {
        "sentence": facts["result"],
        **{key: facts[key] for key in ("evaluated", "picture", "metrics", "comparison")},
    }
    with tempfile.TemporaryDirectory(dir=".", prefix=".promote-") as name:
        folder = Path(name)
        fill(folder, metadata, facts)
        move(folder, ["model", *REPORTS, "README.md", "MODEL_CARD.md"])
    print(f"Model {metadata['model']['id']} is in model/. {facts['result']}", file=sys.stderr)


def check_quality(metadata: dict[str, Any]) -> None:
    """Refuse a model that out-of-fold or validation scores show to be of no use."""
    hint = "Change the model or the data; `promote --force` publishes it all the same."
    ranking = metadata["validation"].get("roc_auc", {}).get("high")
    if ranking is not None and ranking < 0.5:
        reason = f"on validation it ranks the wrong way round (ROC AUC at most {ranking:.2f})"
        raise ProjectError(f"The model is not promoted: {reason}.", hint)
    other = metadata.get("validation_comparison")
    if other and other["verdict"] == "worse" and abs(other["value"]) > other["margin"]:
        reason = f"out of fold it is worse than {other['against']}. {report.verdict(other)}"
        raise ProjectError(f"The model is not promoted: {reason}", hint)


def evaluation(metadata: dict[str, Any]) -> dict[str, Any]:
    """Return reports/metrics.json, schema 2; what it says of the model comes from its metadata."""
    path, model = ARTIFACTS / "evaluation.json", metadata["model"]
    facts = read_json(path) if path.is_file() else {"model": {"id": ""}}
    if facts["model"]["id"] != model["id"]:  # there is none, or it is of a model before this one
        split = {"rule": model["settings"]["split"]["rule"], "description": "", "cluster": UNKNOWN}
        facts = dict.fromkeys(("picture", "comparison"))
        facts |= {"evaluated": False, "result": "Not yet evaluated: `make evaluate promote`."}
        facts |= {"metrics": {}, "candidates": {}, "slices": [], "environment": {}, "details": {}}
        facts |= {"schema": 2, "split": split | {"rows": metadata["rows"]}}
    shared = ("project", "task", "primary", "model", "dataset", "chosen_by", "margin")
    facts |= {key: metadata[key] for key in (*shared, "exclusions", "lineage")}
    readings = report.read_rows("test_readings.csv")
    return facts | {"test_readings": [row | {"commit": row["commit"] or None} for row in readings]}


def fill(folder: Path, metadata: dict[str, Any], facts: dict[str, Any]) -> None:
    """Write all that is published into ``folder``, as it will lie in the project."""
    (folder / "reports/plots").mkdir(parents=True)
    pictures = {}
    for plot in facts["details"].get("plots", ()):
        svg = (ARTIFACTS / "plots" / plot["file"]).read_bytes()
        (folder / "reports/plots" / plot["file"]).write_bytes(svg)
        pictures[plot["file"]] = f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"
    write_json(folder / "reports/metrics.json", facts)
    for name in FILES:
        (folder / "model").mkdir(exist_ok=True)
        shutil.copy2(ARTIFACTS / name, folder / "model")
    write_json(folder / "model/metadata.json", metadata)
    about = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    more = {"licence": about.get("license", "other").lower(), "pictures": pictures}
    facts = facts | more | {"experiments": report.read_rows("experiments.csv")}
    for name in ("README.md", "MODEL_CARD.md", "report.html"):
        text, old = report.render(f"{name}.j2", facts), Path(name)
        if old.is_file():
            before = old.read_text(encoding="utf-8")
            if name == "MODEL_CARD.md" and not report.BLOCK.search(before):
                text = before  # its owner wrote it anew: it is theirs
            else:
                text = report.with_blocks(name, before, text)
        target = folder / ("reports" if name == "report.html" else "") / name
        target.write_text(text, encoding="utf-8", newline="\n")


def move(folder: Path, names: list[str]) -> None:
    """Put what ``folder`` holds in the place of what the project has: all of it, or nothing."""
    targets, old = [Path(name) for name in names], folder / "old"
    try:
        for target in targets:
            for parent in (target.parent, (old / target).parent):
                parent.mkdir(parents=True, exist_ok=True)
            if target.exists():
                target.rename(old / target)
            (folder / target).rename(target)
    except BaseException:
        for target in targets:
            if target.exists() and not (folder / target).exists():
                target.rename(folder / target)
            if (old / target).exists():
                (old / target).rename(target)
        raise
