"""What a project's README says of its files is so."""

from __future__ import annotations

import re

import pytest

from mlstarter.sources.assemble import TYPES
from tests.templates.conftest import Generate

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("source", ["sample", "local", "kaggle"])
def test_the_readme_names_every_module_and_no_other(
    generate: Generate, kind: str, source: str
) -> None:
    more = {"kaggle": {"kaggle_dataset": "ada/known"}, "local": {"data_path": "data/x.csv"}}
    root = generate(kind, f"with-{source}", data_source=source, **more.get(source, {}))
    text = (root / "README.md").read_text(encoding="utf-8")
    part = re.search(r"^src/.*?^site/", text, re.DOTALL | re.MULTILINE)
    assert part is not None
    lines = part[0].splitlines()[1:-1]
    module_names = [name for line in lines for name in re.split(r" {2,}", line.strip())[1].split()]
    modules = {p.stem for p in root.glob("src/*/*.py")} - {"__init__", "__main__"}
    assert len(module_names) == len(set(module_names))
    assert set(module_names) == modules
