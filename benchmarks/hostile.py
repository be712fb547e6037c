"""What requests meant to harm cost a generated service: CPU time, memory, and what they get.

    python -m benchmarks.hostile --project DIR      a tabular project in which `make all` was run

Each body is sent to the service as `make serve` starts it, eight at a time, twice over. Reported
are the statuses, the CPU seconds of one such request, and how far the service's memory ever rose
above that after its first answer (Linux counts the peak). Each must be refused with a 4xx, and an
honest request must still be answered at the end.
"""

from __future__ import annotations

import http.client
import json
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.command import Unavailable, make_parser, run_alone
from benchmarks.serve import HEADERS, Server, read_metadata, running

TOGETHER, TIMES = 8, 2
DEEP = 100_000
BODIES: dict[str, bytes | None] = {
    "nothing": b"",
    "no JSON": b"{rows: []}",
    "no object": b"[[[]]]",
    "no rows": b'{"rows": []}',
    "half of a surrogate": b'{"rows": [{"\\ud800": "\\udfff"}]}',
    "no UTF-8": b'{"rows": [{"x": "\xff"}]}',
    "250,000 empty rows": b'{"rows": [' + b"{}," * 250_000 + b"{}]}",
    "90,000 unknown keys": b"{" + b",".join(b'"%x":1' % key for key in range(90_000)) + b"}",
    "nested 100,000 deep": b"[" * DEEP + b"]" * DEEP,
    "objects nested as deep": b'{"rows":' * DEEP + b"1" + b"}" * DEEP,
    "a number of 900,000 digits": b'{"rows": [{"x": ' + b"9" * 900_000 + b"}]}",
    "a text of 900,000 letters": b'{"rows": [{"x": "' + b"x" * 900_000 + b'"}]}',
    "1.1 MB": b" " * 1_100_000,
    "200 MB in chunks": None,
}


def chunks() -> Iterator[bytes]:
    """Return 200 MB, of which the length is not told before."""
    yield from (b" " * 1_000_000 for _ in range(200))


def status(port: int, body: bytes | None) -> str:
    """Return the status that a body gets, or how the connection ended."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request("POST", "/predict", chunks() if body is None else body, HEADERS)
        answer = connection.getresponse()
        answer.read()
    except (BrokenPipeError, ConnectionResetError):
        return "closed"  # it was refused before all of it was sent
    finally:
        connection.close()
    return str(answer.status)


def peak(server: Server) -> float:
    """Return the most MB that the service's process ever had in memory."""
    assert server.process is not None
    text = Path(f"/proc/{server.process.pid}/status").read_text("utf-8")
    return int(re.findall(r"VmHWM:\s+(\d+) kB", text)[0]) / 1e3


def measure(server: Server) -> None:
    """Send every body and print a row for each; fail where one is not refused."""
    start = peak(server)
    print("| body | gets | CPU s | peak MB over the start |\n|---|---|---|---|")
    for name, body in BODIES.items():
        before = server.cpu_seconds()
        with ThreadPoolExecutor(TOGETHER) as pool:
            answers = pool.map(status, [server.port] * TOGETHER * TIMES, [body] * TOGETHER * TIMES)
            statuses = set(answers)
        cpu = (server.cpu_seconds() - before) / (TOGETHER * TIMES)
        print(
            f"| {name} | {', '.join(sorted(statuses))} | {cpu:.3f} | {peak(server) - start:.0f} |"
        )
        if not all(answer == "closed" or answer.startswith("4") for answer in statuses):
            raise SystemExit(f"error: {name} got {statuses}")
    print(f"resident after the first answer: {start:.0f} MB")


def main(arguments: list[str] | None = None) -> None:
    """Serve a project's model, measure, and see that it still answers."""
    parser = make_parser(__doc__)
    parser.add_argument("--project", type=Path, required=True)
    parser.add_argument("--python", type=Path, help="default: the project's .venv")
    options = parser.parse_args(arguments)
    if sys.platform != "linux":
        raise Unavailable("only Linux tells the most memory that a process had")
    project = options.project.resolve()
    python = options.python or project / ".venv/bin/python"
    metadata = read_metadata(project)
    server = Server("ours", [str(python), "-m", metadata["project"]["package"], "serve"])
    honest = json.dumps({"rows": metadata["example"]["rows"][:1]}).encode()
    variables = {"PYTHONPATH": str(project / "src"), "OMP_NUM_THREADS": "1"}
    with running(server, project, variables, honest):
        measure(server)
        server.answer(honest)


if __name__ == "__main__":
    run_alone(main)
