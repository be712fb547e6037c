"""Every type, task and data source of which a project looks different."""

from __future__ import annotations

from mlstarter import engines, questions
from mlstarter.sources import Template
from mlstarter.tree import Tree

CASES: list[tuple[str, str, dict[str, str]]] = [
    ("tabular", "sample", {"task": "binary"}),
    ("tabular", "sample", {"task": "regression"}),
    *(
        ("tabular", source, {"task": task, "target": "y"})
        for source in ("local", "kaggle")
        for task in ("binary", "multiclass", "regression", "anomaly")
    ),
    *((kind, source, {}) for kind in ("cv", "nlp") for source in ("sample", "local", "kaggle")),
    ("cv", "local", {"image_layout": "folders", "image_split": "given"}),
    ("cv", "local", {"image_layout": "folders", "image_split": "group"}),
    *(
        ("cv", source, {"image_layout": "table", "image_split": rule})
        for source in ("local", "kaggle")
        for rule in ("given", "group")
    ),
    *(
        ("cv", "kaggle", {"image_layout": "pixels", "pixel_format": kind, "image_split": "given"})
        for kind in ("idx", "csv")
    ),
    *(("asr", "sample", {"speech_task": task}) for task in ("digits", "commands", "keywords")),
    *(
        ("asr", source, {"speech_task": task})
        for source in ("local", "kaggle")
        for task in ("digits", "commands", "keywords", "open")
    ),
]
NAMES = ["-".join([kind, source, *answers.values()]) for kind, source, answers in CASES]
PLACES = {"local": {"data_path": "data/raw/a.csv"}, "kaggle": {"kaggle_dataset": "a/b"}}


def render_variant(template: Template, kind: str, source: str, answers: dict[str, str]) -> Tree:
    """Return the files of a fresh project."""
    inputs = {"project_type": kind, "data_source": source, **PLACES.get(source, {}), **answers}
    return engines.render(template, questions.complete(questions.load(template), inputs))
