"""Files that their own readers take are not called broken."""

from __future__ import annotations

import pytest

from mlstarter.authoring.file_syntax import parse_fault

JSON_WITH_COMMENTS = (
    b'{\n  // tabs, "quoted", https://a.org\n  "a": "//no", /* c */ "b": [1,],\n}\n'
)
BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    "path",
    [
        ".devcontainer/devcontainer.json",
        ".devcontainer/python/devcontainer.json",
        ".devcontainer.json",
        ".vscode/settings.json",
        "web/.vscode/launch.json",
        "tsconfig.json",
        "packages/a/tsconfig.build.json",
        "jsconfig.json",
        "x.code-workspace",
        "a.jsonc",
        ".eslintrc.json",
        "pyrightconfig.json",
        "deno.json",
        "renovate.json",
        ".github/renovate.json",
        "renovate.json5",
    ],
)
def test_comments_are_fine_where_readers_take_them(path: str) -> None:
    assert parse_fault(path, JSON_WITH_COMMENTS) is None
    assert parse_fault(path, b'{"plain": ["json", 1e3, null, true, "\\u00e9\\"/*"]}') is None
    assert parse_fault(path, b'{"a": ') is not None


@pytest.mark.parametrize("path", ["package.json", "data/a.json", "a.geojson", "tsconfig/a.json"])
def test_comments_are_a_fault_elsewhere(path: str) -> None:
    assert parse_fault(path, JSON_WITH_COMMENTS) is not None


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("latin.py", b'# -*- coding: latin-1 -*-\ns = "\xe9"\n'),
        ("second.py", b'#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\ns = "\x80"\n'),
        ("bom.py", BOM + b"x = 1\n"),
        ("stub.pyi", b"def f(x: int) -> str: ...\n"),
        ("crlf.py", b"if x:\r\n    pass\r\n"),
        ("empty.py", b""),
        ("many.yaml", b"a: 1\n---\nb: 2\n...\n---\n- 3\n"),
        ("bom.yml", BOM + b"a: 1\n"),
        ("wide.yml", "a: \u00e9\n".encode("utf-16")),
        ("tags.yml", b"a: !vault |\n  x\nb: !Ref c\nd: !!python/name:x.y\n"),
        ("anchors.yml", b"a: &x {b: 1}\nc:\n  <<: *x\n"),
        ("on.yml", b"on: {push: {branches: ['**']}}\nif: ${{ github.ref == 'x' }}\n"),
        ("empty.yml", b"# nothing yet\n"),
        ("a.toml", "a = '''\n\u00e9'''\n[[b]]\n\"\u00e9\" = 1979-05-27T07:32:00Z\n".encode()),
        ("bom.json", BOM + b"{}"),
        ("wide.json", '{"a": "\u00e9"}'.encode("utf-16")),
        ("lines.jsonl", b'{"a": 1}\n\n{"a": 2}\n'),
        ("five.json5", b"{\n\ta: 'it''s', 'b': +1, c: .5, \"d\\u0041\": [0x1F, Infinity,],\n}\n"),
        ("empty.jsonc", b"// nothing yet\n"),
        ("chart/templates/a.yaml", b"{{- if .Values.on }}\na: {{ .Values.a }}\n{{- end }}\n"),
        ("inner/{{cookiecutter.x}}.py", b"import {{ cookiecutter.x }}\n"),
        ("inner.py", b"{% if x %}\nimport y\n{% endif %}\n"),
        ("inner.json", b'{"a": {{ x }}}'),
        ("a.txt", b"{"),
        ("Makefile", b"all:\n"),
    ],
)
def test_what_is_sound_is_no_fault(path: str, data: bytes) -> None:
    assert parse_fault(path, data) is None


@pytest.mark.parametrize(
    ("path", "data", "kind"),
    [
        ("a.py", b"x = f'{{}}' +\n", "Python"),
        ("a.py", b"s = '\xe9'\n", "Python"),
        ("a.ipynb", b"{", "a notebook"),
        ("a.cff", b"a: [\n", "CFF"),
        ("Pipfile", b"a = \n", "TOML"),
        ("a.toml", b"a = '\xe9'\n", "TOML"),
        ("a.yml", b"a: b: c\n", "YML"),
        ("deep.json", b"[" * 100_000, "JSON"),
    ],
)
def test_what_is_broken_is_named(path: str, data: bytes, kind: str) -> None:
    fault = parse_fault(path, data)

    assert fault is not None
    assert fault.startswith(f"is not valid {kind}:")
