"""What is imported is declared, and what is declared is imported."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from mlstarter.engines.copier.coverage import OLDEST_COPIER

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# Run as programs, or loaded by pytest, mypy, pandas and the hooks of a real template themselves.
NOT_IMPORTED = re.compile(
    r"types-.*|mypy|ruff|uv|coverage|pytest-(timeout|xdist)|mlstarter|pyarrow|tomli-w"
)


def declarations(*extras: str) -> set[str]:
    lines = [*PROJECT["dependencies"]] if "" in extras else []
    for extra in extras:
        lines += PROJECT["optional-dependencies"].get(extra, [])
    return {normal(re.split(r"[\[<>=~! ]", line)[0]) for line in lines}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def named_modules(call: ast.Call) -> set[str]:
    """The modules that a call loads by name: ``require("duckdb", ...)``, ``extensions=["a.b"]``."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    texts = [node for node in ast.walk(call) if isinstance(node, ast.Constant)]
    if name not in {"import_module", "require", "importorskip", "Environment", "_Environment"}:
        texts = [
            node
            for keyword in call.keywords
            if keyword.arg == "extensions"
            for node in ast.walk(keyword.value)
            if isinstance(node, ast.Constant)
        ]
    return {str(node.value).partition(".")[0] for node in texts}


@cache
def imports(folder: str) -> frozenset[str]:
    """The distributions that a folder's modules import, inside functions too."""
    modules: set[str] = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                modules |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                modules.add(node.module.partition(".")[0])
            elif isinstance(node, ast.Call):
                modules |= {name for name in named_modules(node) if name.isidentifier()}
    distributions = packages_distributions()
    foreign = modules - sys.stdlib_module_names - {"mlstarter", "tests", "tools"}
    names = (distributions.get(module, [])[:1] for module in foreign)
    return frozenset(normal(name) for [name] in filter(None, names))


@pytest.mark.slow
def test_what_the_package_imports_is_a_dependency() -> None:
    assert imports("src") - declarations("data") <= declarations("")


def test_what_is_a_dependency_is_imported() -> None:
    assert declarations("") - imports("src") == set()


def test_the_oldest_copier_is_the_one_that_is_asked_for() -> None:
    assert f"copier>={OLDEST_COPIER}," in " ".join(PROJECT["dependencies"])


@pytest.mark.slow
def test_what_the_tests_import_is_declared() -> None:
    # What only a generated project has is brought by its own environment.
    assert imports("tests") - {"kagglesdk", "pillow", "numpy"} <= declarations("", "data", "dev")


@pytest.mark.slow
def test_what_the_tests_need_is_imported() -> None:
    needless = declarations("data", "dev") - imports("tests") - imports("src")
    needless -= imports("benchmarks")
    assert {name for name in needless if not NOT_IMPORTED.fullmatch(name)} == set()
