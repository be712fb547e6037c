"""The image of a tabular project, really built and run; API and page are asked inside it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from tests.conftest import Require
from tests.templates.browser import accessibility, open_page, press_predict
from tests.templates.projects import Project, free_port, request
from tests.templates.workflow import Engine

pytestmark = [pytest.mark.e2e, pytest.mark.container, pytest.mark.xdist_group("tabular")]

NAME = "mlstarter-test-container"
LOOK = """
import os, pathlib
print(os.getuid(), os.access("/", os.W_OK), os.access("/app", os.W_OK))
status = pathlib.Path("/proc/self/status").read_text()
print([line for line in status.splitlines() if "CapEff" in line])
"""


@pytest.fixture(scope="module")
def engine(machine: dict[str, str], require: Require, tabular_project: Project) -> Iterator[Engine]:
    require("docker podman")
    container_engine = Engine(tabular_project, machine)
    build = container_engine("build", "--quiet", "--tag", NAME, ".")
    assert build.status == 0, build.output
    yield container_engine
    container_engine("rm", "--force", NAME)


@pytest.fixture(scope="module")
def address(engine: Engine) -> Iterator[str]:
    """Run the image as `make demo` does; return its address once it is ready."""
    port = free_port()
    start = engine(
        "run", "--detach", "--name", NAME, "--read-only", "--cap-drop", "ALL",
        "--publish", f"127.0.0.1:{port}:{port}", "--env", f"PORT={port}", NAME,
    )  # fmt: skip
    assert start.status == 0, start.output
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if request(f"http://127.0.0.1:{port}/readyz")[0] == 200:
                break
        except OSError:
            time.sleep(0.2)
    yield f"http://127.0.0.1:{port}"


def test_the_service_is_not_root_and_can_write_nothing(engine: Engine, address: str) -> None:
    look = engine("exec", NAME, "python", "-c", LOOK)
    lines = look.output.splitlines()[-2:]
    assert lines[0] == "10001 False False"
    assert "0000000000000000" in lines[1]


def test_the_health_check_of_the_image_succeeds(engine: Engine, address: str) -> None:
    inspection = engine("image", "inspect", "--format", "{{json .Config.Healthcheck.Test}}", NAME)
    command = json.loads(inspection.output.splitlines()[-1])
    assert command[0] == "CMD"
    assert engine("exec", NAME, *command[1:]).status == 0
    assert engine("exec", "--env", "PORT=1", NAME, *command[1:]).status == 1


def test_the_container_answers_its_own_example(address: str) -> None:
    status, model = request(f"{address}/model")
    assert status == 200
    status, answer = request(f"{address}/predict", model["example"])
    assert status == 200
    assert len(answer["predictions"]) == len(model["example"]["rows"])
    status, problem = request(f"{address}/predict", b"[" * 100_000)
    assert status in (400, 422) and problem["detail"]


@pytest.mark.browser
def test_the_page_works_from_the_container(address: str, chromium: str) -> None:
    with open_page(chromium, address) as (page, seen):
        press_predict(page)
        assert accessibility(page) == []
        assert seen.complaints == []


def test_the_container_stops_at_once_and_logged_no_fault(engine: Engine, address: str) -> None:
    began = time.monotonic()
    assert engine("stop", "--time", "20", NAME).status == 0
    assert time.monotonic() - began < 15
    assert "Traceback" not in engine("logs", NAME).output
    with pytest.raises(OSError):
        request(f"{address}/healthz")
