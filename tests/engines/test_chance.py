"""Chance is drawn once a project and kept: no update replaces a secret."""

# ruff: noqa: E501 - small templates are read a file to a line

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mlstarter import engines, questions, sources
from tests.conftest import Run
from tests.engines.helpers import Files, commit, git, write_template

pytestmark = pytest.mark.usefixtures("own_folders")

ANSWERS = "{{ _copier_conf.answers_file }}.jinja"
RECORD = {ANSWERS: "{{ _copier_answers|to_nice_yaml }}"}
HASH = "{{ 999999999|ans_random|hash('sha512') }}"
TEMPLATES: dict[str, Files] = {
    "a filter": {"copier.yml": "a: x\n", **RECORD, "s.txt.jinja": HASH},
    "twice in a file": {"copier.yml": "a: x\n", **RECORD, "s.txt.jinja": f"{HASH}\n{HASH}"},
    "one of several": {"copier.yml": "a: x\n", **RECORD, "s.txt.jinja": "{{ range(99999)|random }}"},
    "an order": {"copier.yml": "a: x\n", **RECORD, "s.txt.jinja": "{{ range(99)|list|shuffle }}"},
    "an address": {"copier.yml": "a: x\n", **RECORD, "s.txt.jinja": "{{ '52:54:00'|random_mac }}"},
    "a function": {"copier.yml": "a: x\n", **RECORD, "s.txt.jinja": "{{ make_secret() }}"},
    "filler": {"copier.yml": "a: x\n", **RECORD, "s.txt.jinja": "{{ lipsum(2) }}"},
    "a secret question": {"copier.yml": f'a: x\ns: {{type: str, secret: true, default: "{HASH}"}}\n', **RECORD, "s.txt.jinja": "{{ s }}"},
    "what Copier renders": {"copier.yml": "a: x\n", **RECORD, "s.txt.jinja": HASH, "{% yield x from ['a'] %}{{ x }}{% endyield %}.jinja": HASH},
    "Cookiecutter": {"cookiecutter.json": '{"n": "x"}', "{{cookiecutter.n}}/s.txt": "{{ random_ascii_string(30) }} {{ uuid4() }}"},
    "Cookiecutter, unasked": {"cookiecutter.json": '{"n": "x", "__s": "{{ random_ascii_string(30) }}"}', "{{cookiecutter.n}}/s.txt": "{{ cookiecutter.__s }}"},
    "Cookiecutter itself": {"cookiecutter.json": '{"n": "x"}', "{{cookiecutter.n}}/s.txt": "{{ random_ascii_string(30) }} {{ uuid4() }}", "hooks/post_gen_project.py": ""},
}  # fmt: skip


def next_version(source: Path) -> None:
    """Let a second file appear, and one draw of another kind before the first."""
    inner = source / "{{cookiecutter.n}}"
    folder = inner if inner.exists() else source
    (folder / "new.txt").write_text("new\n")
    commit(source, "2.0.0")


@pytest.mark.slow
@pytest.mark.parametrize("case", TEMPLATES)
def test_an_update_keeps_what_was_drawn(case: str, mlstarter: Run, tmp_path: Path) -> None:
    source = commit(write_template(tmp_path / "t", TEMPLATES[case]), "1.0.0")
    trust = ["--trust"] if case == "Cookiecutter itself" else []
    projects = [tmp_path / "p", tmp_path / "q"]
    for project in projects:
        status, _, err = mlstarter("new", project, "--template", source, "--yes", *trust)
        assert status == 0, err
    texts = [(project / "s.txt").read_text() for project in projects]
    head = git(projects[0], "rev-parse", "HEAD")

    status, out, err = mlstarter("update", projects[0], *trust)
    assert status == 0, out + err
    assert git(projects[0], "rev-parse", "HEAD") == head
    next_version(source)
    status, out, err = mlstarter("update", projects[0], *trust)

    assert status == 0, out + err
    assert (projects[0] / "new.txt").exists()
    assert (projects[0] / "s.txt").read_text() == texts[0]
    assert texts[0] != texts[1]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["without a seed", "without history"])
def test_a_project_whose_seed_nobody_knows_keeps_its_own(
    kind: str, mlstarter: Run, tmp_path: Path
) -> None:
    source = commit(write_template(tmp_path / "t", TEMPLATES["a filter"]), "1.0.0")
    project = tmp_path / "p"
    assert mlstarter("new", project, "--template", source, "--yes")[0] == 0
    texts = (project / "s.txt").read_text()
    message = git(project, "log", "-1", "--format=%B")
    assert "Template-Seed: " in message
    lines = [line for line in message.splitlines() if not line.startswith("Template-Seed")]
    text = "\n".join(lines) if kind == "without a seed" else "Start"
    git(project, "commit", "--quiet", "--amend", "-m", text)
    head = git(project, "rev-parse", "HEAD")

    assert mlstarter("update", project)[0] == 0
    assert git(project, "rev-parse", "HEAD") == head
    next_version(source)
    for _ in range(2):
        assert mlstarter("update", project)[0] == 0
        commit(source, "3.0.0") if not (source / ".git/refs/tags/3.0.0").exists() else None

    assert (project / "new.txt").exists()
    assert (project / "s.txt").read_text() == texts


def test_no_seed_is_recorded_where_nothing_is_drawn(mlstarter: Run, tmp_path: Path) -> None:
    source = commit(write_template(tmp_path / "t", {"copier.yml": "a: x\n", **RECORD}), "1.0.0")
    assert mlstarter("new", tmp_path / "p", "--template", source, "--yes")[0] == 0
    assert "Template-Seed" not in git(tmp_path / "p", "log", "--format=%B")


def test_draws_differ_by_place_and_stay_when_others_come(tmp_path: Path) -> None:
    files = {"copier.yml": "", "a.jinja": "{{ 99999999|ans_random }}", "b.jinja": "{{ 99999999|ans_random }} {{ 99999999|ans_random }}"}  # fmt: skip
    template = sources.resolve(str(write_template(tmp_path / "t", files)))
    answers = questions.complete(questions.load(template), {})
    tree = engines.render(template, answers)
    values = [tree["a"].data, *tree["b"].data.split()]
    assert len(set(values)) == 3

    write_template(tmp_path / "t", {"b.jinja": "{{ 77|ans_random }}\n" + files["b.jinja"]})
    again = engines.render(sources.resolve(str(tmp_path / "t")), answers)
    assert again["a"] == tree["a"]
    assert again["b"].data.splitlines()[1] == tree["b"].data


def test_a_seed_in_the_template_still_decides(tmp_path: Path) -> None:
    files = {"copier.yml": "", "a.jinja": "{{ 99999999|ans_random(seed='x') }} {{ json|default('') }}"}  # fmt: skip
    template = sources.resolve(str(write_template(tmp_path / "t", files)))
    texts = {
        json.dumps(engines.render(template, questions.complete(questions.load(template), {}))["a"].data.decode())
        for _ in range(3)
    }  # fmt: skip
    assert len(texts) == 1
