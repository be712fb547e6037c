"""A cache of its own for every test of the sources."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def cache_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder; returns it."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("MLSTARTER_CACHE_DIR", str(folder))
    return folder
