"""A push that was killed leaves git's lock of its branch: ours goes, a student's is named."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from mlstarter.cohort.shared_folder import release_stale_locks
from mlstarter.cohort.transport import Transport
from tests.cohort.conftest import Classroom, git

OFFER = "refs/heads/mlstarter/update-2.0.0"


def lock(repository: Path, name: str, *, age: float = 60) -> Path:
    path = repository / f"{name}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.utime(path, (time.time() - age, time.time() - age))
    return path


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    start = Transport.__init__

    def quick(transport: Transport, *args: object, **options: object) -> None:
        start(transport, *args, **{"pause": 0.01, **options})  # type: ignore[arg-type]

    monkeypatch.setattr(Transport, "__init__", quick)


@pytest.mark.slow
def test_a_lock_of_a_killed_creation_does_not_keep_it_from_going_on(classroom: Classroom) -> None:
    student = classroom.students[0]
    repository = classroom.repository(student)
    repository.parent.mkdir(parents=True, exist_ok=True)
    git(repository.parent, "init", "--quiet", "--bare", str(repository))
    stale = lock(repository, "refs/heads/main")

    assert classroom.call("create") == 0

    assert not stale.exists()
    assert classroom.refs(student).keys() == {"refs/heads/main"}


@pytest.mark.slow
def test_a_lock_of_a_killed_offer_does_not_keep_it_from_going_on(classroom: Classroom) -> None:
    assert classroom.call("create") == 0
    classroom.template.release("2.0.0", **{"new.py": "fresh = True\n"})
    student = classroom.students[0]
    lock(classroom.repository(student), OFFER)

    assert classroom.call("update") == 0

    assert OFFER in classroom.refs(student)


@pytest.mark.slow
def test_a_lock_on_a_student_s_branch_stays_and_is_named(
    classroom: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    assert classroom.call("create") == 0
    classroom.template.release("2.0.0", **{"new.py": "fresh = True\n"})
    student = classroom.students[0]
    stale = lock(classroom.repository(student), "refs/heads/main")

    assert classroom.call("update", "--mode", "merge") == 1

    assert stale.exists()
    err = capsys.readouterr().err
    assert f"{student}: file://{classroom.repository(student)} is locked" in err
    assert f"rm -f {stale}" in err
    for other in classroom.students[1:]:
        assert classroom.read(other, "new.py") == "fresh = True"


@pytest.mark.parametrize("age", [0, -60])
def test_a_lock_that_was_just_taken_is_somebody_s(tmp_path: Path, age: float) -> None:
    fresh = lock(tmp_path, OFFER, age=age)
    release_stale_locks(tmp_path, frozenset({OFFER}))
    assert fresh.exists()


def test_a_link_in_place_of_a_lock_is_left_alone(tmp_path: Path) -> None:
    target = lock(tmp_path, "elsewhere")
    link = tmp_path / f"{OFFER}.lock"
    link.parent.mkdir(parents=True)
    link.symlink_to(target)
    release_stale_locks(tmp_path, frozenset({OFFER}))
    assert link.is_symlink()
    assert target.exists()


def test_a_branch_in_packed_refs_is_not_new(tmp_path: Path) -> None:
    stale = lock(tmp_path, "refs/heads/main")
    (tmp_path / "packed-refs").write_text(f"# pack-refs\n{'a' * 40} refs/heads/main\n")
    release_stale_locks(tmp_path, frozenset({"refs/heads/main"}))
    assert stale.exists()
