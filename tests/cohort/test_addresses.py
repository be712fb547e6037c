"""One address for every verb: renamed accounts, renamed repositories, a class that moves."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cohort.conftest import Classroom, document_of, git
from tests.cohort.github_stand_in import TOKEN, GitHubStandIn

VERBS = ("create", "update", "status", "clone", "export")


@pytest.fixture
def accounts(classroom: Classroom) -> Classroom:
    """Return a class whose repositories are called after accounts, with work in one."""
    classroom.remote = f"file://{classroom.server}/{{username}}.git"
    classroom.hand_out()
    store = classroom.server / "user-s0001.git"
    work = classroom.folder / "work"
    git(classroom.folder, "clone", "--quiet", str(store), str(work))
    (work / "solution.py").write_text("answer = 42\n")
    git(work, "add", "--all")
    git(work, "commit", "--quiet", "-m", "Work")
    git(work, "push", "--quiet")
    return classroom


def options(classroom: Classroom, verb: str) -> tuple[str | Path, ...]:
    more: dict[str, tuple[str | Path, ...]] = {
        "clone": ("--into", classroom.folder / "clones"),
        "export": ("--for", "csv"),
    }
    return more.get(verb, ())


def rename_account(classroom: Classroom, old: str, new: str) -> None:
    text = classroom.roster.read_text()
    classroom.roster.write_text(text.replace(old, new))


def urls(classroom: Classroom, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """Return the addresses that ``export`` prints, by student."""
    capsys.readouterr()
    assert classroom.call("export", "--for", "csv") == 0
    rows = [line.split(",") for line in capsys.readouterr().out.splitlines()[1:]]
    return {row[0]: row[3] for row in rows}


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS)
def test_a_renamed_account_is_followed_where_the_repository_moved(
    accounts: Classroom, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    rename_account(accounts, "user-s0001", "ada")
    (accounts.server / "user-s0001.git").rename(accounts.server / "ada.git")
    assert accounts.call(verb, *options(accounts, verb)) == 0
    if verb != "export":
        assert "s0001: the repository is now at" in capsys.readouterr().err
    assert not (accounts.server / "user-s0001.git").exists()
    assert accounts.call("status") == 0
    assert urls(accounts, capsys)["s0001"] == f"file://{accounts.server}/ada.git"


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS)
def test_a_renamed_account_whose_repository_stays_is_found_where_it_is(
    accounts: Classroom, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    rename_account(accounts, "user-s0001", "ada")
    accounts.template.release("1.1.0", **{"Makefile": "all:\n\techo new\n"})
    assert accounts.call(verb, *options(accounts, verb)) == 0
    assert not (accounts.server / "ada.git").exists()
    assert urls(accounts, capsys)["s0001"] == f"file://{accounts.server}/user-s0001.git"
    if verb == "update":
        refs = git(accounts.server / "user-s0001.git", "for-each-ref", "--format=%(refname)")
        assert "refs/heads/mlstarter/update-1.1.0" in refs


@pytest.mark.slow
def test_a_repository_of_somebody_else_at_the_new_address_is_not_taken(
    accounts: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    rename_account(accounts, "user-s0001", "ada")
    shutil.copytree(accounts.server / "user-s0002.git", accounts.server / "ada.git")
    before = git(accounts.server / "ada.git", "for-each-ref")
    accounts.template.release("1.1.0", **{"Makefile": "all:\n\techo new\n"})
    assert accounts.call("update") == 0
    assert git(accounts.server / "ada.git", "for-each-ref") == before
    assert urls(accounts, capsys)["s0001"] == f"file://{accounts.server}/user-s0001.git"


@pytest.mark.slow
@pytest.mark.parametrize("verb", ("create", "update", "status", "clone"))
def test_a_repository_that_was_renamed_on_the_server_is_followed(
    classroom: Classroom, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    classroom.hand_out()
    classroom.repository("s0001").rename(classroom.server / "churn of ada #1.git")
    assert classroom.call(verb, *options(classroom, verb)) == 0
    assert "s0001: the repository is now at" in capsys.readouterr().err
    assert not classroom.repository("s0001").exists()
    url = urls(classroom, capsys)["s0001"]
    assert url.endswith("/churn of ada %231.git")
    assert classroom.call("status", "--json") == 0
    states = {row["state"] for row in document_of(capsys.readouterr().out)["students"]}
    assert states == {"verified"}


@pytest.mark.slow
def test_a_copy_without_what_was_handed_out_is_not_followed(
    classroom: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The marker alone, which anybody can write, is no proof."""
    classroom.hand_out()
    work = tmp_path / "forged"
    git(tmp_path, "clone", "--quiet", str(classroom.repository("s0001")), str(work))
    git(work, "checkout", "--quiet", "--orphan", "fresh")
    git(work, "commit", "--quiet", "-m", "Mine")
    git(tmp_path, "clone", "--quiet", "--bare", str(work), str(classroom.server / "x.git"))
    git(classroom.server / "x.git", "branch", "-f", "main", "fresh")
    shutil.rmtree(classroom.repository("s0001"))
    assert classroom.call("create") == 3
    assert "The repository of s0001 is gone" in capsys.readouterr().err


@pytest.mark.sampled
@pytest.mark.parametrize("verb", VERBS)
def test_another_remote_is_refused_until_every_repository_is_there(
    classroom: Classroom, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    classroom.hand_out()
    old = classroom.remote
    new = classroom.folder / "new"
    classroom.remote = f"file://{new}/{{student_id}}.git"
    new.mkdir()
    shutil.copytree(classroom.repository("s0001"), new / "s0001.git")
    capsys.readouterr()
    assert classroom.call(verb, *options(classroom, verb)) == 2
    errors = capsys.readouterr().err
    assert errors.count("error:") == 1
    assert f"The remote was {old} and is now {classroom.remote}" in errors
    assert "2 of 3 repositories are not (s0002, s0003); nothing was done." in errors
    assert [path.name for path in new.iterdir()] == ["s0001.git"]
    # Set back, everything is as it was.
    remote, classroom.remote = classroom.remote, old
    assert classroom.call("status") == 0
    assert urls(classroom, capsys)["s0001"] == f"file://{classroom.server}/s0001.git"
    # Once they are there, the class goes on there.
    classroom.remote = remote
    for student in ("s0002", "s0003"):
        shutil.copytree(classroom.repository(student), new / f"{student}.git")
    assert classroom.call(verb, *options(classroom, verb)) == 0
    assert set(urls(classroom, capsys).values()) == {
        f"file://{new}/{student}.git" for student in classroom.students
    }


@pytest.fixture
def school(classroom: Classroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Classroom:
    monkeypatch.setenv("SCHOOL_TOKEN", TOKEN)
    monkeypatch.setattr("mlstarter.cohort.retry.wait", lambda *_: None)
    classroom.remote = "github:school/{username}"
    return classroom


@pytest.mark.slow
@pytest.mark.parametrize("redirects", [True, False])
def test_a_repository_that_was_renamed_on_github_is_followed(
    school: Classroom, capsys: pytest.CaptureFixture[str], redirects: bool
) -> None:
    """GitHub redirects from the old name; once that is taken by others, the marker finds it."""
    root = school.folder / "srv"
    root.mkdir()
    with GitHubStandIn(root) as hub:
        school.extra = ("--github-api", hub.url, "--token-env", "SCHOOL_TOKEN")
        assert school.call("create") == 0
        hub.rename("school/user-s0001", "school/churn", redirect=redirects)
        school.template.release("1.1.0", **{"Makefile": "all:\n\techo new\n"})
        assert school.call("update", "--mode", "pr") == 0
        assert school.call("status") == 0
        refs = git(root / "school/churn.git", "for-each-ref", "--format=%(refname)")
        assert "refs/heads/mlstarter/update-1.1.0" in refs
        assert not (root / "school/user-s0001.git").exists()
        assert len(hub.pulls["school/churn"]) == 1
        assert urls(school, capsys)["s0001"] == f"{hub.url}/school/churn.git"
