"""The merge base: only a commit that still is what its trailer claims."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mlstarter.errors import ProjectError
from tests.history.story import (
    NEW,
    OLD,
    Template,
    assert_merged,
    commit,
    git,
    mine,
    numbered,
    snapshot,
    update,
)

pytestmark = pytest.mark.usefixtures("identity")


@pytest.fixture
def template(tmp_path: Path) -> Template:
    made = Template(tmp_path / "template")
    return made.release("1.0.0", OLD).release("1.1.0", NEW)


@pytest.fixture
def dest(tmp_path: Path, template: Template) -> Path:
    return template.new(tmp_path / "churn", "1.0.0")


def test_an_amended_first_commit_is_not_taken_for_the_base(dest: Path) -> None:
    mine(dest)
    git(dest, "commit", "-q", "--amend", "--no-edit")
    assert "Template-Tree" in git(dest, "log", "-1", "--format=%B")

    done = update(dest)

    assert done.plan.base_rendered
    assert_merged(dest)
    assert (dest / "only-mine.py").exists()
    assert not update(dest).plan.base_rendered


def test_a_fixup_squashed_into_the_first_commit_loses_nothing(dest: Path) -> None:
    mine(dest)
    git(dest, "commit", "-q", "--fixup=HEAD")
    git(dest, "-c", "sequence.editor=true", "rebase", "-q", "-i", "--autosquash", "--root")
    assert update(dest).plan.base_rendered
    assert_merged(dest)


def test_a_squash_whose_message_carries_the_trailers_is_not_the_base(dest: Path) -> None:
    mine(dest)
    git(dest, "commit", "-q", "-m", "Mine")
    message = git(dest, "log", "--format=%B")
    tree = git(dest, "rev-parse", "HEAD^{tree}").strip()
    squashed = git(dest, "commit-tree", tree, "-m", message).strip()
    git(dest, "reset", "-q", "--hard", squashed)
    assert update(dest).plan.base_rendered
    assert_merged(dest)
    assert (dest / "only-mine.py").exists()


def test_a_squashed_update_is_followed_by_an_update(template: Template, dest: Path) -> None:
    mine(dest)
    git(dest, "commit", "-q", "-m", "Mine")
    update(dest, branch="bump")
    git(dest, "merge", "-q", "--squash", "bump")
    git(dest, "commit", "-q", "-m", "Squash the update")
    template.release("1.2.0", {"train.py": numbered(20, line20="theirs again")})

    done = update(dest)

    assert done.plan.base_rendered
    assert (dest / "train.py").read_text() == numbered(20, line1="mine", line20="theirs again")


def test_rebased_history_keeps_a_base(dest: Path, template: Template) -> None:
    mine(dest)
    git(dest, "commit", "-q", "-m", "Mine")
    update(dest)
    git(dest, "rebase", "-q", "--root", "--force-rebase")
    assert not git(dest, "log", "--merges", "--format=%H")
    template.release("1.2.0", {"train.py": numbered(20, line20="theirs again")})
    assert update(dest).status == 0
    assert (dest / "train.py").read_text() == numbered(20, line1="mine", line20="theirs again")
    assert (dest / "only-mine.py").exists()


def test_a_shallow_clone_can_be_updated(dest: Path, tmp_path: Path) -> None:
    mine(dest)
    git(dest, "commit", "-q", "-m", "Mine")
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{dest}", "shallow")
    shallow = tmp_path / "shallow"
    assert update(shallow).plan.base_rendered
    assert_merged(shallow)
    git(shallow, "push", "-q", "origin", "HEAD:refs/heads/updated")
    git(dest, "fsck", "--strict")


def test_a_fresh_git_init_can_be_updated(dest: Path) -> None:
    mine(dest)
    shutil.rmtree(dest / ".git")
    git(dest, "init", "-q", "-b", "main")
    commit(dest, "Start again")
    assert update(dest).plan.base_rendered
    assert_merged(dest)


def test_a_sha256_repository_can_be_updated(dest: Path) -> None:
    mine(dest)
    shutil.rmtree(dest / ".git")
    git(dest, "init", "-q", "-b", "main", "--object-format=sha256")
    commit(dest, "Start again")
    update(dest)
    assert_merged(dest)
    git(dest, "fsck", "--strict")


def test_a_reverted_update_can_be_done_again(dest: Path) -> None:
    mine(dest)
    git(dest, "commit", "-q", "-m", "Mine")
    update(dest)
    git(dest, "revert", "--no-edit", "-m", "1", "HEAD")
    assert (dest / "train.py").read_text() == numbered(20, line1="mine")
    done = update(dest)
    assert not done.plan.base_rendered
    assert_merged(dest)


def test_answers_edited_by_hand_do_not_become_another_base(tmp_path: Path) -> None:
    template = Template(tmp_path / "other")
    template.release("1.0.0", {"a.txt.jinja": "{{ name }}\n" + numbered(9)})
    template.release("1.1.0", {"b": "b\n"})
    folder = template.new(tmp_path / "p", "1.0.0", name="old")
    shutil.rmtree(folder / ".git")
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "Start")
    path = folder / ".copier-answers.yml"
    commit(folder, "By hand", {path.name: path.read_text().replace("old", "new")})

    done = update(folder)

    assert done.plan.base_rendered
    # The base has "old" as the file has; the new render says "new", so that the edit arrives.
    assert (folder / "a.txt").read_text() == "new\n" + numbered(9)


def test_a_base_that_is_nowhere_to_be_had_is_refused(dest: Path, template: Template) -> None:
    mine(dest)
    git(dest, "commit", "-q", "--amend", "--no-edit")
    git(template.folder, "tag", "-d", "1.0.0")
    before = snapshot(dest)
    with pytest.raises(ProjectError, match="neither in its history nor to be had"):
        update(dest)
    assert snapshot(dest) == before


def test_a_template_without_its_old_version_still_updates_from_history(
    dest: Path, template: Template
) -> None:
    mine(dest)
    git(dest, "commit", "-q", "-m", "Mine")
    git(template.folder, "tag", "-d", "1.0.0")
    assert not update(dest).plan.base_rendered
    assert_merged(dest)
