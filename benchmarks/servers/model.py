"""The promoted model of a generated project, for the servers that are not the project's own."""

import os
import pkgutil
from pathlib import Path
from typing import Any


class Model:
    """The project's own `Model`: its graph on one thread, its features code, its decision."""

    def __init__(self) -> None:
        project_model = pkgutil.resolve_name(os.environ["BENCHMARK_MODEL_CLASS"])
        self.model = project_model(Path(os.environ["BENCHMARK_MODEL"]))

    def predict(self, rows: list[dict[str, Any]]) -> list[Any]:
        """Return the model's answer for each row."""
        answers: list[Any] = self.model.answer({"rows": rows})
        return answers
