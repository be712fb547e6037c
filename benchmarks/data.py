"""What reading a large CSV file costs a generated project, beside pandas on the same file.

    python -m benchmarks.data                      200,000 rows, about 80 MB
    python -m benchmarks.data --rows 5000000       about 2 GB, as much memory as pandas takes
    python -m benchmarks.data --python PYTHON      an interpreter that has a project's packages

The file has 5 texts, 30 numbers with gaps, a time and a target. Ours is what `train` does: the
file goes piece by piece into a Parquet copy, and of more than 200,000 rows that many are drawn; the
second reading uses the copy. Time is CPU seconds (user and system), memory the highest resident
size of the process. pandas reads the whole file with its defaults.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("duckdb", "pandas", "scikit-learn", "rich", "charset-normalizer", "threadpoolctl")
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
from {package} import settings
from {package}.data import schema
from {package}.data.load import load
frame = load(settings.load(), schema.load())
"""
PANDAS = "import pandas\nframe = pandas.read_csv('big.csv')"


def measure(python: Path, project: Path, statement: str) -> dict[str, float]:
    """Run a statement that makes `frame` in a process of its own; return what it took."""
    process = subprocess.run(
        [str(python), "-c", MEASURE_LIBRARIES.format(statement=statement)],
        cwd=project, env={"PYTHONPATH": "src", "OMP_NUM_THREADS": "2"}, check=False,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    if process.returncode:
        # Out of memory kills without a word: that is a result as well.
        return {"rows": 0, "cpu": float("nan"), "wall": float("nan"), "mb": float("nan")}
    seconds: dict[str, float] = json.loads(process.stdout.splitlines()[-1])
    return seconds


def project_in(folder: Path) -> Path:
    """Write a generated project that reads big.csv beside its config.toml."""
    project = folder / "bench"
    answers = {
        "data_source": "local",
        "data_path": "big.csv",
        "target": "y",
        "package_name": "bench",
    }
    words = [word for key, value in answers.items() for word in ("-d", f"{key}={value}")]
    subprocess.run([ROOT / "tools/try-template", project, *words], check=True)
    return project


def environment(folder: Path) -> Path:
    """Return an interpreter with the packages that reading needs, in a new environment."""
    venv.create(folder, with_pip=True)
    python = folder / "bin/python"
    constraints = ROOT / "templates/core/constraints.txt.jinja"
    pinned_packages = [
        line.split(" ")[0]
        for line in constraints.read_text(encoding="utf-8").splitlines()
        if line.split("==")[0] in PACKAGES
    ]
    packages = pinned_packages or list(PACKAGES)
    subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
    return python


def main() -> None:
    """Print the table, and as JSON on request."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--python", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        python = options.python or environment(folder / "venv")
        project = project_in(folder)
        path = project / "big.csv"
        subprocess.run([python, "-c", MAKE_TABLE, path, str(options.rows)], check=True)
        ours = OURS.format(package="bench")
        # The first reading also writes schema.toml, for which the file is looked at as well.
        seconds = {
            "ours, first": measure(python, project, ours),
            "ours, again": measure(python, project, ours),
            "pandas.read_csv": measure(python, project, PANDAS),
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
    main()
