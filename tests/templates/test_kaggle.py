"""A Kaggle project's `fetch` over real HTTP: failures, resumption, hostile archives."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.templates.conftest import Generate
from tests.templates.projects import Project, clean_environment
from tests.templates.validators import index_settings

HERE = Path(__file__).parent
CHECKS = [HERE / "fetch_checks.py", HERE / "fetch_archive_checks.py"]


@pytest.mark.e2e
def test_fetch_holds_against_kaggles_wire_format(
    generate: Generate, tabular_project: Project
) -> None:
    answers = {"data_source": "kaggle", "kaggle_dataset": "ada/known", "target": "value"}
    folder = generate("tabular", "fetching", **answers)
    python = str(tabular_project.python)
    install = [python, "-m", "pip", "install", "--quiet", "-c", "constraints.txt", "kagglehub"]
    settings = clean_environment(index_settings())
    subprocess.run(install, cwd=folder, env=settings, check=True)
    path = {"PYTHONPATH": f"{folder / 'src'}:{HERE}"}
    result = subprocess.run(
        [python, "-m", "pytest", "-q", "-c", "/dev/null", *CHECKS],
        cwd=folder, env=settings | path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout[-5000:]
