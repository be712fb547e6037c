"""A stand-in for Kaggle that speaks its wire format over real HTTP, for tests without an account.

The API takes POSTs of camelCase JSON at /v1/<service>/<method> and answers a download with a
redirect to a second server, as Kaggle does with its storage: that one knows no accounts, sends
a length, an MD5 hash and an ETag, and can resume.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "KGAT_a-token-that-must-never-be-printed"
SIGNATURE = "a-signed-address-that-must-never-be-printed"


@dataclass
class Kaggle:
    """What the stand-in holds, what it shall do wrong, and what it was asked.

    `faults` ("503", "cut", "silent", "damaged") are used up one a download, `always` stays.
    """

    archive: bytes = b""
    licence: str = "CC0-1.0"
    version: int = 3
    needs_account: bool = True
    rules_accepted: bool = True
    announce_hash: bool = True
    always: str = ""
    faults: list[str] = field(default_factory=list)
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    ranges: list[str | None] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    uploads: list[bytes] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)
    api: str = ""
    storage: str = ""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, kaggle: Kaggle, *arguments: Any) -> None:
        self.kaggle = kaggle
        super().__init__(*arguments)

    def log_message(self, *_: Any) -> None:
        """Stay silent."""

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def json(self, status: int, value: dict[str, Any]) -> None:
        if status >= 400:
            value = {"code": status, **value}
        self.answer(status, json.dumps(value).encode(), Content_Type="application/json")


class _Api(_Handler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        method = self.path.rpartition("/")[2]
        self.kaggle.requests.append((self.path, body))
        fault = self.kaggle.always
        if method.startswith("Download") and self.kaggle.faults:
            fault = self.kaggle.faults.pop(0)
        if fault == "503":
            return self.json(503, {"message": "Service Unavailable"})
        if fault == "silent":
            self.kaggle.release.wait(30)
            return None
        key = base64.b64encode(f"ada:{TOKEN}".encode()).decode()
        authorization = self.headers.get("Authorization")
        if authorization not in (None, f"Bearer {TOKEN}", f"Basic {key}"):
            return self.json(401, {"message": f"Unauthenticated: {authorization}"})
        if authorization is None and self.kaggle.needs_account:
            return self.json(401, {"message": "Unauthenticated"})
        if not self.kaggle.rules_accepted:
            return self.json(403, {"message": "You must accept this competition's rules"})
        return self.serve(method, body, fault)

    def serve(self, method: str, body: dict[str, Any], fault: str) -> None:  # noqa: PLR0911
        kaggle = self.kaggle
        if body.get("datasetSlug", "known") == "missing":
            return self.json(404, {"message": "Not found"})
        if method == "GetDataset":
            value = {"currentVersionNumber": kaggle.version, "licenseName": kaggle.licence}
            return self.json(200, value)
        if method in ("DownloadDataset", "DownloadDataFiles"):
            if body.get("datasetVersionNumber", kaggle.version) > kaggle.version:
                return self.json(404, {"message": "Not found"})
            place = f"{kaggle.storage}/archive.zip?X-Goog-Signature={SIGNATURE}&fault={fault}"
            return self.answer(302, b"", Location=place)
        if method == "StartSubmissionUpload":
            place = f"{kaggle.storage}/upload?X-Goog-Signature={SIGNATURE}"
            return self.json(200, {"token": "blob-1", "createUrl": place})
        if method == "CreateSubmission":
            return self.json(200, {"message": "Successfully submitted", "ref": 1})
        return self.json(404, {"message": f"no method {method}"})


class _Storage(_Handler):
    def do_GET(self) -> None:
        kaggle, body = self.kaggle, self.kaggle.archive
        if credentials := self.headers.get("Authorization"):
            kaggle.leaks.append(credentials)
        byte_range = self.headers.get("Range")
        kaggle.ranges.append(byte_range)
        start = int(byte_range.removeprefix("bytes=").rstrip("-")) if byte_range else 0
        self.send_response(206 if byte_range else 200)
        self.send_header("Content-Length", str(len(body) - start))
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("ETag", '"1"')
        if kaggle.announce_hash:
            md5 = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
            self.send_header("x-goog-hash", f"crc32c=AAAAAA==,md5={md5}")
        self.end_headers()
        if self.path.endswith("fault=damaged"):
            middle = len(body) // 2
            body = body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]
        if self.path.endswith("fault=cut"):
            self.wfile.write(body[start : (start + len(body)) // 2])
            self.close_connection = True
            return
        self.wfile.write(body[start:])

    def do_PUT(self) -> None:
        self.kaggle.uploads.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.answer(200, b"")


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Say nothing of clients that hang up: kagglehub does so before it resumes."""


@contextmanager
def running(kaggle: Kaggle) -> Iterator[Kaggle]:
    """Run both servers on free local ports while the block runs; fill in their addresses."""
    servers = [_Server(("127.0.0.1", 0), partial(handler, kaggle)) for handler in (_Api, _Storage)]
    kaggle.api, kaggle.storage = (f"http://127.0.0.1:{s.server_port}" for s in servers)
    for server in servers:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield kaggle
    finally:
        kaggle.release.set()
        for server in servers:
            server.shutdown()
            server.server_close()
