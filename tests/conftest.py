"""What every test may use."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

Require = Callable[[str], str]
Run = Callable[..., tuple[int, str, str]]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave two cases of a ``sampled`` test in the quick run, its first and its last; all are run
    by ``make test``."""
    families: dict[tuple[object, str], list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("sampled"):
            name = getattr(item, "originalname", item.name)
            families.setdefault((item.parent, name), []).append(item)
    for cases in families.values():
        for case in cases[1:-1]:
            case.add_marker("slow")


@pytest.fixture(scope="session")
def require() -> Require:
    """Return a function that finds a program, or skips the test (fails it where CI is set).

    Its argument may name alternatives, best first: ``require("chromium google-chrome")``.
    """

    def find(names: str) -> str:
        for name in names.split():
            if path := shutil.which(name):
                return path
        message = f"this test needs {' or '.join(names.split())}, which was not found on PATH"
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(f"{message}; .ci/run installs it", pytrace=False)
        pytest.skip(message)

    return find


@pytest.fixture
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, cache, home and git identity of this test alone."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(
        '[user]\n\tname = Ada\n\temail = ada@example.org\n[protocol "file"]\n\tallow = always\n'
    )
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.setenv("MLSTARTER_CACHE_DIR", str(home / "cache"))
    monkeypatch.delenv("MLSTARTER_SETTINGS", raising=False)


@pytest.fixture
def mlstarter(own_folders: None, capfd: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs the command line here and gives status, stdout and stderr."""
    # Not at the top: a project's own Python, which has no mlstarter, reads this file too.
    from mlstarter import cli

    def run(*argv: str | Path) -> tuple[int, str, str]:
        capfd.readouterr()
        status = cli.run([str(word) for word in argv])
        return status, *capfd.readouterr()

    return run
