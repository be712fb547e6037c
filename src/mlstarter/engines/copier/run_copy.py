"""Render with Copier itself: the way for what ``coverage`` names."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from mlstarter.engines.chance import current
from mlstarter.engines.copier.config import load_config
from mlstarter.engines.copier.coverage import require_copier
from mlstarter.engines.protocol import Engine
from mlstarter.engines.result import Render, read_rendered
from mlstarter.errors import NeedsTrust, TemplateError
from mlstarter.escape import shell_word
from mlstarter.files import TemporaryFolder, read_tree
from mlstarter.programs import run_program
from mlstarter.sources import source_environment
from mlstarter.sources.template import Template
from mlstarter.tree import SYMLINK, Entry, Tree


def render_with_copier(engine: Engine, answers: Mapping[str, Any], folder_name: str) -> Render:
    """Return the tree that ``copier copy`` writes for complete ``answers``.

    Raises:
        TemplateError: Copier refuses the template, fails on it, or is older than it asks for.
    """
    template, trust = engine.template, engine.template.is_trusted
    require_copier(load_config(template.root))
    applicable: Mapping[str, Any] = getattr(answers, "applicable", answers)
    chance = current()
    with TemporaryFolder(prefix="mlstarter-copier-") as work:
        destination = Path(work) / folder_name
        call = {
            # A plain folder is copied from; everything else Copier fetches itself, so that it
            # records the address and the version.
            "source": template.source if template.commit else str(template.root),
            "version": template.version,
            "destination": str(destination),
            "answers": yaml.safe_dump(dict(applicable), sort_keys=False, allow_unicode=True),
            # Copier asks for trust even for the extensions that come with Jinja.
            "trust": trust or not engine.code,
            "guard": not trust,
            "seed": chance.seed,
        }
        process = run_program(
            [sys.executable, "-m", "mlstarter.engines.copier.run_copy_process"],
            stdin=json.dumps(call).encode(),
            stdout=subprocess.PIPE,
            stderr=None if trust else subprocess.PIPE,
            env={**os.environ, **source_environment(template)},
        )
        if process.returncode:
            raise _failure(template, process)
        chance.was_used |= json.loads(process.stdout)["drawn"]
        if not destination.is_dir():
            return Render({})
        result = read_rendered(destination) if trust else Render(read_tree(destination, git=True))
        if template.commit or template.source == str(template.root):
            return result
        return replace(result, tree=_with_source(result.tree, template))


def _with_source(tree: Tree, template: Template) -> Tree:
    """Return ``tree`` with the template's own folder recorded, where Copier read a copy of it."""
    copy_line, own_line = (
        f"_src_path: {path}\n".encode() for path in (template.root, template.source)
    )
    return {
        path: Entry(entry.mode, entry.data.replace(copy_line, own_line))
        if path.startswith(".c") and entry.mode != SYMLINK
        else entry
        for path, entry in tree.items()
    }


def _failure(template: Template, process: subprocess.CompletedProcess[bytes]) -> TemplateError:
    try:
        answer = json.loads(process.stdout)
        reason = answer["message"].strip().splitlines()
        if answer["error"] == "NeedsTrust":
            return NeedsTrust(answer["message"], hint=answer["hint"])
    except (ValueError, KeyError):
        lines = (process.stderr or b"").decode("utf-8", "replace").splitlines()
        # What the watchdog says comes before its hint.
        errors = [text.removeprefix("error: ") for text in lines if text.startswith("error: ")]
        reason = (errors or lines)[-1:]
    return TemplateError(
        f"The template {template.source} cannot be rendered: {' '.join(reason) or 'no reason'}",
        hint=f"try it with Copier alone: copier copy {shell_word(template.source)} somewhere",
    )
