"""What reading a CSV file costs a generated project, beside pandas on the same file.

    python -m benchmarks.data                      50,000 rows, about 20 MB
    python -m benchmarks.data --rows 500000        about 200 MB; all of it goes through memory
    python -m benchmarks.data --python PYTHON      an interpreter that has a project's packages

The file has 5 texts, 30 numbers with gaps, a time and a target, and the project is made from it as
`mlstarter new --data-file` makes one. Ours is what `train` does before it fits anything: each cell
is read as schema.toml says and checked, and features.sql queries the rows. pandas reads the file
with its defaults, and guesses. Time is CPU seconds (user and system), memory the highest resident
size of the process.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from benchmarks.command import Unavailable, make_parser, run_alone
from benchmarks.compare import run

PACKAGES = ("duckdb", "numpy", "pandas", "pydantic")  # of a project: what its reading imports
MAKE_TABLE = """
import sys, duckdb
path, rows = sys.argv[1], int(sys.argv[2])
texts = [f"'value ' || (hash(i * {k} + 7) % {10 ** k})::VARCHAR AS text_{k}" for k in range(1, 6)]
numbers = [
    f"CASE WHEN hash(i + {k}) % 20 > 0 THEN round(random() * {k + 1}000, 4) END AS number_{k}"
    for k in range(30)
]
query = f\"\"\"SELECT {', '.join(texts + numbers)},
    TIMESTAMP '2020-01-01' + to_seconds(i) AS moment,
    CASE WHEN hash(i) % 5 = 0 THEN 'yes' ELSE 'no' END AS y FROM range({rows}) AS t(i)\"\"\"
duckdb.execute("SET enable_progress_bar = false")
duckdb.execute("SET memory_limit = '1GB'")
duckdb.execute(f"COPY ({query}) TO '{path}' (HEADER)")
"""
MEASURE_LIBRARIES = """
import json, resource, sys, time
began = time.perf_counter()
{statement}
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({{"rows": len(frame), "cpu": used.ru_utime + used.ru_stime,
    "wall": time.perf_counter() - began, "mb": used.ru_maxrss / 1024}}))
"""
OURS = """
from bench.config import load_config, load_schema
from bench.data import load
frame, _ = load(load_config(), load_schema())
"""
PANDAS = "import pandas\nframe = pandas.read_csv('{path}')"


def measure(python: Path, project: Path, statement: str) -> dict[str, float]:
    """Run a statement that makes `frame` in a process of its own; return what it took."""
    process = subprocess.run(
        [str(python), "-c", MEASURE_LIBRARIES.format(statement=statement)],
        cwd=project, env={"PYTHONPATH": "src", "OMP_NUM_THREADS": "2"}, check=False,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    if process.returncode > 0:
        raise SystemExit("error: the file was not read, for the reason above")
    if process.returncode < 0:
        # Out of memory kills without a word: that is a result as well.
        return {"rows": 0, "cpu": float("nan"), "wall": float("nan"), "mb": float("nan")}
    seconds: dict[str, float] = json.loads(process.stdout.splitlines()[-1])
    return seconds


def project_of(table: Path) -> Path:
    """Return a new project that reads a table, as a user would make one."""
    project = table.parent / "bench"
    words = ("--type", "tabular", "--data-file", str(table), "--data", "target=y", "--yes")
    run(sys.executable, "-m", "mlstarter", "new", str(project), *words)
    return project


def environment(project: Path) -> Path:
    """Return an interpreter with the packages that reading needs, in a new environment."""
    folder = project.parent / "venv"
    venv.create(folder, with_pip=True)
    python = folder / "bin/python"
    pip = [str(python), "-m", "pip", "install", "--quiet", "-c", "constraints.txt"]
    if subprocess.run([*pip, *PACKAGES], cwd=project, check=False).returncode:
        raise Unavailable("pip cannot install what a project reads with; name a --python that can")
    return python


def main(arguments: list[str] | None = None) -> None:
    """Print the table, and as JSON on request."""
    parser = make_parser(__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--python", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as work:
        path = Path(work) / "big.csv"
        run(sys.executable, "-c", MAKE_TABLE, str(path), str(options.rows))
        project = project_of(path)
        python = options.python.absolute() if options.python else environment(project)
        seconds = {
            "ours": measure(python, project, OURS),
            "pandas.read_csv": measure(python, project, PANDAS.format(path=path)),
        }
        size = path.stat().st_size / 1e6
    if options.json:
        print(json.dumps({"rows": options.rows, "file_mb": size, "measured": seconds}, indent=2))
        return
    print(f"{options.rows:,} rows, {size:,.0f} MB\n")
    print(f"{'':18}{'rows':>10}{'CPU s':>8}{'wall s':>8}{'peak MB':>9}")
    for name, took in seconds.items():
        print(
            f"{name:18}{took['rows']:>10,.0f}{took['cpu']:>8.1f}{took['wall']:>8.1f}"
            f"{took['mb']:>9,.0f}"
        )


if __name__ == "__main__":
    run_alone(main)
