"""A vision project's page and service answer alike, and a gate holds them to it."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Require
from tests.templates import cv_pictures
from tests.templates.browser import accessibility, open_page, press_predict, scrolls_sideways
from tests.templates.conftest import Generate
from tests.templates.cv_pictures import write_shapes
from tests.templates.gate_faults import build_site
from tests.templates.projects import Project, change, request
from tests.templates.tabular_requests import difference
from tests.templates.test_site_page import ASK, serve_site

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("cv")]

PNG = {"Content-Type": "image/png"}
# A network that need not be good, in seconds.
SHORTER = {"width": "8", "epochs": "2", "steps": "60", "resamples": "200"}


@pytest.fixture(scope="module")
def garments(
    cv_project: Project, tmp_path_factory: pytest.TempPathFactory, require: Require
) -> Project:
    """Return a clone of the embedded pictures' project in which the site was built."""
    require("node")
    return build_site(cv_project.clone(tmp_path_factory.mktemp("site") / "garments"))


@pytest.fixture(scope="module")
def shapes(generate: Generate, cv_project: Project, require: Require) -> Project:
    """Return a project of coloured pictures of one's own, in whose clone the site was built."""
    require("node")
    answers = {"data_source": "local", "data_path": "data/raw/shapes", "image_size": "32"}
    root = generate("cv", "shapes", **answers)
    write_shapes(root / "data/raw/shapes")
    change(root / "config.toml", SHORTER)
    environment = {**cv_project.environment, "PYTHONPATH": str(root / "src")}
    project = Project(root, "shapes", cv_project.python, environment)
    project.command("all")
    return build_site(project)


@pytest.fixture(scope="module", params=["garments", "shapes"])
def either(request: pytest.FixtureRequest) -> Project:
    """Return one of the two: grey pictures, coloured ones."""
    project: Project = request.getfixturevalue(request.param)
    return project


@pytest.fixture(scope="module")
def address(garments: Project) -> Iterator[str]:
    with serve_site(garments) as url:
        yield url


@pytest.fixture(scope="module")
def pictures(garments: Project, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return pictures that the project's own Python made."""
    return cv_pictures.load(garments, tmp_path_factory.mktemp("pictures"))


def change_metadata(project: Project, key: str, value: Any) -> None:
    file = project.root / "model/metadata.json"
    metadata = json.loads(file.read_text("utf-8"))
    metadata["output"][key] = value
    file.write_text(json.dumps(metadata), encoding="utf-8")


def swap_classes(project: Project) -> None:
    change_metadata(project, "classes", project.metadata()["output"]["classes"][::-1])


def raise_the_threshold(project: Project) -> None:
    change_metadata(project, "threshold", 0.999999)


def change_graph(project: Project, code: str) -> None:
    """Change the graph, and bring metadata.json in line with it."""
    script = f"import onnx; model = onnx.load('model/model.onnx')\n{code}\n"
    project.run(project.python, "-c", script + "onnx.save(model, 'model/model.onnx')")
    file = project.root / "model/metadata.json"
    metadata = json.loads(file.read_text("utf-8"))
    graph = (project.root / "model/model.onnx").read_bytes()
    metadata["model"]["sha256"] = hashlib.sha256(graph).hexdigest()
    file.write_text(json.dumps(metadata), encoding="utf-8")


def change_a_weight(project: Project) -> None:
    change_graph(
        project,
        "from onnx import numpy_helper as n\n"
        "w = max(model.graph.initializer, key=lambda i: len(i.raw_data))\n"
        "a = n.to_array(w).copy(); a.flat[0] += 1; w.CopyFrom(n.from_array(a, w.name))",
    )


def resize_otherwise(project: Project) -> None:
    change_graph(
        project,
        "(node,) = [n for n in model.graph.node if n.op_type == 'Resize']\n"
        "(one,) = [a for a in node.attribute if a.name == 'antialias']\none.i = 0",
    )


def turn_the_picture(project: Project) -> None:
    file = project.root / "site/predict.js"
    text = file.read_text("utf-8")
    assert "[1, height, width, channels]" in text
    text = text.replace("[1, height, width, channels]", "[1, width, height, channels]")
    file.write_text(text, encoding="utf-8")


FAULTS = [swap_classes, raise_the_threshold, change_a_weight, resize_otherwise, turn_the_picture]


@pytest.mark.parametrize("fault", FAULTS)
def test_the_gate_is_red_where_something_is_changed(
    garments: Project, tmp_path: Path, fault: Any
) -> None:
    clone = garments.clone(tmp_path / "p")
    cache = "data/cache/onnxruntime-web"
    shutil.copytree(garments.root / cache, clone.root / cache)
    fault(clone)
    run = clone.command("site", check=False)
    assert run.status == 1, run.output
    assert "otherwise than the service" in run.output and "Traceback" not in run.output
    assert not (clone.root / "site/build").exists()


def test_nothing_of_the_owners_is_published(shapes: Project) -> None:
    assert shapes.metadata()["example_source"] == "synthetic"
    built_files = [p for p in (shapes.root / "site/build").rglob("*") if p.is_file()]
    assert {p.suffix for p in built_files} <= {".js", ".mjs", ".wasm", ".html", ".css", ".json",
                                               ".onnx", ".svg", ".md"}  # fmt: skip
    assert not any(p.name in ("worst.svg", "golden.json") for p in built_files)


@pytest.mark.browser
def test_random_pictures_get_the_same_answer_from_both_backends(
    chromium: str, either: Project, tmp_path: Path
) -> None:
    pictures = cv_pictures.load(either, tmp_path)["random"]
    with either.serve() as service:
        files = [base64.b64decode(one["file"]) for one in pictures]
        expected = [request(f"{service}/predict", file, **PNG) for file in files]
    requests = [json.dumps(one["request"]) for one in pictures]
    with serve_site(either) as address, open_page(chromium, address) as (page, _):
        answers = page.evaluate(ASK, requests)
    for (status, theirs), ours in zip(expected, answers, strict=True):
        assert status == 200 and difference(theirs, ours) < 1e-4


# Chooses a file in a form of its own, as a visitor would, and asks the page's own backend.
CHOOSE = """async (files) => {
    const { browser } = await import("./backend.js");
    const { makeForm } = await import("./predict.js");
    const backend = browser(() => {});
    const form = makeForm(await backend.metadata);
    const answers = [];
    for (const [text, type] of files) {
        const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
        const data = new DataTransfer();
        data.items.add(new File([bytes], "mine", { type }));
        form.nodes[0].querySelector("input").files = data.files;
        const { request, errors } = await form.read();
        const toDetail = (refusal) => ({ detail: refusal.errors });
        const ask = () => backend.predict(request).catch(toDetail);
        answers.push(errors.length ? toDetail({ errors }) : await ask());
    }
    return answers;
}"""


@pytest.mark.browser
def test_files_are_decoded_by_the_browser_as_by_the_service(
    chromium: str, address: str, garments: Project, pictures: dict[str, Any]
) -> None:
    files = pictures["files"]
    with garments.serve() as service:
        expected = [
            request(f"{service}/predict", base64.b64decode(file), **{"Content-Type": kind})
            for _, file, kind, _ in files
        ]
    with open_page(chromium, address) as (page, _):
        answers = page.evaluate(CHOOSE, [[file, kind] for _, file, kind, _ in files])
    rows = zip(files, expected, answers, strict=True)
    for (name, _, _, tolerance), (status, theirs), ours in rows:
        if name == "16 bits":  # the service reads all of them, a browser would give other numbers
            assert status == 200 and "16 bits of grey" in ours["detail"][0]["msg"]
        elif status == 200:
            assert theirs["prediction"] == ours["prediction"], name
            assert difference(theirs, ours) < tolerance, (name, theirs, ours)
        else:
            assert ours["detail"][0]["msg"] == theirs["detail"][0]["msg"], name


@pytest.mark.browser
@pytest.mark.parametrize("published_page", [False, True])
def test_the_example_is_answered_as_the_api_answers_it(
    chromium: str, address: str, garments: Project, pictures: dict[str, Any], published_page: bool
) -> None:
    with garments.serve() as service:
        _, answer = request(f"{service}/predict", pictures["example"], **PNG)
        with open_page(chromium, address if published_page else service) as (page, seen):
            assert press_predict(page) == answer["prediction"] or answer["prediction"] is None
            share = f"{100 * max(answer['probabilities'].values()):.0f}"
            text = page.get_by_role("status").inner_text()
            assert share in text
            assert seen.complaints == []
            assert seen.elsewhere(address if published_page else service) == []


@pytest.mark.browser
@pytest.mark.parametrize(("dark", "phone"), [(False, False), (True, False), (False, True)])
def test_the_page_is_accessible_and_fits(
    chromium: str,
    address: str,
    pictures: dict[str, Any],
    tmp_path: Path,
    dark: bool,
    phone: bool,
) -> None:
    (tmp_path / "mine.png").write_bytes(base64.b64decode(pictures["files"][0][1]))
    with open_page(chromium, address, dark=dark, phone=phone) as (page, _):
        page.get_by_label("Picture", exact=True).set_input_files(tmp_path / "mine.png")
        press_predict(page)
        assert accessibility(page) == []
        assert not scrolls_sideways(page)
        (tmp_path / "mine.png").write_bytes(b"no picture")
        page.get_by_label("Picture", exact=True).set_input_files(tmp_path / "mine.png")
        page.get_by_role("button", name="Predict").click()
        page.get_by_text("The file is damaged").wait_for()
        assert accessibility(page) == []
