"""The people of a class: without an account, late, and those who drop out."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cohort.conftest import Classroom, git
from tests.cohort.github_stand_in import TOKEN, GitHubStandIn
from tests.cohort.json_output import rows_of

# Accounts.


def test_a_student_without_an_account_is_skipped_and_named(
    classroom: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    classroom.remote = f"file://{classroom.server}/{{username}}.git"
    text = classroom.roster.read_text().replace("user-s0002", "")
    classroom.roster.write_text(text)
    assert classroom.call("check") == 3
    assert "line 3: s0002 has no username yet" in capsys.readouterr().out
    assert classroom.call("create") == 3
    output = capsys.readouterr()
    assert "s0002: s0002 has no username yet" in output.err
    assert "fill in the column username" in output.err
    assert "skipped" in output.out
    assert [path.name for path in sorted(classroom.server.iterdir())] == [
        "user-s0001.git",
        "user-s0003.git",
    ]
    for verb in ("status", "export"):
        more = ("--for", "csv") if verb == "export" else ()
        assert classroom.call(verb, *more) == 0
    for verb in ("clone", "gallery"):
        capsys.readouterr()
        assert classroom.call(verb, "--into", tmp_path / verb) == 3
        output = capsys.readouterr()
        assert "skipped" in output.out
        assert "s0002: s0002 has no username yet" in output.err
    classroom.roster.write_text(text.replace("s0002,,", "s0002,bob,"))
    assert classroom.call("create") == 0
    assert (classroom.server / "bob.git").is_dir()


def test_a_choice_of_nobody_and_a_class_of_nobody_are_said(
    classroom: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    assert classroom.call("create", "--only", ", ") == 2
    assert "--only names nobody." in capsys.readouterr().err
    classroom.roster.write_text(classroom.roster.read_text().splitlines()[0] + "\n")
    for verb in ("check", "create"):
        assert classroom.call(verb) == 0
        assert "it has no row below the names of its columns" in capsys.readouterr().err


@pytest.mark.slow
def test_an_account_that_is_emptied_later_changes_nothing(classroom: Classroom) -> None:
    """The journal knows where the repository is."""
    classroom.remote = f"file://{classroom.server}/{{username}}.git"
    assert classroom.call("create") == 0
    classroom.roster.write_text(classroom.roster.read_text().replace("user-s0002", ""))
    classroom.template.release("1.1.0", **{"Makefile": "all:\n\techo new\n"})
    assert classroom.call("update") == 0
    assert classroom.call("create") == 0
    refs = git(classroom.server / "user-s0002.git", "for-each-ref", "--format=%(refname)")
    assert "refs/heads/mlstarter/update-1.1.0" in refs


@pytest.mark.slow
def test_an_account_that_github_does_not_know_is_named_and_the_others_are_invited(
    classroom: Classroom, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SCHOOL_TOKEN", TOKEN)
    classroom.remote = "github:school/{student_id}"
    (classroom.folder / "srv").mkdir()
    with GitHubStandIn(classroom.folder / "srv") as hub:
        hub.no_accounts.add("user-s0002")
        classroom.extra = ("--github-api", hub.url, "--token-env", "SCHOOL_TOKEN")
        assert classroom.call("create") == 3
        assert "GitHub knows no account user-s0002" in capsys.readouterr().err
        assert hub.invitations["school/s0003"] == {"user-s0003"}
        hub.no_accounts.clear()
        assert classroom.call("create") == 0
        assert hub.invitations["school/s0002"] == {"user-s0002"}
        calls = len(hub.calls("PUT"))
        assert classroom.call("create") == 0
        assert len(hub.calls("PUT")) == calls


# Late joiners.


def with_late_joiner(classroom: Classroom) -> Classroom:
    """Add a fourth student to the roster."""
    classroom.enrol(4)
    return classroom


def test_a_late_joiner_gets_the_version_of_the_class(classroom: Classroom) -> None:
    classroom.hand_out()
    classroom.template.release("1.1.0", **{"Makefile": "all:\n\techo new\n"})
    assert with_late_joiner(classroom).call("create") == 0
    assert "_commit: 1.0.0" in classroom.read("s0004", ".copier-answers.yml")


@pytest.mark.slow
def test_a_late_joiner_gets_the_version_that_the_class_was_brought_to(
    classroom: Classroom,
) -> None:
    classroom.hand_out()
    classroom.template.release("1.1.0", **{"Makefile": "all:\n\techo new\n"})
    assert classroom.call("update") == 0
    classroom.template.release("1.2.0", **{"Makefile": "all:\n\techo newest\n"})
    assert classroom.call("update", "--canary", "1") == 0
    assert with_late_joiner(classroom).call("create") == 0
    assert "_commit: 1.1.0" in classroom.read("s0004", ".copier-answers.yml")
    # Asked for, another one.
    classroom.enrol(5)
    assert classroom.call("create", "--ref", "1.2.0") == 0
    assert "_commit: 1.2.0" in classroom.read("s0005", ".copier-answers.yml")


@pytest.mark.slow
def test_a_late_joiner_gets_the_same_sequence_of_template_commits(
    classroom: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    classroom.hand_out()
    for version, text in (("1.1.0", "one"), ("1.2.0", "two")):
        classroom.template.release(version, **{"Makefile": f"all:\n\techo {text}\n"})
        assert classroom.call("update", "--mode", "merge") == 0
    before = {student: classroom.refs(student) for student in classroom.students}
    assert with_late_joiner(classroom).call("create", "--with-history") == 0

    def history(student: str) -> list[str]:
        form = "--format=%s|%(trailers:key=Template-Version,valueonly,separator=%x2C)"
        return git(classroom.repository(student), "log", "--topo-order", form, "main").splitlines()

    assert history("s0004") == history("s0001")
    assert sum("1.1.0" in line for line in history("s0004")) > 0
    # The same section, so the same files but for the marker.
    files = {
        student: {
            line
            for line in git(classroom.repository(student), "ls-tree", "-r", "main").splitlines()
            if ".mlstarter.toml" not in line
        }
        for student in ("s0002", "s0004")
    }
    assert files["s0004"] == files["s0002"]
    assert before == {student: classroom.refs(student) for student in before}
    # The journal knows that they have had the updates.
    _, rows = rows_of(classroom, capsys, "update")
    assert rows["s0004"]["again"] or rows["s0004"]["outcome"] == "current"
    assert rows_of(classroom, capsys, "status")[1]["s0004"]["commits"] == 0


# Drop-outs.


@pytest.mark.slow
@pytest.mark.parametrize("word", ["no", "No", "FALSE", "0", "nein"])
def test_who_dropped_out_stays_in_the_journal_and_out_of_updates(
    classroom: Classroom, capsys: pytest.CaptureFixture[str], word: str
) -> None:
    classroom.hand_out()
    classroom.roster.write_text(
        f"student_id,active\ns0001,yes\ns0002,{word}\ns0003,\ns0004,{word}\n"
    )
    classroom.template.release("1.1.0", **{"Makefile": "all:\n\techo new\n"})
    capsys.readouterr()
    assert classroom.call("create") == 0
    assert "left out (active = no): s0002, s0004" in capsys.readouterr().err
    assert not classroom.repository("s0004").exists()
    shutil.rmtree(classroom.repository("s0003"))
    assert classroom.call("create", "--recreate") == 0
    _, rows = rows_of(classroom, capsys, "update")
    assert set(rows) == {"s0001", "s0003", "failures"}
    assert list(classroom.refs("s0002")) == ["refs/heads/main"]
    _, rows = rows_of(classroom, capsys, "status")
    assert (rows["s0002"]["state"], rows["s0002"]["active"]) == ("verified", False)
    assert rows["s0001"]["active"] is True


@pytest.mark.slow
def test_who_dropped_out_before_there_was_a_repository_is_nobody_s_fault(
    classroom: Classroom, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    classroom.roster.write_text("student_id,active\ns0001,yes\ns0002,no\n")
    assert classroom.call("create") == 0
    assert classroom.call("clone", "--into", tmp_path / "clones") == 0
    assert [path.name for path in (tmp_path / "clones").iterdir()] == ["s0001"]
    classroom.journal.unlink()
    capsys.readouterr()
    assert classroom.call("adopt") == 0
    assert "s0002:" not in capsys.readouterr().err


def test_a_word_that_is_neither_yes_nor_no_is_a_problem(
    classroom: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    classroom.roster.write_text("student_id,active\ns1,perhaps\ns2,yes\n")
    assert classroom.call("check") == 3
    assert 'line 2: the active "perhaps" is neither yes nor no' in capsys.readouterr().out


def test_a_template_may_ask_whether_something_is_active(classroom: Classroom) -> None:
    questions = (classroom.template.root / "copier.yml").read_text()
    classroom.template.release(
        "1.0.1",
        **{
            "copier.yml": questions + 'active: {type: str, default: ""}\n',
            "mode.txt.jinja": "{{ active }}\n",
        },
    )
    classroom.roster.write_text("student_id,active\ns1,no\ns2,perhaps\n")
    assert classroom.call("create") == 0
    assert classroom.read("s1", "mode.txt") == "no"
    assert classroom.read("s2", "mode.txt") == "perhaps"


# Histories that are not what was handed out.


@pytest.mark.slow
@pytest.mark.parametrize("is_collected", [False, True])
def test_an_unrelated_history_gets_one_right_sentence(
    classroom: Classroom, capsys: pytest.CaptureFixture[str], tmp_path: Path, is_collected: bool
) -> None:
    classroom.hand_out()
    work = tmp_path / "thesis"
    git(tmp_path, "init", "--quiet", "-b", "main", str(work))
    (work / "thesis.tex").write_text("years of work")
    git(work, "add", "--all")
    git(work, "commit", "--quiet", "-m", "Thesis")
    store = classroom.repository("s0001")
    git(work, "push", "--quiet", "--force", str(store), "main:main")
    if is_collected:
        git(store, "reflog", "expire", "--expire=now", "--all")
        git(store, "gc", "--quiet", "--prune=now")
    head = classroom.refs("s0001")["refs/heads/main"]
    classroom.template.release("1.1.0", **{"Makefile": "all:\n\techo new\n"})
    capsys.readouterr()
    assert classroom.call("update") == 1
    errors = capsys.readouterr().err
    assert "is a repository without the marker of this course; nothing was pushed" in errors
    assert errors.count("s0001:") == 1
    assert classroom.call("status") in {0, 3}
    output = capsys.readouterr()
    assert "unrelated" in output.out
    assert "Traceback" not in output.err and "fatal" not in output.err
    assert classroom.call("create") == 0
    assert classroom.refs("s0001")["refs/heads/main"] == head


@pytest.mark.slow
def test_a_history_in_one_commit_is_still_a_student_s(
    classroom: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was handed out is in no branch any more, and git may have removed it."""
    classroom.hand_out()
    path = classroom.clone("s0001")
    git(path, "checkout", "--quiet", "--orphan", "fresh")
    git(path, "commit", "--quiet", "-m", "All in one")
    git(path, "push", "--quiet", "--force", "origin", "fresh:main")
    store = classroom.repository("s0001")
    git(store, "reflog", "expire", "--expire=now", "--all")
    git(store, "gc", "--quiet", "--prune=now")
    _, rows = rows_of(classroom, capsys, "status")
    assert (rows["s0001"]["state"], rows["s0001"]["commits"]) == ("verified", 1)
    assert rows["failures"] == []
    classroom.template.release("1.1.0", **{"Makefile": "all:\n\techo new\n"})
    assert classroom.call("update") == 0
    assert "refs/heads/mlstarter/update-1.1.0" in classroom.refs("s0001")
