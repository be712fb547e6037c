"""What the benchmarks use of generated projects is there, so that they do not go stale."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from benchmarks import data, gpu, hostile, noisy_words, serve, site, speech
from mlstarter import engines, questions
from mlstarter.sources import Template
from mlstarter.tree import Tree
from tests.templates.projects import Project, clean_environment

ROOT = Path(__file__).parents[2]
PACKAGE = "demo"
READING = tuple(
    f"{node.module.removeprefix('bench.')}:{alias.name}"
    for node in ast.parse(data.OURS).body
    if isinstance(node, ast.ImportFrom) and node.module
    for alias in node.names
)
# What is used of each type's package, as module:name; methods are named here alone.
NAMES = {
    "tabular": (*READING, serve.MODEL, "inference:Model.answer"),
    "cv": (*gpu.VISION, "data:Images.take", "recipe:Recipe.on"),
    "asr": (*gpu.SPEECH, *noisy_words.NAMES),
}


def test_the_reading_of_a_table_is_among_the_names() -> None:
    assert READING == ("config:load_config", "config:load_schema", "data:load")


def project_tree(template: Template, kind: str, **answers: str) -> Tree:
    inputs = {"project_type": kind, "package_name": PACKAGE, **answers}
    return engines.render(template, questions.complete(questions.load(template), inputs))


def text(tree: Tree, path: str) -> str:
    return tree[path].data.decode()


@cache
def definitions(source: str) -> frozenset[str]:
    """The functions and classes of a module, and the methods of the latter."""
    names = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        if isinstance(node, ast.ClassDef):
            names |= {f"{node.name}.{m.name}" for m in node.body if isinstance(m, ast.FunctionDef)}
    return frozenset(names)


@pytest.mark.slow
@pytest.mark.parametrize("kind", NAMES)
def test_every_name_of_a_project_is_there(working_template: Template, kind: str) -> None:
    answers = {"data_source": "local", "data_path": "a.csv", "target": "y"}
    tree = project_tree(working_template, kind, **answers if kind == "tabular" else {})
    for name in NAMES[kind]:
        module, _, definition = name.partition(":")
        assert definition in definitions(text(tree, f"src/{PACKAGE}/{module}.py")), name


def test_the_vision_project_is_made_as_the_benchmark_asks(working_template: Template) -> None:
    tree = project_tree(working_template, "cv", **{k: str(v) for k, v in gpu.ANSWERS.items()})
    config = text(tree, "config.toml")
    for key in {key for variant in gpu.VARIANTS for key in variant}:
        assert re.search(rf"(?m)^{key} = ", config), key


def test_every_command_and_extra_of_a_speech_project_is_there(working_template: Template) -> None:
    tree = project_tree(working_template, "asr")
    commands = text(tree, f"src/{PACKAGE}/cli.py")
    assert all(f'"{step}": ' in commands for step in speech.STEPS)
    project = text(tree, "pyproject.toml")
    assert all(re.search(rf"(?m)^{extra} = \[", project) for extra in speech.EXTRAS)
    assert re.search(r"(?m)^seed = \d+", text(tree, "config.toml"))
    assert re.search(r'(?m)^device = "\w+"', text(tree, "config.toml"))
    evaluation = text(tree, f"src/{PACKAGE}/evaluate.py")
    assert '"wer_own_recordings"' in evaluation
    assert '"greedy"' in text(tree, f"src/{PACKAGE}/decode.py")


@pytest.mark.sampled
@pytest.mark.parametrize("kind", ["tabular", "cv", "nlp", "asr"])
def test_the_page_is_what_the_benchmark_presses(working_template: Template, kind: str) -> None:
    tree = project_tree(working_template, kind)
    function, module = re.findall(r'import \{ (\w+) \} from "\./(\w+\.js)"', site.INPUTS)[0]
    code = text(tree, f"site/{module}")
    assert re.search(rf"(?m)^export (async )?function {function}\(", code)
    page = text(tree, "site/index.html")
    assert 'id="form"' in page and 'id="result"' in page
    for target in ("setup", "model/model.onnx", "site"):
        assert re.search(rf"(?m)^{target}: ", text(tree, "Makefile")), target


@pytest.mark.e2e
@pytest.mark.xdist_group("tabular")
def test_the_service_is_measured(tabular_project: Project) -> None:
    words = ["--ours", "--rounds", "2", "--requests", "800"]
    project, python = str(tabular_project.root), str(tabular_project.python)
    lines = measure("serve", *words, "--project", project, "--python", python)
    assert [line.split(" | ")[0] for line in lines[2:4]] == ["| no-op", "| ours"]
    assert lines[4].startswith("ours / no-op: ")


@pytest.mark.e2e
@pytest.mark.xdist_group("tabular")
def test_hostile_requests_are_measured_and_refused(tabular_project: Project) -> None:
    project, python = str(tabular_project.root), str(tabular_project.python)
    lines = measure("hostile", "--project", project, "--python", python)
    assert len(lines) == len(hostile.BODIES) + 3


@pytest.mark.e2e
@pytest.mark.xdist_group("tabular")
def test_the_reading_of_a_file_is_measured(tabular_project: Project) -> None:
    lines = measure("data", "--rows", "400", "--python", str(tabular_project.python))
    assert [line.split()[:2] for line in lines[-2:]] == [
        ["ours", "400"],
        ["pandas.read_csv", "400"],
    ]


def measure(name: str, *words: str) -> list[str]:
    process = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", *words], cwd=ROOT, env=clean_environment({}),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    return process.stdout.splitlines()
