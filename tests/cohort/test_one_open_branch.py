"""One open branch a student: what a newer delivery replaces, and what a repeated one says."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from tests.cohort.conftest import Classroom, document_of, git
from tests.cohort.git_server import GitServer

OLD, NEW = "mlstarter/update-1.1.0", "mlstarter/update-1.2.0"


@pytest.fixture
def class_with_offer(classroom: Classroom) -> Classroom:
    """Return a class of two whom 1.1.0 was offered; 1.2.0 is out."""
    classroom.enrol(2)
    classroom.hand_out()
    for student in classroom.students:
        classroom.work(student, **{"notes.md": "mine\n"})
    classroom.template.release("1.1.0", **{"new.py": "one = 1\n"})
    assert classroom.call("update") == 0
    classroom.template.release("1.2.0", **{"new.py": "two = 2\n"})
    return classroom


def update_rows(
    classroom: Classroom, capsys: pytest.CaptureFixture[str], *more: str, status: int = 0
) -> dict[str, dict[str, Any]]:
    capsys.readouterr()
    assert classroom.call("update", "--json", *more) == status
    return {row["student_id"]: row for row in document_of(capsys.readouterr().out)["students"]}


def branches(classroom: Classroom, student: str) -> set[str]:
    return {name.removeprefix("refs/heads/") for name in classroom.refs(student)}


@pytest.mark.slow
def test_a_newer_delivery_replaces_an_unmerged_one_and_no_one_s_work(
    class_with_offer: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    clone = class_with_offer.clone("s0002")
    git(clone, "fetch", "--quiet")
    git(clone, "switch", "--quiet", OLD)
    git(clone, "commit", "--quiet", "--allow-empty", "-m", "A student's own")
    git(clone, "push", "--quiet", "origin", OLD)
    tip = class_with_offer.refs("s0002")[f"refs/heads/{OLD}"]
    preview = update_rows(class_with_offer, capsys, "--dry-run")
    assert preview["s0001"]["replaced_branches"] == [OLD]
    assert branches(class_with_offer, "s0001") == {"main", OLD}
    rows = update_rows(class_with_offer, capsys)
    assert branches(class_with_offer, "s0001") == {"main", NEW}
    assert (rows["s0001"]["replaced_branches"], rows["s0001"]["kept_branches"]) == ([OLD], [])
    assert class_with_offer.refs("s0002")[f"refs/heads/{OLD}"] == tip
    assert (rows["s0002"]["replaced_branches"], rows["s0002"]["kept_branches"]) == ([], [OLD])
    assert branches(class_with_offer, "s0002") == {"main", OLD, NEW}


@pytest.mark.slow
@pytest.mark.parametrize("worked_on", [False, True])
def test_after_a_lost_journal_only_what_an_update_made_is_replaced(
    class_with_offer: Classroom, capsys: pytest.CaptureFixture[str], worked_on: bool
) -> None:
    if worked_on:
        clone = class_with_offer.clone("s0001")
        git(clone, "fetch", "--quiet")
        git(clone, "switch", "--quiet", OLD)
        git(clone, "commit", "--quiet", "--allow-empty", "-m", "A student's own")
        git(clone, "push", "--quiet", "origin", OLD)
    # As a run leaves it that was cut off between the push and the journal.
    with sqlite3.connect(class_with_offer.journal) as journal:
        journal.execute("DELETE FROM updates")
    journal.close()
    rows = update_rows(class_with_offer, capsys, "--to", "1.1.0")
    assert rows["s0001"]["again"]
    rows = update_rows(class_with_offer, capsys)
    remaining = {OLD} if worked_on else set()
    assert branches(class_with_offer, "s0001") == {"main", NEW, *remaining}
    assert rows["s0001"]["kept_branches"] == sorted(remaining)


@pytest.mark.slow
def test_a_merged_branch_is_nobody_s_to_replace(
    class_with_offer: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    clone = class_with_offer.clone("s0001")
    git(clone, "fetch", "--quiet")
    git(clone, "merge", "--quiet", f"origin/{OLD}")
    git(clone, "push", "--quiet", "origin", "main")
    rows = update_rows(class_with_offer, capsys, "--to", "1.1.0")
    assert (rows["s0001"]["outcome"], rows["s0002"]["outcome"]) == ("merged", "offered")
    rows = update_rows(class_with_offer, capsys)
    assert (rows["s0001"]["replaced_branches"], rows["s0001"]["kept_branches"]) == ([], [])
    assert branches(class_with_offer, "s0001") == {"main", OLD, NEW}


@pytest.mark.slow
def test_over_http_too_and_a_server_that_keeps_every_branch_is_no_failure(
    classroom: Classroom, server: GitServer, capsys: pytest.CaptureFixture[str]
) -> None:
    classroom.enrol(2)
    classroom.remote = f"{server.url}/{{student_id}}.git"
    for student in classroom.students:
        server.make(f"{student}.git")
    assert classroom.call("create") == 0
    classroom.template.release("1.1.0", **{"new.py": "one = 1\n"})
    assert classroom.call("update") == 0
    classroom.template.release("1.2.0", **{"new.py": "two = 2\n"})
    git(classroom.repository("s0002"), "config", "receive.denyDeletes", "true")
    rows = update_rows(classroom, capsys)
    assert branches(classroom, "s0001") == {"main", NEW}
    assert branches(classroom, "s0002") == {"main", OLD, NEW}
    assert (rows["s0001"]["replaced_branches"], rows["s0002"]["kept_branches"]) == ([OLD], [OLD])


@pytest.mark.slow
def test_a_refusal_over_http_is_told_in_the_server_s_words(
    classroom: Classroom, server: GitServer, capsys: pytest.CaptureFixture[str]
) -> None:
    classroom.enrol(1)
    classroom.remote = f"{server.url}/{{student_id}}.git"
    server.make("s0001.git")
    assert classroom.call("create") == 0
    hook = classroom.repository("s0001") / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\necho "GL-HOOK-ERR: names must match ^feat/" >&2\nexit 1\n')
    hook.chmod(0o755)
    classroom.template.release("1.1.0", **{"new.py": "one = 1\n"})
    assert classroom.call("update") == 1
    output = capsys.readouterr().err
    assert "names must match ^feat/" in output
    assert "all the time" not in output


@pytest.mark.slow
def test_no_minor_version_is_crossed_unless_it_is_named(
    classroom: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    classroom.crosses_minor = False
    classroom.hand_out()
    classroom.template.release("1.0.1", **{"new.py": "one = 1\n"})
    classroom.template.release("1.1.0", **{"new.py": "two = 2\n"})
    rows = update_rows(classroom, capsys, "--canary", "1")
    assert [(row["version"], row["waiting"]) for row in rows.values()] == [("1.0.1", "1.1.0")]
    assert branches(classroom, "s0001") == {"main", "mlstarter/update-1.0.1"}
    assert list(update_rows(classroom, capsys, "--canary", "1")) == ["s0002"]
    assert classroom.call("update") == 0
    assert "--to 1.1.0" in capsys.readouterr().err
    rows = update_rows(classroom, capsys, "--to", "1.1.0")
    assert {row["version"] for row in rows.values()} == {"1.1.0"}
    assert branches(classroom, "s0001") == {"main", OLD}


@pytest.mark.slow
def test_a_repeated_update_names_the_conflict_again_until_it_is_merged(
    classroom: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    classroom.enrol(1)
    classroom.hand_out()
    classroom.work("s0001", **{"Makefile": "all:\n\techo mine\n"})
    classroom.template.release("1.1.0", **{"Makefile": "all:\n\techo theirs\n"})
    first = update_rows(classroom, capsys, status=3)["s0001"]
    again = update_rows(classroom, capsys, status=3)["s0001"]
    assert (first["files"], first["again"]) == (["Makefile"], False)
    assert (again["files"], again["again"]) == (["Makefile"], True)
    assert again["commands"] == first["commands"] != []
    assert classroom.call("update") == 3
    output = capsys.readouterr().out
    assert "conflict in Makefile" in output
    assert f"git merge origin/{OLD}" in output
    clone = classroom.clone("s0001")
    git(clone, "fetch", "--quiet")
    git(clone, "merge", "--quiet", "-X", "ours", f"origin/{OLD}")
    git(clone, "push", "--quiet", "origin", "main")
    assert update_rows(classroom, capsys)["s0001"]["outcome"] == "merged"


@pytest.mark.slow
@pytest.mark.parametrize("moved_on", [False, True])
def test_mode_merge_after_an_offer_merges_it(
    class_with_offer: Classroom, capsys: pytest.CaptureFixture[str], moved_on: bool
) -> None:
    if moved_on:
        class_with_offer.work("s0001", **{"more.md": "mine\n"})
    rows = update_rows(class_with_offer, capsys, "--to", "1.1.0", "--mode", "merge")
    assert rows["s0001"]["outcome"] == "merged"
    assert branches(class_with_offer, "s0001") == {"main"}
    assert class_with_offer.read("s0001", "new.py") == "one = 1"
    assert class_with_offer.read("s0001", "notes.md") == "mine"
    if moved_on:
        assert class_with_offer.read("s0001", "more.md") == "mine"


@pytest.mark.slow
def test_an_update_of_the_course_s_files_is_called_that(
    classroom: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    school = classroom.folder / "school"
    school.mkdir()
    (school / "rules.md").write_text("one\n")
    classroom.enrol(1)
    assert classroom.call("create", "--layer", school) == 0
    classroom.work("s0001", **{"notes.md": "mine\n"})
    (school / "rules.md").write_text("two\n")
    row = update_rows(classroom, capsys, "--layer", str(school))["s0001"]
    assert (row["outcome"], row["kind"]) == ("offered", "layers")
    subject = git(classroom.repository("s0001"), "log", "-1", "--format=%s", row["branch"])
    assert subject == "Update the layers over the template 1.0.0"


@pytest.mark.slow
def test_what_a_colleague_sent_is_not_called_a_student_s_work(
    class_with_offer: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    other = class_with_offer.journal.with_name("colleague.sqlite")
    assert class_with_offer.call("create", "--journal", other) == 0
    assert class_with_offer.call("update", "--journal", other) == 0
    class_with_offer.template.release("3.0.0", **{"new.py": "fresh = 3\n"})
    capsys.readouterr()
    assert class_with_offer.call("update") == 0
    output = capsys.readouterr().out
    assert f"s0001: {NEW} was left: this journal did not send it" in output
    assert "cohort adopt" in output


@pytest.mark.slow
def test_an_offer_that_is_not_there_any_more_is_told_by_what_became_of_it(
    class_with_offer: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    old = OLD.rpartition("-")[2]
    git(class_with_offer.repository("s0002"), "update-ref", "-d", f"refs/heads/{OLD}")
    assert class_with_offer.call("update", "--only", "s0001") == 0
    rows = update_rows(class_with_offer, capsys, "--to", old)
    assert rows["s0001"]["reason"] == f"{OLD} was replaced by {NEW}"
    assert rows["s0002"]["reason"].startswith(f"{OLD} is gone from the server, and not merged; ")
    # Who has gone further is not sent back, and not told of options that a class does not have.
    assert class_with_offer.call("update", "--only", "s0001", "--mode", "merge") == 0
    assert class_with_offer.call("update", "--to", old, "--only", "s0001") == 3
    output = capsys.readouterr().err
    assert "s0001's project is at" in output
    assert "--allow-downgrade" not in output
