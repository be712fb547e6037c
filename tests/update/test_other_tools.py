"""Projects that Copier, Cookiecutter and cruft made, and going on with those tools."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mlstarter.errors import ProjectError
from tests.update.story import (
    ANSWERS,
    BOTH,
    NEW,
    OLD,
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
def test_a_plain_copier_copy_is_updated(two_releases: Template, tmp_path: Path) -> None:
    from copier import run_copy

    folder = tmp_path / "plain"
    run_copy(str(two_releases.folder), folder, vcs_ref="1.0.0", defaults=True, quiet=True)
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "Start")
    mine(folder)
    git(folder, "commit", "-q", "-m", "Mine")
    assert update(folder).plan.base_rendered
    assert_merged(folder)


@pytest.mark.slow
def test_a_plain_copier_update_in_between_is_followed(
    two_releases: Template, project: Path
) -> None:
    from copier import run_update

    mine(project)
    git(project, "commit", "-q", "-m", "Mine")
    run_update(project, defaults=True, quiet=True, overwrite=True)
    commit(project, "Plain copier update")
    assert_merged(project)
    two_releases.release("1.2.0", {"train.py": number_lines(20, line20="theirs again")})

    outcome = update(project)

    assert outcome.plan.base_rendered
    assert (project / "train.py").read_text() == number_lines(
        20, line1="mine", line20="theirs again"
    )
    run_update(project, defaults=True, quiet=True, overwrite=True)
    # Not the status: Copier writes its record with other line endings than autocrlf, and git
    # calls a file of another size modified until it is added again.
    assert git(project, "diff", "HEAD") == ""


@pytest.mark.slow
def test_a_plain_copier_update_works_after_ours(two_releases: Template, project: Path) -> None:
    from copier import run_update

    mine(project)
    git(project, "commit", "-q", "-m", "Mine")
    update(project)
    two_releases.release("1.2.0", {"train.py": number_lines(20, line20="theirs again")})
    run_update(project, defaults=True, quiet=True, overwrite=True)
    assert (project / "train.py").read_text() == number_lines(
        20, line1="mine", line20="theirs again"
    )


@pytest.mark.slow
def test_adopting_records_the_base_and_changes_no_file(
    two_releases: Template, tmp_path: Path
) -> None:
    from copier import run_copy

    folder = tmp_path / "plain"
    run_copy(str(two_releases.folder), folder, vcs_ref="1.0.0", defaults=True, quiet=True)
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


@pytest.mark.slow
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
    two_releases: Template, tmp_path: Path
) -> None:
    folder = tmp_path / "p"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "Start", {"something": "else\n"})
    with pytest.raises(ProjectError, match="hardly made from it"):
        update(folder, adopt=True, source=str(two_releases.folder), ref="1.0.0")


@pytest.mark.slow
def test_commits_of_another_project_with_the_same_version_are_not_mixed_up(
    tmp_path: Path,
) -> None:
    template = Template(tmp_path / "t")
    template.release("1.0.0", {"{{ name }}.py.jinja": "{{ name }}\n" + number_lines(20)})
    template.release(
        "1.1.0", {"{{ name }}.py.jinja": "{{ name }}\n" + number_lines(20, line20="theirs")}
    )
    one = template.new(tmp_path / "one", "1.0.0", name="one")
    two = template.new(tmp_path / "two", "1.0.0", name="two")
    git(one, "fetch", "-q", str(two), "main")
    git(one, "merge", "-q", "--allow-unrelated-histories", "-s", "ours", "-m", "Both", "FETCH_HEAD")

    assert update(one).status == 0

    assert (one / "one.py").read_text() == "one\n" + number_lines(20, line20="theirs")
    assert not (one / "two.py").exists()


@pytest.mark.slow
def test_an_answers_file_of_another_name_is_found(tmp_path: Path) -> None:
    template = Template(tmp_path / "t")
    settings = "_answers_file: .copier-answers.ml.yml\nname: {type: str, default: churn}\n"
    template.release("1.0.0", {**OLD, "copier.yml": settings}).release("1.1.0", NEW)
    folder = template.new(tmp_path / "p", "1.0.0")
    mine(folder)
    git(folder, "commit", "-q", "-m", "Mine")
    assert not update(folder).plan.base_rendered
    assert_merged(folder)
    commit(folder, "Two templates", {".copier-answers.docs.yml": "_src_path: x\n"})
    with pytest.raises(ProjectError, match="several templates"):
        update(folder)


@pytest.mark.slow
def test_a_plain_cookiecutter_project_is_adopted_and_updated(tmp_path: Path) -> None:
    from cookiecutter.main import cookiecutter

    folder = tmp_path / "t"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    inside = "{{ cookiecutter.name }}/train.py"
    commit(folder, "One", {"cookiecutter.json": '{"name": "x"}', inside: number_lines(20)})
    git(folder, "tag", "1.0.0")
    (tmp_path / "made").mkdir()
    path = cookiecutter(
        str(folder), no_input=True, extra_context={"name": "churn"}, output_dir=tmp_path / "made"
    )
    commit(folder, "Two", {inside: number_lines(20, line20="theirs")})
    git(folder, "tag", "1.1.0")
    project = Path(path)
    git(project, "init", "-q", "-b", "main")
    commit(project, "Start")
    commit(project, "Mine", {"train.py": number_lines(20, line1="mine")})
    before = snapshot(project)
    with pytest.raises(ProjectError, match="does not say which template"):
        update(project)

    update(project, adopt=True, source=str(folder), ref="1.0.0", data={"name": "churn"})

    record = snapshot(project).pop(".cruft.json")
    assert json.loads(record)["context"]["cookiecutter"]["name"] == "churn"
    assert snapshot(project) == {**before, ".cruft.json": record}
    assert not update(project).plan.base_rendered
    assert (project / "train.py").read_text() == BOTH


@pytest.mark.slow
def test_a_cruft_project_is_updated_from_its_own_record(tmp_path: Path) -> None:
    pytest.importorskip("cookiecutter")
    folder = tmp_path / "t"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    inside = "{{ cookiecutter.name }}/train.py"
    files = {"cookiecutter.json": json.dumps({"name": "churn"}), inside: number_lines(20)}
    old = commit(folder, "One", files)
    git(folder, "tag", "1.0.0")
    commit(folder, "Two", {inside: number_lines(20, line20="theirs")})
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
        {"train.py": number_lines(20, line1="mine"), ".cruft.json": json.dumps(record)},
    )

    assert update(project).status == 0

    assert (project / "train.py").read_text() == BOTH
    assert json.loads((project / ".cruft.json").read_text())["checkout"] == "1.1.0"
    assert update(project).plan.up_to_date
