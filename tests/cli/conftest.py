"""A small template and a command line run as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.processes import run_command_line

COPIER_YML = """\
_subdirectory: project
_message_after_copy: "make all for {{ project_name }}"
project_type:
  type: str
  help: What kind?
  choices: {Tabular data: tabular, Pictures: cv}
  default: tabular
project_name:
  type: str
  help: What is it called?
  default: "my-{{ project_type }}"
  validator: >-
    {% if not (project_name | regex_search('^[a-z][a-z0-9-]+$')) %}Use small letters.{% endif %}
preset: {type: str, default: none, when: "{{ preset is defined and preset != 'none' }}"}
size:
  type: int
  help: How big?
  default: 3
  when: "{{ project_type == 'cv' }}"
deep:
  type: bool
  help: Deep?
  default: false
token:
  type: str
  help: A token?
  secret: true
  default: ""
author_name:
  type: str
  help: Who?
  default: ""
licence:
  type: str
  choices: [MIT, none]
  default: MIT
"""
PRESETS = """\
[digits]
title = "Handwritten digits"
type = "cv"
description = "Small pictures"
[digits.answers]
size = 8
"""


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """Return the folder of a Copier template with two types and a preset."""
    root = tmp_path / "template"
    (root / "project" / "src").mkdir(parents=True)
    (root / "copier.yml").write_text(COPIER_YML, encoding="utf-8")
    (root / "presets.toml").write_text(PRESETS, encoding="utf-8")
    (root / "project" / "README.md.jinja").write_text("# {{ project_name }}\n", encoding="utf-8")
    (root / "project" / "src" / "size.txt.jinja").write_text(
        "{{ project_type }} {{ size }} {{ deep }} {{ preset }}\n", encoding="utf-8"
    )
    answers = root / "project" / "{{ _copier_conf.answers_file }}.jinja"
    answers.write_text("{{ _copier_answers | to_nice_yaml }}", encoding="utf-8")
    return root


@pytest.fixture
def environ(tmp_path: Path, bundle_cache: Path) -> dict[str, str]:
    """Return an environment with a home folder and a git identity of its own."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Ada\n\temail = ada@example.org\n", encoding="utf-8"
    )
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("KAGGLE_", "GIT_", "XDG_", "MLSTARTER_", "PYTHON"))
    }
    return {
        **environment,
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_CACHE_HOME": str(bundle_cache),
        "GIT_CONFIG_NOSYSTEM": "1",
        "TERM": "xterm",
    }


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path, environ: dict[str, str]) -> Run:
    """Return a function that runs mlstarter without a terminal, in an empty folder."""
    here = tmp_path / "here"
    here.mkdir()

    def call(
        *arguments: str | Path, cwd: Path = here, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return run_command_line(arguments, cwd, {**environ, **(env or {})})

    return call


@pytest.fixture
def here(tmp_path: Path, run: Run) -> Path:
    """Return the folder that ``run`` works in."""
    return tmp_path / "here"


def command(arguments: Sequence[str | Path]) -> list[str]:
    """Return the command line that runs this checkout's mlstarter."""
    return [sys.executable, "-m", "mlstarter", *map(str, arguments)]
