"""Each fault that a template can have is found, and a sound template has none."""

# ruff: noqa: E501 - small templates are read a file to a line

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mlstarter.authoring.lint import LintFinding, lint
from mlstarter.authoring.working_template import working_copy
from tests.conftest import Run
from tests.engines.helpers import Files, write_template

pytestmark = pytest.mark.usefixtures("own_folders")

Q = "n: {type: str, help: 'N?', default: x}\n"
TOKEN = "ghp_" + "a1B2" * 9

FAULTY: dict[str, tuple[Files, tuple[str, str]]] = {
    "an undefined variable in a file": ({"copier.yml": Q, "f.jinja": "{{ m }}"}, ("undefined", "f.jinja")),
    "an undefined variable in a name": ({"copier.yml": Q, "{{ m }}.txt": ""}, ("undefined", "{{ m }}.txt")),
    "an undefined variable in a question": ({"copier.yml": "n: {type: str, help: h, default: '{{ m }}'}\n", "f": ""}, ("undefined", "n.default")),
    "a variable that is asked later": ({"copier.yml": "a: {type: str, help: h, default: '{{ n }}'}\n" + Q, "f": ""}, ("too-early", "a.default")),
    "a question without default": ({"copier.yml": "n: {type: str, help: h}\n", "f": ""}, ("no-default", "n")),
    "a question without help": ({"copier.yml": "n: x\n", "f": ""}, ("no-help", "n")),
    "files that collide": ({"copier.yml": Q, "{{ n }}.txt.jinja": "a", "x.txt": "b"}, ("render", "the defaults")),
    "names that differ in case": ({"copier.yml": Q, "README.md": "", "readme.md": ""}, ("collision", "readme.md")),
    "a condition that never holds": ({"copier.yml": Q + "m: {type: str, help: h, default: d, when: \"{{ n == 'y' }}\"}\n", "f": ""}, ("unreachable", "m.when")),
    "a secret": ({"copier.yml": Q, "f": f"token = {TOKEN}"}, ("secret", "f")),
    "a private key": ({"copier.yml": Q, "id": "-----BEGIN RSA PRIVATE KEY-----\n"}, ("secret", "id")),
    "broken Jinja": ({"copier.yml": Q, "f.jinja": "{% if n %}"}, ("syntax", "f.jinja")),
    "broken YAML": ({"copier.yml": Q, "f.yml.jinja": "a: [{{ n }}\n"}, ("broken", "f.yml")),
    "broken TOML": ({"copier.yml": Q, "f.toml.jinja": "a = {{ n }}\n"}, ("broken", "f.toml")),
    "broken JSON": ({"copier.yml": Q, "f.json": "{"}, ("broken", "f.json")),
    "broken JSON with comments": ({"copier.yml": Q, "tsconfig.json": "{/* c */ 'a': 1}"}, ("broken", "tsconfig.json")),
    "comments where no reader takes them": ({"copier.yml": Q, "package.json": "{// c\n}"}, ("broken", "package.json")),
    "broken JSON5": ({"copier.yml": Q, "renovate.json5": "{a: [}"}, ("broken", "renovate.json5")),
    "a broken line of JSON": ({"copier.yml": Q, "d.jsonl": '{"a": 1}\n{"a": }\n'}, ("broken", "d.jsonl")),
    "a broken second document": ({"copier.yml": Q, "f.yaml": "a: 1\n---\nb: [\n"}, ("broken", "f.yaml")),
    "an encoding that Python lacks": ({"copier.yml": Q, "f.py": "# -*- coding: latin-99 -*-\n"}, ("broken", "f.py")),
    "a broken stub": ({"copier.yml": Q, "f.pyi": "def f(:\n"}, ("broken", "f.pyi")),
    "broken Python": ({"copier.yml": Q, "f.py.jinja": "def {{ n }}:\n"}, ("broken", "f.py")),
    "broken only for one choice": (
        {"copier.yml": "k: {type: str, help: h, choices: [a, b], default: a}\n", "f.json.jinja": "{% if k == 'b' %}[{% else %}{}{% endif %}"}, ("broken", "f.json")),
    "an undefined variable of Cookiecutter's": ({"cookiecutter.json": '{"slug": "s"}', "{{cookiecutter.slug}}/f": "{{ cookiecutter.m }}"}, ("undefined", "f")),
}  # fmt: skip


def findings_of(folder: Path) -> list[LintFinding]:
    with working_copy(folder) as template:
        return lint(template)


@pytest.mark.parametrize("case", FAULTY)
def test_a_fault_is_found(case: str, tmp_path: Path) -> None:
    files, expected = FAULTY[case]

    findings = findings_of(write_template(tmp_path / "t", files))

    assert expected in [(finding.rule, finding.where) for finding in findings]


@pytest.mark.parametrize(
    "files",
    [
        {"copier.yml": Q, "f.jinja": "{{ n }} {% set y = 1 %}{{ y }} {{ _copier_conf.answers_file }} {{ m is defined }}"},
        {"copier.yml": Q + "c: {type: str, default: '{{ n }}', when: false}\n", "{{ c }}.yml.jinja": "a: {{ c }}\nb: !vault x\n"},
        {"cookiecutter.json": json.dumps({"slug": "s", "__prompts__": {"slug": "Slug?"}}), "{{cookiecutter.slug}}/f.py": "a = '{{ cookiecutter.slug }}'\n"},
    ],
)  # fmt: skip
def test_a_sound_template_has_no_findings(files: Files, tmp_path: Path) -> None:
    assert findings_of(write_template(tmp_path / "t", files)) == []


@pytest.mark.slow
def test_the_built_in_template_has_no_findings() -> None:
    assert findings_of(Path(__file__).parents[2] / "templates") == []


def test_findings_are_printed_with_exit_status_3(mlstarter: Run, tmp_path: Path) -> None:
    source = write_template(tmp_path / "t", {"copier.yml": "n: x\n", "f.jinja": "{{ m }}"})

    status, out, err = mlstarter("template", "lint", source)
    assert status == 3
    assert out.splitlines() == [
        "no-help: n has no help, so its name is all that is shown",
        "undefined: f.jinja uses m, which is no question",
    ]
    assert err == "2 findings\n"

    status, out, _ = mlstarter("template", "lint", source, "--json")
    assert status == 3
    assert [f["rule"] for f in json.loads(out)["findings"]] == ["no-help", "undefined"]


def test_code_of_the_template_does_not_run_while_it_is_judged(tmp_path: Path) -> None:
    files = {"copier.yml": Q + f"_tasks: ['touch {tmp_path}/ran']\n", "f": ""}
    assert findings_of(write_template(tmp_path / "t", files)) == []
    assert not (tmp_path / "ran").exists()
