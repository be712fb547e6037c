"""`promote`: artifacts/ becomes model/, and README, card and reports with it, or nothing does."""

import base64
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
from .session import open_model
from .story import story

LARGEST = 10_000_000  # bytes: git and the page carry the model
FILES = ("model.onnx", "metadata.json", "golden.json")
PUBLISHED = (
    *("model", "reports/plots", "reports/metrics.json", "reports/report.html"),
    *("README.md", "MODEL_CARD.md"),
)


def run(force: bool = False) -> None:
    """Publish what train and evaluate left in artifacts/; ``force`` allows a worse model."""
    metadata, _ = open_model(ARTIFACTS)
    config = load_config()
    lineage.check(metadata["lineage"], lineage.current(config, data.data_digest(config)))
    size = sum((ARTIFACTS / name).stat().st_size for name in FILES)
    if size > LARGEST:
        raise ProjectError(f"The model takes {size / 1e6:.1f} MB; 10 MB are allowed.")
    if not force:
        check_quality(metadata)
    repository = config.project.repository or site.repository()
    pages = site.address(repository) if Path(".github/workflows/pages.yml").is_file() else None
    addresses = {"repository": repository, "site": config.project.site or pages}
    metadata["project"] |= config.project.model_dump() | addresses | {"story": story()}
    facts = results(metadata)
    shown = {key: facts[key] for key in ("evaluated", "picture", "metrics", "comparison")}
    metadata["result"] = shown | {"sentence": facts["result"]}
    with tempfile.TemporaryDirectory(dir=".", prefix=".promote-") as folder:
        fill(Path(folder), metadata, facts)
        move(Path(folder))
    print(f"Model {metadata['model']['id']} is in model/. {facts['result']}", file=sys.stderr)


def check_quality(metadata: dict[str, Any]) -> None:
    """Refuse a model that out-of-fold or validation scores, never the test part, show to be bad."""
    ranking = metadata["validation"].get("roc_auc", {}).get("high")
    other = metadata.get("validation_comparison")
    if ranking is not None and ranking < 0.5:
        reason = f"on validation it ranks the wrong way round (ROC AUC at most {ranking:.2f})"
    elif other and other["verdict"] == "worse" and abs(other["value"]) > other["margin"]:
        reason = f"out of fold it is worse than {other['against']}. {report.verdict(other)}"
    else:
        return
    hint = "Change data or model; `promote --force` publishes it all the same."
    raise ProjectError(f"The model is not promoted: {reason}", hint)


def results(metadata: dict[str, Any]) -> dict[str, Any]:
    """Return reports/metrics.json, schema 2: of the model it says what its metadata say."""
    path, model = ARTIFACTS / "evaluation.json", metadata["model"]
    facts: dict[str, Any] = read_json(path) if path.is_file() else {"model": None}
    if facts["model"] != model:  # there is none, or it is of a model before this one
        cluster = {"unit": "row", "count": 0, "reliable": False}
        split = {"rule": model["settings"]["split"]["rule"], "description": "", "cluster": cluster}
        facts = {"schema": 2, "picture": None, "comparison": None, "slices": []}
        facts |= {"evaluated": False, "result": "Not yet evaluated: `make evaluate promote`."}
        facts |= {"metrics": {}, "candidates": {}, "environment": {}, "details": {}}
        facts |= {"split": split | {"rows": metadata["rows"]}}
    shared = ("project", "task", "primary", "model", "dataset", "chosen_by", "margin")
    readings = report.read_rows("test_readings.csv")
    return facts | {
        **{key: metadata[key] for key in (*shared, "exclusions", "lineage")},
        "test_readings": [{**row, "commit": row["commit"] or None} for row in readings],
    }


def fill(folder: Path, metadata: dict[str, Any], facts: dict[str, Any]) -> None:
    """Write all that is published into ``folder``, where it will lie in the project."""
    plots, pictures = folder / "reports/plots", {}
    for path in (plots, folder / "model"):
        path.mkdir(parents=True)
    for plot in facts["details"].get("plots", ()):
        svg = (ARTIFACTS / "plots" / plot["file"]).read_bytes()
        (plots / plot["file"]).write_bytes(svg)
        pictures[plot["file"]] = f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"
    for name in FILES:
        shutil.copy2(ARTIFACTS / name, folder / "model")
    write_json(folder / "model/metadata.json", metadata)
    write_json(folder / "reports/metrics.json", facts)
    about = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    facts = facts | {"licence": about.get("license", "other").lower(), "pictures": pictures}
    facts["experiments"] = report.read_rows("experiments.csv")
    for name in ("reports/report.html", "README.md", "MODEL_CARD.md"):
        text, old = report.render(f"{Path(name).name}.j2", facts), Path(name)
        if name.endswith(".md") and old.is_file():
            before = old.read_text(encoding="utf-8")
            # A card without any mark was written anew by its owner, and is theirs.
            own = name == "MODEL_CARD.md" and not report.BLOCK.search(before)
            text = before if own else report.with_blocks(name, before, text)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def move(folder: Path) -> None:
    """Put what ``folder`` holds in the place of what the project has: all of it, or nothing."""
    pairs = [(Path(name), folder / "old" / name) for name in PUBLISHED]
    try:
        for target, old in pairs:
            target.parent.mkdir(exist_ok=True)
            old.parent.mkdir(parents=True, exist_ok=True)
            if target.exists():
                target.rename(old)
            (folder / target).rename(target)
    except BaseException:
        for target, old in pairs:
            if not (folder / target).exists():
                target.rename(folder / target)
            if old.exists():
                old.rename(target)
        raise
