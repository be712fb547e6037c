"""Each thing is known in one place of the sources."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlstarter.errors import ExitStatus

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "src/mlstarter"
NAMES = {"exit_status", "attention", "interrupted", "status"}


def attributes() -> Iterator[tuple[str, str]]:
    """Every ``module.name`` that the sources use, with the file that does."""
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                yield f"{node.value.id}.{node.attr}", path.relative_to(SOURCES).as_posix()


@pytest.mark.slow
def test_one_module_asks_which_operating_system_this_is() -> None:
    names = {"os.name", "sys.platform", "platform.system", "os.uname"}
    assert {place for name, place in attributes() if name in names} == {"operating_system.py"}


def test_versions_are_compared_in_one_module_and_by_the_sources() -> None:
    places = {
        path.relative_to(SOURCES).as_posix()
        for path in SOURCES.rglob("*.py")
        if "packaging.version" in path.read_text(encoding="utf-8")
    }
    assert {place for place in places if not place.startswith("sources/")} == {
        "versions.py",
        "authoring/publish.py",  # refuses what is no version
        "engines/copier/coverage.py",  # Copier's own version
    }


def test_waiting_for_a_server_is_one_retry_that_a_stop_ends() -> None:
    texts = {
        path.relative_to(SOURCES).as_posix(): path.read_text(encoding="utf-8")
        for path in SOURCES.rglob("*.py")
    }
    assert [place for place, text in texts.items() if re.search(r"\btime\.sleep\(", text)] == []
    assert [place for place, text in texts.items() if "stop.wait(" in text] == ["cohort/stop.py"]
    policies = [
        place for place, text in texts.items() if re.search(r"^class \w+\(Retry\)", text, re.M)
    ]
    assert policies == ["cohort/retry.py"]


def test_exit_statuses_are_those_of_the_reference() -> None:
    text = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    line = re.search(r"\*\*Exit status\*\*: ((?:.|\n)+?)\n- ", text)
    assert line is not None
    assert [int(number) for number in re.findall(r"\b\d+\b", line[1])] == list(ExitStatus)


@pytest.mark.slow
def test_no_exit_status_is_a_bare_number() -> None:
    numbers = [
        f"{path.relative_to(SOURCES)}:{node.lineno}"
        for path in SOURCES.rglob("*.py")
        if path.name != "errors.py"
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and isinstance(node.value, ast.Constant)
        and type(node.value.value) is int
        and any(
            isinstance(target, ast.Name) and target.id.lower() in NAMES
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        )
    ]
    assert numbers == []


@pytest.mark.slow
def test_every_error_says_what_to_do() -> None:
    path = SOURCES / "errors.py"
    errors = {
        node.name for node in ast.parse(path.read_bytes()).body if isinstance(node, ast.ClassDef)
    }
    places = [
        f"{path.relative_to(SOURCES).as_posix()}:{node.lineno}"
        for path in SOURCES.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") in errors - {"ExitStatus", "MlstarterError"}
        and not {keyword.arg for keyword in node.keywords} & {"hint", None}
    ]
    assert places == []


def test_temporary_folders_are_those_that_a_signal_does_not_leave_behind() -> None:
    places = {
        path.relative_to(SOURCES).as_posix()
        for path in SOURCES.rglob("*.py")
        if "tempfile.TemporaryDirectory" in path.read_text(encoding="utf-8")
    }
    # A conversion writes one into a task, which plain Copier runs.
    assert places == {"files.py", "authoring/convert.py"}
