"""Generated projects as the end-to-end tests use them: cloned, and run by their own commands."""

from __future__ import annotations

import json
import math
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# What the surroundings of the tests must not lend to a generated project: prefixes of names.
FOREIGN = (
    "PYTHONPATH",
    "VIRTUAL_ENV",
    "PYTEST_",
    "COV_",
    "COVERAGE_",
    "MAKEFLAGS",
    "MAKELEVEL",
    "MFLAGS",
)
# Runs a command in a network namespace of its own, where nothing but the machine itself is reached.
CUT = ("unshare", *(() if os.geteuid() == 0 else ("--map-root-user",)), "--net", "sh", "-c")
LOOPBACK = 'ip link set lo up; exec "$@"'
# Some seconds of products, sorting and plain Python: what they take on a machine beside whatever
# else it does is what the cost of a training is compared with, since seconds differ by machine.
REFERENCE_WORK = """
import numpy as np
generator = np.random.default_rng(0)
matrix = generator.random((1000, 1000), dtype=np.float32)
for _ in range(30):
    matrix @ matrix
for _ in range(5):
    np.sort(generator.random(2_000_000))
sum(i * i for i in range(8_000_000))
"""


@dataclass(frozen=True)
class Run:
    """A finished command: its exit status, what it wrote, and what it cost."""

    command: tuple[str, ...]
    status: int
    output: str
    cpu: float  # seconds, user and system, children included
    wall: float  # seconds


@dataclass(frozen=True)
class Project:
    """A generated project on disk and how to run its own commands.

    ``python`` is the interpreter of the environment that `make setup` made; a clone of a project
    may borrow the environment of the one it was cloned from.
    """

    root: Path
    package: str
    python: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    relative_cost: float = math.nan  # CPU of its first `make all`, in terms of REFERENCE_WORK

    def run(
        self,
        *command: str | Path,
        check: bool = True,
        network: bool = True,
        timeout: float = 900,
        environment: Mapping[str, str] | None = None,
    ) -> Run:
        """Run a command in the project's folder; without ``network`` only the machine answers."""
        words = tuple(map(str, command))
        prefix = () if network else (*CUT, LOOPBACK, "cut")
        surroundings = clean_environment({**self.environment, **(environment or {})})
        before, began = _children(), time.monotonic()
        process = subprocess.run(
            [*prefix, *words], cwd=self.root, env=surroundings,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            timeout=timeout, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        cpu, wall = _children() - before, time.monotonic() - began
        result = Run(words, process.returncode, process.stdout, cpu, wall)
        if check and result.status:
            raise AssertionError(f"{' '.join(words)} ended with {result.status}:\n{result.output}")
        return result

    def make(self, *arguments: str, **options: Any) -> Run:
        """Run make; a clone that borrows its environment takes it for up to date."""
        without_setup = () if self.python.is_relative_to(self.root) else ("-o", ".venv/.installed")
        return self.run("make", *without_setup, f"PYTHON={sys.executable}", *arguments, **options)

    def command(self, *arguments: str | Path, **options: Any) -> Run:
        """Run `python -m <package>` with the given arguments."""
        return self.run(self.python, "-m", self.package, *arguments, **options)

    def metrics(self) -> dict[str, Any]:
        """Return reports/metrics.json."""
        value: dict[str, Any] = json.loads((self.root / "reports/metrics.json").read_text("utf-8"))
        return value

    def metadata(self) -> dict[str, Any]:
        """Return model/metadata.json, of the promoted model."""
        value: dict[str, Any] = json.loads((self.root / "model/metadata.json").read_text("utf-8"))
        return value

    def git(self, *arguments: str) -> str:
        """Run git in the project and return what it printed."""
        return self.run("git", *arguments).output.strip()

    def clone(self, folder: Path) -> Project:
        """Clone what is committed into ``folder``, which borrows this project's environment."""
        subprocess.run(["git", "clone", "--quiet", self.root, folder], check=True)
        (folder / ".venv").symlink_to(self.python.parent.parent, target_is_directory=True)
        environment = {**self.environment, "PYTHONPATH": str(folder / "src")}
        return Project(folder, self.package, self.python, environment)

    def reference_cpu(self) -> float:
        """Return what REFERENCE_WORK takes just now, in CPU seconds."""
        return self.run(self.python, "-c", REFERENCE_WORK).cpu

    @contextmanager
    def serve(self, *prefix: str, **environment: str) -> Iterator[str]:
        """Serve the promoted model on a free port; yield the address once it is ready."""
        port = free_port()
        words = prefix or (str(self.python), "-m", self.package, "serve")
        settings = {**self.environment, "HOST": "127.0.0.1", "PORT": str(port), **environment}
        log = self.root.parent / f"{self.root.name}-{port}.log"
        with log.open("w", encoding="utf-8") as sink:
            server = subprocess.Popen(
                words, cwd=self.root, env=clean_environment(settings), stdout=sink,
                stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        try:
            address = f"http://127.0.0.1:{port}"
            wait_ready(address, server, log)
            yield address
        finally:
            if server.poll() is None:
                os.killpg(server.pid, signal.SIGTERM)
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
                raise


def clean_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Return the surroundings of a user's shell, with ``extra`` laid over them."""
    surroundings = {k: v for k, v in os.environ.items() if not k.startswith(FOREIGN)}
    return surroundings | dict(extra)


def wait_ready(address: str, server: subprocess.Popen[bytes], log: Path, limit: float = 60) -> None:
    """Wait until ``/readyz`` answers 200; fail with the log when the server ends or is too slow."""
    end = time.monotonic() + limit
    while server.poll() is None and time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=2) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"the service did not become ready:\n{log.read_text('utf-8')}")


def request(url: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    """GET ``url``, or POST ``body`` (bytes as they are, all else as JSON): status and answer.

    A JSON answer comes back decoded, any other as text.
    """
    data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    if data is not None:
        headers.setdefault("Content-Type", "application/json")
    call = urllib.request.Request(url, data, headers)  # noqa: S310 - a local address
    try:
        with urllib.request.urlopen(call, timeout=30) as answer:  # noqa: S310
            status, kind, text = answer.status, answer.headers["Content-Type"], answer.read()
    except urllib.error.HTTPError as error:
        status, kind, text = error.code, error.headers["Content-Type"], error.read()
    return status, json.loads(text) if "json" in (kind or "") else text.decode("utf-8", "replace")


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def change(file: Path, settings: dict[str, str]) -> None:
    """Give keys of a config.toml other values; each must be there."""
    text = file.read_text("utf-8")
    for key, value in settings.items():
        text, count = re.subn(rf"(?m)^{key} = [^#\n]*", f"{key} = {value}  ", text, count=1)
        assert count == 1, key
    file.write_text(text, encoding="utf-8")
