"""A server that sends nothing, too little or nonsense ends in a sentence, and after a while."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from mlstarter import sources
from mlstarter.errors import TemplateError
from mlstarter.git.process import Git
from mlstarter.sources import archive

pytestmark = pytest.mark.usefixtures("own_folders")

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"


Answer = Callable[[socket.socket], None]


@contextmanager
def server(answer: Answer) -> Iterator[str]:
    """Answer each connection after its request; yields the address."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                peer = listener.accept()[0]
                threading.Thread(target=talk, args=(peer,), daemon=True).start()

    def talk(peer: socket.socket) -> None:
        with peer, suppress(OSError):
            peer.recv(65536)
            answer(peer)

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()


def drip(peer: socket.socket) -> None:
    peer.sendall(HEAD)
    while True:
        peer.sendall(b"P")
        time.sleep(0.1)


def silence(peer: socket.socket) -> None:
    peer.sendall(HEAD)
    time.sleep(20)


def nonsense(peer: socket.socket) -> None:
    peer.sendall(b"\x1b[31m<b>\0\xff" * 1000)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "limit", "reason"),
    [
        (drip, "_MAX_SECONDS", "it took longer than 1 seconds"),
        (silence, "_MAX_SILENCE", "cannot be fetched: "),
    ],
)
def test_a_zip_that_hardly_comes_is_given_up(
    monkeypatch: pytest.MonkeyPatch, answer: Answer, limit: str, reason: str
) -> None:
    monkeypatch.setattr(archive, limit, 1)
    start = time.monotonic()

    with server(answer) as url, pytest.raises(TemplateError, match=reason):
        sources.resolve(f"{url}/t.zip")

    # Long before the peer itself, which goes on for 20 s, has an end.
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("path", ["t.zip", "t.git"])
def test_nonsense_of_a_server_is_quoted_in_part(path: str) -> None:
    with server(nonsense) as url, pytest.raises(TemplateError) as failure:
        sources.resolve(f"{url}/{path}")

    assert len(failure.value.message) < 500


def test_git_gives_up_a_server_that_says_nothing(tmp_path: Path) -> None:
    git = Git(tmp_path)

    assert git.text("config", "http.lowSpeedLimit") == "1"
    assert 30 <= int(git.text("config", "http.lowSpeedTime")) <= 300


def test_a_repository_without_a_commit_is_said_to_be_one(tmp_path: Path) -> None:
    Git(tmp_path).run("init", "--quiet", "--bare", f"{tmp_path}/empty.git")

    with pytest.raises(TemplateError) as failure:
        sources.resolve(f"file://{tmp_path}/empty.git")

    assert "without any commit" in str(failure.value.hint)
