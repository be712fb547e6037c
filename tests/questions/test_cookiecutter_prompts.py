"""Questions of a Cookiecutter template go through the same prompts, in a real terminal."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pexpect
import pytest

from tests.engines.helpers import git, write_template

pytestmark = [pytest.mark.usefixtures("own_folders"), pytest.mark.slow]

DOWN = "\x1b[B"
INNER = {
    "name": "My Thing",
    "slug": "{{ cookiecutter.name|slugify }}",
    "kind": ["lib", "app"],
    "docs": True,
    "extra": {"k": "v"},
    "_private": "not asked",
    "__made": "{{ cookiecutter.kind|upper }}",
    "__prompts__": {
        "name": "What is it called?",
        "kind": {"__prompt__": "Which kind of thing?", "lib": "A library", "app": "An application"},
    },
}


def test_a_template_of_templates_and_its_questions_are_asked(tmp_path: Path) -> None:
    templates = {
        "one": {"path": "./one", "title": "The first"},
        "two": {"path": "./two", "title": "The second"},
    }
    files = {"cookiecutter.json": json.dumps({"templates": templates})}
    for name in templates:
        files |= {
            f"{name}/cookiecutter.json": json.dumps(INNER),
            f"{name}/{{{{cookiecutter.slug}}}}/f": f"{name} {{{{ cookiecutter.__made }}}} "
            "{{ cookiecutter.docs }} {{ cookiecutter.extra.k }}",
        }
    source = write_template(tmp_path / "template", files)
    child = pexpect.spawn(
        sys.executable,
        ["-m", "mlstarter", "new", "--template", str(source)],
        cwd=str(tmp_path),
        env={**os.environ, "TERM": "xterm"},
        encoding="utf-8",
        dimensions=(40, 100),
        timeout=120,
    )

    for expected, keys in [
        ("Which template", DOWN + "\r"),
        ("What is it called", "Moon shot\r"),
        ("slug", "\r"),
        ("Which kind of thing", DOWN + "\r"),
        ("docs", "n"),
        ("extra", "\r"),
        ("Enter to create it", "\r"),
    ]:
        child.expect(expected)
        child.send(keys)
    child.expect(pexpect.EOF)
    child.close()

    assert child.exitstatus == 0, child.before
    project = tmp_path / "moon-shot"
    assert (project / "f").read_text() == "two APP False v"
    assert json.loads((project / ".cruft.json").read_text())["directory"] == "two"
    assert git(project, "status", "--porcelain") == ""
