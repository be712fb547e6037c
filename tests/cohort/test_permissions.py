"""Who may write into the folder of a class, and that it makes no other bytes."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlstarter.cohort.permissions import permission_findings
from tests.cohort.conftest import Classroom, document_of, git
from tests.cohort.git_server import GitServer


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Return a folder that everybody on this machine gets to."""
    folder = Path(tempfile.mkdtemp(prefix="mlstarter-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def messages(folder: Path, *names: str) -> list[tuple[str, bool]]:
    urls = [f"file://{folder}/{name}.git" for name in names]
    return [(finding.message, finding.is_serious) for finding in permission_findings(urls)]


@pytest.mark.parametrize(
    ("mode", "repository", "text", "is_serious"),
    [
        (0o777, 0o700, "Everybody on this machine may write into", True),
        (0o1777, 0o700, None, False),
        (0o775, 0o700, "The group of", False),
        (0o755, 0o777, "Everybody on this machine may write into a.git", True),
        (0o755, 0o755, "may read a.git, so students can read one another's work", False),
        (0o755, 0o770, None, False),
        (0o750, 0o777, None, False),
        (0o700, 0o755, None, False),
    ],
)
def test_who_may_write_or_read_is_said(
    open_folder: Path, mode: int, repository: int, text: str | None, is_serious: bool
) -> None:
    parent = open_folder / "class"
    (parent / "a.git").mkdir(parents=True)
    (parent / "a.git").chmod(repository)
    parent.chmod(mode)
    findings = messages(parent, "a", "not-made-yet")
    if text is None:
        assert findings == []
    else:
        assert len(findings) == 1
        assert text in findings[0][0]
        assert findings[0][1] is is_serious
    parent.chmod(0o700)


def test_what_nobody_gets_to_is_safe_and_servers_look_after_themselves(open_folder: Path) -> None:
    (open_folder / "class" / "a.git").mkdir(parents=True)
    (open_folder / "class").chmod(0o707)
    (open_folder / "class" / "a.git").chmod(0o777)
    open_folder.chmod(0o700)
    assert messages(open_folder / "class", "a") == []
    assert permission_findings(["ssh://git@host/ml/a.git", "https://host/ml/a.git"]) == []


@pytest.mark.slow
def test_check_says_it_with_the_command_that_mends_it(
    classroom: Classroom, open_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    classroom.remote = f"file://{open_folder}/{{student_id}}.git"
    assert classroom.call("create") == 0
    capsys.readouterr()
    assert classroom.call("check") == 0
    errors = capsys.readouterr().err
    assert "may read s0001.git, s0002.git, s0003.git" in errors
    assert "chmod -R o-rwx" in errors
    open_folder.chmod(0o777)
    assert classroom.call("check", "--json") == 3
    rows = document_of(capsys.readouterr().out)["permissions"]
    assert rows[0]["is_serious"] is True
    assert rows[0]["hint"] == f"chmod o-w {open_folder}"
    open_folder.chmod(0o755)


@pytest.mark.sampled
@pytest.mark.parametrize("sharing", ["group", "all", "0660", "umask"])
def test_a_shared_repository_gets_the_same_bytes_and_the_folder_s_permissions(
    classroom: Classroom, sharing: str
) -> None:
    assert classroom.call("create", "--only", "s0001") == 0
    store = classroom.repository("s0002")
    git(
        classroom.folder,
        "init",
        "--quiet",
        "--bare",
        f"--shared={sharing}",
        "-b",
        "main",
        str(store),
    )
    for name in ("post-receive", "post-update", "push-to-checkout"):
        hook = store / "hooks" / name
        hook.write_text("#!/bin/sh\necho no >&2\nexit 1\n")
        hook.chmod(0o755)
    assert classroom.call("create") == 0
    trees = [git(classroom.repository(s), "ls-tree", "-r", "main") for s in ("s0001", "s0002")]
    same = [
        [line for line in tree.splitlines() if line.partition("\t")[2] not in OWN] for tree in trees
    ]
    assert same[0] == same[1]
    if sharing in {"group", "0660"}:
        folders = [path for path in (store / "objects").iterdir() if path.is_dir()]
        assert all(path.stat().st_mode & 0o020 for path in folders)
    git(store, "fsck", "--strict")


# What is each student's own: marker, and what names the section.
OWN = {".mlstarter.toml", ".copier-answers.yml", "README.md"}


@pytest.mark.slow
def test_a_server_that_refuses_a_creation_is_quoted_and_the_others_are_made(
    classroom: Classroom, server: GitServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """A quota, a hook: over http it is the server's own, and its words are shown."""
    classroom.remote = f"{server.url}/ml/{{student_id}}.git"
    for student in classroom.students:
        server.make(f"ml/{student}.git")
    hook = server.root / "ml/s0002.git" / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'quota of 10 MB is used up' >&2\nexit 1\n")
    hook.chmod(0o755)
    assert classroom.call("create") == 1
    errors = capsys.readouterr().err
    assert "refused the push: quota of 10 MB is used up" in errors
    assert git(server.root / "ml/s0002.git", "for-each-ref") == ""
    hook.unlink()
    assert classroom.call("create") == 0
    first = git(server.root / "ml/s0001.git", "rev-parse", "main~1^{tree}")
    third = git(server.root / "ml/s0003.git", "rev-parse", "main~1^{tree}")
    assert first == third
