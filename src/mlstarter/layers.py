"""Layers of one's own: a school's files laid over any template, without a fork of it.

A layer is a folder. Its files are rendered with the project's answers as a Copier template's are
(a file ending in ``.jinja`` is a text, names may hold variables) and replace the template's of the
same path. In a repository each layer is a commit of its own above the render, and
``.mlstarter.toml`` names it with the digest of its folder, never with a path.

In a class the last layer is the marker: the same file, which then says whose the project is too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mlstarter.bounds import MAX_FILES, MAX_TREE_BYTES, bounded_evaluation
from mlstarter.engines import record_formats
from mlstarter.engines.chance import Chance, drawing, new_seed
from mlstarter.engines.copier.engine import CopierEngine
from mlstarter.engines.path_safety import check, check_case
from mlstarter.engines.template_text import TextError
from mlstarter.errors import NeedsTrust, TemplateError, UsageError
from mlstarter.files import require_no_pipe
from mlstarter.git.merge_base import Layer
from mlstarter.layer_records import RECORD, digest_of, with_records
from mlstarter.sources.template import Template
from mlstarter.tree import Tree, case_folded


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
