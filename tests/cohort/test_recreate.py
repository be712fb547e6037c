"""A repository that is gone: made anew from the last clone, or from the handout."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cohort.conftest import Classroom, git
from tests.cohort.git_server import GitServer
from tests.cohort.github_stand_in import TOKEN, GitHubStandIn


@pytest.fixture
def copies(classroom: Classroom, tmp_path: Path) -> Classroom:
    """Return a class with work, a tag and a side branch in one repository, and its clones."""
    classroom.hand_out()
    path = classroom.work("s0001", **{"solution.py": "answer = 42\n"})
    git(path, "tag", "handed-in")
    git(path, "branch", "try")
    git(path, "push", "--quiet", "origin", "handed-in", "try")
    assert classroom.call("clone", "--into", tmp_path / "clones") == 0
    return classroom


@pytest.mark.slow
def test_the_last_clone_is_taken_and_named(
    copies: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = copies.refs("s0001")
    shutil.rmtree(copies.repository("s0001"))
    capsys.readouterr()
    clones = tmp_path / "clones"
    assert copies.call("create") == 3
    errors = capsys.readouterr().err
    assert "The repository of s0001 is gone" in errors
    assert "--recreate makes it anew from the folder of cohort clone" in errors
    assert not copies.repository("s0001").exists()
    assert copies.call("create", "--recreate", "--clones", clones) == 0
    assert copies.refs("s0001") == before
    errors = capsys.readouterr().err
    assert f"s0001: made anew from the clone {clones}/s0001, as it stood at" in errors
    assert before["refs/heads/main"][:12] in errors
    assert copies.call("create") == 0
    copies.work("s0001", **{"more.py": "x = 1\n"})


@pytest.mark.slow
def test_a_clone_at_an_earlier_moment_gives_everything_that_it_fetched(
    copies: Classroom, tmp_path: Path
) -> None:
    clones = tmp_path / "clones"
    assert copies.call("clone", "--into", clones, "--at", "handed-in", "--only", "s0001") == 0
    before = copies.refs("s0001")
    shutil.rmtree(copies.repository("s0001"))
    assert copies.call("create", "--recreate", "--clones", clones) == 0
    assert copies.refs("s0001") == before


@pytest.mark.slow
@pytest.mark.parametrize("harm", ["none", "of another", "linked", "unrelated", "a file"])
def test_without_a_clone_of_theirs_the_handout_is_taken_and_that_is_said(
    copies: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str], harm: str
) -> None:
    clones = tmp_path / "clones"
    clone = clones / "s0001"
    elsewhere = tmp_path / "kept"
    clone.rename(elsewhere)
    if harm == "of another":
        shutil.copytree(clones / "s0002", clone)
    elif harm == "linked":
        clone.symlink_to(elsewhere)
    elif harm == "unrelated":
        git(tmp_path, "init", "--quiet", str(clone))
    elif harm == "a file":
        clone.write_text("no clone")
    first = git(copies.repository("s0001"), "rev-parse", "main~1")
    shutil.rmtree(copies.repository("s0001"))
    # The template has moved on; what was handed out is handed out again.
    copies.template.release("1.1.0", **{"Makefile": "all:\n\techo new\n"})
    assert copies.call("create", "--recreate", "--clones", clones) == 0
    errors = capsys.readouterr().err
    assert "s0001: made anew from the handout, without the student's work" in errors
    assert copies.refs("s0001") == {"refs/heads/main": first}
    # The student's own clone goes over it without force.
    git(copies.clone("s0001"), "push", "--quiet", "origin", "main")
    assert copies.read("s0001", "solution.py") == "answer = 42"


@pytest.mark.slow
def test_the_folder_of_clones_is_the_one_that_clone_writes_unasked(
    copies: Classroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = copies.refs("s0001")
    shutil.rmtree(copies.repository("s0001"))
    monkeypatch.chdir(tmp_path)
    assert copies.call("create", "--recreate") == 0
    assert copies.refs("s0001") == before


@pytest.mark.slow
def test_a_clone_keeps_what_an_emptied_repository_held(
    copies: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = copies.refs("s0001")
    clones = tmp_path / "clones"
    store = copies.repository("s0001")
    for name in before:
        git(store, "update-ref", "-d", name)
    assert copies.call("clone", "--into", clones) == 1
    assert "is empty" in capsys.readouterr().err
    assert copies.call("create", "--recreate", "--clones", clones) == 0
    assert copies.refs("s0001") == before


@pytest.mark.slow
def test_what_was_delivered_before_is_delivered_again(copies: Classroom, tmp_path: Path) -> None:
    old = copies.template.text("train.py")
    copies.template.release("2.0.0", **{"train.py": old.replace("step_5 = 5\n", "step_5 = 55\n")})
    assert copies.call("update", "--mode", "merge", "--only", "s0001,s0002") == 0
    assert copies.call("update", "--only", "s0003") == 0
    for student in copies.students:
        shutil.rmtree(copies.repository(student))
    # The clones are older than the update; s0003 has none.
    clones = tmp_path / "clones"
    shutil.rmtree(clones / "s0003")
    assert copies.call("create", "--recreate", "--clones", clones) == 0
    assert "step_5 = 5\n" in copies.read("s0001", "train.py")
    assert copies.call("update", "--mode", "merge") == 0
    for student in copies.students:
        assert "step_5 = 55\n" in copies.read(student, "train.py")
    assert copies.read("s0001", "solution.py") == "answer = 42"


@pytest.mark.slow
def test_an_offer_that_the_clone_holds_stays_one_of_ours(copies: Classroom, tmp_path: Path) -> None:
    clones = tmp_path / "clones"
    copies.template.release("2.0.0", **{"new.py": "fresh = True\n"})
    assert copies.call("update") == 0
    assert copies.call("clone", "--into", clones) == 0
    shutil.rmtree(copies.repository("s0001"))
    assert copies.call("create", "--recreate", "--clones", clones) == 0
    copies.template.release("2.0.1", **{"new.py": "fresh = 1\n"})
    assert copies.call("update") == 0
    names = {name for name in copies.refs("s0001") if "mlstarter" in name}
    assert names == {"refs/heads/mlstarter/update-2.0.1"}


@pytest.mark.slow
def test_a_clone_with_hooks_and_settings_runs_nothing(copies: Classroom, tmp_path: Path) -> None:
    clones = tmp_path / "clones"
    proof = tmp_path / "ran"
    hook = clones / "s0001" / ".git" / "hooks" / "pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {proof}\n")
    hook.chmod(0o755)
    git(clones / "s0001", "config", "core.fsmonitor", f"touch {proof}")
    shutil.rmtree(copies.repository("s0001"))
    assert copies.call("create", "--recreate", "--clones", clones) == 0
    assert not proof.exists()


@pytest.mark.slow
def test_on_github_the_student_is_invited_again(
    classroom: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCHOOL_TOKEN", TOKEN)
    classroom.remote = "github:school/{username}"
    (classroom.folder / "srv").mkdir()
    with GitHubStandIn(classroom.folder / "srv") as hub:
        classroom.extra = ("--github-api", hub.url, "--token-env", "SCHOOL_TOKEN")
        assert classroom.call("create") == 0
        shutil.rmtree(hub.root / "school/user-s0001.git")
        del hub.invitations["school/user-s0001"]
        assert classroom.call("create", "--recreate") == 0
        assert hub.invitations["school/user-s0001"] == {"user-s0001"}


@pytest.mark.slow
def test_over_http_the_clone_goes_into_the_empty_repository(
    classroom: Classroom, server: GitServer, tmp_path: Path
) -> None:
    classroom.remote = f"{server.url}/ml/{{student_id}}.git"
    for student in classroom.students:
        server.make(f"ml/{student}.git")
    assert classroom.call("create") == 0
    clones = tmp_path / "clones"
    assert classroom.call("clone", "--into", clones) == 0
    store = server.root / "ml/s0001.git"
    before = git(store, "for-each-ref")
    shutil.rmtree(store)
    assert classroom.call("create", "--recreate", "--clones", clones) == 1
    server.make("ml/s0001.git")
    assert classroom.call("create") == 3
    assert classroom.call("create", "--recreate", "--clones", clones) == 0
    assert git(store, "for-each-ref") == before
