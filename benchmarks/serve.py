"""What one prediction costs a generated service, beside an endpoint that does nothing and others.

    python -m benchmarks.serve                      makes a tabular project and trains it first
    python -m benchmarks.serve --project DIR        measures that one (`make all` was run in it)
    python -m benchmarks.serve --project DIR --ours     without LitServe and BentoML

Five servers answer on the loopback in one run, in turns: ours as `make serve` starts it and without
its guards, an endpoint that does nothing on the same web server, and LitServe and BentoML, each in
an environment of its own, around the same ONNX graph and the same `preprocess.py`. The figure is
CPU time (user and system, all processes of a server) a request at 8 connections: unlike requests a
second it hardly depends on what else the machine does. The number of requests is fixed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import psutil

HERE = Path(__file__).parent
CONNECTIONS = 8
ROUNDS = 5
REQUESTS = 1200  # a round and server
PACKAGES = {
    "LitServe": ["litserve==0.2.19", "onnxruntime==1.32.0", "uvloop", "httptools"],
    "BentoML": ["bentoml==1.4.39", "onnxruntime==1.32.0"],
}


@dataclass
class Server:
    """A server to measure; the figures gather in ``cpu`` (ms a request), one a round."""

    name: str
    command: list[str]
    environment: dict[str, str]
    path: str = "/predict"
    port: int = 0
    process: psutil.Process | None = None
    first_answer: float = 0.0  # seconds from the start of the process
    first_cpu: float = 0.0  # CPU seconds spent by then, which a busy machine does not change
    resident: float = 0.0  # MB, after the load
    cpu: list[float] = field(default_factory=list)

    def family(self) -> list[psutil.Process]:
        """Return the server's processes."""
        assert self.process is not None
        return [self.process, *self.process.children(recursive=True)]

    def cpu_seconds(self) -> float:
        """Return the CPU seconds of all its processes so far."""
        return float(sum(sum(p.cpu_times()[:2]) for p in self.family()))


def servers(python: Path, project: Path, environments: Path, others: bool) -> list[Server]:
    """Return the servers; each finds the model and the package through its surroundings."""
    package = next(path.parent.name for path in (project / "src").glob("*/serve"))
    results = {
        "PYTHONPATH": str(project / "src"),
        "BENCHMARK_MODEL": str(project / "model"),
        "BENCHMARK_PACKAGE": package,
        "ORT_DISABLE_TELEMETRY": "1",
        "OMP_NUM_THREADS": "1",
    }

    def other(name: str) -> list[str]:
        folder = environments / name
        if not (folder / "bin/python").exists():
            print(f"setting up {name} ...", file=sys.stderr)
            venv.create(folder, with_pip=True)
            pip = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet"]
            subprocess.run([*pip, *PACKAGES[name]], check=True)
        return [str(folder / "bin/python"), str(HERE / "servers" / f"{name.lower()}_server.py")]

    unguarded_command = [str(python), str(HERE / "servers/unguarded_server.py")]
    return [
        Server("no-op", [str(python), str(HERE / "servers/noop_server.py")], results),
        Server("ours", [str(python), "-m", package, "serve"], results),
        Server("ours, no guards", unguarded_command, results),
        *(Server(name, other(name), results) for name in PACKAGES if others),
    ]


@contextmanager
def running(server: Server, project: Path, body: bytes) -> Iterator[None]:
    """Start a server, wait for its first right answer, stop all its processes at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        server.port = probe.getsockname()[1]
    environment = {**os.environ, **server.environment, "HOST": "127.0.0.1"}
    environment["PORT"] = str(server.port)
    began = time.perf_counter()
    process = subprocess.Popen(
        server.command,
        cwd=project,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    server.process = psutil.Process(process.pid)
    try:
        wait_for_answer(server, process, body)
        server.first_answer = time.perf_counter() - began
        server.first_cpu = server.cpu_seconds()
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def wait_for_answer(server: Server, process: subprocess.Popen[bytes], body: bytes) -> None:
    """Return once the server answers 200; fail if it ends or takes a minute."""
    url = f"http://127.0.0.1:{server.port}{server.path}"
    headers = {"Content-Type": "application/json"}
    for _ in range(3000):
        if process.poll() is not None:
            raise SystemExit(f"error: {server.name} ended with {process.returncode}")
        try:
            with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
    raise SystemExit(f"error: {server.name} did not answer within a minute")


async def load(port: int, path: str, body: bytes, count: int) -> None:
    """Send ``count`` requests over `CONNECTIONS` connections that stay open."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    request = head.encode() + body

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(count // CONNECTIONS):
            writer.write(request)
            answer = await reader.readuntil(b"\r\n\r\n")
            if not answer.startswith(b"HTTP/1.1 200"):
                raise SystemExit(f"error: the server answered {answer[:40]!r}")
            length = answer.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length))
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))


def measure(all_servers: list[Server], body: bytes) -> None:
    """Load the servers in turns, so that what else the machine does meets all of them alike."""
    for turn in range(ROUNDS + 1):
        for server in all_servers:
            before = server.cpu_seconds()
            asyncio.run(load(server.port, server.path, body, REQUESTS))
            if turn:  # the first round only warms up
                server.cpu.append(1000 * (server.cpu_seconds() - before) / REQUESTS)
    for server in all_servers:
        server.resident = sum(p.memory_info().rss for p in server.family()) / 1e6


def report(all_servers: list[Server]) -> str:
    """Return the table and the ratios."""
    base = median(all_servers[0].cpu)
    lines = [
        "| server | CPU ms a request (lowest to highest) | times the no-op | resident MB | "
        "first answer s (CPU) |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {s.name} | {median(s.cpu):.3f} ({min(s.cpu):.3f} to {max(s.cpu):.3f}) | "
        f"{median(s.cpu) / base:.1f} | {s.resident:.0f} | "
        f"{s.first_answer:.2f} ({s.first_cpu:.2f}) |"
        for s in all_servers
    ]
    return "\n".join(lines)


def make_project(folder: Path) -> Path:
    """Generate a tabular project and train it, as a user would."""
    project = folder / "flight-delays"
    new = [sys.executable, "-m", "mlstarter", "new", str(project), "--type", "tabular", "--yes"]
    subprocess.run(new, check=True)
    subprocess.run(["make", "setup", "model/model.onnx"], cwd=project, check=True)
    return project


def main() -> None:
    """Parse the arguments, run the benchmark, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--project", type=Path, help="a tabular project with a promoted model")
    parser.add_argument("--python", type=Path, help="default: the project's .venv")
    parser.add_argument("--ours", action="store_true", help="leave LitServe and BentoML out")
    parser.add_argument("--environments", type=Path, help="where LitServe's and BentoML's are kept")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        project = (options.project or make_project(Path(scratch))).resolve()
        python = options.python or project / ".venv/bin/python"
        environments = (options.environments or Path(scratch)).resolve()
        example = json.loads((project / "model/metadata.json").read_text("utf-8"))["example"]
        body = json.dumps({"rows": example["rows"][:1]}).encode()
        all_servers = servers(python, project, environments, not options.ours)
        for server in all_servers:
            stack.enter_context(running(server, project, body))
        measure(all_servers, body)
        print(report(all_servers))


if __name__ == "__main__":
    main()
