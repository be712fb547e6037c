"""Where a project may lie: a sub-folder, beside others, a linked work tree, a submodule."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.update.story import (
    Template,
    assert_merged,
    commit,
    git,
    mine,
    number_lines,
    snapshot,
    tracked_status,
    update,
    write,
)

pytestmark = pytest.mark.usefixtures("identity")


@pytest.mark.slow
def test_a_project_in_a_subfolder_leaves_its_neighbours_alone(
    tmp_path: Path, two_releases: Template
) -> None:
    top = tmp_path / "school"
    top.mkdir()
    git(top, "init", "-q", "-b", "main")
    for name in ("work/a", "work/b"):
        project = two_releases.new(top / name, "1.0.0", name=name[-1])
        shutil.rmtree(project / ".git", ignore_errors=True)
    commit(top, "Two projects of one template", {"root.txt": "root\n"})
    mine(top / "work/a")
    git(top, "commit", "-q", "-m", "Mine")
    write(top, {"root.txt": "not committed\n", "work/b/draft": "untracked\n"})
    before = {k: v for k, v in snapshot(top).items() if not k.startswith("work/a")}

    outcome = update(top / "work/a")

    assert outcome.status == 0
    assert_merged(top / "work/a")
    after = {k: v for k, v in snapshot(top).items() if not k.startswith("work/a")}
    assert after == before
    assert all(change.path.startswith("work/a/") for change in outcome.plan.changes)
    git(top, "commit", "-q", "-am", "Root")
    assert not update(top / "work/a").plan.files
    mine(top / "work/b")
    git(top, "commit", "-q", "-m", "Mine in b")
    assert update(top / "work/b").plan.base_rendered
    assert_merged(top / "work/b")
    two_releases.release("1.2.0", {"train.py": number_lines(20, line20="theirs again")})
    for name in ("work/a", "work/b"):
        outcome = update(top / name)
        assert not outcome.plan.base_rendered
        text = number_lines(20, line1="mine", line20="theirs again")
        assert (top / name / "train.py").read_text() == text


@pytest.mark.slow
def test_a_conflict_in_a_subfolder_is_an_ordinary_merge(
    tmp_path: Path, two_releases: Template
) -> None:
    top = tmp_path / "school"
    top.mkdir()
    git(top, "init", "-q", "-b", "main")
    shutil.rmtree(two_releases.new(top / "a", "1.0.0") / ".git", ignore_errors=True)
    commit(top, "Start", {"a/train.py": number_lines(20, line20="mine")})
    before = snapshot(top)
    assert update(top / "a").status == 3
    assert git(top, "diff", "--name-only", "--diff-filter=U").split() == ["a/train.py"]
    git(top, "merge", "--abort")
    assert snapshot(top) == before


@pytest.mark.slow
def test_an_edit_is_not_carried_into_a_neighbour_by_rename_detection(
    tmp_path: Path, two_releases: Template
) -> None:
    top = tmp_path / "school"
    top.mkdir()
    git(top, "init", "-q", "-b", "main")
    for name in ("a", "b"):
        shutil.rmtree(two_releases.new(top / name, "1.0.0") / ".git", ignore_errors=True)
    commit(top, "Two projects", {})
    commit(top, "Delete it in a", {"a/train.py": None})
    outcome = update(top / "a")
    assert outcome.status == 3
    assert (top / "b/train.py").read_text() == number_lines(20)


@pytest.mark.slow
def test_a_linked_work_tree_is_updated_alone(project: Path, tmp_path: Path) -> None:
    mine(project)
    git(project, "commit", "-q", "-m", "Mine")
    link = tmp_path / "linked"
    git(project, "worktree", "add", "-q", "-b", "other", str(link))
    before = snapshot(project)

    assert update(link).status == 0

    assert_merged(link)
    assert snapshot(project) == before
    assert tracked_status(project) == ""
    assert git(project, "symbolic-ref", "HEAD").strip() == "refs/heads/main"


@pytest.mark.slow
def test_submodules_stay_where_they_are(project: Path, tmp_path: Path) -> None:
    other = tmp_path / "lib"
    other.mkdir()
    git(other, "init", "-q", "-b", "main")
    commit(other, "Lib", {"lib.py": "lib\n"})
    git(
        project,
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        str(other),
        "lib",
    )
    mine(project)
    git(project, "commit", "-q", "-m", "Mine")
    write(project, {"lib/lib.py": "edited in the submodule\n"})

    assert update(project).status == 0

    assert_merged(project)
    assert (project / "lib/lib.py").read_text() == "edited in the submodule\n"
    assert git(project, "ls-files", "-s", "lib").startswith("160000")


@pytest.mark.slow
def test_a_project_inside_a_submodule_is_updated(project: Path, tmp_path: Path) -> None:
    mine(project)
    git(project, "commit", "-q", "-m", "Mine")
    top = tmp_path / "top"
    top.mkdir()
    git(top, "init", "-q", "-b", "main")
    git(top, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(project), "sub")
    git(top / "sub", "switch", "-q", "main")
    assert update(top / "sub").status == 0
    assert_merged(top / "sub")
