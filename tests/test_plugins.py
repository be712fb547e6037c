"""Presets and project types come from other packages too, through entry points."""

# ruff: noqa: E501 - small files are read a line each

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

from tests.conftest import Run
from tests.engines.helpers import write_template

pytestmark = pytest.mark.usefixtures("own_folders")

MODULE = """
from pathlib import Path
HERE = Path(__file__).parent
PRESETS = HERE / "ours.toml"
def template(): return str(HERE / "robots")
NUMBER = 7
"""
PRESETS = """
[our-flights]
title = "Flights, as our course does them"
type = "tabular"
[our-flights.answers]
task = "regression"
licence = "Apache-2.0"
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a function that puts a package with these entry points on the path."""

    def put(points: str) -> None:
        site = tmp_path / "site"
        write_template(
            site,
            {
                "our_school/__init__.py": MODULE,
                "our_school/ours.toml": PRESETS,
                "our_school/robots/copier.yml": "legs: {type: int, help: 'How many legs?', default: 4}\n",
                "our_school/robots/legs.txt.jinja": "{{ legs }}",
                "our_school-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: our-school\nVersion: 1.0\n",
                "our_school-1.0.dist-info/entry_points.txt": points,
            },
        )  # fmt: skip
        monkeypatch.syspath_prepend(site)

    return put


@pytest.mark.slow
def test_a_preset_of_another_package_is_listed_and_used(
    mlstarter: Run, install: Callable[[str], None], tmp_path: Path
) -> None:
    install("[mlstarter.presets]\nours = our_school:PRESETS\n")

    presets = json.loads(mlstarter("list", "presets", "--json")[1])["presets"]
    assert "our-flights" in [preset["preset"] for preset in presets]

    status, out, err = mlstarter(
        *("new", tmp_path / "flights", "--preset", "our-flights", "--yes", "--json")
    )
    assert status == 0, err
    answers = json.loads(out)["answers"]
    assert (answers["task"], answers["licence"]) == ("regression", "Apache-2.0")


@pytest.mark.slow
def test_a_project_type_of_another_package_is_listed_and_used(
    mlstarter: Run, install: Callable[[str], None], tmp_path: Path
) -> None:
    install("[mlstarter.types]\nrobotics = our_school:template\n")

    types = json.loads(mlstarter("list", "types", "--json")[1])["types"]
    assert {"type": "robotics", "title": "from the package our-school"} in types

    status, _, err = mlstarter(
        *("new", tmp_path / "p", "--type", "robotics", "--yes", "--data", "legs=6")
    )
    assert status == 0, err
    assert (tmp_path / "p" / "legs.txt").read_text() == "6"


@pytest.mark.slow
def test_the_types_of_other_packages_are_offered_in_the_terminal(
    install: Callable[[str], None], tmp_path: Path
) -> None:
    install("[mlstarter.types]\nrobotics = our_school:template\n")
    child = pexpect.spawn(
        sys.executable,
        ["-m", "mlstarter", "new", "robot"],
        cwd=str(tmp_path),
        env={**os.environ, "TERM": "xterm", "PYTHONPATH": str(tmp_path / "site")},
        encoding="utf-8",
        dimensions=(40, 100),
        timeout=120,
    )

    for expected, keys in [
        ("Start from", "\x1b[B\r"),
        (r"robotics \(from the package our-school\)", "\x1b[A\r"),
        ("How many legs", "8\r"),
        ("Enter to create it", "\r"),
    ]:
        child.expect(expected)
        child.send(keys)
    child.expect(pexpect.EOF)
    child.close()

    assert child.exitstatus == 0, child.before
    assert (tmp_path / "robot" / "legs.txt").read_text() == "8"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("our_school:NUMBER", "it gives int, not a path"),
        ("our_school:nothing", "AttributeError"),
        ("no_such_module:X", "ModuleNotFoundError"),
    ],
)
def test_a_package_that_cannot_be_used_is_named(
    value: str, reason: str, mlstarter: Run, install: Callable[[str], None], tmp_path: Path
) -> None:
    install(f"[mlstarter.types]\nrobotics = {value}\n")

    status, _, err = mlstarter("new", tmp_path / "p", "--type", "robotics", "--yes")

    assert status == 1
    assert "The package our-school brings mlstarter.types that cannot be used" in err
    assert reason in err
    assert "pip uninstall our-school" in err
