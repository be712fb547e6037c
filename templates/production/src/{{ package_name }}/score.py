"""`score`: the ML Test Score of docs/ml-test-score.md, counted from tests that exist and pass.

Breck, Cai, Nielsen, Salib, Sculley, "The ML Test Score: A Rubric for ML Production Readiness and
Technical Debt Reduction", IEEE Big Data 2017: 28 tests in four sections; an automated test counts
1, one that is done by hand with a written result 0.5; the score is the least of the four sums.
"""

import ast
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from .errors import ProjectError

PAGE = Path("docs/ml-test-score.md")
CLAIMS = ("automated", "manual")
STATES = (*CLAIMS, "open", "not applicable")
ROW = re.compile(r"^\| *(\d+) *\|([^|]+)\|([^|]+)\|([^|]+)\|$")
TEST = re.compile(r"`(tests/\w+\.py)::(\w+)`")
RESULT = re.compile(r"`(reports/[\w./-]+)`")


@dataclass(frozen=True)
class Item:
    """One of the 28 tests, as the page has it."""

    number: int
    section: str
    title: str
    state: str
    tests: tuple[str, ...]  # file::function
    results: tuple[str, ...]  # where a manual test's result is written


def read(page: Path = PAGE) -> list[Item]:
    """Return the page's rows; `ProjectError` names a row with an unknown state."""
    items, section = [], ""
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = line[3:].strip()
        elif row := ROW.match(line):
            number, title, state, evidence = (cell.strip() for cell in row.groups())
            if state not in STATES:
                raise ProjectError(f"{page}: test {number} is {state!r}.", ", ".join(STATES))
            tests = tuple(f"{file}::{name}" for file, name in TEST.findall(evidence))
            results = tuple(RESULT.findall(evidence))
            items.append(Item(int(number), section, title, state, tests, results))
    return items


def exists(test: str) -> bool:
    """Say whether ``file::function`` is a function in that file."""
    file, _, function = test.partition("::")
    path = Path(file)
    if not path.is_file():
        return False
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(isinstance(node, ast.FunctionDef) and node.name == function for node in tree.body)


def passing(tests: set[str]) -> set[str]:
    """Run tests once and return those of which every case passed; a skipped one did not."""
    if not tests:
        return set()
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "--no-header", "-p", "no:cacheprovider"]
    process = subprocess.run([*command, *sorted(tests)], capture_output=True, text=True)
    outcomes: dict[str, set[str]] = {}
    for outcome, name in re.findall(r"^(PASSED|FAILED|ERROR|SKIPPED) (\S+)", process.stdout, re.M):
        outcomes.setdefault(name.partition("[")[0], set()).add(outcome)
    return {test for test in tests if outcomes.get(test) == {"PASSED"}}


def points(item: Item, passing_tests: set[str]) -> float:
    """Return what a test counts: 1, 0.5 or 0."""
    if item.state == "automated":
        return float(bool(item.tests) and set(item.tests) <= passing_tests)
    if item.state == "manual" and item.results:
        return 0.5 * all(Path(result).exists() for result in item.results)
    return 0.0


def run() -> None:
    """Run the tests that the page names and print each section's sum and the score."""
    items = read()
    names = {test for item in items if item.state == "automated" for test in item.tests}
    passing_tests = passing({test for test in names if exists(test)})
    sums: dict[str, float] = {}
    for item in items:
        count = points(item, passing_tests)
        sums[item.section] = sums.get(item.section, 0.0) + count
        remark = "  <- does not hold" if item.state in CLAIMS and not count else ""
        print(f"{item.number:>2}  {count:>3g}  {item.state:<14}  {item.title}{remark}")
    for section, total in sums.items():
        print(f"{section}: {total:g} of 7")
    print(f"ML Test Score: {min(sums.values()):g}")
