"""What is recorded as the version: a release, or the commit; never a name that moves."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from mlstarter import sources
from mlstarter.cli import run
from mlstarter.errors import TemplateError
from mlstarter.project import Project
from mlstarter.sources.mirror import FETCHED_FOLDERS
from mlstarter.update import version_status
from tests.engines.helpers import commit, git, write_template


@pytest.fixture
def template(tmp_path: Path) -> Path:
    return write_template(tmp_path / "t", {"copier.yml": "n: 1\n"})


def release(folder: Path, *tags: str, when: int = 0) -> str:
    """Commit a change at a time of its own, tag it, and return the commit."""
    os.environ["GIT_COMMITTER_DATE"] = f"{1_700_000_000 + when} +0000"
    try:
        commit(write_template(folder, {"change.txt": "".join(tags) + str(when)}))
        for tag in tags:
            git(folder, "tag", "--force", tag)
    finally:
        del os.environ["GIT_COMMITTER_DATE"]
    return git(folder, "rev-parse", "HEAD")


@pytest.mark.parametrize("moving", ["v1", "1", "v1.1"])
def test_a_tag_that_moves_along_is_no_release(moving: str, template: Path) -> None:
    release(template, "v1.0.0", when=1)
    last = release(template, "v1.1.0", moving, when=2)

    resolution = sources.resolve(str(template))

    assert (resolution.version, resolution.commit) == ("v1.1.0", last)
    assert sources.resolve(str(template), moving).version == "v1.1.0"
    assert "v1.0.0" in str(sources.resolve(str(template), "1.0.0").version)
    assert [str(version) for version in sources.versions(str(template))] == ["1.0.0", "1.1.0"]


def test_a_moving_tag_between_releases_is_recorded_by_its_commit(template: Path) -> None:
    release(template, "v1.0.0", when=1)
    last = release(template, "v1", when=2)

    version = str(sources.resolve(str(template), "v1").version)

    assert version.startswith("v1.0.0-1-g")
    assert sources.resolve(str(template), version).commit == last
    assert sources.resolve(str(template)).version == "v1.0.0"


@pytest.mark.parametrize("name", ["latest", "stable", "release/next"])
def test_a_tag_that_is_no_version_is_recorded_by_its_commit(name: str, template: Path) -> None:
    first = release(template, name, when=1)

    version = sources.resolve(str(template), name).version
    release(template, name, when=2)

    assert version != name
    assert sources.resolve(str(template), version).commit == first


@pytest.mark.slow
def test_short_releases_stay_releases(template: Path) -> None:
    release(template, "1", when=1)
    release(template, "1.0.1", when=2)
    release(template, "2", when=3)
    release(template, "2.1", when=4)
    release(template, "3", when=5)

    for ref in ("1", "1.0.1", "2", "2.1", "3"):
        assert sources.resolve(str(template), ref).version == ref
    assert sources.resolve(str(template)).version == "3"


def test_annotated_and_plain_tags_of_one_commit(template: Path) -> None:
    release(template, "1.0", "1.0.0", when=1)
    git(template, "tag", "-a", "-m", "x", "v1.0.0")

    assert sources.resolve(str(template)).version in {"1.0.0", "v1.0.0"}
    assert sources.resolve(str(template), "1.0.0").version == "1.0.0"


@pytest.mark.sampled
@pytest.mark.parametrize("checkout", ["main", "v1", "develop"])
def test_a_cruft_project_goes_on_with_the_branch_it_keeps_to(checkout: str, tmp_path: Path) -> None:
    folder = tmp_path / "t"
    inner = "{{cookiecutter.slug}}/a.txt"
    write_template(folder, {"cookiecutter.json": '{"slug": "p"}', inner: "1\n2\n3\n"})
    commit(folder)
    if checkout == "develop":
        git(folder, "checkout", "--quiet", "-b", "develop")
    elif checkout == "v1":
        git(folder, "tag", "v1")
    first = git(folder, "rev-parse", "HEAD")
    context = {"cookiecutter": {"slug": "p"}}
    cruft = {
        "template": str(folder),
        "commit": first,
        "checkout": checkout,
        "context": context,
        "directory": None,
    }
    project = commit(
        write_template(tmp_path / "p", {".cruft.json": json.dumps(cruft), "a.txt": "1\n2\n3\n"})
    )
    for number in (1, 2):
        commit(write_template(folder, {inner: "1\n2\n3\n" + "new\n" * number}))
        if checkout == "v1":
            git(folder, "tag", "v1.0." + str(number))
            git(folder, "tag", "--force", "v1")
        if checkout == "develop":
            git(folder, "checkout", "--quiet", "main")
            commit(write_template(folder, {"other.txt": str(number)}))
            git(folder, "checkout", "--quiet", "develop")
        FETCHED_FOLDERS.clear()
        project_at_branch = Project.open(project)
        assert version_status(project_at_branch).behind

        assert run(["update", str(project)]) == 0

        record = json.loads((project / ".cruft.json").read_text())
        assert (project / "a.txt").read_text() == "1\n2\n3\n" + "new\n" * number
        assert record["commit"] == git(
            folder, "rev-parse", "develop" if checkout == "develop" else "main"
        )
        assert not version_status(Project.open(project)).behind


@pytest.mark.parametrize("thing", ["HEAD:copier.yml", "HEAD^{tree}"])
@pytest.mark.parametrize(
    "tag_options", [(), ("-a", "-m", "not a commit")], ids=["plain", "annotated"]
)
def test_a_tag_of_what_is_no_commit_is_no_release(
    thing: str, tag_options: tuple[str, ...], template: Path
) -> None:
    commit(template, "1.0.0")
    git(template, "tag", *tag_options, "2.0.0", git(template, "rev-parse", thing))

    assert sources.resolve(str(template)).version == "1.0.0"
    with pytest.raises(TemplateError, match=r"no version, branch or commit 2\.0\.0"):
        sources.resolve(str(template), "2.0.0")
