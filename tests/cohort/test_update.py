"""A template fix for a class: merged with each student's work, forced on nobody."""

from __future__ import annotations

import json
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from mlstarter import update as module
from tests.cohort.conftest import Classroom, Template, document_of, git

BRANCH = "mlstarter/update-2.0.0"


def test_a_clean_result_is_offered_on_a_branch_and_main_is_left_alone(
    ready: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    ready.work("s0001", **{"notes.md": "mine\n"})
    before = {student: ready.refs(student)["refs/heads/main"] for student in ready.students}
    assert ready.call("update", "--to", "2.0.0", "--json") == 0
    rows = {row["student_id"]: row for row in document_of(capsys.readouterr().out)["students"]}
    assert {row["outcome"] for row in rows.values()} == {"offered"}
    for student in ready.students:
        assert ready.refs(student)["refs/heads/main"] == before[student]
        assert "step_5 = 55" in ready.read(student, "train.py", BRANCH)
        assert ready.read(student, "new.py", BRANCH) == "fresh = True"
        # The student merges it as any other branch, without a conflict.
        clone = ready.clone(student)
        git(clone, "fetch", "--quiet")
        git(clone, "merge", "--quiet", "--no-edit", f"origin/{BRANCH}")
    assert ready.read("s0001", "notes.md", BRANCH) == "mine"


@pytest.mark.slow
def test_merge_mode_brings_it_into_main_as_a_fast_forward(ready: Classroom) -> None:
    ready.work("s0001", **{"notes.md": "mine\n"})
    before = ready.refs("s0001")["refs/heads/main"]
    assert ready.call("update", "--mode", "merge") == 0
    assert ready.read("s0001", "notes.md") == "mine"
    assert "step_5 = 55" in ready.read("s0001", "train.py")
    assert ready.refs("s0001").keys() == {"refs/heads/main"}
    git(ready.repository("s0001"), "merge-base", "--is-ancestor", before, "main")
    author = git(ready.repository("s0001"), "log", "-1", "--format=%an %ae %cn %ce", "main")
    assert author == " ".join(["mlstarter cohort cohort@mlstarter.invalid"] * 2)


@pytest.mark.slow
def test_a_conflict_leaves_the_template_commit_alone_and_names_the_files(
    ready: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = ready.read("s0002", "train.py").replace("step_5 = 5\n", "step_5 = 'mine'\n") + "\n"
    clone = ready.work("s0002", **{"train.py": mine})
    head = ready.refs("s0002")["refs/heads/main"]
    assert ready.call("update", "--mode", "merge", "--json") == 3
    rows = {row["student_id"]: row for row in document_of(capsys.readouterr().out)["students"]}
    row = rows["s0002"]
    assert (row["outcome"], row["files"]) == ("conflict", ["train.py"])
    assert row["commands"] == ["git fetch origin", f"git merge origin/{BRANCH}"]
    assert ready.refs("s0002")["refs/heads/main"] == head
    assert "<<<<<<<" not in ready.read("s0002", "train.py", BRANCH)
    for command in row["commands"]:
        subprocess.run(command.split(), cwd=clone, capture_output=True, check=False)
    assert git(clone, "diff", "--name-only", "--diff-filter=U") == "train.py"
    text = (clone / "train.py").read_text()
    assert "step_5 = 'mine'" in text
    assert "step_5 = 55" in text
    assert (clone / "new.py").is_file()


@pytest.mark.slow
def test_running_twice_opens_nothing_twice(
    ready: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ready.call("update") == 0
    before = {student: ready.refs(student) for student in ready.students}
    capsys.readouterr()
    assert ready.call("update", "--json") == 0
    rows = document_of(capsys.readouterr().out)["students"]
    assert all(row["again"] for row in rows)
    assert {student: ready.refs(student) for student in ready.students} == before
    # Not even with the journal lost, or the branch deleted by the student.
    git(ready.repository("s0003"), "update-ref", "-d", f"refs/heads/{BRANCH}")
    assert ready.call("update") == 0
    assert f"refs/heads/{BRANCH}" not in ready.refs("s0003")


@pytest.mark.slow
def test_a_branch_pushed_by_a_run_that_was_cut_off_is_recognised(ready: Classroom) -> None:
    import sqlite3

    assert ready.call("update") == 0
    before = {student: ready.refs(student) for student in ready.students}
    with sqlite3.connect(ready.journal) as journal:
        journal.execute("DELETE FROM updates")
    journal.close()
    assert ready.call("update") == 0
    assert {student: ready.refs(student) for student in ready.students} == before


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["branch", "merge"])
def test_a_commit_pushed_in_between_is_noticed_and_the_merge_done_again(
    ready: Classroom, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    prepare = module.prepare
    pushes: list[str] = []

    def prepare_while_the_student_works(*arguments: Any, **options: Any) -> Any:
        prepared_update = prepare(*arguments, **options)
        if not pushes:
            pushes.append("once")
            ready.work("s0001", **{"late.md": "just in time\n"})
        return prepared_update

    monkeypatch.setattr(module, "prepare", prepare_while_the_student_works)
    assert ready.call("update", "--mode", mode, "--only", "s0001") == 0
    where = "main" if mode == "merge" else BRANCH
    assert ready.read("s0001", "late.md", where) == "just in time"
    assert "step_5 = 55" in ready.read("s0001", "train.py", where)


@pytest.mark.slow
def test_canary_goes_on_with_the_next_ones(ready: Classroom) -> None:
    def students_with_offer() -> list[str]:
        return [s for s in ready.students if f"refs/heads/{BRANCH}" in ready.refs(s)]

    assert ready.call("update", "--canary", "1") == 0
    assert students_with_offer() == ["s0001"]
    assert ready.call("update", "--canary", "1") == 0
    assert students_with_offer() == ["s0001", "s0002"]


@pytest.mark.slow
def test_dry_run_says_what_would_happen_and_pushes_nothing(
    ready: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = ready.read("s0002", "train.py").replace("step_5 = 5\n", "step_5 = 'mine'\n") + "\n"
    ready.work("s0002", **{"train.py": mine})
    before = {student: ready.refs(student) for student in ready.students}
    capsys.readouterr()
    assert ready.call("update", "--dry-run", "--json") == 3
    plans = {
        r["student_id"]: r["outcome"] for r in document_of(capsys.readouterr().out)["students"]
    }
    assert plans == {"s0001": "offered", "s0002": "conflict", "s0003": "offered"}
    assert {student: ready.refs(student) for student in ready.students} == before
    assert ready.call("update", "--json") == 3
    outcomes = {
        r["student_id"]: r["outcome"] for r in document_of(capsys.readouterr().out)["students"]
    }
    assert outcomes == plans


@pytest.mark.slow
def test_somebody_else_s_repository_is_never_pushed_to(
    ready: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = ready.repository("s0001"), ready.repository("s0002")
    aside = one.with_name("aside.git")
    one.rename(aside)
    two.rename(one)
    aside.rename(two)
    before = [ready.refs("s0001"), ready.refs("s0002")]
    assert ready.call("update") == 1
    assert capsys.readouterr().err.count("is a repository of somebody else; nothing was push") == 2
    assert [ready.refs("s0001"), ready.refs("s0002")] == before
    assert f"refs/heads/{BRANCH}" in ready.refs("s0003")


@pytest.mark.slow
def test_a_deleted_marker_still_counts_as_handed_out(ready: Classroom) -> None:
    clone = ready.clone("s0001")
    git(clone, "rm", "--quiet", ".mlstarter.toml")
    git(clone, "commit", "--quiet", "-m", "What is this?")
    git(clone, "push", "--quiet", "origin", "main")
    assert ready.call("update", "--only", "s0001") == 0
    assert "step_5 = 55" in ready.read("s0001", "train.py", BRANCH)


@pytest.mark.slow
def test_a_squashed_history_gets_the_commands_that_work(
    ready: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    clone = ready.clone("s0001")
    mine = (clone / "train.py").read_text().replace("step_5 = 5\n", "step_5 = 'mine'\n")
    git(clone, "checkout", "--quiet", "--orphan", "again")
    (clone / "train.py").write_text(mine)
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "-m", "One commit")
    git(clone, "push", "--quiet", "--force", "origin", "again:main")
    git(clone, "switch", "--quiet", "-C", "main", "again")
    assert ready.call("update", "--only", "s0001", "--json") == 3
    (row,) = document_of(capsys.readouterr().out)["students"]
    assert (row["outcome"], len(row["commands"])) == ("conflict", 3)
    assert ready.read("s0001", "train.py").count("mine") == 1
    results = [
        subprocess.run(command.split(), cwd=clone, capture_output=True, text=True, check=False)
        for command in row["commands"]
    ]
    assert [process.returncode for process in results] == [0, 0, 1], [
        process.stderr for process in results
    ]
    assert git(clone, "diff", "--name-only", "--diff-filter=U") == "train.py"


@pytest.mark.slow
def test_a_student_s_own_update_keeps_the_marker(ready: Classroom) -> None:
    from mlstarter.cli import run

    clone = ready.clone("s0001")
    assert run(["update", str(clone), "--yes"]) == 0
    git(clone, "push", "--quiet", "origin", "main")
    assert 'student_id = "s0001"' in ready.read("s0001", ".mlstarter.toml")
    ready.template.release("3.0.0", **{"third.py": "x = 3\n"})
    assert ready.call("update", "--to", "3.0.0", "--only", "s0001", "--mode", "merge") == 0
    assert ready.read("s0001", "third.py") == "x = 3"


def test_a_long_wait_is_announced_once_for_all_who_wait() -> None:
    from mlstarter.cohort.rate_limit import Pace
    from mlstarter.cohort.stop import RunStopped

    class Stopping(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:  # noqa: ARG002
            return True

    moments: list[float] = []
    pace = Pace([(1, 3600.0)], announce=moments.append, clock=lambda: 1000.0, stop=Stopping())
    pace.wait()
    for _ in range(3):
        with pytest.raises(RunStopped):
            pace.wait()
    assert moments == [4600.0]


@pytest.mark.slow
def test_new_questions_take_the_roster_s_answers_and_old_ones_stay(ready: Classroom) -> None:
    questions = (ready.template.root / "copier.yml").read_text()
    ready.template.release(
        "3.0.0",
        **{
            "copier.yml": questions + 'team: {type: str, default: "nobody"}\n',
            "TEAM.md.jinja": "{{ team }} {{ section }}\n",
        },
    )
    lines = ready.roster.read_text().splitlines()
    rows = [f"{lines[0]},team", *(f"{line},owls" for line in lines[1:])]
    ready.roster.write_text("\n".join(rows) + "\n")
    assert ready.call("update", "--to", "3.0.0", "--mode", "merge") == 0
    assert ready.read("s0001", "TEAM.md") == "owls A"


@pytest.mark.slow
def test_max_per_hour_is_kept_over_runs(ready: Classroom) -> None:
    import time

    from mlstarter.cohort.journal import open_journal
    from mlstarter.cohort.rate_limit import Pace

    assert ready.call("update", "--max-per-hour", "9", "--only", "s0001") == 0
    waits: list[float] = []

    class Waiting(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waits.append(timeout or 0.0)
            return True

    with open_journal(ready.journal, "ml-test") as journal:
        assert len(journal.sent_since(time.time() - 3600)) == 1
        pace = Pace([(1, 3600.0)], journal.sent_since, journal.count_sending, stop=Waiting())
        from mlstarter.cohort.stop import RunStopped

        with pytest.raises(RunStopped):
            pace.wait()
    assert 3500 < waits[0] <= 3600


def test_a_push_never_forces_and_never_deletes(tmp_path: Path) -> None:
    from mlstarter.cohort.transport import Transport

    for spec in ("+main:main", ":refs/heads/main"):
        with pytest.raises(ValueError, match="never forces"):
            Transport().push("file:///nowhere", tmp_path, (spec,))


@pytest.mark.slow
def test_a_class_of_two_hundred_with_different_work_loses_nothing(
    classroom: Classroom, template: Template, capsys: pytest.CaptureFixture[str]
) -> None:
    """Everybody does something else; what each pushed is compared byte for byte afterwards."""
    import os

    count = 200 if os.environ.get("MLSTARTER_TEST_FULL") else 24
    classroom.enrol(count)
    assert classroom.call("create") == 0
    base = classroom.read("s0001", "train.py") + "\n"
    work: list[dict[str, str | None]] = [
        {"notes.md": "notes of {n}\n"},
        {"train.py": base.replace("step_30 = 30\n", "step_30 = {n}\n")},
        {"train.py": base.replace("step_5 = 5\n", "step_5 = {n}\n")},
        {"README.md": "# Mine {n}\n"},
        {"train.py": None, "src/train.py": base + "moved_{n} = 1\n"},
        {"Makefile": None},
        {},
    ]
    heads: dict[str, str] = {}
    for number, student in enumerate(classroom.students):
        files = work[number % len(work)]
        if files:
            clone = classroom.clone(student)
            for name, text in files.items():
                path = clone / name
                path.parent.mkdir(exist_ok=True)
                if text is None:
                    path.unlink()
                else:
                    path.write_text(text.replace("{n}", str(number)))
            git(clone, "add", "--all")
            git(clone, "commit", "--quiet", "-m", "Work")
            git(clone, "push", "--quiet", "origin", "main")
        heads[student] = classroom.refs(student)["refs/heads/main"]
    template.release(
        "2.0.0",
        **{
            "train.py": base.replace("step_5 = 5\n", "step_5 = 55\n"),
            "Makefile": "all:\n\techo new\n",
            "new.py": "fresh = True\n",
        },
    )
    capsys.readouterr()
    classroom.call("update", "--json")
    rows = {row["student_id"]: row for row in document_of(capsys.readouterr().out)["students"]}
    assert len(rows) == count
    outcomes = {2: "conflict", 5: "conflict"}
    for number, student in enumerate(classroom.students):
        expected = outcomes.get(number % len(work), "offered")
        assert rows[student]["outcome"] == expected, (student, json.dumps(rows[student]))
        assert classroom.refs(student)["refs/heads/main"] == heads[student]
        if expected == "offered":
            _holds_everything(classroom, student, heads[student])


def _holds_everything(classroom: Classroom, student: str, head: str) -> None:
    """Every line that the student added stands in the offered result, and the fix beside it."""
    repository = classroom.repository(student)
    git(repository, "merge-base", "--is-ancestor", head, BRANCH)
    assert git(repository, "show", f"{BRANCH}:new.py") == "fresh = True"
    handed_out = git(repository, "rev-list", "--max-parents=0", head)
    own_lines = [
        line[1:]
        for line in git(repository, "diff", "-M", handed_out, head).splitlines()
        if line.startswith("+") and not line.startswith("+++")
    ]
    result = git(repository, "grep", "-h", "", BRANCH)
    for line in own_lines:
        assert line in result, (student, line)


@pytest.mark.slow
def test_a_delivery_leaves_alone_what_the_template_leaves_to_its_owner(
    classroom: Classroom,
) -> None:
    questions = (classroom.template.root / "copier.yml").read_text(encoding="utf-8")
    exempt = (
        "\n_skip_if_exists: [settings.ini]\n"
        "_exclude: [\"{% if _copier_operation == 'update' %}examples/*{% endif %}\"]\n"
    )
    files = {"settings.ini": "red\n", "examples/e.py": "1\n"}
    classroom.template.release("1.4.0", **{"copier.yml": questions + exempt, **files})
    classroom.enrol(2)
    assert classroom.call("create") == 0
    classroom.work("s0001", **{"settings.ini": "green\n"})
    changes = {"settings.ini": "blue\n", "examples/e.py": "2\n", "examples/new.py": "3\n"}
    classroom.template.release("1.5.0", **changes, **{"news.txt": "news\n"})

    assert classroom.call("update", "--mode", "merge") == 0

    for student, settings in {"s0001": "green", "s0002": "red"}.items():
        assert classroom.read(student, "settings.ini") == settings
        assert classroom.read(student, "news.txt") == "news"
        assert classroom.read(student, "examples/e.py") == "1"
        names = git(classroom.repository(student), "ls-tree", "-r", "--name-only", "main")
        assert "examples/new.py" not in names.split()
