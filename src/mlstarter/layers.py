"""Layers of one's own: a school's files laid over any template, without a fork of it.

A layer is a folder. Its files are rendered with the project's answers as a Copier template's are
(a file ending in ``.jinja`` is a text, names may hold variables) and replace the template's of the
same path. In a repository each layer is a commit of its own above the render, and
``.mlstarter.toml`` names it with the digest of its folder, never with a path.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import TemplateError as JinjaError

from mlstarter.errors import UsageError
from mlstarter.files import read_tree
from mlstarter.history.base import Layer
from mlstarter.render.native import NativeRenderer, NotNative
from mlstarter.render.safety import check
from mlstarter.sources.template import Template
from mlstarter.tree import REGULAR, Entry, Tree

RECORD = ".mlstarter.toml"
_OTHER_RECORDS = (".copier-answers.yml", ".cruft.json")


def render_layers(
    folders: Sequence[Path], answers: Mapping[str, Any], tree: Tree, folder_name: str
) -> tuple[Layer, ...]:
    """Return the layers in ``folders``, lowest first, rendered for a project.

    Args:
        folders: one folder a layer; its name is the layer's.
        answers: complete answers; in a layer they are also the fields of ``cookiecutter``.
        tree: the render that they are laid over.
        folder_name: the name of the project's folder.

    Raises:
        UsageError: two layers have one name, or one is empty, broken or unsafe.
    """
    layers: list[Layer] = []
    under = dict(tree)
    for folder in folders:
        name = folder.resolve().name
        if name in {layer.name for layer in layers}:
            raise UsageError(
                f"Two layers are called {name}.", hint="rename the folder of one of them"
            )
        files = dict(_render(folder, answers, folder_name))
        digest = digest_of(folder)
        stated = [(layer.name, layer.digest) for layer in layers] + [(name, digest)]
        files[RECORD] = Entry(REGULAR, record(stated))
        under |= files
        check(under)
        layers.append(Layer(name, digest, files))
    return tuple(layers)


def digest_of(folder: Path) -> str:
    """Return the SHA-256 of a layer's folder: of its paths, modes and bytes."""
    whole = hashlib.sha256()
    for name, entry in sorted(read_tree(folder).items()):
        inner = hashlib.sha256(entry.data).hexdigest()
        whole.update(f"{entry.mode:o} {inner} {name}\n".encode())
    return f"sha256:{whole.hexdigest()}"


def record(layers: Sequence[tuple[str, str]]) -> bytes:
    """Return ``.mlstarter.toml`` for layers given as name and digest, lowest first."""
    lines = ["# Written by mlstarter: the layers that lie over the template.\n"]
    for name, digest in layers:
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        lines.append(f'\n[[layers]]\nname = "{quoted}"\ndigest = "{digest}"\n')
    return "".join(lines).encode()


def _render(folder: Path, answers: Mapping[str, Any], folder_name: str) -> Tree:
    template = Template(f"the layer {folder.name}", None, folder, "copier")
    hidden: frozenset[str] = getattr(answers, "hidden", frozenset())
    context = dict(answers) | {"cookiecutter": dict(answers)}
    try:
        files = NativeRenderer(template).render(
            {name: value for name, value in context.items() if name not in hidden}, folder_name
        )
    except NotNative as reason:
        raise UsageError(
            f"The layer {folder} uses what only a template can have: {reason}.",
            hint="a layer is plain files and .jinja files",
        ) from reason
    except (JinjaError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise UsageError(
            f"The layer {folder} cannot be rendered: {error}.", hint="mend the file it names"
        ) from error
    if not files:
        raise UsageError(f"The layer {folder} holds no files.", hint="check the folder")
    for name in (RECORD, *_OTHER_RECORDS):
        if name in files:
            raise UsageError(
                f"The layer {folder} holds {name}, which records where a project comes from.",
                hint="remove it from the layer",
            )
    return files
