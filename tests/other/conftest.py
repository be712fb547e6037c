"""The command line, run in this process over templates of other people."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mlstarter import cli

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
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
def mlstarter(capfd: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs the command line and gives status, stdout and stderr."""

    def run(*argv: str | Path) -> tuple[int, str, str]:
        capfd.readouterr()
        status = cli.run([str(word) for word in argv])
        return status, *capfd.readouterr()

    return run
