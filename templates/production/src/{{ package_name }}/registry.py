"""The registry: `models/<id>/` holds what it takes to publish a model again, and stages.json.

The model that is served lies in model/, as in every project, and `promote` alone writes there; so
what README and card describe is what is served. A running service follows both folders.
"""

import shutil
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .errors import ProjectError
from .files import read_json, write_json

MODELS, MODEL = Path("models"), Path("model")
STAGES = "stages.json"
FILES = ("golden.json", "metadata.json", "model.onnx", "metrics.json")
ID = r"^[0-9a-f]{12}$"  # the first digits of the graph's SHA-256


class Stages(BaseModel):
    """Which models stand beside the one in model/."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    canary: Annotated[str, Field(pattern=ID)] | None = None
    percent: Annotated[float, Field(ge=0, lt=100)] = 0.0  # of the requests, to the canary
    history: tuple[str, ...] = ()  # ids that were served before, the latest last


def read_stages(models: Path = MODELS) -> Stages:
    """Return the stages; none are set where nothing was promoted through the registry."""
    path = models / STAGES
    try:
        return Stages.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return Stages()
    except ValidationError as error:
        message = f"{path} is not what `promote` wrote: {error.errors()[0]['msg']}"
        hint = f"Delete {path}: model/ is served then, and no other."
        raise ProjectError(message, hint) from None


def write_stages(stages: Stages, models: Path = MODELS) -> None:
    """Set the stages, in one step."""
    write_json(models / STAGES, stages.model_dump(mode="json"))


def identity(folder: Path) -> str | None:
    """Return the id of the model in a folder, None where there is none."""
    path = folder / "metadata.json"
    return str(read_json(path)["model"]["id"]) if path.is_file() else None


def add(folder: Path, models: Path = MODELS) -> str:
    """Copy what artifacts/ holds of a model into the registry, and return its id."""
    name = str(identity(folder))
    temporary = models / f".{name}.tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    for file in FILES:
        shutil.copy2(folder / file, temporary)
    if (folder / "plots").is_dir():
        shutil.copytree(folder / "plots", temporary / "plots")
    # The same graph may come with other metadata: another threshold, another evaluation.
    shutil.rmtree(models / name, ignore_errors=True)
    temporary.rename(models / name)
    return name


def add_published(models: Path = MODELS) -> str | None:
    """Return the id of the model in model/, which is added where the registry lacks it."""
    name = identity(MODEL)
    if name is None or (models / name).is_dir():
        return name
    together = models / ".published"
    shutil.rmtree(together, ignore_errors=True)
    shutil.copytree(MODEL, together)
    shutil.copy2("reports/metrics.json", together)
    if Path("reports/plots").is_dir():
        shutil.copytree("reports/plots", together / "plots")
    try:
        return add(together, models)
    finally:
        shutil.rmtree(together)
