"""A speech project of the second edition: what is rendered, and a short way to an answer.

Speaking and training are shortened, so that the bands are wide: what the full recipe reaches stands
in docs/speech.md.
"""

from __future__ import annotations

import ast
import base64
import json
import re
from pathlib import Path

import pytest

from tests.conftest import Require
from tests.templates.conftest import Generate, run_all
from tests.templates.projects import Project, change, request

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("asr")]
# Until the second edition of speech is released, what trains it is left to the whole run.
WHOLE = pytest.mark.full

MOST_OWN_TESTS, MOST_PAGE = 900, 700  # non-blank lines
SHORTER = {
    "train": "{ espeak = 500, hibari = 400, kokoro = 20 }",
    "validation": "{ pico = 100 }",
    "test": "{ flite = 100 }",
    "epochs": "6",
    "threads": "1",
}
KINDS = {
    "digits": {},
    "commands": {"speech_task": "commands"},
    "keywords": {"speech_task": "keywords"},
    "own": {"data_source": "local", "data_path": "data/raw/voices"},
    "open": {"data_source": "local", "data_path": "data/raw/voices", "speech_task": "open"},
    "kaggle": {"data_source": "kaggle", "kaggle_dataset": "ada/voices"},
}


def lines(root: Path, *patterns: str) -> int:
    """Return how many lines are not blank in the files of some patterns."""
    paths = {path for pattern in patterns for path in root.glob(pattern)}
    texts = [path.read_text(encoding="utf-8") for path in paths]
    return sum(bool(line.strip()) for text in texts for line in text.splitlines())


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_is_needed_is_rendered(generate_second: Generate, kind: str) -> None:
    root = generate_second(f"speech-{kind}", project_type="asr", **KINDS[kind])
    modules = {path.stem: path.read_text(encoding="utf-8") for path in root.glob("src/*/*.py")}
    for text in modules.values():
        ast.parse(text)
    synthetic = kind in ("digits", "commands", "keywords")
    assert ("synthesize" in modules) == ("voices" in modules) == synthetic
    assert ("layouts" in modules) != synthetic
    config = (root / "config.toml").read_text(encoding="utf-8")
    assert ("[synthesis]" in config) == synthetic
    assert ("fillers" in config) == (kind == "keywords")
    assert ("most_common" in modules["train"]) == (kind == "open")
    tests = lines(root, "tests/*.py", "tests/*.mjs")
    assert tests <= MOST_OWN_TESTS + 100 * (kind == "kaggle")
    assert lines(root, "site/*.js", "site/*.css") <= MOST_PAGE


@pytest.fixture(scope="session")
def speech_project(generate_second: Generate, git_identity: dict[str, str]) -> Project:
    """Return a project of spoken digits with `make all` run on a shortened recipe."""
    root = generate_second("spoken-digits", project_type="asr")
    change(root / "config.toml", SHORTER)
    project = Project(root, "spoken_digits", Path("python"), git_identity)
    project.git("commit", "--quiet", "--all", "--message", "Shorten the recipe")
    return run_all(root, "spoken_digits", git_identity)


@WHOLE
def test_digits_are_heard_from_voices_that_were_never_trained_on(speech_project: Project) -> None:
    metrics = speech_project.metrics()
    assert metrics["schema"] == 2 and metrics["project"]["type"] == "asr"
    assert metrics["metrics"]["wer"]["value"] < 0.4
    assert metrics["candidates"]["silence"]["wer"]["value"] == 1
    cluster = metrics["split"]["cluster"]
    assert (cluster["unit"], cluster["reliable"]) == ("speaker", False)
    assert "trust no interval" in metrics["result"]


@WHOLE
def test_own_style_and_types_hold(speech_project: Project) -> None:
    speech_project.make("lint")
    assert "GPL-3.0-or-later" in (speech_project.root / "VOICES.md").read_text("utf-8")


@WHOLE
def test_the_service_hears_its_example_and_refuses_what_is_no_audio(
    speech_project: Project,
) -> None:
    example = base64.b64decode(speech_project.metadata()["example"]["wav"])
    with speech_project.serve() as url:
        status, answer = request(f"{url}/predict", example, **{"Content-Type": "audio/wav"})
        assert status == 200 and set(answer["text"].split()) <= set(
            speech_project.metadata()["output"]["words"]
        )
        status, problem = request(f"{url}/predict", b"no", **{"Content-Type": "audio/wav"})
        assert status == 422 and "wav" in json.dumps(problem)


@WHOLE
@pytest.mark.parametrize("fault", ["weights", "penalty", "symbols", "threshold"])
def test_the_page_answers_as_the_service_and_the_gate_sees_a_fault(
    speech_project: Project, tmp_path: Path, require: Require, fault: str
) -> None:
    require("node")
    clone = speech_project.clone(tmp_path / "p")
    assert "get the service's answer in JavaScript" in clone.command("site").output
    metadata = clone.root / "model/metadata.json"
    facts = json.loads(metadata.read_text(encoding="utf-8"))
    if fault == "weights":
        graph = clone.root / "model/model.onnx"
        graph.write_bytes(graph.read_bytes()[:-100] + bytes(100))
    elif fault == "symbols":
        facts["output"]["symbols"][2:] = facts["output"]["symbols"][:1:-1]
    else:
        facts["output"][fault] = {"penalty": 1e6, "threshold": 1.1}[fault]
    metadata.write_text(json.dumps(facts), encoding="utf-8")
    done = clone.command("site", check=False)
    assert done.status == 1
    assert re.search("answers otherwise|cannot be run|not the file", done.output)
