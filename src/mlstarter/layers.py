"""Layers of one's own: a school's files laid over any template, without a fork of it.

A layer is a folder. Its files are rendered with the project's answers as a Copier template's are
(a file ending in ``.jinja`` is a text, names may hold variables) and replace the template's of the
same path. In a repository each layer is a commit of its own above the render, and
``.mlstarter.toml`` names it with the digest of its folder, never with a path.

In a class the last layer is the marker: the same file, which then says whose the project is too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlstarter.bounds import MAX_FILES, MAX_TREE_BYTES, bounded_evaluation
from mlstarter.data_files import load_toml
from mlstarter.engines import record_formats
from mlstarter.engines.chance import Chance, drawing, new_seed
from mlstarter.engines.copier.engine import CopierEngine
from mlstarter.engines.path_safety import case_folded, check, check_case
from mlstarter.engines.template_text import TextError
from mlstarter.errors import NeedsTrust, TemplateError, UsageError
from mlstarter.escape import toml_value
from mlstarter.files import read_tree, require_no_pipe
from mlstarter.git.merge_base import Layer
from mlstarter.sources.template import Template
from mlstarter.tree import REGULAR, Entry, Tree

RECORD = ".mlstarter.toml"
MARKER_LAYER = "cohort"


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
        try:
            files = _render(folder, answers, folder_name)
            under |= files
            check(under)
            check_case(files, under)
        except TemplateError as error:
            raise UsageError(
                f"The layer {folder} cannot be used: {error.message}", hint="mend the layer"
            ) from error
        layers.append(Layer(name, digest_of(folder), files))
    return with_records(layers)


def with_records(
    layers: Sequence[Layer], whose: tuple[str, str] | None = None
) -> tuple[Layer, ...]:
    """Return the layers, each with the record of itself and of those below it.

    ``whose`` is the (course_run, student_id) of a project of a class: the marker goes on top.
    """
    result: list[Layer] = []
    for layer in layers:
        names = [(each.name, each.digest) for each in (*result, layer)]
        files = {**layer.files, RECORD: Entry(REGULAR, record(names))}
        result.append(replace(layer, files=files))
    if whose is not None:
        text = marker(*whose, result)
        digest = f"sha256:{hashlib.sha256(text).hexdigest()}"
        result.append(Layer(MARKER_LAYER, digest, {RECORD: Entry(REGULAR, text)}))
    return tuple(result)


def replace_layers(
    old: Sequence[Layer], new: Sequence[Layer], whose: tuple[str, str] | None
) -> tuple[Layer, ...]:
    """Return a project's layers with ``new`` ones in the place of those of their name.

    A layer that is new to the project lies on top; the others stay as history has them. ``old`` is
    without a class's marker, which ``whose`` asks for (as in ``with_records``).

    Raises:
        UsageError: a layer has the name that a class's marker takes.
    """
    if whose is not None and any(layer.name == MARKER_LAYER for layer in new):
        raise UsageError(
            f"A layer cannot be called {MARKER_LAYER} in a project of a class.",
            hint="rename its folder",
        )
    by_name = {layer.name: layer for layer in new}
    lower = [by_name.pop(layer.name, layer) for layer in old]
    return with_records([*lower, *by_name.values()], whose)


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
        name_text = toml_value(name)
        lines.append(f'\n[[layers]]\nname = {name_text}\ndigest = "{digest}"\n')
    return "".join(lines).encode()


def marker(course_run: str, student_id: str, layers: Sequence[Layer]) -> bytes:
    """Return the marker's bytes: the record of the layers, and whose the project is.

    Both names are plain identifiers, so nothing needs escaping.
    """
    cohort = f'[cohort]\ncourse_run = "{course_run}"\nstudent_id = "{student_id}"\n'.encode()
    if not layers:
        return cohort
    return record([(layer.name, layer.digest) for layer in layers]) + b"\n" + cohort


def read_marker(text: bytes | None) -> tuple[str, str] | None:
    """Return (course_run, student_id) of a marker, or None where it is absent or unreadable."""
    if text is None:
        return None
    try:
        table = load_toml(text)["cohort"]
        names = table["course_run"], table["student_id"]
    except (ValueError, KeyError, TypeError):
        return None
    # Both are identifiers (cohort/identifiers.py); anything else was never handed out.
    if all(isinstance(name, str) and name.isprintable() for name in names):
        return names
    return None


def _require_files(folder: Path) -> None:
    """Raise UsageError where a layer is no folder of files, or is larger than a project may be.

    Looked at before anything of it is read: ``/`` is a folder too.
    """
    if not folder.is_dir():
        raise UsageError(f"The layer {folder} is not a folder.", hint="name a folder of files")
    size = 0
    for count, path in enumerate(folder.rglob("*"), start=1):
        try:
            require_no_pipe(path)
            size += path.lstat().st_size
        except OSError as error:
            raise UsageError(
                f"The layer {folder} holds {path.relative_to(folder)}: {error.strerror}.",
                hint="remove it from the layer",
            ) from error
        if count > MAX_FILES or size > MAX_TREE_BYTES:
            raise UsageError(
                f"The layer {folder} holds more than {MAX_FILES} files or "
                f"{MAX_TREE_BYTES // 1_000_000} MB.",
                hint="name a folder that holds nothing but the files of the layer",
            )


def _render(folder: Path, answers: Mapping[str, Any], folder_name: str) -> Tree:
    _require_files(folder)
    template = Template(f"the layer {folder.name}", None, folder, "copier")
    engine = CopierEngine(template)
    if engine.only_copier_renders is not None:
        raise _not_in_a_layer(folder, engine.only_copier_renders)
    hidden_names: frozenset[str] = getattr(answers, "hidden_names", frozenset())
    context = dict(answers) | {"cookiecutter": dict(answers)}
    applicable = {name: value for name, value in context.items() if name not in hidden_names}
    chance = Chance(getattr(answers, "seed", "") or new_seed(), template.source)
    try:
        with bounded_evaluation(template.source), drawing(chance):
            files = engine.quick_renderer.render(applicable, folder_name)
    except NeedsTrust as reason:
        raise _not_in_a_layer(folder, str(reason)) from reason
    except TextError as error:
        raise UsageError(
            f"The layer {folder} cannot be rendered: {error.fault} ({error.place}).",
            hint="mend the file it names",
        ) from error
    if not files:
        raise UsageError(f"The layer {folder} holds no files.", hint="check the folder")
    for name in files:
        plain = case_folded(name)
        if plain == RECORD or any(form.matches(plain) for form in record_formats()):
            raise UsageError(
                f"The layer {folder} holds {name}, which records where a project comes from.",
                hint="remove it from the layer",
            )
    return files


def _not_in_a_layer(folder: Path, what: str) -> UsageError:
    return UsageError(
        f"The layer {folder} uses what only a template can have: {what.rstrip('.')}.",
        hint="a layer is plain files and .jinja files about the answers",
    )
