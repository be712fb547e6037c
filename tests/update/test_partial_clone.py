"""Partial clones: what was left on the server is fetched before a merge needs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlstarter.errors import MlstarterError
from tests.update.story import assert_merged, git, mine, update


@pytest.fixture
def server(identity: Path, project: Path, tmp_path: Path) -> Path:
    """A bare repository with a student's work, which leaves out what it is asked to.

    The identity comes first: making the project's template commits already.
    """
    mine(project)
    git(project, "commit", "-q", "-m", "Mine")
    git(tmp_path, "clone", "-q", "--bare", str(project), "srv.git")
    store = tmp_path / "srv.git"
    for key in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
        git(store, "config", key, "true")
    return store


@pytest.mark.sampled
@pytest.mark.parametrize("kind", ["blob:none", "tree:0", "blob:limit=10"])
def test_a_partial_clone_is_updated(kind: str, server: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", f"--filter={kind}", server.as_uri(), "c")

    outcome = update(tmp_path / "c")

    assert not outcome.plan.conflicts
    assert_merged(tmp_path / "c")


@pytest.mark.slow
def test_without_its_server_a_partial_clone_is_refused_by_name(
    server: Path, tmp_path: Path
) -> None:
    git(tmp_path, "clone", "-q", "--filter=tree:0", server.as_uri(), "c")
    server.rename(tmp_path / "gone.git")

    with pytest.raises(MlstarterError) as error:
        update(tmp_path / "c")

    assert error.value.hint
    assert git(tmp_path / "c", "status", "--porcelain") == ""
