"""The merge base: only a commit that still is what its trailer claims."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from mlstarter.errors import ProjectError
from tests.history.story import (
    ANSWERS,
    Template,
    commit,
    git,
    numbered,
    snapshot,
    tracked_status,
    update,
    write,
)

pytestmark = pytest.mark.usefixtures("identity")

OLD = {"train.py": numbered(20), "same.py": "same\n"}
NEW = {"train.py": numbered(20, line20="theirs"), "new.py": "new\n"}
MERGED = numbered(20, line1="mine", line20="theirs")


@pytest.fixture
def template(tmp_path: Path) -> Template:
    made = Template(tmp_path / "template")
    return made.release("1.0.0", OLD).release("1.1.0", NEW)


@pytest.fixture
def dest(tmp_path: Path, template: Template) -> Path:
    return template.new(tmp_path / "churn", "1.0.0")


def assert_merged(folder: Path) -> None:
    assert (folder / "train.py").read_text() == MERGED
    assert (folder / "new.py").read_text() == "new\n"
    assert (folder / "same.py").read_text() == "same\n"


def mine(folder: Path) -> None:
    write(folder, {"train.py": numbered(20, line1="mine"), "only-mine.py": "mine\n"})
    git(folder, "add", "-A")


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


def test_a_project_in_a_subfolder_leaves_its_neighbours_alone(
    tmp_path: Path, template: Template
) -> None:
    top = tmp_path / "school"
    top.mkdir()
    git(top, "init", "-q", "-b", "main")
    for name in ("work/a", "work/b"):
        project = template.new(top / name, "1.0.0", name=name[-1])
        shutil.rmtree(project / ".git", ignore_errors=True)
    commit(top, "Two projects of one template", {"root.txt": "root\n"})
    mine(top / "work/a")
    git(top, "commit", "-q", "-m", "Mine")
    write(top, {"root.txt": "not committed\n", "work/b/draft": "untracked\n"})
    before = {k: v for k, v in snapshot(top).items() if not k.startswith("work/a")}

    done = update(top / "work/a")

    assert done.status == 0
    assert_merged(top / "work/a")
    after = {k: v for k, v in snapshot(top).items() if not k.startswith("work/a")}
    assert after == before
    assert all(change.path.startswith("work/a/") for change in done.plan.changes)
    git(top, "commit", "-q", "-am", "Root")
    assert not update(top / "work/a").plan.files
    mine(top / "work/b")
    git(top, "commit", "-q", "-m", "Mine in b")
    assert update(top / "work/b").plan.base_rendered
    assert_merged(top / "work/b")
    template.release("1.2.0", {"train.py": numbered(20, line20="theirs again")})
    for name in ("work/a", "work/b"):
        done = update(top / name)
        assert not done.plan.base_rendered
        text = numbered(20, line1="mine", line20="theirs again")
        assert (top / name / "train.py").read_text() == text


def test_a_conflict_in_a_subfolder_is_an_ordinary_merge(tmp_path: Path, template: Template) -> None:
    top = tmp_path / "school"
    top.mkdir()
    git(top, "init", "-q", "-b", "main")
    shutil.rmtree(template.new(top / "a", "1.0.0") / ".git", ignore_errors=True)
    commit(top, "Start", {"a/train.py": numbered(20, line20="mine")})
    before = snapshot(top)
    assert update(top / "a").status == 3
    assert git(top, "diff", "--name-only", "--diff-filter=U").split() == ["a/train.py"]
    git(top, "merge", "--abort")
    assert snapshot(top) == before


def test_an_edit_is_not_carried_into_a_neighbour_by_rename_detection(
    tmp_path: Path, template: Template
) -> None:
    top = tmp_path / "school"
    top.mkdir()
    git(top, "init", "-q", "-b", "main")
    for name in ("a", "b"):
        shutil.rmtree(template.new(top / name, "1.0.0") / ".git", ignore_errors=True)
    commit(top, "Two projects", {})
    commit(top, "Delete it in a", {"a/train.py": None})
    done = update(top / "a")
    assert done.status == 3
    assert (top / "b/train.py").read_text() == numbered(20)


def test_a_linked_work_tree_is_updated_alone(dest: Path, tmp_path: Path) -> None:
    mine(dest)
    git(dest, "commit", "-q", "-m", "Mine")
    linked = tmp_path / "linked"
    git(dest, "worktree", "add", "-q", "-b", "other", str(linked))
    before = snapshot(dest)

    assert update(linked).status == 0

    assert_merged(linked)
    assert snapshot(dest) == before
    assert tracked_status(dest) == ""
    assert git(dest, "symbolic-ref", "HEAD").strip() == "refs/heads/main"


def test_submodules_stay_where_they_are(dest: Path, tmp_path: Path) -> None:
    other = tmp_path / "lib"
    other.mkdir()
    git(other, "init", "-q", "-b", "main")
    commit(other, "Lib", {"lib.py": "lib\n"})
    git(dest, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), "lib")
    mine(dest)
    git(dest, "commit", "-q", "-m", "Mine")
    write(dest, {"lib/lib.py": "edited in the submodule\n"})

    assert update(dest).status == 0

    assert_merged(dest)
    assert (dest / "lib/lib.py").read_text() == "edited in the submodule\n"
    assert git(dest, "ls-files", "-s", "lib").startswith("160000")


def test_a_project_inside_a_submodule_is_updated(dest: Path, tmp_path: Path) -> None:
    mine(dest)
    git(dest, "commit", "-q", "-m", "Mine")
    top = tmp_path / "top"
    top.mkdir()
    git(top, "init", "-q", "-b", "main")
    git(top, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(dest), "sub")
    git(top / "sub", "switch", "-q", "main")
    assert update(top / "sub").status == 0
    assert_merged(top / "sub")


def test_a_plain_copier_copy_is_updated(template: Template, tmp_path: Path) -> None:
    from copier import run_copy

    folder = tmp_path / "plain"
    run_copy(str(template.folder), folder, vcs_ref="1.0.0", defaults=True, quiet=True)
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "Start")
    mine(folder)
    git(folder, "commit", "-q", "-m", "Mine")
    assert update(folder).plan.base_rendered
    assert_merged(folder)


def test_a_plain_copier_update_in_between_is_followed(template: Template, dest: Path) -> None:
    from copier import run_update

    mine(dest)
    git(dest, "commit", "-q", "-m", "Mine")
    run_update(dest, defaults=True, quiet=True, overwrite=True)
    commit(dest, "Plain copier update")
    assert_merged(dest)
    template.release("1.2.0", {"train.py": numbered(20, line20="theirs again")})

    done = update(dest)

    assert done.plan.base_rendered
    assert (dest / "train.py").read_text() == numbered(20, line1="mine", line20="theirs again")
    run_update(dest, defaults=True, quiet=True, overwrite=True)
    assert tracked_status(dest) == ""


def test_a_plain_copier_update_works_after_ours(template: Template, dest: Path) -> None:
    from copier import run_update

    mine(dest)
    git(dest, "commit", "-q", "-m", "Mine")
    update(dest)
    template.release("1.2.0", {"train.py": numbered(20, line20="theirs again")})
    run_update(dest, defaults=True, quiet=True, overwrite=True)
    assert (dest / "train.py").read_text() == numbered(20, line1="mine", line20="theirs again")


def test_adopting_records_the_base_and_changes_no_file(template: Template, tmp_path: Path) -> None:
    from copier import run_copy

    folder = tmp_path / "plain"
    run_copy(str(template.folder), folder, vcs_ref="1.0.0", defaults=True, quiet=True)
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "Start")
    mine(folder)
    git(folder, "commit", "-q", "-m", "Mine")
    before = snapshot(folder)

    update(folder, adopt=True)

    assert snapshot(folder) == before
    assert update(folder, adopt=True).plan.up_to_date
    assert not update(folder).plan.base_rendered
    assert_merged(folder)


def test_a_template_without_an_answers_file_can_be_adopted(tmp_path: Path) -> None:
    template = Template(tmp_path / "t")
    (template.folder / ANSWERS).unlink()
    template.release("1.0.0", OLD).release("1.1.0", NEW)
    folder = tmp_path / "p"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "Start", OLD)
    mine(folder)
    git(folder, "commit", "-q", "-m", "Mine")
    update(folder, adopt=True, source=str(template.folder), ref="1.0.0")
    assert "_commit: 1.0.0" in (folder / ".copier-answers.yml").read_text()
    update(folder)
    assert_merged(folder)


def test_a_project_that_looks_like_another_templates_is_not_adopted(
    template: Template, tmp_path: Path
) -> None:
    folder = tmp_path / "p"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "Start", {"something": "else\n"})
    with pytest.raises(ProjectError, match="hardly made from it"):
        update(folder, adopt=True, source=str(template.folder), ref="1.0.0")


def test_commits_of_another_project_with_the_same_version_are_not_mixed_up(
    tmp_path: Path,
) -> None:
    template = Template(tmp_path / "t")
    template.release("1.0.0", {"{{ name }}.py.jinja": "{{ name }}\n" + numbered(20)})
    template.release(
        "1.1.0", {"{{ name }}.py.jinja": "{{ name }}\n" + numbered(20, line20="theirs")}
    )
    one = template.new(tmp_path / "one", "1.0.0", name="one")
    two = template.new(tmp_path / "two", "1.0.0", name="two")
    git(one, "fetch", "-q", str(two), "main")
    git(one, "merge", "-q", "--allow-unrelated-histories", "-s", "ours", "-m", "Both", "FETCH_HEAD")

    assert update(one).status == 0

    assert (one / "one.py").read_text() == "one\n" + numbered(20, line20="theirs")
    assert not (one / "two.py").exists()


def test_an_answers_file_of_another_name_is_found(tmp_path: Path) -> None:
    template = Template(tmp_path / "t")
    named = "_answers_file: .copier-answers.ml.yml\nname: {type: str, default: churn}\n"
    template.release("1.0.0", {**OLD, "copier.yml": named}).release("1.1.0", NEW)
    folder = template.new(tmp_path / "p", "1.0.0")
    mine(folder)
    git(folder, "commit", "-q", "-m", "Mine")
    assert not update(folder).plan.base_rendered
    assert_merged(folder)
    commit(folder, "Two templates", {".copier-answers.docs.yml": "_src_path: x\n"})
    with pytest.raises(ProjectError, match="several templates"):
        update(folder)


def test_a_plain_cookiecutter_project_is_adopted_and_updated(tmp_path: Path) -> None:
    from cookiecutter.main import cookiecutter

    folder = tmp_path / "t"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    inside = "{{ cookiecutter.name }}/train.py"
    commit(folder, "One", {"cookiecutter.json": '{"name": "x"}', inside: numbered(20)})
    git(folder, "tag", "1.0.0")
    (tmp_path / "made").mkdir()
    made = cookiecutter(
        str(folder), no_input=True, extra_context={"name": "churn"}, output_dir=tmp_path / "made"
    )
    commit(folder, "Two", {inside: numbered(20, line20="theirs")})
    git(folder, "tag", "1.1.0")
    project = Path(made)
    git(project, "init", "-q", "-b", "main")
    commit(project, "Start")
    commit(project, "Mine", {"train.py": numbered(20, line1="mine")})
    before = snapshot(project)
    with pytest.raises(ProjectError, match="does not say which template"):
        update(project)

    update(project, adopt=True, source=str(folder), ref="1.0.0", data={"name": "churn"})

    record = snapshot(project).pop(".cruft.json")
    assert json.loads(record)["context"]["cookiecutter"]["name"] == "churn"
    assert snapshot(project) == {**before, ".cruft.json": record}
    assert not update(project).plan.base_rendered
    assert (project / "train.py").read_text() == MERGED


def test_a_cruft_project_is_updated_from_its_own_record(tmp_path: Path) -> None:
    pytest.importorskip("cookiecutter")
    folder = tmp_path / "t"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    inside = "{{ cookiecutter.name }}/train.py"
    files = {"cookiecutter.json": json.dumps({"name": "churn"}), inside: numbered(20)}
    old = commit(folder, "One", files)
    git(folder, "tag", "1.0.0")
    commit(folder, "Two", {inside: numbered(20, line20="theirs")})
    git(folder, "tag", "1.1.0")
    project = tmp_path / "churn"
    project.mkdir()
    git(project, "init", "-q", "-b", "main")
    record = {
        "template": str(folder),
        "commit": old,
        "checkout": None,
        "context": {"cookiecutter": {"name": "churn", "_template": str(folder)}},
        "directory": None,
    }
    commit(
        project,
        "Start",
        {"train.py": numbered(20, line1="mine"), ".cruft.json": json.dumps(record)},
    )

    assert update(project).status == 0

    assert (project / "train.py").read_text() == MERGED
    assert json.loads((project / ".cruft.json").read_text())["checkout"] == "1.1.0"
    assert update(project).plan.up_to_date
