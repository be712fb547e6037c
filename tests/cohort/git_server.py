"""A real git server over HTTP: git http-backend behind Basic auth, access lists and faults.

It is what a school's own server does, in a few lines of the standard library, and it can be told
to misbehave: to answer 429 or 503, or to cut the connection in the middle of a request.
"""

from __future__ import annotations

import base64
import os
import subprocess
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit


class GitServer:
    """Serves the bare repositories below ``root``.

    Attributes:
        accounts: user -> password.
        access: repository (``ml/s1.git``) -> the users who may read and push. One that is absent
            is open to every account.
        faults: what the next requests get instead of an answer: a status, or "drop"; 0 is none.
        requests: (method, path) of everything that was asked.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.accounts = {"teacher": "correct horse"}
        self.access: dict[str, set[str]] = {}
        self.faults: deque[int | str] = deque()
        self.requests: list[tuple[str, str]] = []
        self.lock = threading.Lock()
        server = self

        class Handler(GitHandler):
            owner = server

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.http.shutdown()
        self.http.server_close()

    def make(self, name: str, *users: str) -> Path:
        """Make an empty repository, as an administrator does."""
        path = self.root / name
        subprocess.run(
            ["git", "init", "--quiet", "--bare", "--initial-branch=main", path], check=True
        )
        if users:
            self.access[name] = set(users)
        return path


class GitHandler(BaseHTTPRequestHandler):
    """Hands requests to git http-backend as CGI (RFC 3875)."""

    owner: GitServer
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self.handle_request()

    def do_POST(self) -> None:
        self.handle_request()

    def do_PUT(self) -> None:
        self.handle_request()

    def handle_request(self) -> None:
        body = self.read_body()
        with self.owner.lock:
            self.owner.requests.append((self.command, self.path))
            fault = self.owner.faults.popleft() if self.owner.faults else None
        if fault == "drop":
            self.close_connection = True
            self.connection.close()
        elif fault:
            assert isinstance(fault, int)
            self.answer(fault, b"busy\n", {"Retry-After": "0"})
        else:
            self.serve(body)

    def read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def user(self) -> str | None:
        kind, _, value = self.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "basic":
            return None
        name, _, password = base64.b64decode(value).decode().partition(":")
        return name if self.owner.accounts.get(name) == password else None

    def serve(self, body: bytes) -> None:
        user = self.user()
        if user is None:
            self.answer(401, b"who?\n", {"WWW-Authenticate": 'Basic realm="git"'})
            return
        path = urlsplit(self.path)
        repository = path.path.lstrip("/").partition(".git/")[0] + ".git"
        users_allowed = self.owner.access.get(repository)
        if users_allowed is not None and user not in users_allowed:
            self.answer(403, b"not yours\n", {})
            return
        self.backend(user, path.path, path.query, body)

    def backend(self, user: str, path: str, query: str, body: bytes) -> None:
        variables = {
            "GIT_PROJECT_ROOT": str(self.owner.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "http.receivepack",
            "GIT_CONFIG_VALUE_0": "true",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REMOTE_USER": user,
            "REMOTE_ADDR": "127.0.0.1",
            "PATH": os.environ["PATH"],
            "HOME": str(self.owner.root),
        }
        process = subprocess.run(
            ["git", "http-backend"], input=body, env=variables, capture_output=True, check=False
        )
        head, _, content = process.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        status = int(headers.pop("Status", "200 OK").split()[0])
        self.answer(status, content, headers)

    def answer(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
