"""The names of generated code say what they hold, as those of this repository do."""

from __future__ import annotations

import ast
from pathlib import PurePosixPath

import pytest

from mlstarter import engines, questions
from mlstarter.sources import Template
from mlstarter.sources.assemble import LEVELS, TYPES
from tests.test_names import bindings, is_participle

INPUTS = {
    "sample": {},
    "local": {"data_path": "data/raw/a.csv"},
    "kaggle": {"kaggle_dataset": "a/b"},
}
# Names that an interface prescribes, a key of JSON for example: (file, name), and which one.
PRESCRIPTIONS: dict[tuple[str, str], str] = {}

# How many are left of each type. A number may only shrink.
CEILINGS = {"tabular": 0, "cv": 1, "nlp": 0, "asr": 1}


def names_in(template: Template, kind: str) -> set[tuple[str, str, bool]]:
    """Each name of a type's modules and own tests with its file, and whether a function has it."""
    texts = set()
    for level in LEVELS:
        for source, place in INPUTS.items():
            inputs = {"project_type": kind, "level": level, "data_source": source, **place}
            answers = questions.complete(
                questions.load(template), {"package_name": "package", **inputs}
            )
            texts |= {
                (name, entry.data)
                for name, entry in engines.render(template, answers).items()
                if name.endswith(".py") and name.startswith(("src/", "tests/"))
            }
    names = {(name, PurePosixPath(name).stem, False) for name, _ in texts}
    for path, text in texts:
        names |= {(path, name, verb) for name, _, verb in bindings(ast.parse(text))}
    return names


@pytest.mark.slow
@pytest.mark.parametrize("kind", TYPES)
def test_no_type_generates_more_lone_participles_than_before(
    working_template: Template, kind: str
) -> None:
    lone = {
        (path, name)
        for path, name, verb in names_in(working_template, kind)
        if is_participle(name, verb=verb) and (path, name) not in PRESCRIPTIONS
    }
    assert len(lone) <= CEILINGS[kind], sorted(lone)
