"""Each reader of a template or record takes any input: our own error, soon, nothing outside."""

# ruff: noqa: E501 - a table of inputs

from __future__ import annotations

import io
import json
import os
import random
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from mlstarter import engines, questions, sources
from mlstarter.errors import MlstarterError
from mlstarter.files import read_tree
from mlstarter.project import read_record

pytestmark = pytest.mark.usefixtures("own_folders")

COUNT = 2_000 if os.environ.get("MLSTARTER_TEST_FULL") else 100
YAML = b"""_subdirectory: x
_exclude: [a, b]
_envops: {block_start_string: "<%"}
_secret_questions: [b]
a: {type: str, default: "{{ b }}", help: h, choices: {x: 1, y: [2, 3]}, validator: "{% if a %}no{% endif %}"}
b: &anchor [1, 2]
d: {default: *anchor}
c: {type: int, default: 3, when: "{{ a == 1 }}", multiselect: true}
"""
ANSWERS = b"_src_path: https://x.invalid/t.git\n_commit: v1\nname: &n demo\nlist: [*n, 1.5, null]\n"
COOKIECUTTER = json.dumps(
    {"n": "x", "c": ["a", "b"], "_extensions": [], "__p": "{{ cookiecutter.n }}", "d": {"k": 1},
     "_copy_without_render": ["*.x"], "__prompts__": {"n": "name"}, "_jinja2_env_vars": {}}
).encode()  # fmt: skip
CRUFT = json.dumps(
    {"template": "x", "commit": "1", "checkout": None, "context": {"cookiecutter": {"a": "b"}}}
).encode()
TOKENS = [
    *(b"[", b"]", b"{", b"}", b'"', b"'", b": ", b"- ", b"\n", b"\0", b"\xff", b"*anchor", b"&anchor "),
    *(b"!!timestamp x", b"!!int _", b"!include *", b"null", b"1e999", b"9" * 5000, b"[" * 3000),
    *(b"{{", b"}}", b"{%", b"<<: ", b"? ", b"---\n", b"!!binary x", b"!!set {a}", b'{"a":' * 500),
]  # fmt: skip


def zip_bytes() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("t/copier.yml", "t/a.txt", "t/b/c.txt.jinja"):
            archive.writestr(name, b"a: x\n" * 20)
    return data.getvalue()


def mutate(text: bytes, chance: random.Random) -> bytes:
    """Return ``text`` with a few bytes changed, parts left out or doubled, and tokens put in."""
    data = bytearray(text)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(data) + 1)
        kind = chance.randrange(4)
        if kind == 0:
            data[at:at] = chance.choice(TOKENS)
        elif kind == 1:
            del data[at : at + chance.randint(1, 20)]
        elif kind == 2:
            data[at:at] = data[max(0, at - 30) : at]
        elif data and at < len(data):
            data[at] = chance.randrange(256)
    return bytes(data)


def read_template(name: str) -> Callable[[Path, bytes], None]:
    def reader_function(folder: Path, data: bytes) -> None:
        (folder / name).write_bytes(data)
        if name.endswith(".json"):
            (folder / "{{cookiecutter.n}}").mkdir(exist_ok=True)
        template = sources.resolve(str(folder))
        assert isinstance(engines.of(template).code, tuple)
        questions.complete(questions.load(template), {})

    return reader_function


def read_zip(folder: Path, data: bytes) -> None:
    (folder / "t.zip").write_bytes(data)
    template = sources.resolve(str(folder / "t.zip"))
    questions.complete(questions.load(template), {})


def read_project(name: str) -> Callable[[Path, bytes], None]:
    def reader_function(_: Path, data: bytes) -> None:
        read_record({name: data}.get, [name])

    return reader_function


READERS: dict[str, tuple[bytes, Callable[[Path, bytes], None]]] = {
    "copier.yml": (YAML, read_template("copier.yml")),
    "cookiecutter.json": (COOKIECUTTER, read_template("cookiecutter.json")),
    "answers file": (ANSWERS, read_project(".copier-answers.yml")),
    ".cruft.json": (CRUFT, read_project(".cruft.json")),
    "zip": (zip_bytes(), read_zip),
}


@pytest.mark.sampled
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("reader", READERS)
def test_any_input_is_read_or_refused(reader: str, tmp_path: Path) -> None:
    text, reader_function = READERS[reader]
    chance = random.Random(reader)
    (tmp_path / "outside").mkdir()
    for number in range(COUNT):
        data = mutate(text, chance)
        folder = tmp_path / "inside" / str(number)
        folder.mkdir(parents=True)
        start = time.process_time()
        try:
            reader_function(folder, data)
        except MlstarterError as error:
            assert str(error)
        assert time.process_time() - start < 1, data
    assert set(os.listdir(tmp_path)) <= {"inside", "outside", "home"}  # noqa: PTH208
    assert read_tree(tmp_path / "outside") == {}
