"""``.mlstarter.toml``: it names the layers over a project's template and, in a class, its owner."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mlstarter.data_files import load_toml
from mlstarter.errors import UsageError
from mlstarter.escape import toml_value
from mlstarter.files import read_tree
from mlstarter.git.merge_base import Layer
from mlstarter.tree import REGULAR, Entry

RECORD = ".mlstarter.toml"
MARKER_LAYER = "cohort"


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
