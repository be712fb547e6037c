"""An essentials project brought to the production level, as a student would bring it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from tests.templates.projects import Project

TOOL = Path(__file__).parents[2] / "tools/try-template"
# What the level adds, and of the other tests those that it touches most.
LEVEL_MODULES = ("registry", "monitoring", "gates", "operations", "runs", "score", "tune", "hub")
NAMES = (*LEVEL_MODULES, "serve", "promote")
TABULAR = ("observation", "staleness")
NETWORK = ("distributed", "checkpoint")
PRETRAINED = ("fine_tuning", "pretrained")  # the second skips where transformers is missing
# Speech takes minutes for these; `make test-full` runs them too.
LONG = [] if os.environ.get("MLSTARTER_TEST_FULL") else ["-k", "not whole and not killed"]
EXTRA_PACKAGES: list[Path] = []  # where the first project of this process laid what the level adds


def at_production(project: Project, folder: Path) -> Project:
    """Update ``project``, a clone in which a student has worked, to the production level.

    It borrows the environment that it was trained in; what the level adds is laid into ``folder``.
    """
    if "_commit" in (project.root / ".copier-answers.yml").read_text("utf-8"):
        project.run(sys.executable, "-m", "mlstarter", "update", "--data", "level=production")
    else:  # made from the templates as they stand, which have no version to update from
        kind = project.metadata()["project"]["type"]
        data = [f"project_type={kind}", f"package_name={project.package}", "level=production"]
        project.run(TOOL, project.root, *(word for pair in data for word in ("-d", pair)))
    if not EXTRA_PACKAGES:
        pip: list[str | Path] = [project.python, "-m", "pip", "install", "--quiet"]
        pip += ["--target", folder / "added", "-c", project.root / "constraints.txt"]
        packages = ["prometheus-client", "optuna", "huggingface_hub"]
        subprocess.run([*pip, *packages], check=True)
        EXTRA_PACKAGES.append(folder / "added")
    path = f"{project.root / 'src'}:{EXTRA_PACKAGES[0]}"
    return replace(project, environment={**project.environment, "PYTHONPATH": path})


def own_tests(project: Project) -> int:
    """Run the tests that the level adds, and its style and types; return how many tests passed."""
    names = [*NAMES, *(TABULAR if (project.root / "schema.toml").is_file() else ())]
    names += NETWORK if (project.root / "tests/test_distributed.py").is_file() else ()
    names += ["robustness"] if (project.root / "tests/test_robustness.py").is_file() else []
    names += PRETRAINED if (project.root / "tests/test_pretrained.py").is_file() else ()
    names += ["quantize"] if (project.root / "tests/test_quantize.py").is_file() else []
    tests = [f"tests/test_{name}.py" for name in names]
    tests += LONG if project.metadata()["project"]["type"] == "asr" else []
    run = project.run(project.python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests)
    project.run(project.python, "-m", "ruff", "check", ".")
    project.run(project.python, "-m", "mypy")
    summary = re.search(r"(\d+) passed", run.output)
    return int(summary[1]) if summary else 0
