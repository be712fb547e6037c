"""One function chooses the engine of a template; no other line asks which one it is."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import mlstarter
from mlstarter import engines, questions, sources
from tests.engines.helpers import Files, write_template

SOURCE = Path(mlstarter.__file__).parent
NAMES = {"copier", "cookiecutter"}
CLASSES = {"CopierEngine", "CookiecutterEngine"}
# Where the choice is made, and what turns templates of one engine into those of the other.
CHOOSES = {"engines/__init__.py"}
CONVERTS = {"authoring/convert.py"}


def asks_which_engine(tree: ast.AST) -> Iterator[int]:
    """Yield the lines that depend on which engine a template or a record names."""
    for node in ast.walk(tree):
        function = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Compare):
            parts = [node.left, *node.comparators]
        elif isinstance(node, ast.Match):
            parts = [node.subject]
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) != "Literal":
            parts = [node.slice]
        elif isinstance(node, ast.Call) and (function == "isinstance" or function.endswith(".get")):
            parts = list(node.args)
        else:
            continue
        if any(names_engine(inner) for part in parts for inner in ast.walk(part)):
            yield node.lineno


def names_engine(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == "engine" or node.attr in CLASSES
    if isinstance(node, ast.Name):
        return node.id in CLASSES
    return isinstance(node, ast.Constant) and node.value in NAMES


@pytest.mark.slow
def test_no_line_asks_which_engine_but_the_one_that_chooses() -> None:
    lines = {
        f"{path.relative_to(SOURCE).as_posix()}:{line}"
        for path in sorted(SOURCE.rglob("*.py"))
        for line in asks_which_engine(ast.parse(path.read_text(encoding="utf-8")))
        # Copier's and Cookiecutter's own data have keys of these names.
        if not path.is_relative_to(SOURCE / "engines" / "cookiecutter")
    }

    assert {line.partition(":")[0] for line in lines} == CHOOSES | CONVERTS


@pytest.mark.parametrize(
    "line",
    [
        "if template.engine == 'copier': pass",
        "kind = 'cookiecutter' in (record.engine,)",
        "if name is 'copier': pass",
        "match template.engine:\n    case 'copier': pass",
        "WRITERS[template.engine]",
        "WRITERS.get(template.engine)",
        "isinstance(engine, CopierEngine)",
    ],
)
def test_the_test_above_sees_each_way_of_asking(line: str) -> None:
    assert list(asks_which_engine(ast.parse(line)))


TEMPLATES: dict[str, Files] = {
    "copier": {"copier.yml": "name: ada\n", "f.jinja": "{{ name }}"},
    "cookiecutter": {
        "cookiecutter.json": '{"name": "ada"}',
        "{{cookiecutter.name}}/f": "{{ cookiecutter.name }}",
    },
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_engine_answers_the_whole_protocol(name: str, tmp_path: Path) -> None:
    template = sources.resolve(str(write_template(tmp_path / "t", TEMPLATES[name])))
    engine = engines.of(template)
    answers = questions.complete(engine.questionnaire, {})

    assert [question.name for question in engine.questionnaire.questions] == ["name"]
    assert engine.render(answers, "made").tree["f"].data == b"ada"
    assert engine.code == engine.commands == engine.reads == ()
    assert dict(engine.inner_templates) == {}
    assert engine.folder_name(answers) in {"", "ada"}
    assert engine.message(answers, "after_copy", "made") == ()
    assert engine.migrations("0.1.0") == ()
    assert engine.exemptions(answers) is None
    assert ("f.jinja" if name == "copier" else "f") in dict(engine.texts())


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_an_engine_records_it_reads_again(name: str, tmp_path: Path) -> None:
    template = sources.resolve(str(write_template(tmp_path / "t", TEMPLATES[name])))
    form = engines.of(template).record_format

    text = form.write(template, {"name": "ada"}, None)
    record = form.parse(form.default_path, text)

    assert form.matches(form.default_path)
    assert record.source == template.source
    assert dict(record.answers) == {"name": "ada"}
    assert [f.matches(form.default_path) for f in engines.record_formats()].count(True) == 1


def test_what_else_stands_in_a_record_stays(tmp_path: Path) -> None:
    template = sources.resolve(str(write_template(tmp_path / "t", TEMPLATES["cookiecutter"])))
    form = engines.of(template).record_format
    values = json.loads(form.write(template, {"name": "ada"}, None)) | {"skip": ["data"]}
    before = form.parse(form.default_path, json.dumps(values).encode())

    after = json.loads(form.write(template, {"name": "bob"}, before))

    assert after["skip"] == ["data"]
    assert after["context"]["cookiecutter"] == {"name": "bob"}
