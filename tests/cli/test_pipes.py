"""What is no file where one is named is refused at once, and nobody waits for it."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from mlstarter import files
from tests.conftest import Run

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes")

COURSE = ("--course-run", "ml-1", "--remote", "file:///srv/{student_id}.git")
COMMANDS: dict[str, tuple[str, Callable[[Path], tuple[str | Path, ...]]]] = {
    "zip": ("t.zip", lambda path: ("new", "p", "--yes", "--template", path)),
    "answers": ("a.yml", lambda path: ("new", "p", "--yes", "--answers", path)),
    "data": ("d.csv", lambda path: ("new", "p", "--yes", "--data-file", path)),
    "data to describe": ("d.csv", lambda path: ("describe", path)),
    "roster": ("r.csv", lambda path: ("cohort", "check", path, *COURSE)),
    "settings of a course": ("c.toml", lambda path: ("cohort", "check", "r.csv", "--config", path)),
    "settings beside the roster": ("cohort.toml", lambda _: ("cohort", "check", "r.csv")),
}


@pytest.fixture(autouse=True)
def room(own_folders: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("r.csv").write_text("student_id\ns1\n", encoding="utf-8")


@pytest.fixture(autouse=True)
def _patience() -> Iterator[None]:
    """End a test that waits: the alarm interrupts whoever opens a pipe."""
    import signal

    def give_up(*_: object) -> None:
        raise AssertionError("it waited")

    handler = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(20)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, handler)


@contextmanager
def special_file(kind: str, path: Path) -> Iterator[None]:
    """Put a pipe, a socket, a device or a link to a pipe where a file is expected."""
    path.unlink(missing_ok=True)
    with closing(socket.socket(socket.AF_UNIX)) as peer:
        if kind == "pipe":
            os.mkfifo(path)
        elif kind == "socket":
            peer.bind(path.name)
        elif kind == "device":
            path.symlink_to("/dev/zero")
        else:
            os.mkfifo(path.parent / "pipe")
            path.symlink_to("pipe")
        yield


@pytest.mark.sampled
@pytest.mark.parametrize("kind", ["pipe", "socket", "device", "link to a pipe"])
@pytest.mark.parametrize("use", COMMANDS)
def test_what_is_no_file_is_refused_at_once(
    use: str, kind: str, mlstarter: Run, tmp_path: Path
) -> None:
    name, words = COMMANDS[use]

    with special_file(kind, tmp_path / name):
        status, out, err = mlstarter(*words(Path(name)))

    assert status in {1, 2}, out
    assert err.startswith("error: ")
    assert "it is a pipe, socket or device, and no file" in err
    assert "hint: " in err
    assert not Path("p").exists()


@pytest.mark.parametrize("kind", ["pipe", "device", "link to a pipe"])
def test_a_layer_is_a_folder_of_files(kind: str, mlstarter: Run, tmp_path: Path) -> None:
    Path("t").mkdir()
    Path("t/copier.yml").write_text("n: 1\n", encoding="utf-8")
    Path("layer").mkdir()
    new = ("new", "p", "--yes", "--template", "t", "--layer", "layer")

    with special_file(kind, tmp_path / "layer" / "x.jinja"):
        status, _, err = mlstarter(*new)

    assert status == 2
    assert "The layer layer holds " in err
    assert "it is a pipe, socket or device, and no file" in err


def test_a_file_is_read_to_its_bound_and_the_null_device_is_empty(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"0123456789")

    assert files.read_file(tmp_path / "f", 20) == b"0123456789"
    assert files.read_file(tmp_path / "f", 4) == b"01234"
    assert files.read_file(Path(os.devnull), 4) == b""
    with pytest.raises(IsADirectoryError):
        files.read_file(tmp_path, 4)
    with pytest.raises(FileNotFoundError):
        files.read_file(tmp_path / "absent", 4)
