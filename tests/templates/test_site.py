"""Building the published page: the gate, what is published, and the workflow that does it."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.templates.conftest import Generate
from tests.templates.projects import Project, Run, clean_environment
from tests.templates.validators import index_settings, validate

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("tabular")]

LARGEST_DOWNLOAD = 6_000_000  # bytes: the graph as it is, all else gzipped


def test_a_visitor_downloads_little(built_site: Project) -> None:
    folder = built_site.root / "site/build"
    files = [p for p in folder.rglob("*") if p.is_file() and "reports" not in p.parts]
    sizes = [
        p.stat().st_size if p.suffix == ".onnx" else len(gzip.compress(p.read_bytes()))
        for p in files
    ]
    assert sum(sizes) < LARGEST_DOWNLOAD
    assert not any("golden" in p.name for p in files), "the golden requests stay at home"


def swap_classes(metadata: dict[str, Any]) -> None:
    metadata["output"]["classes"].reverse()


def rename_first_category(metadata: dict[str, Any]) -> None:
    feature = next(f for f in metadata["input"]["features"] if f["kind"] == "category")
    feature["categories"][0] += " "


def rename_last_category(metadata: dict[str, Any]) -> None:
    features = [f for f in metadata["input"]["features"] if f["kind"] == "category"]
    features[-1]["categories"][-1] = "renamed"


def narrow_a_bound(metadata: dict[str, Any]) -> None:
    feature = next(f for f in metadata["input"]["features"] if "low" in f)
    feature["low"] += (feature["high"] - feature["low"]) / 100


def move_the_threshold(metadata: dict[str, Any]) -> None:
    metadata["output"]["threshold"] += 0.01


CHANGES = [
    swap_classes,
    rename_first_category,
    rename_last_category,
    narrow_a_bound,
    move_the_threshold,
]


@pytest.mark.parametrize("change", CHANGES)
def test_the_gate_is_red_where_the_metadata_are_changed(
    built_site: Project, tmp_path: Path, change: Any
) -> None:
    project = copy(built_site, tmp_path)
    file = project.root / "model/metadata.json"
    metadata = json.loads(file.read_text("utf-8"))
    change(metadata)
    file.write_text(json.dumps(metadata), encoding="utf-8")
    assert_red(project)


@pytest.mark.parametrize("with_digest", [False, True])
def test_the_gate_is_red_where_a_weight_is_changed(
    built_site: Project, tmp_path: Path, with_digest: bool
) -> None:
    """Also where metadata.json was brought in line with the other graph."""
    project = copy(built_site, tmp_path)
    project.run(project.python, "-c", CHANGE_A_WEIGHT)
    if with_digest:
        file = project.root / "model/metadata.json"
        metadata = json.loads(file.read_text("utf-8"))
        graph = (project.root / "model/model.onnx").read_bytes()
        metadata["model"]["sha256"] = hashlib.sha256(graph).hexdigest()
        file.write_text(json.dumps(metadata), encoding="utf-8")
    assert_red(project)


CHANGE_A_WEIGHT = """
import onnx
graph = onnx.load("model/model.onnx")
names = ("target_weights", "class_weights", "leaf_weights", "coefficients", "base_values")
weights = [a for n in graph.graph.node for a in n.attribute if a.name in names and a.floats]
floats = max(weights, key=lambda a: len(a.floats)).floats
largest = max(range(len(floats)), key=lambda i: abs(floats[i]))
floats[largest] = 2 * floats[largest] + 1
onnx.save(graph, "model/model.onnx")
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("NaN : Number(value)", "0 : Number(value)"),
        ('kind !== "category"', 'kind === "number"'),
        ('typeof value !== "string"', 'typeof value === "string"'),
        ("value > high", "value > low"),
    ],
)
def test_the_gate_is_red_where_the_javascript_is_changed(
    built_site: Project, tmp_path: Path, old: str, new: str
) -> None:
    project = copy(built_site, tmp_path)
    file = project.root / "site/predict.js"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    assert_red(project)


def copy(project: Project, folder: Path) -> Project:
    """Return a clone of the trained project that has the runtime already."""
    clone = project.clone(folder / "p")
    cache = "data/cache/onnxruntime-web"
    shutil.copytree(project.root / cache, clone.root / cache)
    return clone


def assert_red(project: Project) -> None:
    run = project.command("site", check=False)
    assert run.status == 1, run.output
    assert "otherwise than the service" in run.output
    assert "Traceback" not in run.output
    assert not (project.root / "site/build").exists()


@pytest.fixture(scope="module")
def workflow_packages(fresh: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the folder of what the workflow installs: it has no other package of a project's."""
    workflow = yaml.safe_load((fresh / ".github/workflows/pages.yml").read_text("utf-8"))
    (command,) = [
        step["run"] for step in workflow["jobs"]["build"]["steps"]
        if step.get("run", "").startswith("pip install ")
    ]  # fmt: skip
    folder = str(tmp_path_factory.mktemp("workflow-packages"))
    subprocess.run(
        [sys.executable, "-m", *command.split(), "--quiet", "--target", folder], cwd=fresh,
        env=clean_environment(index_settings()), check=True,
    )  # fmt: skip
    return folder


def test_without_node_it_is_built_with_a_warning(
    built_site: Project, tmp_path: Path, workflow_packages: str
) -> None:
    """And with the packages of the workflow alone."""
    project = copy(built_site, tmp_path)
    (tmp_path / "bin").mkdir()
    path = f"src:{workflow_packages}"
    run = subprocess.run(
        [sys.executable, "-m", project.package, "site"], cwd=project.root, text=True, check=True,
        env={"PATH": str(tmp_path / "bin"), "PYTHONPATH": path}, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert "Warning: page and service were not compared" in run.stdout
    assert (project.root / "site/build/index.html").is_file()


def test_a_project_without_a_model_says_what_to_do(
    generate: Generate, workflow_packages: str
) -> None:
    root = generate("tabular", "siteless", site="false")
    assert not (root / ".github/workflows/pages.yml").exists()
    run = subprocess.run(
        [sys.executable, "-m", "siteless", "site"], cwd=root, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": f"src:{workflow_packages}"}, check=False,
    )  # fmt: skip
    assert run.returncode == 1
    assert "model/ is empty" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.fixture(scope="module")
def fresh(generate: Generate) -> Path:
    return generate("tabular", "published")


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("actionlint", ["-no-color", ".github/workflows/pages.yml"]),
        ("zizmor", ["--offline", "--no-progress", "--persona=pedantic", "."]),
        (
            "check-jsonschema",
            [
                "--builtin-schema",
                "custom.github-workflows-require-timeout",
                ".github/workflows/pages.yml",
            ],
        ),
    ],
)
def test_the_workflow_is_sound(fresh: Path, tool: str, arguments: list[str]) -> None:
    run = validate(tool, arguments, fresh)
    assert run.status == 0, run.output


def look(project: Path, folder: Path, gh: str) -> tuple[Run, str]:
    """Run the workflow's first script with ``gh`` in the place of GitHub's command line."""
    workflow = yaml.safe_load((project / ".github/workflows/pages.yml").read_text("utf-8"))
    (script,) = [s["run"] for s in workflow["jobs"]["build"]["steps"] if s.get("id") == "ready"]
    folder.mkdir()
    (folder / "gh").write_text(f"#!/bin/sh\n{gh}\n", encoding="utf-8")
    (folder / "gh").chmod(0o755)
    output = folder / "output"
    output.touch()
    surroundings = {"RUNNER_TEMP": str(folder), "GITHUB_OUTPUT": str(output)}
    surroundings |= {"PATH": f"{folder}:{os.environ['PATH']}", "GITHUB_REPOSITORY": "ada/flights"}
    run = subprocess.run(
        ["bash", "-e", "-c", script], cwd=project, env=surroundings, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    return Run((), run.returncode, run.stdout, 0.0, 0.0), output.read_text("utf-8")


def test_the_workflow_publishes_only_where_there_is_a_model_and_a_place(
    fresh: Path, tmp_path: Path
) -> None:
    shutil.copytree(fresh, tmp_path / "p")
    empty, output = look(tmp_path / "p", tmp_path / "a", "echo workflow")
    assert (empty.status, output) == (0, "")
    assert "::notice title=No site yet::" in empty.output
    (tmp_path / "p/model").mkdir(exist_ok=True)
    (tmp_path / "p/model/model.onnx").touch()
    missing = 'echo \'{"message": "Not Found"}\'; echo "gh: Not Found (HTTP 404)" >&2; exit 1'
    for name, gh in {"off": missing, "branch": "echo legacy"}.items():
        run, output = look(tmp_path / "p", tmp_path / name, gh)
        assert (run.status, output) == (0, "")
        assert "::notice title=Pages is off::" in run.output
    on, output = look(tmp_path / "p", tmp_path / "on", "echo workflow")
    assert (on.status, output) == (0, "publish=true\n")
    failing_run, _ = look(tmp_path / "p", tmp_path / "broken", 'echo "gh: HTTP 502" >&2; exit 1')
    assert failing_run.status == 1
    assert "502" in failing_run.output
