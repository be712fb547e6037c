"""The same over HTTP, on a real git server that is sometimes busy, cut off, or says no."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cohort.conftest import Classroom, git
from tests.cohort.git_server import GitServer

pytestmark = pytest.mark.slow

BRANCH = "mlstarter/update-2.0.0"


@pytest.fixture
def online(classroom: Classroom, server: GitServer) -> Classroom:
    """Return a class whose empty repositories an administrator has made on the server."""
    classroom.remote = f"{server.url}/{{student_id}}.git"
    for student in classroom.students:
        server.make(f"{student}.git", "teacher", student)
        server.accounts[student] = f"pass-{student}"
    return classroom


def test_a_class_is_created_updated_and_seen_over_http(
    online: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    assert online.call("create") == 0
    online.work("s0001", **{"notes.md": "mine\n"})
    online.template.release("2.0.0", **{"new.py": "fresh = True\n"})
    assert online.call("update") == 0
    assert online.read("s0001", "new.py", BRANCH) == "fresh = True"
    assert online.read("s0001", "notes.md", BRANCH) == "mine"
    assert online.call("status") == 0
    assert "correct horse" not in "".join(capsys.readouterr())


def test_a_student_reaches_only_their_own_repository(online: Classroom, server: GitServer) -> None:
    assert online.call("create") == 0
    own = server.url.replace("http://", "http://s0001:pass-s0001@")
    git(online.folder, "ls-remote", f"{own}/s0001.git")
    with pytest.raises(subprocess.CalledProcessError):
        git(online.folder, "ls-remote", f"{own}/s0002.git", GIT_TERMINAL_PROMPT="0")


@pytest.mark.parametrize("fault", [429, 503, "drop"])
@pytest.mark.parametrize("skip", range(6))
def test_a_busy_server_and_a_cut_connection_are_outlasted(
    online: Classroom, server: GitServer, fault: int | str, skip: int
) -> None:
    """The fault hits another request each time: asking, pushing, proving."""
    server.faults.extend([0] * skip)  # 0: answer as usual
    server.faults.extend([fault, fault])
    assert online.call("create", "--jobs", "1", "--only", "s0001") == 0
    assert not server.faults or skip > 3
    assert online.refs("s0001").keys() == {"refs/heads/main"}
    assert git(online.repository("s0001"), "rev-list", "--count", "main") == "2"


@pytest.mark.parametrize("skip", [0, 1, 3, 5])
@pytest.mark.parametrize("fault", [503, "drop"])
def test_an_update_outlasts_a_bad_connection_and_is_offered_once(
    online: Classroom, server: GitServer, fault: int | str, skip: int
) -> None:
    assert online.call("create", "--only", "s0001") == 0
    online.work("s0001", **{"notes.md": "mine\n"})
    online.template.release("2.0.0", **{"new.py": "fresh = True\n"})
    server.faults.extend([0] * skip)
    server.faults.extend([fault, fault])
    assert online.call("update", "--jobs", "1", "--only", "s0001") == 0
    assert online.refs("s0001").keys() == {"refs/heads/main", f"refs/heads/{BRANCH}"}
    assert online.read("s0001", "notes.md", BRANCH) == "mine"
    assert online.read("s0001", "new.py", BRANCH) == "fresh = True"


def test_a_server_that_stays_down_is_named_and_the_next_run_goes_on(
    online: Classroom, server: GitServer, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from mlstarter.cohort import course
    from mlstarter.cohort.transport import Transport

    monkeypatch.setattr(
        course, "Transport", lambda stop: Transport(attempts=2, pause=0.01, stop=stop)
    )
    server.faults.extend([503] * 100)
    assert online.call("create", "--only", "s0001") == 1
    assert "did not answer in 2 tries" in capsys.readouterr().err
    server.faults.clear()
    assert online.call("create") == 0


def test_no_permission_is_said_at_once(
    online: Classroom, server: GitServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.access["s0002.git"] = {"s0002"}
    request_count = len(server.requests)
    assert online.call("create", "--only", "s0002") == 1
    assert "The server does not let this account into" in capsys.readouterr().err
    assert len(server.requests) - request_count < 5
    assert online.call("create", "--only", "s0001,s0003") == 0


def test_a_repository_that_nobody_made_is_said_at_once(
    online: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    import shutil

    shutil.rmtree(online.repository("s0003"))
    assert online.call("create") == 1
    err = capsys.readouterr().err
    assert err.count("There is no repository at") == 1
    assert "create it on the server first" in err


def test_a_push_in_between_is_noticed_over_http_too(
    online: Classroom, server: GitServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlstarter import update as module

    assert online.call("create") == 0
    online.template.release("2.0.0", **{"new.py": "fresh = True\n"})
    prepare, pushes = module.prepare, list[str]()

    def while_the_student_works(*arguments: Any, **options: Any) -> Any:
        prepared_update = prepare(*arguments, **options)
        if not pushes:
            pushes.append("once")
            online.work("s0001", **{"late.md": "just in time\n"})
        return prepared_update

    monkeypatch.setattr(module, "prepare", while_the_student_works)
    assert online.call("update", "--only", "s0001") == 0
    assert online.read("s0001", "late.md", BRANCH) == "just in time"


@pytest.mark.parametrize(
    ("remote", "message"),
    [
        ("https://ada:secret@git.example.edu/{student_id}.git", "The remote holds a credential"),
        ("http://git.example.edu/{student_id}.git", "The remote is plain http"),
        ("ftp://git.example.edu/{student_id}.git", "is of no kind that is known"),
        ("https://git.example.edu/{email}.git", "The remote names {email}"),
        ("github:school", "is not github:ORG/NAME"),
    ],
)
def test_a_remote_that_cannot_be_is_refused_before_anything_is_asked(
    classroom: Classroom, capsys: pytest.CaptureFixture[str], remote: str, message: str
) -> None:
    classroom.remote = remote
    assert classroom.call("create") == 2
    assert message in capsys.readouterr().err
    assert not classroom.journal.exists()


def test_ssh_goes_through_git_s_own_command(
    classroom: Classroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in for ssh runs git's server side here; the address and the commands are real."""
    ssh = tmp_path / "ssh"
    ssh.write_text(
        "#!/usr/bin/env python3\n"
        "import os, shlex, sys\n"
        "host, command = sys.argv[-2:]\n"
        "assert host == 'git@school', host\n"
        "program, path = shlex.split(command)\n"
        f"os.execvp(program, [program, {str(classroom.server)!r} + path])\n"
    )
    ssh.chmod(0o755)
    monkeypatch.setenv("GIT_SSH_COMMAND", str(ssh))
    monkeypatch.setenv("GIT_SSH_VARIANT", "simple")
    classroom.remote = "ssh://git@school/ml/{username}.git"
    for student in classroom.students:
        git(tmp_path, "init", "--quiet", "--bare", f"{classroom.server}/ml/user-{student}.git")
    assert classroom.call("create") == 0
    marker = git(Path(f"{classroom.server}/ml/user-s0001.git"), "show", "main:.mlstarter.toml")
    assert 'student_id = "s0001"' in marker
