"""docs/architecture.md is true: every path and every name in it exists."""

from __future__ import annotations

import ast
import itertools
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
# From this heading on the page describes what is generated, whose files are templates.
HERE, _, GENERATED_PROJECT = PAGE.partition("\n## The generated project\n")
PATH = re.compile(r"(?<![\w.*])(?:[\w.-]+/)*[\w-]+\.(?:py|toml|md|yml|js|mk)\b")
CALL = re.compile(r"\b([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+)(?=\(|$)")


def expand(token: str) -> list[str]:
    """``data/{a,b}.py`` as ``data/a.py`` and ``data/b.py``."""
    parts = [
        part[1:-1].split(",") if part.startswith("{") else [part]
        for part in re.split(r"(\{[\w,]+\})", token)
    ]
    return ["".join(choice) for choice in itertools.product(*parts)]


@cache
def files(*tops: str) -> tuple[str, ...]:
    """Every file and folder of the repository, and without Jinja's suffix."""
    paths = [path.relative_to(ROOT) for top in tops for path in (ROOT / top).rglob("*")]
    # A template's name may hold its condition: `{% if kaggle %}fetch.py{% endif %}`.
    return tuple(
        "/" + re.sub(r"\{%.*?%\}", "", path.as_posix()).removesuffix(".jinja") for path in paths
    )


def exists(path: str, *tops: str) -> bool:
    name = path.strip("/")
    return (ROOT / name).exists() or any(place.endswith(f"/{name}") for place in files(*tops))


def quotations(text: str) -> list[str]:
    return [part for token in re.findall(r"`([^`\n]+)`", text) for part in expand(token)]


def paths(text: str) -> set[str]:
    """Every path to a file that a text names, in running text and in its trees of folders."""
    return {
        match
        for token in (*quotations(text), *re.findall(r"(?m)^ {4,}.*$", text))
        if "://" not in token
        for path in expand(token)
        for match in PATH.findall(path)
    }


@cache
def names() -> frozenset[str]:
    """Every function, class, parameter, field and module of the sources."""
    every: set[str] = set()
    for path in (ROOT / "src").rglob("*.py"):
        every.add(path.parent.name if path.stem == "__init__" else path.stem)
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                every.add(node.name)
            elif isinstance(node, ast.Name):
                every.add(node.id)
            elif isinstance(node, ast.Attribute):
                every.add(node.attr)
            elif isinstance(node, ast.arg):
                every.add(node.arg)
    return frozenset(every)


@pytest.mark.parametrize("path", sorted(paths(HERE)))
def test_a_path_exists(path: str) -> None:
    assert exists(path, "src", "tests", "docs", "templates", "benchmarks")


@pytest.mark.parametrize("path", sorted(paths(GENERATED_PROJECT)))
def test_a_path_of_the_generated_project_exists(path: str) -> None:
    assert exists(path, "templates", "tests", "docs") or path in {
        "report.html", "metrics.json", "metadata.json", "MODEL_CARD.md",
    }  # fmt: skip


@pytest.mark.parametrize("folder", sorted(set(re.findall(r"(?m)^ {4,}([a-z_]+)/ ", HERE))))
def test_a_folder_exists(folder: str) -> None:
    assert exists(folder, "src", "tests")


def test_every_folder_of_the_sources_is_described() -> None:
    folders = {
        path.name
        for path in (ROOT / "src/mlstarter").iterdir()
        if path.is_dir() and list(path.glob("*.py"))
    }
    assert {name for name in folders if f"{name}/" not in HERE} == set()


def test_every_module_at_the_top_is_described() -> None:
    modules = {path.name for path in (ROOT / "src/mlstarter").glob("[a-z]*.py")}
    assert {name for name in modules if name not in HERE} == set()


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    sorted(
        {
            match
            for line in (*quotations(HERE), *re.findall(r"(?m)^ {4}([a-z].*\).*)$", HERE))
            for match in CALL.findall(line.split(" -> ")[0])
            if not PATH.fullmatch(match) and not match.startswith(("git.", "url.", "core."))
        }
        # What comes back, and `.attributes` of it.
        | {
            name
            for types in re.findall(r" -> ((?:\w+ \| )*[A-Z]\w+)", HERE)
            for name in types.removesuffix(" | None").split(" | ")
        }
        | {quotation[1:] for quotation in quotations(HERE) if re.fullmatch(r"\.[a-z_]+", quotation)}
    ),
)
def test_a_name_exists(name: str) -> None:
    missing = [part for part in name.split(".") if part not in names()]
    assert missing == []
