"""A class taken over without its journal: what a repository's own history proves."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cohort.conftest import Classroom, document_of, git
from tests.cohort.git_server import GitServer


@pytest.fixture
def orphan(classroom: Classroom) -> Classroom:
    """Return a class with repositories and work in one of them, whose journal is lost."""
    classroom.hand_out()
    classroom.work("s0001", **{"solution.py": "answer = 42\n"})
    lose(classroom)
    return classroom


def lose(classroom: Classroom) -> None:
    """Remove the journal, as with a laptop."""
    for path in classroom.folder.glob("journal.sqlite*"):
        path.unlink()


def adopt(
    classroom: Classroom, capsys: pytest.CaptureFixture[str], *more: str | Path
) -> tuple[int, dict[str, Any]]:
    """Return the exit status of ``cohort adopt`` and its rows by student."""
    capsys.readouterr()
    status = classroom.call("adopt", "--json", *more)
    rows = document_of(capsys.readouterr().out)["students"]
    return status, {row["student_id"]: row for row in rows}


def everything(classroom: Classroom) -> dict[str, dict[str, str]]:
    return {student: classroom.refs(student) for student in classroom.students}


@pytest.mark.slow
def test_a_class_is_taken_over_and_goes_on_as_before(
    orphan: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    before = everything(orphan)
    status, rows = adopt(orphan, capsys)
    assert status == 0
    assert {row["outcome"] for row in rows.values()} == {"adopted"}
    assert rows["s0001"]["url"] == f"file://{orphan.server}/s0001.git"
    handed_out = git(orphan.repository("s0001"), "rev-parse", "main~1")
    assert rows["s0001"]["commit"] == handed_out
    assert everything(orphan) == before
    assert adopt(orphan, capsys)[1]["s0001"]["outcome"] == "verified"

    assert orphan.call("create") == 0
    assert everything(orphan) == before
    capsys.readouterr()
    assert orphan.call("status", "--json") == 0
    standings = document_of(capsys.readouterr().out)["students"]
    assert [row["commits"] for row in standings] == [1, 0, 0]
    orphan.template.release("1.1.0", **{"Makefile": "all:\n\techo new\n"})
    assert orphan.call("update") == 0
    assert "refs/heads/mlstarter/update-1.1.0" in orphan.refs("s0001")


@pytest.mark.slow
def test_create_takes_over_what_proves_itself(orphan: Classroom) -> None:
    before = everything(orphan)
    assert orphan.call("create") == 0
    assert everything(orphan) == before


@pytest.mark.slow
def test_a_class_that_was_updated_is_proven_by_its_first_commit(
    classroom: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    classroom.hand_out()
    classroom.work("s0001", **{"solution.py": "answer = 42\n"})
    classroom.template.release("1.1.0", **{"Makefile": "all:\n\techo new\n"})
    assert classroom.call("update", "--mode", "merge") == 0
    lose(classroom)
    status, rows = adopt(classroom, capsys)
    assert (status, {row["outcome"] for row in rows.values()}) == (0, {"adopted"})


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        ("rewritten", "the history was rewritten"),
        ("unrelated", "no marker of a course"),
        ("another", "its marker names s0002"),
        ("forged", "not what cohort.toml and the roster give"),
        ("claimed", "holds other files than it says"),
        ("renamed", "has no branch main; the work lies on trunk"),
        ("empty", "There is no repository"),
        ("gone", "There is no repository"),
    ],
)
def test_what_proves_nothing_is_listed_and_left_alone(
    orphan: Classroom, capsys: pytest.CaptureFixture[str], tmp_path: Path, harm: str, reason: str
) -> None:
    spoil(orphan, tmp_path, harm)
    before = {path.name: list(path.rglob("*")) for path in orphan.server.iterdir()}
    status, rows = adopt(orphan, capsys)
    assert status == 3
    assert rows["s0001"]["outcome"] == ("absent" if harm in {"empty", "gone"} else "unproved")
    assert reason in rows["s0001"]["reason"]
    assert rows["s0002"]["outcome"] == "adopted"
    assert {path.name: list(path.rglob("*")) for path in orphan.server.iterdir()} == before


def spoil(classroom: Classroom, tmp_path: Path, harm: str) -> None:
    """Bring the first student's repository into a state that proves nothing."""
    store = classroom.repository("s0001")
    work = tmp_path / "spoilt"
    if harm in {"gone", "empty"}:
        shutil.rmtree(store)
        if harm == "empty":
            git(tmp_path, "init", "--quiet", "--bare", str(store))
        return
    if harm == "renamed":
        git(store, "branch", "-M", "main", "trunk")
        return
    source = classroom.repository("s0002") if harm == "another" else store
    git(tmp_path, "clone", "--quiet", str(source), str(work))
    if harm == "rewritten":
        git(work, "checkout", "--quiet", "--orphan", "fresh")
        git(work, "commit", "--quiet", "-m", "All in one")
    elif harm == "unrelated":
        git(work, "checkout", "--quiet", "--orphan", "fresh")
        git(work, "rm", "--quiet", "-rf", ".")
        git(work, "commit", "--quiet", "--allow-empty", "-m", "Thesis")
    elif harm in {"forged", "claimed"}:
        forge(work, true_tree=harm == "forged")
    git(work, "push", "--quiet", "--force", str(store), "HEAD:main")


def forge(work: Path, *, true_tree: bool) -> None:
    """Make a first commit with the trailers of the template's and other files."""
    root = git(work, "rev-list", "--max-parents=0", "HEAD")
    message = git(work, "log", "-1", "--format=%B", root)
    old = git(work, "rev-parse", f"{root}^{{tree}}")
    git(work, "checkout", "--quiet", "--orphan", "fresh")
    (work / "stolen.py").write_text("answer = 42\n")
    git(work, "add", "--all")
    new = git(work, "write-tree")
    text = message.replace(old, new) if true_tree else message
    git(work, "commit", "--quiet", "-m", text)


def test_a_repository_that_was_renamed_on_the_server_is_found_by_its_marker(
    orphan: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    orphan.repository("s0001").rename(orphan.server / "final project")
    status, rows = adopt(orphan, capsys)
    assert (status, rows["s0001"]["outcome"]) == (0, "adopted")
    assert rows["s0001"]["url"] == f"file://{orphan.server}/final project"


def test_two_repositories_with_one_marker_are_named_and_neither_is_taken(
    orphan: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    store = orphan.repository("s0001")
    store.rename(orphan.server / "a.git")
    shutil.copytree(orphan.server / "a.git", orphan.server / "b.git")
    status, rows = adopt(orphan, capsys)
    assert (status, rows["s0001"]["outcome"]) == (3, "unproved")
    assert "2 repositories carry the marker of s0001" in rows["s0001"]["reason"]
    assert all(name in rows["s0001"]["reason"] for name in ("a.git", "b.git"))


def test_other_settings_than_those_of_before_prove_nothing(
    orphan: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    status, rows = adopt(orphan, capsys, "-d", "project_name=other")
    assert status == 3
    assert {row["outcome"] for row in rows.values()} == {"unproved"}


@pytest.mark.slow
def test_layers_may_have_changed_and_are_delivered_then(
    classroom: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    layer = tmp_path / "school"
    layer.mkdir()
    (layer / "rules.md").write_text("Be kind.\n")
    assert classroom.call("create", "--layer", layer) == 0
    lose(classroom)
    (layer / "rules.md").write_text("Be kind and on time.\n")
    status, rows = adopt(classroom, capsys, "--layer", layer)
    assert (status, {row["outcome"] for row in rows.values()}) == (0, {"adopted"})
    assert classroom.call("update", "--layer", layer) == 0
    branches = [name for name in classroom.refs("s0001") if "mlstarter/update-1.0.0-" in name]
    assert len(branches) == 1
    lose(classroom)
    (layer / "rules.md").write_text("Be kind.\n")
    assert adopt(classroom, capsys, "--layer", layer)[0] == 0
    capsys.readouterr()
    assert classroom.call("update", "--layer", layer, "--json") == 0
    outcomes = {row["outcome"] for row in document_of(capsys.readouterr().out)["students"]}
    assert outcomes == {"current"}


@pytest.mark.slow
def test_chance_that_the_template_draws_is_proven_too(
    classroom: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    """The course's seed is in the lost journal; the first commit names the student's own."""
    classroom.template.release("1.0.1", **{"draw.txt.jinja": "{{ range(100000) | random }}\n"})
    assert classroom.call("create") == 0
    assert len({classroom.read(student, "draw.txt") for student in classroom.students}) == 3
    lose(classroom)
    status, rows = adopt(classroom, capsys)
    assert (status, {row["outcome"] for row in rows.values()}) == (0, {"adopted"})


@pytest.mark.slow
def test_over_http_a_class_is_taken_over_too(
    classroom: Classroom, server: GitServer, capsys: pytest.CaptureFixture[str]
) -> None:
    classroom.remote = f"{server.url}/ml/{{student_id}}.git"
    for student in classroom.students:
        server.make(f"ml/{student}.git")
    assert classroom.call("create") == 0
    lose(classroom)
    shutil.rmtree(server.root / "ml/s0003.git")
    status, rows = adopt(classroom, capsys)
    assert status == 3
    assert [rows[student]["outcome"] for student in classroom.students] == [
        "adopted", "adopted", "absent",
    ]  # fmt: skip


# What others have offered.

OFFER = "refs/heads/mlstarter/update-1.1.0"


@pytest.fixture
def offered_class(classroom: Classroom) -> Classroom:
    """Return a class to which another instructor offered 1.1.0; one student is in conflict."""
    classroom.hand_out()
    classroom.work("s0001", **{"solution.py": "answer = 42\n"})
    classroom.work("s0002", **{"Makefile": "all:\n\techo mine\n"})
    classroom.template.release("1.1.0", **{"Makefile": "all:\n\techo new\n"})
    classroom.call("update")
    assert all(OFFER in classroom.refs(student) for student in classroom.students)
    lose(classroom)
    return classroom


@pytest.mark.slow
def test_offers_of_another_instructor_are_taken_into_the_journal(
    offered_class: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    status, rows = adopt(offered_class, capsys)
    assert status == 0
    assert {row["outcome"] for row in rows.values()} == {"adopted"}
    assert {tuple(row["offers"]) for row in rows.values()} == {("mlstarter/update-1.1.0",)}
    before = everything(offered_class)
    offered_class.call("update", "--json")
    assert everything(offered_class) == before
    # The next one replaces them, as it does where one journal made both.
    offered_class.template.release("1.2.0", **{"Makefile": "all:\n\techo newer\n"})
    offered_class.call("update")
    for student in offered_class.students:
        branches = {name for name in offered_class.refs(student) if "mlstarter" in name}
        assert branches == {"refs/heads/mlstarter/update-1.2.0"}, student


@pytest.mark.slow
def test_offers_that_came_after_the_takeover_are_found_by_adopting_again(
    offered_class: Classroom, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert adopt(offered_class, capsys)[0] == 0
    offered_class.template.release("1.2.0", **{"notes.md": "read this\n"})
    other = tmp_path / "other.sqlite"
    assert offered_class.call("adopt", "--journal", other) == 0
    offered_class.call("update", "--journal", other)
    rows = adopt(offered_class, capsys)[1]
    assert {row["outcome"] for row in rows.values()} == {"verified"}
    assert rows["s0001"]["offers"] == ["mlstarter/update-1.2.0"]
    assert adopt(offered_class, capsys)[1]["s0001"]["offers"] == []


@pytest.mark.slow
@pytest.mark.parametrize("harm", ["work on top", "another tree", "another's commit", "amended"])
def test_a_branch_that_only_looks_like_an_offer_is_never_taken_away(
    offered_class: Classroom, capsys: pytest.CaptureFixture[str], harm: str
) -> None:
    clone = offered_class.clone("s0001")
    git(clone, "fetch", "--quiet")
    git(clone, "switch", "--quiet", "-c", "mine", "origin/mlstarter/update-1.1.0")
    if harm == "work on top":
        (clone / "own.py").write_text("work = 1\n")
        git(clone, "add", "--all")
        git(clone, "commit", "--quiet", "-m", "Work")
    elif harm == "amended":
        (clone / "own.py").write_text("work = 1\n")
        git(clone, "add", "--all")
        git(clone, "commit", "--quiet", "--amend", "--no-edit")
    else:
        if harm == "another tree":
            (clone / "Makefile").write_text("all:\n\techo mine\n")
            git(clone, "add", "--all")
        else:
            git(clone, "rm", "--quiet", ".mlstarter.toml")
        tree = git(clone, "write-tree")
        message = (
            "Update\n\n"
            f"Template-Source: {offered_class.template.root}\nTemplate-Version: 1.1.0\n"
            f"Template-Tree: {tree}\n"
        )
        git(clone, "reset", "--quiet", "--hard")
        commit = git(clone, "commit-tree", tree, "-p", "origin/main", "-m", message)
        git(clone, "reset", "--quiet", "--hard", commit)
    tip = git(clone, "rev-parse", "HEAD")
    git(clone, "push", "--quiet", "--force", "origin", "HEAD:mlstarter/update-1.1.0")
    assert adopt(offered_class, capsys)[0] == 0
    offered_class.template.release("1.2.0", **{"Makefile": "all:\n\techo newer\n"})
    offered_class.call("update")
    assert offered_class.refs("s0001")[OFFER] == tip
    assert OFFER not in offered_class.refs("s0003")


@pytest.fixture
def answered_class(classroom: Classroom) -> Classroom:
    """Return a class to which 1.1.0 was offered after a student had answered something else."""
    classroom.hand_out()
    for student in ("s0001", "s0002"):
        record = classroom.clone(student) / ".copier-answers.yml"
        text = record.read_text().replace("seed: 1\n", "seed: 77\n")
        assert "seed: 77" in text
        readme = classroom.read(student, "README.md").replace("Seed 1", "Seed 77") + "\n"
        makefile = "all:\n\techo mine\n" if student == "s0002" else "all:\n\tpython train.py\n"
        files = {".copier-answers.yml": text, "README.md": readme, "Makefile": makefile}
        classroom.work(student, **files)
    classroom.template.release("1.1.0", **{"Makefile": "all:\n\techo new\n"})
    classroom.call("update")
    assert all(OFFER in classroom.refs(student) for student in classroom.students)
    lose(classroom)
    return classroom


@pytest.mark.slow
def test_an_offer_with_answers_that_the_student_s_main_records_is_proven(
    answered_class: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    status, rows = adopt(answered_class, capsys)
    assert status == 0
    assert {tuple(row["offers"]) for row in rows.values()} == {("mlstarter/update-1.1.0",)}
    answered_class.template.release("1.2.0", **{"Makefile": "all:\n\techo newer\n"})
    answered_class.call("update")
    for student in answered_class.students:
        branches = {name for name in answered_class.refs(student) if "mlstarter" in name}
        assert branches == {"refs/heads/mlstarter/update-1.2.0"}, student


@pytest.mark.slow
@pytest.mark.parametrize("harm", ["answers of the branch alone", "record of nothing"])
def test_answers_that_main_does_not_record_prove_nothing(
    answered_class: Classroom, capsys: pytest.CaptureFixture[str], harm: str
) -> None:
    """What a branch says of itself could be work that is nowhere else."""
    record = (answered_class.clone("s0001") / ".copier-answers.yml").read_text()
    text = record.replace("seed: 77", "seed: 78") if harm.startswith("answers") else "a: [\n"
    answered_class.work("s0001", **{".copier-answers.yml": text})
    _, rows = adopt(answered_class, capsys)
    assert rows["s0001"]["offers"] == []
    assert rows["s0002"]["offers"] == ["mlstarter/update-1.1.0"]
