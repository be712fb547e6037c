"""The merge base: only a commit that still is what its trailer claims."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mlstarter.errors import ProjectError
from tests.update.story import (
    Template,
    assert_merged,
    commit,
    git,
    mine,
    number_lines,
    snapshot,
    update,
)

pytestmark = pytest.mark.usefixtures("identity")


@pytest.mark.slow
def test_an_amended_first_commit_is_not_taken_for_the_base(project: Path) -> None:
    mine(project)
    git(project, "commit", "-q", "--amend", "--no-edit")
    assert "Template-Tree" in git(project, "log", "-1", "--format=%B")

    outcome = update(project)

    assert outcome.plan.base_rendered
    assert_merged(project)
    assert (project / "only-mine.py").exists()
    assert not update(project).plan.base_rendered


@pytest.mark.slow
def test_a_fixup_squashed_into_the_first_commit_loses_nothing(project: Path) -> None:
    mine(project)
    git(project, "commit", "-q", "--fixup=HEAD")
    git(project, "-c", "sequence.editor=true", "rebase", "-q", "-i", "--autosquash", "--root")
    assert update(project).plan.base_rendered
    assert_merged(project)


@pytest.mark.slow
def test_a_squash_whose_message_carries_the_trailers_is_not_the_base(project: Path) -> None:
    mine(project)
    git(project, "commit", "-q", "-m", "Mine")
    message = git(project, "log", "--format=%B")
    tree = git(project, "rev-parse", "HEAD^{tree}").strip()
    squash = git(project, "commit-tree", tree, "-m", message).strip()
    git(project, "reset", "-q", "--hard", squash)
    assert update(project).plan.base_rendered
    assert_merged(project)
    assert (project / "only-mine.py").exists()


@pytest.mark.slow
def test_a_squashed_update_is_followed_by_an_update(two_releases: Template, project: Path) -> None:
    mine(project)
    git(project, "commit", "-q", "-m", "Mine")
    update(project, branch="bump")
    git(project, "merge", "-q", "--squash", "bump")
    git(project, "commit", "-q", "-m", "Squash the update")
    two_releases.release("1.2.0", {"train.py": number_lines(20, line20="theirs again")})

    outcome = update(project)

    assert outcome.plan.base_rendered
    assert (project / "train.py").read_text() == number_lines(
        20, line1="mine", line20="theirs again"
    )


@pytest.mark.slow
def test_rebased_history_keeps_a_base(project: Path, two_releases: Template) -> None:
    mine(project)
    git(project, "commit", "-q", "-m", "Mine")
    update(project)
    git(project, "rebase", "-q", "--root", "--force-rebase")
    assert not git(project, "log", "--merges", "--format=%H")
    two_releases.release("1.2.0", {"train.py": number_lines(20, line20="theirs again")})
    assert update(project).status == 0
    assert (project / "train.py").read_text() == number_lines(
        20, line1="mine", line20="theirs again"
    )
    assert (project / "only-mine.py").exists()


@pytest.mark.slow
def test_a_shallow_clone_can_be_updated(project: Path, tmp_path: Path) -> None:
    mine(project)
    git(project, "commit", "-q", "-m", "Mine")
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{project}", "shallow")
    shallow = tmp_path / "shallow"
    assert update(shallow).plan.base_rendered
    assert_merged(shallow)
    git(shallow, "push", "-q", "origin", "HEAD:refs/heads/updated")
    git(project, "fsck", "--strict")


@pytest.mark.slow
def test_a_fresh_git_init_can_be_updated(project: Path) -> None:
    mine(project)
    shutil.rmtree(project / ".git")
    git(project, "init", "-q", "-b", "main")
    commit(project, "Start again")
    assert update(project).plan.base_rendered
    assert_merged(project)


@pytest.mark.slow
def test_a_sha256_repository_can_be_updated(project: Path) -> None:
    mine(project)
    shutil.rmtree(project / ".git")
    git(project, "init", "-q", "-b", "main", "--object-format=sha256")
    commit(project, "Start again")
    update(project)
    assert_merged(project)
    git(project, "fsck", "--strict")


@pytest.mark.slow
def test_a_reverted_update_can_be_done_again(project: Path) -> None:
    mine(project)
    git(project, "commit", "-q", "-m", "Mine")
    update(project)
    git(project, "revert", "--no-edit", "-m", "1", "HEAD")
    assert (project / "train.py").read_text() == number_lines(20, line1="mine")
    outcome = update(project)
    assert not outcome.plan.base_rendered
    assert_merged(project)


@pytest.mark.slow
def test_answers_edited_by_hand_do_not_become_another_base(tmp_path: Path) -> None:
    template = Template(tmp_path / "other")
    template.release("1.0.0", {"a.txt.jinja": "{{ name }}\n" + number_lines(9)})
    template.release("1.1.0", {"b": "b\n"})
    folder = template.new(tmp_path / "p", "1.0.0", name="old")
    shutil.rmtree(folder / ".git")
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "Start")
    path = folder / ".copier-answers.yml"
    commit(folder, "By hand", {path.name: path.read_text().replace("old", "new")})

    outcome = update(folder)

    assert outcome.plan.base_rendered
    # The base has "old" as the file has; the new render says "new", so that the edit arrives.
    assert (folder / "a.txt").read_text() == "new\n" + number_lines(9)


def test_a_base_that_is_nowhere_to_be_had_is_refused(project: Path, two_releases: Template) -> None:
    mine(project)
    git(project, "commit", "-q", "--amend", "--no-edit")
    git(two_releases.folder, "tag", "-d", "1.0.0")
    before = snapshot(project)
    with pytest.raises(ProjectError, match="neither in its history nor to be had"):
        update(project)
    assert snapshot(project) == before


@pytest.mark.slow
def test_a_template_without_its_old_version_still_updates_from_history(
    project: Path, two_releases: Template
) -> None:
    mine(project)
    git(project, "commit", "-q", "-m", "Mine")
    git(two_releases.folder, "tag", "-d", "1.0.0")
    assert not update(project).plan.base_rendered
    assert_merged(project)
