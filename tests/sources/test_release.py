"""Releases are deterministic, only ever added, and hold what ``templates/`` holds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mlstarter.errors import UsageError
from mlstarter.sources.release import newest_differs, release
from tests.engines.helpers import git, write_template

LAYERS = {
    "copier.yml": "project_type: tabular\nlevel: essentials\n",
    "README.md": "for authors",
    "core/a.txt": "core",
    "core/b.txt.jinja": "core {{ level }}",
    "core/run!": "#!/bin/sh\n",
    "core/.gitignore": "*.txt\n",
    "core/__pycache__/x.pyc": "no",
    "core/src/.ruff_cache/0/x": "no",
    "production/p.txt": "production",
    "tabular/b.txt": "tabular",
    "tabular-production/a.txt": "tabular production",
}


def _clone(bundle: Path, out: Path) -> Path:
    git(bundle.parent, "clone", "--quiet", str(bundle), str(out))
    return out


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    return write_template(tmp_path / "templates", LAYERS)


def test_the_newest_release_holds_what_templates_holds() -> None:
    """Red between a change in templates/ and the release that ends the day's work."""
    assert not newest_differs(), "run: make release-templates VERSION=X.Y.Z"


def test_layers_are_laid_over_one_another(templates: Path, tmp_path: Path) -> None:
    release("0.1.0", templates=templates, bundle=tmp_path / "t.bundle")
    root = _clone(tmp_path / "t.bundle", tmp_path / "clone")

    essentials = root / "project" / "tabular-essentials"
    production = root / "project" / "tabular-production"
    assert sorted(p.name for p in essentials.iterdir()) == [".gitignore", "a.txt", "b.txt", "run"]
    assert (essentials / "b.txt").read_text() == "tabular"
    assert (production / "a.txt").read_text() == "tabular production"
    assert (production / "p.txt").exists()
    assert os.access(essentials / "run", os.X_OK)
    assert not (root / "README.md").exists()


def test_the_same_input_gives_the_same_ids(
    templates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = release("0.1.0", templates=templates, bundle=tmp_path / "one.bundle")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2001-01-01T00:00:00Z")
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    second = release("0.1.0", templates=templates, bundle=tmp_path / "two.bundle")

    assert first == second
    assert (tmp_path / "one.bundle").read_bytes() == (tmp_path / "two.bundle").read_bytes()


@pytest.mark.slow
def test_a_version_is_added_on_top_of_the_others(templates: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "t.bundle"
    first = release("0.1.0", templates=templates, bundle=bundle)
    (templates / "core" / "a.txt").write_text("new")
    second = release("0.2.0", templates=templates, bundle=bundle)

    root = _clone(bundle, tmp_path / "clone")
    assert git(root, "rev-parse", "0.2.0", "0.2.0^", "0.1.0").split() == [second, first, first]
    assert not newest_differs(templates, bundle)


def test_releasing_the_newest_again_without_a_change_does_nothing(
    templates: Path, tmp_path: Path
) -> None:
    bundle = tmp_path / "t.bundle"
    first = release("0.1.0", templates=templates, bundle=bundle)

    assert release("0.1.0", templates=templates, bundle=bundle) == first


@pytest.mark.parametrize(
    ("version", "replace", "message"),
    [
        ("0.2.0", False, "released already"),
        ("0.1.0", True, "released already"),
        ("0.1.5", True, "not newer"),
        ("new", False, "not a version"),
    ],
)
def test_what_is_released_never_changes(
    version: str, replace: bool, message: str, templates: Path, tmp_path: Path
) -> None:
    bundle = tmp_path / "t.bundle"
    release("0.1.0", templates=templates, bundle=bundle)
    (templates / "core" / "a.txt").write_text("two")
    release("0.2.0", templates=templates, bundle=bundle)
    (templates / "core" / "a.txt").write_text("three")
    before = bundle.read_bytes()

    with pytest.raises(UsageError, match=message):
        release(version, templates=templates, bundle=bundle, replace=replace)

    assert bundle.read_bytes() == before


@pytest.mark.slow
def test_the_newest_can_be_replaced_while_nobody_has_it(templates: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "t.bundle"
    first = release("0.1.0", templates=templates, bundle=bundle)
    (templates / "core" / "a.txt").write_text("two")
    release("0.2.0", templates=templates, bundle=bundle)
    (templates / "core" / "a.txt").write_text("three")
    assert newest_differs(templates, bundle)

    release("0.2.0", templates=templates, bundle=bundle, replace=True)

    root = _clone(bundle, tmp_path / "clone")
    assert git(root, "show", "0.2.0:project/tabular-essentials/a.txt") == "three"
    assert git(root, "rev-parse", "0.2.0^") == first
    assert not newest_differs(templates, bundle)
