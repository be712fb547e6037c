"""A converted template is proven to write what the original writes."""

# ruff: noqa: E501 - small templates are read a file to a line

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlstarter import questions, render
from mlstarter.authoring.folder import working_copy
from mlstarter.authoring.lint import lint
from tests.other.conftest import Run
from tests.render.helpers import Files, commit, git, write_template
from tests.render.test_cookiecutter import CASES, template_of

# The original variables as a whole, and a variable that a text changes, have no counterpart.
NO_COUNTERPART = {
    "the original variables",
    "order of variables",
    "a variable changed while rendering",
    "prompts are not variables",
}


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case not in NO_COUNTERPART and case != "two files with one name"],
)
def test_what_cookiecutter_can_do_is_carried_over(
    case: str, mlstarter: Run, tmp_path: Path
) -> None:
    variables, files, _ = CASES[case]
    source = template_of(tmp_path / "t", variables, files)

    status, out, err = mlstarter("template", "convert", source, "--json")

    assert status == 0, out + err
    made = json.loads(out)
    assert made["path"] == str(tmp_path / "t-copier")
    assert made["proof"]["compared"] > 0
    assert made["proof"]["differences"] == []
    assert made["proof"]["unrendered"] == 0


@pytest.mark.parametrize("case", sorted(NO_COUNTERPART))
def test_what_has_no_counterpart_is_listed_and_the_difference_found(
    case: str, mlstarter: Run, tmp_path: Path
) -> None:
    variables, files, _ = CASES[case]
    source = template_of(tmp_path / "t", variables, files)

    status, out, _ = mlstarter("template", "convert", source)

    assert "as a whole: in Copier every answer is a variable of its own" in out
    assert status == 3
    assert "Both templates write the same files for 0 of " in out


FULL: tuple[dict[str, Any], Files] = (
    {
        "name": "My Thing",
        "slug": "{{ cookiecutter.name|slugify }}",
        "class": "Thing",
        "kind": ["lib", "app"],
        "docs": True,
        "__title": "{{ cookiecutter.name|title }}",
        "_copy_without_render": ["*.tpl"],
        "__prompts__": {"name": "What is it called?", "kind": {"__prompt__": "Which kind?", "lib": "A library"}},
    },
    {
        "README.md": "# {{ cookiecutter.__title }}\n{% if cookiecutter.docs %}docs{% endif %} {{ cookiecutter['kind'] }} {{ cookiecutter.class }} '{{ 'cookiecutter.name' }}'\n",
        "{% if cookiecutter.docs %}docs.md{% endif %}": "d",
        "{{cookiecutter.slug}}/run.sh!": "#!/bin/sh\necho {{ cookiecutter.slug }}\n",
        "x.tpl": "{{ cookiecutter.name }} stays",
        "/hooks/post_gen_project.py": "import pathlib\npathlib.Path('made-by-hook').write_text('{{ cookiecutter.kind }}')\n",
        "/hooks/pre_gen_project.sh!": "#!/bin/sh\ntest '{{ cookiecutter.slug }}' != bad\n",
        "/README.md": "# A template\n",
        "/tests/test_it.py": "",
    },
)  # fmt: skip


@pytest.fixture
def converted(mlstarter: Run, tmp_path: Path) -> Path:
    source = template_of(tmp_path / "t", *FULL)
    status, out, err = mlstarter("template", "convert", source, tmp_path / "out")
    assert status == 0, out + err
    return tmp_path / "out"


def test_questions_hooks_and_pages_are_carried_over(converted: Path) -> None:
    stated = yaml.safe_load((converted / "copier.yml").read_text())
    assert [name for name in stated if not name.startswith("_")] == [
        "name",
        "slug",
        "class_",
        "kind",
        "docs",
        "title",
    ]
    assert stated["name"] == {"type": "str", "help": "What is it called?", "default": "My Thing"}
    assert stated["kind"]["choices"] == {"A library": "lib", "app": "app"}
    assert stated["title"] == {"type": "str", "default": "{{ name|title }}", "when": False}
    tasks = stated["_tasks"]
    assert [task["command"][0] for task in tasks] == ["sh", "{{ _copier_python }}"]
    assert (converted / "README.md").read_text() == "# A template\n"
    assert os.access(converted / "template" / "{{slug}}" / "run.sh.jinja", os.X_OK)
    assert "'{{ 'cookiecutter.name' }}'" in (converted / "template" / "README.md.jinja").read_text()


def test_hooks_and_the_tasks_they_became_do_the_same(mlstarter: Run, tmp_path: Path) -> None:
    variables, files = {"slug": "s", "kind": ["lib", "app"]}, FULL[1]
    kept = {name: text for name, text in files.items() if name.startswith("/hooks")}
    source = template_of(tmp_path / "t", variables, {**kept, "f": "x"})

    status, out, err = mlstarter("template", "convert", source, "--trust")

    assert status == 0, out + err
    # The odd text breaks the shell hook's quotes, in both alike.
    assert "the same files for 2 of 4 sets" in out
    assert "2 sets cannot be rendered by either" in out


def test_what_changes_is_listed(mlstarter: Run, tmp_path: Path) -> None:
    source = template_of(tmp_path / "t", *FULL)

    _, out, _ = mlstarter("template", "convert", source)

    assert "hooks/pre_gen_project.sh: now runs after the files are written" in out
    assert "tests: stands beside the template, left out" in out
    assert "cookiecutter.extensions.SlugifyExtension" in out


def test_the_converted_template_is_sound(converted: Path) -> None:
    with working_copy(converted) as template:
        rules = {finding.rule for finding in lint(template)}
    assert rules <= {"collision"}


def test_a_converted_template_goes_end_to_end_and_is_updated(
    converted: Path, mlstarter: Run, tmp_path: Path
) -> None:
    source = commit(converted, "1.0.0")
    project = tmp_path / "p"
    status, _, err = mlstarter(
        *("new", project, "--template", source, "--yes", "--trust", "--data", "kind=app")
    )
    assert status == 0, err
    assert (project / "made-by-hook").read_text() == "app"
    (project / "README.md").write_text((project / "README.md").read_text() + "mine\n")
    git(project, "commit", "-qam", "Mine")
    readme = source / "template" / "README.md.jinja"
    readme.write_text("New first line\n" + readme.read_text())
    commit(source, "1.1.0")

    status, _, err = mlstarter("update", project, "--yes", "--trust")

    assert status == 0, err
    lines = (project / "README.md").read_text().splitlines()
    assert (lines[0], lines[-1]) == ("New first line", "mine")


def test_plain_copier_takes_the_converted_template(converted: Path, tmp_path: Path) -> None:
    from copier import run_copy

    run_copy(str(converted), tmp_path / "p", defaults=True, quiet=True, unsafe=True)

    with working_copy(converted) as template:
        asked = questions.load(template)
        ours = render.render(template.without_code(), questions.complete(asked, {}))
    assert (tmp_path / "p" / "README.md").read_bytes() == ours["README.md"].data


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"copier.yml": "n: 1\n"}, "is a Copier template already"),
        ({"cookiecutter.json": '{"templates": {"a": {"path": "./a"}}}', "{{cookiecutter.x}}/y": ""}, "template of templates"),
        ({"cookiecutter.json": "{}", "x": ""}, "has no folder to make a project of"),
        ({"cookiecutter.json": "{", "x": ""}, "is not JSON"),
    ],
)  # fmt: skip
def test_what_cannot_be_converted_is_one_line(
    files: Files, message: str, mlstarter: Run, tmp_path: Path
) -> None:
    source = write_template(tmp_path / "t", files)

    status, _, err = mlstarter("template", "convert", source)

    assert status in {1, 2}
    assert message in err
    assert not (tmp_path / "t-copier").exists()


def test_an_existing_folder_is_left_alone(mlstarter: Run, tmp_path: Path) -> None:
    source = template_of(tmp_path / "t", {}, {"f": "x"})
    write_template(tmp_path / "t-copier", {"mine": "mine"})

    status, _, err = mlstarter("template", "convert", source)

    assert status == 2
    assert "is not empty" in err
