"""`promote`: artifacts/ becomes model/, and README, card and reports describe it."""

import shutil
import sys
from pathlib import Path
from typing import Any

from . import data, git, lineage, report
from .config import load_config
from .errors import ProjectError
from .export import ARTIFACTS, open_model
from .files import read_json, read_rows, write, write_json
from .story import story

PARTS = ("golden.json", "model.onnx")  # of model/, and metadata.json
LARGEST = 10_000_000  # bytes: git and the page carry the model


def run(force: bool = False) -> None:
    """Publish what train and evaluate left in artifacts/; ``force`` allows a worse model."""
    metadata, _ = open_model(ARTIFACTS)
    config = load_config()
    lineage.check(metadata["lineage"], lineage.current(config, data.data_digest(config)))
    if not force:
        check_quality(metadata)
    publish(ARTIFACTS, metadata)


def publish(folder: Path, metadata: dict[str, Any]) -> None:
    """Write model/, README, card and reports, all of them of the model in ``folder``."""
    project = metadata["project"] | load_config().project.model_dump() | {"story": story()}
    project |= {name: project[name] or address for name, address in git.addresses().items()}
    facts = read_json(folder / "metrics.json") | {"project": project}
    facts["test_readings"] = read_rows(Path("reports/test_readings.csv"))
    keys = ("evaluated", "picture", "metrics", "comparison")
    result = {"sentence": facts["result"]} | {key: facts[key] for key in keys if key in facts}
    metadata |= {"project": project, "result": result}
    if sum((folder / name).stat().st_size for name in PARTS) > LARGEST:
        raise ProjectError("The model takes more than 10 MB.", "Make it smaller in config.toml.")
    # All is rendered before the first file is written; metadata.json, which names the model, last.
    context = facts | {"experiments": read_rows(lineage.EXPERIMENTS)}
    texts = {"reports/report.html": report.render("report.html.j2", context)}
    for name in ("README.md", "MODEL_CARD.md"):
        texts[name] = report.with_blocks(Path(name), report.render(f"{name}.j2", context))
    shutil.rmtree("reports/plots", ignore_errors=True)
    if facts["evaluated"]:
        shutil.copytree(folder / "plots", "reports/plots")
    for name, text in texts.items():
        write(Path(name), text)
    write_json(Path("reports/metrics.json"), facts)
    for name in PARTS:
        write(Path("model", name), (folder / name).read_bytes())
    write_json(Path("model/metadata.json"), metadata)
    print(f"Model {metadata['model']['id']} is in model/. {facts['result']}", file=sys.stderr)


def check_quality(metadata: dict[str, Any]) -> None:
    """Refuse a model that out-of-fold or validation scores, never the test part, show to be bad."""
    ranking = metadata["validation"].get("roc_auc", {}).get("high")
    other = metadata["validation_comparison"]
    reason = ""
    if ranking is not None and ranking < 0.5:
        reason = f"it ranks the wrong way round (ROC AUC at most {ranking:.2f} on validation)"
    if other and other["verdict"] == "worse" and abs(other["value"]) > other["margin"]:
        reason = f"it is worse than a simpler one. {report.verdict(other)}"
    if reason:
        hint = "Change data or model; `promote --force` publishes it all the same."
        raise ProjectError(f"The model is not promoted: {reason}", hint)
