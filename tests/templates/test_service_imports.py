"""The service of every project imports only what its image installs."""

from __future__ import annotations

import ast
import re
import sys
import tomllib

import pytest

from mlstarter.sources import Template
from mlstarter.tree import Tree
from tests.templates.variants import CASES, NAMES, render_variant

# What others bring along: onnxruntime, and FastAPI.
BROUGHT_ALONG = {"numpy", "pydantic", "starlette", "typing_extensions"}
MODULES = {"pillow": "PIL"}  # named otherwise than their packages


def imports(source: str) -> set[tuple[int, str]]:
    """Return level and name of each module that is imported when a module is."""
    names = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.Import):
            names |= {(0, alias.name) for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add((node.level, node.module))
        elif isinstance(node, ast.ImportFrom):
            names |= {(node.level, alias.name) for alias in node.names}
    return names


def service_imports(tree: Tree, package: str) -> set[str]:
    """Return what is imported, by any module of the package, before the service answers."""
    foreign: set[str] = set()
    modules, waiting = set[str](), ["serve"]
    while waiting:
        module = waiting.pop()
        modules.add(module)
        for level, name in imports(tree[f"{package}/{module}.py"].data.decode()):
            if level == 0:
                foreign.add(name.partition(".")[0])
            elif f"{package}/{name}.py" in tree and name not in modules:
                waiting.append(name)
    return foreign - sys.stdlib_module_names


@pytest.mark.sampled
@pytest.mark.parametrize("level", ["essentials", "production"])
@pytest.mark.parametrize(("kind", "source", "answers"), CASES, ids=NAMES)
def test_the_service_imports_only_what_its_image_installs(
    working_template: Template, kind: str, source: str, answers: dict[str, str], level: str
) -> None:
    tree = render_variant(working_template, kind, source, {**answers, "level": level})
    (serve,) = (name for name in tree if re.fullmatch(r"src/[^/]+/serve\.py", name))
    project = tomllib.loads(tree["pyproject.toml"].data.decode())["project"]
    lines = project["dependencies"] + project["optional-dependencies"]["serve"]
    packages = [re.split(r"[^\w.-]", line)[0] for line in lines]
    available_modules = {
        MODULES.get(name, name.replace("-", "_")) for name in packages
    } | BROUGHT_ALONG
    assert service_imports(tree, serve.removesuffix("/serve.py")) <= available_modules
