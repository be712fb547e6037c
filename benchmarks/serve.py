"""What one prediction costs a generated service, beside an endpoint that does nothing and others.

    python -m benchmarks.serve                      makes a tabular project and trains it first
    python -m benchmarks.serve --project DIR        measures that one (`make all` was run in it)
    python -m benchmarks.serve --project DIR --ours     without LitServe and BentoML

Four servers answer on the loopback in one run, in turns: ours as `make serve` starts it, an
endpoint that does nothing on the same web server, and LitServe and BentoML, each in an environment
of its own, around the project's own `Model`: the same graph, features code and decision. All get
the same requests of one row each, of which no two are alike; the answers of the three that predict
are compared before anything is measured.

The figure is CPU time (user and system, all processes of a server) a request at 8 connections:
unlike requests a second it hardly depends on what else the machine does. The number of requests is
fixed, and every other round takes the servers in the other order.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
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
from statistics import median, quantiles
from typing import Any

import psutil

from benchmarks.command import Unavailable, make_parser, round_count, run_alone

HERE = Path(__file__).parent
MODEL = "inference:Model"  # of a generated project's package
CONNECTIONS = 8
ROUNDS = 15
REQUESTS = 1200  # a round and server
CHECKS = 50  # of these are the answers compared
HEADERS = {"Content-Type": "application/json"}
AIM = 0.5  # of LitServe's CPU time a request
PACKAGES = {
    "LitServe": ["litserve==0.2.19", "onnxruntime==1.32.0", "uvloop", "httptools"],
    "BentoML": ["bentoml==1.4.39", "onnxruntime==1.32.0"],
}


@dataclass
class Server:
    """A server to measure; the figures gather in ``cpu`` (ms a request), one a round."""

    name: str
    command: list[str]
    port: int = 0
    process: psutil.Process | None = None
    first_answer: float = 0.0  # seconds from the start of the process
    first_cpu: float = 0.0  # CPU seconds spent by then, which a busy machine does not change
    resident: float = 0.0  # MB, after the load
    idle: float = 0.0  # CPU ms a second without a request
    cpu: list[float] = field(default_factory=list)

    def family(self) -> list[psutil.Process]:
        """Return the server's processes."""
        assert self.process is not None
        return [self.process, *self.process.children(recursive=True)]

    def cpu_seconds(self) -> float:
        """Return the CPU seconds of all its processes so far."""
        return float(sum(sum(p.cpu_times()[:2]) for p in self.family()))

    def answer(self, body: bytes) -> bytes:
        """Return what the server answers a request; raises ``OSError`` where it refuses."""
        url = f"http://127.0.0.1:{self.port}/predict"
        request = urllib.request.Request(url, body, HEADERS)
        with urllib.request.urlopen(request, timeout=5) as response:
            content: bytes = response.read()
        return content


def servers(python: Path, package: str, environments: Path, others: bool) -> list[Server]:
    """Return the servers: the one that does nothing, ours, and the others where they are wanted."""

    def other(name: str) -> list[str]:
        interpreter = environments / name / "bin/python"
        if not interpreter.exists():
            install(name, environments / name)
        return [str(interpreter), str(HERE / "servers" / f"{name.lower()}_server.py")]

    return [
        Server("no-op", [str(python), str(HERE / "servers/noop_server.py")]),
        Server("ours", [str(python), "-m", package, "serve"]),
        *(Server(name, other(name)) for name in PACKAGES if others),
    ]


def install(name: str, folder: Path) -> None:
    """Make an environment that holds another server."""
    print(f"setting up {name} ...", file=sys.stderr)
    venv.create(folder, with_pip=True)
    pip = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet"]
    if subprocess.run([*pip, *PACKAGES[name]], check=False).returncode:
        raise Unavailable(f"{name} cannot be installed by pip; --ours measures without it")


@contextmanager
def running(
    server: Server, project: Path, variables: dict[str, str], body: bytes
) -> Iterator[None]:
    """Start a server, wait for its first right answer, stop all its processes at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        server.port = probe.getsockname()[1]
    environment = os.environ | variables | {"HOST": "127.0.0.1", "PORT": str(server.port)}
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
    for _ in range(3000):
        if process.poll() is not None:
            raise Unavailable(f"{server.name} ended with {process.returncode}")
        try:
            server.answer(body)
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
        else:
            return
    raise Unavailable(f"{server.name} did not answer within a minute")


def unlike_bodies(features: list[dict[str, Any]], count: int) -> list[bytes]:
    """Return requests of one row each, drawn from what training saw of each feature."""
    rng = random.Random(7)

    def draw(feature: dict[str, Any]) -> Any:
        if feature["kind"] == "boolean":
            return rng.random() < 0.5
        if "categories" in feature:
            return rng.choice(feature["categories"])
        if feature["kind"] == "integer":
            return rng.randint(int(feature["low"]), int(feature["high"]))
        if "low" in feature:
            value = round(rng.uniform(feature["low"], feature["high"]), 2)
            return min(max(value, feature["low"]), feature["high"])
        return feature["example"]

    rows = [{feature["name"]: draw(feature) for feature in features} for _ in range(count)]
    return [json.dumps({"rows": [row]}).encode() for row in rows]


def compare_answers(predicting: list[Server], bodies: list[bytes]) -> None:
    """Fail where the servers that predict do not give the same answers."""
    for body in bodies:
        answers = [json.loads(server.answer(body))["predictions"] for server in predicting]
        if any(answer != answers[0] for answer in answers):
            raise SystemExit(f"error: the servers answer {body!r} differently: {answers}")


async def load(port: int, bodies: list[bytes]) -> None:
    """Send all requests, over `CONNECTIONS` connections that stay open."""

    async def send(part: list[bytes]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for body in part:
            head = (
                "POST /predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            )
            writer.write(head.encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            if not answer.startswith(b"HTTP/1.1 200"):
                raise SystemExit(f"error: the server answered {answer[:40]!r}")
            length = answer.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length))
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(send(bodies[start::CONNECTIONS]) for start in range(CONNECTIONS)))


def measure(all_servers: list[Server], bodies: list[bytes], number: int) -> None:
    """Load the servers in turns, so that what else the machine does meets all of them alike."""
    for turn in range(number + 1):
        for server in all_servers if turn % 2 else reversed(all_servers):
            before = server.cpu_seconds()
            asyncio.run(load(server.port, bodies))
            if turn:  # the first round only warms up
                server.cpu.append(1000 * (server.cpu_seconds() - before) / len(bodies))
    before_idle, began = [server.cpu_seconds() for server in all_servers], time.perf_counter()
    time.sleep(3)
    for server, before in zip(all_servers, before_idle, strict=True):
        server.idle = 1000 * (server.cpu_seconds() - before) / (time.perf_counter() - began)
        server.resident = sum(p.memory_info().rss for p in server.family()) / 1e6


def report(all_servers: list[Server]) -> str:
    """Return the table, and our ratio to each of the others by the pairs of a round."""
    lines = [
        "| server | CPU ms a request (lowest to highest) | idle, CPU ms a second | resident MB | "
        "first answer s (CPU) |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {s.name} | {median(s.cpu):.3f} ({min(s.cpu):.3f} to {max(s.cpu):.3f}) | "
        f"{s.idle:.0f} | {s.resident:.0f} | {s.first_answer:.2f} ({s.first_cpu:.2f}) |"
        for s in all_servers
    ]
    if not all(cpu for server in all_servers for cpu in server.cpu):
        raise Unavailable("CPU time comes in hundredths of a second: give more --requests")
    (ours,) = [server for server in all_servers if server.name == "ours"]
    for other in all_servers:
        if other is not ours:
            ratios = [one / base for one, base in zip(ours.cpu, other.cpu, strict=True)]
            low, middle, high = quantiles(ratios, n=4)
            aim = f"; at most {AIM}" if other.name == "LitServe" else ""
            lines.append(f"ours / {other.name}: {middle:.2f} [{low:.2f}, {high:.2f}]{aim}")
    return "\n".join(lines)


def read_metadata(project: Path) -> dict[str, Any]:
    """Return what is known of a project's promoted model."""
    path = project / "model/metadata.json"
    if not path.is_file():
        raise Unavailable(f"{project.name} has no promoted model: run make all in it")
    metadata: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return metadata


def make_project(folder: Path) -> Path:
    """Generate a tabular project and train it, as a user would."""
    project = folder / "flight-delays"
    new = [sys.executable, "-m", "mlstarter", "new", str(project), "--type", "tabular", "--yes"]
    subprocess.run(new, check=True)
    subprocess.run(["make", "setup", "model/model.onnx"], cwd=project, check=True)
    return project


def main(arguments: list[str] | None = None) -> None:
    """Parse the arguments, run the benchmark, print the table."""
    parser = make_parser(__doc__)
    parser.add_argument("--project", type=Path, help="a tabular project with a promoted model")
    parser.add_argument("--python", type=Path, help="default: the project's .venv")
    parser.add_argument("--ours", action="store_true", help="leave LitServe and BentoML out")
    parser.add_argument("--environments", type=Path, help="where LitServe's and BentoML's are kept")
    parser.add_argument("--rounds", type=round_count, default=ROUNDS)
    parser.add_argument("--requests", type=int, default=REQUESTS, help="a round and server")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        project = (options.project or make_project(Path(scratch))).resolve()
        python = options.python or project / ".venv/bin/python"
        environments = (options.environments or Path(scratch)).resolve()
        metadata = read_metadata(project)
        package = metadata["project"]["package"]
        bodies = unlike_bodies(metadata["input"]["features"], options.requests)
        variables = {
            "PYTHONPATH": str(project / "src"),
            "BENCHMARK_MODEL": str(project / "model"),
            "BENCHMARK_MODEL_CLASS": f"{package}.{MODEL}",
            "BENTOML_HOME": str(Path(scratch) / "bentoml"),
            "ORT_DISABLE_TELEMETRY": "1",
            "OMP_NUM_THREADS": "1",
        }
        all_servers = servers(python, package, environments, not options.ours)
        for server in all_servers:
            stack.enter_context(running(server, project, variables, bodies[0]))
        compare_answers(all_servers[1:], bodies[:CHECKS])
        measure(all_servers, bodies, options.rounds)
        print(report(all_servers))


if __name__ == "__main__":
    run_alone(main)
