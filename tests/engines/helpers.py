"""Small templates and what the engines themselves write for them."""

from __future__ import annotations

import subprocess
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlstarter import questions
from mlstarter.engines.copier.engine import CopierEngine
from mlstarter.engines.path_safety import check
from mlstarter.files import read_tree
from mlstarter.sources import Template, resolve
from mlstarter.tree import Entry

Files = Mapping[str, str | bytes]


def write_template(folder: Path, files: Files) -> Path:
    """Write ``files``; a path ending in ``!`` is executable, one with `` -> `` is a link."""
    for name, content in files.items():
        if " -> " in name:
            link, _, target = name.partition(" -> ")
            path = folder / link
            path.parent.mkdir(parents=True, exist_ok=True)
            path.symlink_to(target)
            continue
        path = folder / name.removesuffix("!")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        if name.endswith("!"):
            path.chmod(0o755)
    return folder


def commit(folder: Path, tag: str | None = None) -> Path:
    """Commit everything in ``folder`` and tag it."""
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", tag or "work")
    if tag:
        git(folder, "tag", tag)
    return folder


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    process = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return process.stdout.strip()


def copier_writes(
    source: Path, out: Path, inputs: Mapping[str, Any], ref: str | None = None
) -> dict[str, Entry]:
    """Return what Copier's own ``run_copy`` writes for ``inputs`` and defaults."""
    from copier import run_copy

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run_copy(
            str(source),
            out,
            data=dict(inputs),
            vcs_ref=ref,
            defaults=True,
            overwrite=True,
            quiet=True,
        )
    return read_tree(out) if out.exists() else {}


def native_writes(
    template: Template, inputs: Mapping[str, Any], folder_name: str
) -> dict[str, Entry]:
    """Return what the renderer of this process makes; it must not hand over to Copier."""
    answers = questions.complete(questions.load(template), inputs)
    engine = CopierEngine(template)
    assert engine.only_copier_renders is None
    tree = engine.quick_renderer.render(answers, folder_name)
    check(tree)
    return dict(sorted(tree.items()))


def both(
    source: Path, out: Path, inputs: Mapping[str, Any], ref: str | None = None
) -> tuple[dict[str, Entry], dict[str, Entry]]:
    """Return the native tree and Copier's for one template and the same answers."""
    native = native_writes(resolve(str(source), ref), inputs, out.name)
    return native, copier_writes(source, out, inputs, ref)
