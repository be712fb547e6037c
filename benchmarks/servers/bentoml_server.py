"""The model behind BentoML, as its guide has it, with one worker."""

import os
import sys
from pathlib import Path
from typing import Any

import bentoml
from model import Model


@bentoml.service(workers=1)  # type: ignore[misc]
class Predictor:
    """Rows in, predictions out."""

    def __init__(self) -> None:
        self.model = Model()

    @bentoml.api  # type: ignore[misc]
    def predict(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """Return a prediction a row."""
        return {"predictions": self.model.predict(rows)}


if __name__ == "__main__":
    bento = Path(sys.executable).parent / "bentoml"
    here = Path(__file__).parent
    os.environ["BENTOML_DO_NOT_TRACK"] = "True"
    os.chdir(here)
    command = [str(bento), "serve", "bentoml_server:Predictor", "--port", os.environ["PORT"]]
    os.execv(bento, [*command, "--host", "127.0.0.1"])
