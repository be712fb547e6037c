"""A class on GitHub, held against a stand-in that speaks its wire format."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.cohort.conftest import Classroom, document_of, git
from tests.cohort.github_stand_in import TOKEN, GitHubStandIn

BRANCH = "mlstarter/update-2.0.0"


@pytest.fixture
def school(classroom: Classroom, hub: GitHubStandIn, monkeypatch: pytest.MonkeyPatch) -> Classroom:
    monkeypatch.setenv("SCHOOL_TOKEN", TOKEN)
    monkeypatch.setattr("mlstarter.cohort.retry.wait", lambda *_: None)
    classroom.remote = "github:school/{username}"
    classroom.extra = ("--github-api", hub.url, "--token-env", "SCHOOL_TOKEN")
    return classroom


def test_private_repositories_are_made_and_students_invited(
    school: Classroom, hub: GitHubStandIn
) -> None:
    assert school.call("create") == 0
    for student in school.students:
        assert hub.invitations[f"school/user-{student}"] == {f"user-{student}"}
        path = hub.root / f"school/user-{student}.git"
        assert f'"{student}"' in git(path, "show", "main:.mlstarter.toml")
    bodies = [body for method, _, _, body in hub.seen if method == "POST"]
    assert all(body["private"] and not body["auto_init"] for body in bodies)
    headers = hub.seen[0][2]
    assert headers["accept"] == "application/vnd.github+json"
    assert headers["x-github-api-version"] == "2022-11-28"
    before = len(hub.seen)
    assert school.call("create") == 0
    assert len(hub.seen) == before


@pytest.mark.slow
def test_the_credential_of_gh_is_taken_where_no_variable_is_set(
    school: Classroom,
    hub: GitHubStandIn,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A stand-in of gh, which answers ``gh auth token`` as the real one does."""
    for name in ("SCHOOL_TOKEN", "GH_TOKEN", "GITHUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    school.extra = ("--github-api", hub.url)
    gh = tmp_path / "bin" / "gh"
    gh.parent.mkdir()
    monkeypatch.setenv("PATH", f"{gh.parent}{os.pathsep}{os.environ['PATH']}")

    gh.write_text("#!/bin/sh\necho 'no oauth token' >&2\nexit 1\n")
    gh.chmod(0o755)
    assert school.call("create") == 1
    said_so = capsys.readouterr().err
    assert "There is no token for GitHub." in said_so
    assert "gh auth login" in said_so

    gh.write_text(f'#!/bin/sh\n[ "$1 $2" = "auth token" ] && echo {TOKEN}\n')
    assert school.call("create") == 0
    assert hub.invitations
    out, err = capsys.readouterr()
    assert TOKEN not in out + err
    assert TOKEN.encode() not in school.journal.read_bytes()


@pytest.mark.slow
def test_a_pull_request_is_opened_once(
    school: Classroom, hub: GitHubStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    import sqlite3

    assert school.call("create") == 0
    school.template.release("2.0.0", **{"new.py": "fresh = True\n"})
    capsys.readouterr()
    assert school.call("update", "--mode", "pr", "--json") == 0
    rows = document_of(capsys.readouterr().out)["students"]
    assert rows[0]["change_url"] == f"{hub.url}/school/user-s0001/pull/1"
    (pull,) = hub.pulls["school/user-s0001"]
    assert (pull["title"], pull["head"]["ref"]) == ("Update the template to 2.0.0", BRANCH)
    assert f"git merge origin/{BRANCH}" in pull["body"]
    # The journal is lost: the branch and the pull request are found again.
    with sqlite3.connect(school.journal) as journal:
        journal.execute("DELETE FROM updates")
    journal.close()
    assert school.call("update", "--mode", "pr") == 0
    assert all(len(pulls) == 1 for pulls in hub.pulls.values())


@pytest.mark.slow
def test_status_tells_ci(
    school: Classroom, hub: GitHubStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    assert school.call("create") == 0
    runs: dict[str, list[dict[str, Any]]] = {
        "s0001": [{"status": "completed", "conclusion": "success"}],
        "s0002": [{"status": "completed", "conclusion": "failure"}],
        "s0003": [{"status": "in_progress", "conclusion": None}],
    }
    for student, runs_of_student in runs.items():
        head = git(hub.root / f"school/user-{student}.git", "rev-parse", "main")
        hub.checks[head] = runs_of_student
    capsys.readouterr()
    assert school.call("status", "--json") == 0
    rows = document_of(capsys.readouterr().out)["students"]
    assert [row["ci"] for row in rows] == ["passed", "failed", "running"]


@pytest.mark.slow
def test_the_token_is_in_no_argument_url_journal_or_output(
    school: Classroom, hub: GitHubStandIn, tmp_path: Path, capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """git is wrapped to write its arguments down; they are what `ps` would show to anybody."""
    import os
    import shutil

    wrapper = tmp_path / "programs" / "git"
    wrapper.parent.mkdir()
    real = shutil.which("git")
    wrapper.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/arguments\nexec {real} "$@"\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{wrapper.parent}{os.pathsep}{os.environ['PATH']}")
    assert school.call("create") == 0
    school.template.release("2.0.0", **{"new.py": "fresh = True\n"})
    assert school.call("update", "--mode", "pr") == 0
    assert "push" in (tmp_path / "arguments").read_text()
    places = [tmp_path / "arguments", *school.folder.rglob("*"), *(tmp_path / "home").rglob("*")]
    assert not [p for p in places if p.is_file() and TOKEN.encode() in p.read_bytes()]
    assert not [path for _, path in hub.requests if TOKEN in path]
    assert TOKEN not in "".join(capfd.readouterr())


@pytest.mark.slow
def test_a_wrong_token_is_one_clear_failure(
    school: Classroom, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SCHOOL_TOKEN", "ghs_wrong")
    assert school.call("create") == 1
    err = capsys.readouterr().err
    assert "GitHub refused GET /repos/school/user-s0001: Bad credentials." in err
    assert "ghs_wrong" not in err
    monkeypatch.delenv("SCHOOL_TOKEN")
    assert school.call("create") == 1
    assert "There is no token for GitHub." in capsys.readouterr().err


@pytest.mark.slow
def test_what_is_no_token_is_refused_and_not_shown(
    school: Classroom, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SCHOOL_TOKEN", "ghs_secret\nghs_second")
    assert school.call("create") == 1
    err = capsys.readouterr().err
    assert "SCHOOL_TOKEN holds no token for GitHub" in err
    assert "ghs_" not in err


@pytest.mark.slow
def test_multi_gitter_and_renovate_get_what_they_need(
    school: Classroom, hub: GitHubStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    import json

    import yaml

    assert school.call("create") == 0
    capsys.readouterr()
    names = [f"school/user-{student}" for student in school.students]
    assert school.call("export", "--for", "renovate") == 0
    renovate = json.loads(capsys.readouterr().out)
    assert renovate["repositories"] == names
    assert renovate["enabledManagers"] == ["copier"]
    assert school.call("export", "--for", "multi-gitter") == 0
    multi_gitter = yaml.safe_load(capsys.readouterr().out)
    assert multi_gitter["repo"] == names
    assert multi_gitter["base-url"] == hub.url
    # Its configuration holds its flags by name (cmd/cmd-run.go, git.go, platform.go of v0.5x);
    # it ignores a key that is none.
    assert multi_gitter.keys() <= {
        *("platform", "base-url", "repo", "branch", "commit-message", "pr-title", "pr-body"),
        *("git-type", "fetch-depth", "author-name", "author-email"),
    }
    assert multi_gitter["git-type"] in {"go", "cmd"}
    assert multi_gitter["fetch-depth"] == 0
