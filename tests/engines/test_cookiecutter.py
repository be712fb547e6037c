"""The Cookiecutter engine writes what ``cookiecutter`` writes: paths, modes and bytes."""

# ruff: noqa: E501 - a table of templates is read a case to a line

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlstarter import engines, questions, sources
from mlstarter.errors import TemplateError
from mlstarter.files import read_tree
from mlstarter.tree import Entry
from tests.engines.helpers import Files, write_template

FULL = bool(os.environ.get("MLSTARTER_TEST_FULL"))
TOP = "{{cookiecutter.slug}}"


def cookiecutter_writes(
    source: Path, out: Path, inputs: Mapping[str, Any], *, hooks: bool = False
) -> dict[str, Entry]:
    """Return what Cookiecutter's own entry point writes for ``inputs`` and defaults."""
    from cookiecutter.main import cookiecutter

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        folder = cookiecutter(
            str(source),
            no_input=True,
            extra_context=dict(inputs),
            output_dir=str(out),
            default_config=True,
            accept_hooks=hooks,
        )
    return read_tree(Path(folder))


def template_of(folder: Path, variables: Mapping[str, Any], files: Files) -> Path:
    inside = {
        f"{TOP}/{name}" if not name.startswith("/") else name[1:]: text
        for name, text in files.items()
    }
    return write_template(
        folder,
        {
            "cookiecutter.json": json.dumps(
                variables if "slug" in variables else {"slug": "made", **variables}
            ),
            **inside,
        },
    )


def both(
    source: Path, out: Path, inputs: Mapping[str, Any]
) -> tuple[dict[str, Entry], dict[str, Entry]]:
    template = sources.resolve(str(source))
    answers = questions.complete(questions.load(template), inputs)
    ours = dict(engines.render(template, answers))
    return ours, cookiecutter_writes(source, out, inputs)


CASES: dict[str, tuple[dict[str, Any], Files, dict[str, Any]]] = {
    "names, contents and derived variables": (
        {"name": "My Thing", "pkg": "{{ cookiecutter.name|lower|replace(' ', '_') }}"},
        {"{{cookiecutter.pkg}}/__init__.py": "'''{{ cookiecutter.name }}'''\n", "README.md": "# {{ cookiecutter.name }}\n\n"}, {"name": "A B"}),
    "choices, their default and a chosen one": (
        {"licence": ["MIT", "BSD", "{{ cookiecutter.slug }}-own"], "number": [1, 2]},
        {"f": "{{ cookiecutter.licence }} {{ cookiecutter.number }} {{ cookiecutter.number is string }}"}, {"licence": "BSD"}),
    "truth values, numbers and nothing": (
        {"on": True, "off": False, "n": 3, "f": 1.5, "nothing": None, "empty": ""},
        {"f": "{{ cookiecutter.on }} {{ 'x' if cookiecutter.off else 'y' }} {{ cookiecutter.n }} {{ cookiecutter.n is string }} {{ cookiecutter.f }} {{ cookiecutter.nothing }} [{{ cookiecutter.empty }}]"}, {"off": True}),
    "mappings, which may use what comes after them": (
        {"kinds": {"png": {"title": "{{ cookiecutter.later }}", "n": 1}, "jpg": {}}, "later": "L"},
        {"f": "{% for k, v in cookiecutter.kinds|dictsort %}{{ k }}={{ v }} {% endfor %}"}, {}),
    "private variables, raw and rendered": (
        {"_raw": "{{ cookiecutter.slug }}", "__made": "{{ cookiecutter.slug|upper }}", "_list": [1, 2], "__d": {"a": "{{ cookiecutter.slug }}"}},
        {"f": "{{ cookiecutter._raw }} {{ cookiecutter.__made }} {{ cookiecutter._list }} {{ cookiecutter.__d }}"}, {}),
    "prompts are not variables": (
        {"kind": ["a", "b"], "__prompts__": {"slug": "What?", "kind": {"__prompt__": "Which?", "a": "The A", "b": "The B"}}},
        {"f": "{{ cookiecutter.kind }} {{ cookiecutter|length }} {{ '__prompts__' in cookiecutter }}"}, {"kind": "b"}),
    "order of variables": ({"b": 1, "a": {"x": 1}, "c": 2}, {"f": "{{ cookiecutter.keys()|list|reject('in', ['_template', '_output_dir', '_repo_dir', '_checkout'])|list }}"}, {}),
    "the original variables": ({"kind": ["a", "b"], "d": "{{ cookiecutter.slug }}"}, {"f": "{{ _cookiecutter }}"}, {"kind": "b"}),
    "copied without rendering": (
        {"_copy_without_render": ["*.html", "raw", "deep/*/x"]},
        {"a.html": "{{ untouched }}", "raw/{{ no }}.txt": "{{ no }}", "raw/in/y": "{{ y }}", "deep/a/x": "{{ z }}", "deep/b.txt": "{{ cookiecutter.slug }}",
         "{{cookiecutter.slug}}.html": "{{ also }}"}, {}),
    "names that render to nothing": (
        {"docs": "no"}, {"{% if cookiecutter.docs == 'yes' %}docs.md{% endif %}": "x", "d/{% if cookiecutter.docs == 'yes' %}e.md{% endif %}": "x", "d/f": "f"}, {}),
    "binaries, modes and empty files": ({}, {"b.bin": b"\x00\x01{{ cookiecutter.slug }}\xff", "run.sh!": "#!/bin/sh\necho {{ cookiecutter.slug }}\n", "e": ""}, {}),
    "line ends": ({}, {"crlf": "{{ cookiecutter.slug }}\r\nb\r\n", "mixed": "a\r\nb\nc\n", "cr": "a\rb\rc", "one": "x\n", "none": "x"}, {}),
    "line ends that the template sets": ({"_new_lines": "\r\n"}, {"f": "a\nb\n", "g": b"\x00a\n"}, {}),
    "Jinja settings": ({"_jinja2_env_vars": {"trim_blocks": True, "lstrip_blocks": True}}, {"f": "a\n  {% if 1 %}\nb\n  {% endif %}\n"}, {}),
    "the extensions that Cookiecutter always has": ({"d": {"a": [1]}}, {"f": "{{ cookiecutter.d|jsonify }} {{ 'Ä Thing'|slugify }} {{ 'x'|slugify(separator='_') }}"}, {}),
    "includes from templates/": ({}, {"/templates/part.txt": "part {{ cookiecutter.slug }}", "f": "{% include 'part.txt' %} {% include 'g' %}", "g": "gee"}, {}),
    "a variable changed while rendering": ({"seen": "0"}, {"a": "{{ cookiecutter.update({'seen': 'changed'}) }}", "b": "{{ cookiecutter.seen }}"}, {}),
    "links to files": ({}, {"real": "{{ cookiecutter.slug }}", "link -> real": "", "sub/up -> ../real": ""}, {}),
    "letters beyond ASCII": ({"name": "Zoë"}, {"ü-{{ cookiecutter.name }}.md": "✓ {{ cookiecutter.name }}"}, {"name": "Łódź"}),
    "two files with one name": ({"x": "same"}, {"{{ cookiecutter.x }}": "rendered", "same": "plain"}, {}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_it_equals_cookiecutter(case: str, tmp_path: Path) -> None:
    variables, files, inputs = CASES[case]
    source = template_of(tmp_path / "template", variables, files)

    ours, theirs = both(source, tmp_path / "out", inputs)

    assert ours == theirs
    assert ours


FRAGMENT = st.sampled_from(
    [
        *(
            "plain ",
            "\n",
            "\r\n",
            "é ✓",
            "{{ cookiecutter.name }}",
            "{{ cookiecutter.kind|upper }}",
        ),
        "{% if cookiecutter.flag %}on{% else %}off{% endif %}",
        "{%- for i in cookiecutter._list %}{{ i }}{{ loop.index }}{% endfor -%}\n",
        *(
            "{{ cookiecutter.d|jsonify }}",
            "{% raw %}{{ x }}{% endraw %}",
            "{{ cookiecutter.derived }}",
        ),
    ]
)
PART = st.sampled_from(
    ["a", "b.txt", "c d", "{{ cookiecutter.kind }}", "{% if cookiecutter.flag %}f{% endif %}", "é"]
)


@pytest.mark.slow
@settings(
    max_examples=300 if FULL else 25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    files=st.lists(
        st.tuples(st.lists(PART, max_size=2), PART, st.lists(FRAGMENT, max_size=4)),
        min_size=1,
        max_size=4,
    ),
    name=st.text("abc XYZé\"'-", min_size=1, max_size=8),
    kind=st.sampled_from(["k1", "k2"]),
    flag=st.booleans(),
)
def test_random_templates_equal_cookiecutter(
    files: list[tuple[list[str], str, list[str]]],
    name: str,
    kind: str,
    flag: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("random")
    variables = {"name": "n", "kind": ["k1", "k2"], "flag": False, "_list": ["x", 1], "d": {"k": "{{ cookiecutter.name }}"},
                 "derived": "{{ cookiecutter.name|trim }}-{{ cookiecutter.kind }}"}  # fmt: skip
    # A folder that renders to nothing makes an absolute path in Cookiecutter; ours is refused.
    files_by_path = {
        "/".join([f"{number}", *(f"_{part}" for part in parts), f"{number}{last}"]): "".join(text)
        for number, (parts, last, text) in enumerate(files)
    }
    source = template_of(folder / "template", variables, files_by_path)

    ours, theirs = both(source, folder / "out", {"name": name, "kind": kind, "flag": flag})

    assert ours == theirs


HOSTILE: dict[str, tuple[dict[str, Any], Files]] = {
    "a project folder that climbs": ({"slug": "../out"}, {"f": "x"}),
    "a project folder in .git": ({"slug": ".git"}, {"f": "x"}),
    "a path that climbs": ({"p": "../../out"}, {"{{ cookiecutter.p }}": "x"}),
    "an absolute path": ({"p": "/outside/out"}, {"{{ cookiecutter.p }}": "x"}),
    "a folder that renders to nothing at the top": ({}, {"{% if 0 %}d{% endif %}/out": "x"}),
    "a hook for git": ({"p": ".git"}, {"{{ cookiecutter.p }}/hooks/pre-commit": "x"}),
    "a link to a file outside": ({}, {"l -> /etc/passwd": ""}),
    "a link to a folder outside": ({"_copy_without_render": ["l"]}, {"l -> /etc": ""}),
    "a link in a circle": ({"_copy_without_render": ["d"]}, {"d/l -> ../d": ""}),
    "Python through Jinja": ({}, {"f": "{{ ''.__class__.__mro__[1].__subclasses__() }}"}),
    "Python in a variable": ({"v": "{{ cookiecutter.__class__.__init__.__globals__ }}"}, {"f": "{{ cookiecutter.v }}"}),
    "an include outside": ({}, {"f": "{% include '../../secret' %}"}),
    "an undefined variable": ({}, {"f": "{{ cookiecutter.nothing }}"}),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_or_broken_template_is_refused(case: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("TOP SECRET")
    variables, files = HOSTILE[case]
    source = template_of(tmp_path / "template", variables, files)
    template = sources.resolve(str(source))

    with pytest.raises(TemplateError) as error:
        answers = questions.complete(questions.load(template), {})
        engines.render(template, answers)

    assert error.value.hint
    assert "SECRET" not in error.value.message
    assert not (tmp_path / "out").exists()


def test_a_file_is_not_written_through_a_folder_that_is_a_file(tmp_path: Path) -> None:
    source = template_of(tmp_path / "t", {"x": "a"}, {"a/b": "x", "{{ cookiecutter.x }}": "file"})
    template = sources.resolve(str(source))
    tree = engines.render(template, questions.complete(questions.load(template), {}))
    assert list(tree) == ["a/b"]  # as Cookiecutter: the name is taken by a folder
