"""A vision project in a fresh clone: its own commands, in its own environment, to a prediction."""

from __future__ import annotations

import base64
import json
import tomllib
import uuid
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.templates.projects import Project, request

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("cv")]


@pytest.fixture(scope="module")
def clone(cv_project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a clone of the trained project that tests may change."""
    return cv_project.clone(tmp_path_factory.mktemp("clone") / "garments")


def example(project: Project) -> bytes:
    return base64.b64decode(project.metadata()["example"]["base64"])


def test_the_plots_are_those_of_images(cv_project: Project) -> None:
    plots = {path.stem for path in (cv_project.root / "reports/plots").glob("*.svg")}
    assert plots >= {"confusion", "calibration", "robustness", "worst"}


def test_the_network_reaches_the_aim_and_beats_the_linear_baseline(cv_project: Project) -> None:
    """Findings: 88 to 90 % on the embedded subset, where logistic regression reaches 82 to 83 %."""
    metrics = cv_project.metrics()
    accuracy = metrics["metrics"]["accuracy"]
    assert 0.87 < accuracy["value"] < 0.92
    assert accuracy["low"] <= accuracy["value"] <= accuracy["high"]
    assert 0.79 < metrics["baselines"]["linear"]["accuracy"]["value"] < 0.86
    assert metrics["difference"]["against"] == "linear"
    assert metrics["difference"]["low"] > 0
    assert metrics["difference"]["significant"] is True


def test_the_metrics_name_the_images_and_have_a_slice_for_each_class(cv_project: Project) -> None:
    metrics = cv_project.metrics()
    assert metrics["split"]["rows"] == {"train": 7200, "validation": 800, "test": 2000}
    assert metrics["dataset"]["rows"] == 10_000
    assert metrics["dataset"]["licence"] == "MIT"
    assert {row["group"] for row in metrics["slices"]} == set(
        cv_project.metadata()["output"]["classes"]
    )


def test_robustness_falls_and_int8_is_smaller_and_about_as_good(cv_project: Project) -> None:
    metrics = cv_project.metrics()
    for name, values in metrics["robustness"]["curves"].items():
        assert len(values) == 6, name
        assert values[-1] < values[0]
        assert all(b <= a + 0.03 for a, b in pairwise(values)), name
    fp32, int8 = (metrics["precision"][name] for name in ("fp32", "int8"))
    assert int8["bytes"] < 0.5 * fp32["bytes"]
    assert int8["accuracy"]["value"] > fp32["accuracy"]["value"] - 0.02


def test_training_needs_no_network_and_at_most_ninety_cpu_seconds(clone: Project) -> None:
    """The aim is 90; a machine shared with other work makes each second worth less."""
    done = clone.command("train", network=False, timeout=1200)
    assert done.cpu < 150, done.cpu


def test_an_interrupted_training_is_gone_on_with(cv_project: Project, tmp_path: Path) -> None:
    project = cv_project.clone(tmp_path / "p")
    config = project.root / "config.toml"
    text = config.read_text("utf-8")
    assert tomllib.loads(text)["train"]["epochs"] == 10
    config.write_text(
        text.replace("epochs = 10 ", "epochs = 3 ").replace("epochs = 10\n", "epochs = 3\n")
    )
    stop = (
        f"import {project.package}.learn as learn, {project.package}.cli as cli\n"
        "step, seen = learn.run_epoch, []\n"
        "def run_epoch(*arguments):\n"
        "    seen.append(1)\n"
        "    if len(seen) == 2: raise KeyboardInterrupt\n"
        "    step(*arguments)\n"
        "learn.run_epoch = run_epoch\n"
        "raise SystemExit(cli.main(['train']))\n"
    )
    assert project.run(project.python, "-c", stop, check=False).status == 130
    assert (project.root / "artifacts/checkpoint.pt").is_file()
    project.command("train")
    assert not (project.root / "artifacts/checkpoint.pt").exists()
    assert (project.root / "artifacts/model/model.onnx").is_file()


def test_a_clone_serves_without_training(cv_project: Project, tmp_path: Path) -> None:
    fresh = cv_project.clone(tmp_path / "fresh")
    with fresh.serve("make", "-o", ".venv/.installed", "serve") as address:
        status, answer = request(
            f"{address}/predict", example(fresh), **{"Content-Type": "image/png"}
        )
        assert status == 200
        (prediction,) = answer["predictions"]
        assert prediction["prediction"] in fresh.metadata()["output"]["classes"]
        assert sum(prediction["probabilities"].values()) == pytest.approx(1, abs=1e-4)
        status, answer = several(address, [example(fresh)] * 3)
        assert (status, len(answer["predictions"])) == (200, 3)
        status, problem = request(f"{address}/predict", b"junk", **{"Content-Type": "image/png"})
        assert (status, problem["status"]) == (422, 422)
        for path in ("/", "/healthz", "/model", "/openapi.json", "/page/try.js", "/page/try.css"):
            assert request(f"{address}{path}")[0] == 200, path
    assert not (fresh.root / "artifacts").exists()


def several(address: str, files: list[bytes]) -> tuple[int, Any]:
    """Send files as a browser's form does."""
    mark = uuid.uuid4().hex
    part = '--{}\r\nContent-Disposition: form-data; name="file"; filename="{}.png"\r\n'
    body = b"".join(
        part.format(mark, i).encode() + b"Content-Type: image/png\r\n\r\n" + content + b"\r\n"
        for i, content in enumerate(files)
    )
    kind = f"multipart/form-data; boundary={mark}"
    return request(
        f"{address}/predict", body + f"--{mark}--\r\n".encode(), **{"Content-Type": kind}
    )


def test_predict_reads_a_folder(cv_project: Project, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for name in ("one.png", "two.png"):
        (tmp_path / "a" / name).write_bytes(example(cv_project))
    cv_project.command("predict", tmp_path / "a", "--output", tmp_path / "out.csv")
    assert len((tmp_path / "out.csv").read_text("utf-8").splitlines()) == 3


def test_the_embedded_images_are_small_and_the_split_shares_none(cv_project: Project) -> None:
    """Its own tests look for near-duplicates too, and `make all` ran them."""
    (file,) = (cv_project.root / "src").rglob("images.npz")
    assert file.stat().st_size <= 4_500_000
    code = (
        "import sys, numpy; a = numpy.load(sys.argv[1]); t = a['test']\n"
        "train, test = ({i.tobytes() for i in a['images'][m]} for m in (~t, t))\n"
        "print(len(train), len(test), len(train & test))"
    )
    assert cv_project.run(cv_project.python, "-c", code, file).output.split() == [
        "8000",
        "2000",
        "0",
    ]


def test_the_metadata_fits_in_a_page(cv_project: Project) -> None:
    """The examples are inside, so that the page needs no other file."""
    assert len(json.dumps(cv_project.metadata())) < 40_000
