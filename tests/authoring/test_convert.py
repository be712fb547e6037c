"""A converted template is proven to write what the original writes."""

# ruff: noqa: E501 - small templates are read a file to a line

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlstarter import engines, questions
from mlstarter.authoring.lint import lint
from mlstarter.authoring.working_template import working_copy
from tests.conftest import Run
from tests.engines.helpers import Files, commit, git, write_template
from tests.engines.test_cookiecutter import CASES, template_of

pytestmark = pytest.mark.usefixtures("own_folders")

# What was written in cookiecutter.json, and a variable that one text changes for the others.
NO_COUNTERPART = {
    "the original variables": "_cookiecutter: what was written in cookiecutter.json",
    "a variable changed while rendering": "cookiecutter.update: changes a variable",
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
    document = json.loads(out)
    assert document["path"] == str(tmp_path / "t-copier")
    assert document["proof"]["compared"] > 0
    assert document["proof"]["differences"] == []
    assert document["proof"]["unrendered"] == 0


@pytest.mark.parametrize("case", sorted(NO_COUNTERPART))
def test_what_has_no_counterpart_is_listed_and_the_difference_found(
    case: str, mlstarter: Run, tmp_path: Path
) -> None:
    variables, files, _ = CASES[case]
    source = template_of(tmp_path / "t", variables, files)

    status, out, _ = mlstarter("template", "convert", source)

    assert NO_COUNTERPART[case] in out
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
def conversion(mlstarter: Run, tmp_path: Path) -> Path:
    source = template_of(tmp_path / "t", *FULL)
    status, out, err = mlstarter("template", "convert", source, tmp_path / "out")
    assert status == 0, out + err
    return tmp_path / "out"


@pytest.mark.slow
def test_questions_hooks_and_pages_are_carried_over(conversion: Path) -> None:
    questions_file = yaml.safe_load((conversion / "copier.yml").read_text())
    assert [name for name in questions_file if not name.startswith("_")] == [
        "name",
        "slug",
        "class_",
        "kind",
        "docs",
        "title",
    ]
    assert questions_file["name"] == {
        "type": "str",
        "help": "What is it called?",
        "default": "My Thing",
    }
    assert questions_file["kind"]["choices"] == {"A library": "lib", "app": "app"}
    assert questions_file["title"] == {"type": "str", "default": "{{ name|title }}", "when": False}
    tasks = questions_file["_tasks"]
    assert [task["command"][0] for task in tasks] == ["{{ _copier_python }}"] * 2
    assert [task["command"][3] for task in tasks] == ["pre_gen_project.sh", "post_gen_project.py"]
    assert (conversion / "README.md").read_text() == "# A template\n"
    assert os.access(conversion / "template" / "{{slug}}" / "run.sh.jinja", os.X_OK)
    assert (
        "'{{ 'cookiecutter.name' }}'" in (conversion / "template" / "README.md.jinja").read_text()
    )


@pytest.mark.slow
def test_hooks_and_the_tasks_they_became_do_the_same(mlstarter: Run, tmp_path: Path) -> None:
    variables, files = {"slug": "s", "kind": ["lib", "app"]}, FULL[1]
    hooks = {name: text for name, text in files.items() if name.startswith("/hooks")}
    source = template_of(tmp_path / "t", variables, {**hooks, "f": "x"})

    status, out, err = mlstarter("template", "convert", source, "--trust")

    assert status == 0, out + err
    # The odd text breaks the shell hook's quotes, in both alike.
    assert "the same files for 2 of 4 sets" in out
    assert "2 sets cannot be rendered by either" in out


HOOK = "/hooks/post_gen_project.py"
VARIABLES: dict[str, Any] = {"slug": "s", "kind": ["lib", "app"], "_note": "n", "__title": "{{ cookiecutter.slug|upper }}"}  # fmt: skip
HOOKS: dict[str, Files] = {
    "deletes files": {HOOK: "import os\nif '{{ cookiecutter.kind }}' == 'lib': os.remove('app.py')\n", "app.py": "x", "lib.py": "x"},
    "renames files": {HOOK: "from pathlib import Path\nPath('a').rename('{{ cookiecutter.kind[:1] }}')\n", "a": "x"},
    "keeps only what it knows": {HOOK: "from pathlib import Path\nfor path in Path().iterdir():\n    path.name == 'keep' or path.unlink()\n", "keep": "k", "go": "g"},
    "takes all variables as JSON": {HOOK: "import json\nfrom pathlib import Path\nvalues = json.loads(r'''{{ cookiecutter | tojson }}''')\nPath('k').write_text(values['kind'] + values['_note'])\n", "f": "x"},
    "takes all variables as they are": {HOOK: "from collections import OrderedDict\nfrom pathlib import Path\nvalues = {{ cookiecutter }}\nPath('k').write_text(values['__title'] + values['kind'])\n", "f": "x"},
    "walks through the variables": {HOOK: "from pathlib import Path\nnames = [{% for name, value in cookiecutter.items() if name[0] != '_' %}'{{ name }}={{ value|length }}', {% endfor %}]\nPath('k').write_text(' '.join(names))\n", "f": "x"},
    "has logic of Jinja's": {HOOK: "{% if cookiecutter.kind == 'app' %}open('app', 'w').close(){% else %}pass{% endif %}\n", "f": "x"},
    "looks where it lies": {HOOK: "import os, sys\nassert os.path.basename(__file__).endswith('.py')\nassert os.getcwd() not in sys.path\nopen('ran', 'w').close()\n", "f": "x", "os.py": "raise SystemExit(1)\n"},
    "is of the shell": {"/hooks/post_gen_project.sh!": "#!/bin/sh\nset -e\nrm -- app\nmv f {{ cookiecutter.kind }}.txt\n", "f": "x", "app": "x"},
    "is of the shell, by its first line": {"/hooks/post_gen_project!": "#!/usr/bin/env bash\n[[ {{ cookiecutter.kind }} == lib ]] && rm f || true\n", "f": "x"},
    "has letters beyond ASCII": {HOOK: "from pathlib import Path\nPath('ü').write_text('{{ cookiecutter.kind }} ✓ 🚀', encoding='utf-8')\n", "f": "x"},
    "fails for one answer": {HOOK: "import sys\nif '{{ cookiecutter.kind }}' == 'app': sys.exit('not yet')\n", "f": "x"},
    "checks first": {"/hooks/pre_gen_project.py": "import re, sys\nif not re.match('[a-z]', '{{ cookiecutter.kind }}'): sys.exit(1)\n", "f": "x"},
    "writes to a folder": {HOOK: "import os\nos.makedirs('a/b')\nos.symlink('../f', 'a/link')\nopen('a/b/c', 'w').close()\nos.chmod('f', 0o755)\n", "f": "x"},
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("case", HOOKS)
def test_hooks_do_the_same_as_tasks(case: str, mlstarter: Run, tmp_path: Path) -> None:
    source = template_of(tmp_path / "t", VARIABLES, HOOKS[case])

    status, out, err = mlstarter("template", "convert", source, "--trust", "--json")

    proof = json.loads(out)["proof"]
    assert proof["differences"] == [], err
    assert proof["code_ran"] is True
    assert status == 0
    assert proof["unrendered"] < proof["compared"]


@pytest.mark.slow
def test_a_hook_that_keeps_only_what_it_knows_leaves_the_record(
    mlstarter: Run, tmp_path: Path
) -> None:
    source = template_of(tmp_path / "t", VARIABLES, HOOKS["keeps only what it knows"])
    assert mlstarter("template", "convert", source)[0] == 0
    from copier import run_copy

    run_copy(str(tmp_path / "t-copier"), tmp_path / "p", defaults=True, quiet=True, unsafe=True)

    document = sorted(path.name for path in (tmp_path / "p").iterdir())
    assert document == [".copier-answers.yml", "keep"]


def test_without_trust_it_is_said_that_hooks_were_not_compared(
    mlstarter: Run, tmp_path: Path
) -> None:
    source = template_of(tmp_path / "t", VARIABLES, HOOKS["deletes files"])

    status, out, _ = mlstarter("template", "convert", source)

    assert status == 0
    assert "Without their hooks and tasks, both templates write the same files for" in out
    assert "what hooks and tasks do was not compared: --trust runs them in copies" in out


@pytest.mark.slow
def test_a_difference_that_only_hooks_make_is_found(mlstarter: Run, tmp_path: Path) -> None:
    hook = "open('pip' if '{{ cookiecutter._output_dir }}' == 'None' else 'out', 'w').close()\n"
    source = template_of(tmp_path / "t", VARIABLES, {HOOK: hook, "f": "x"})

    status, out, _ = mlstarter("template", "convert", source, "--trust")

    assert status == 3
    assert "cookiecutter._output_dir: a folder of the machine, unknown to Copier" in out
    assert "write the same files for 0 of" in out


def test_a_hook_that_cannot_be_a_task_is_listed(mlstarter: Run, tmp_path: Path) -> None:
    files: Files = {HOOK: "x = 1\n" * 6000, "/hooks/pre_prompt.py": "", "f": "x"}
    source = template_of(tmp_path / "t", VARIABLES, files)

    _, out, _ = mlstarter("template", "convert", source)

    assert "hooks/post_gen_project.py: too long to be part of a task" in out
    assert "hooks/pre_prompt.py: Copier runs nothing before the questions" in out


@pytest.mark.slow
def test_other_delimiters_reach_the_tasks_and_the_record(mlstarter: Run, tmp_path: Path) -> None:
    options = {"variable_start_string": "<<", "variable_end_string": ">>"}
    variables = {"slug": "s", "kind": ["lib", "app"], "_jinja2_env_vars": options}
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "cookiecutter.json").write_text(json.dumps(variables))
    folder = tmp_path / "t" / "<<cookiecutter.slug>>"
    folder.mkdir()
    (folder / "f").write_text("<< cookiecutter.slug >>{{ no }}")
    (tmp_path / "t" / "hooks").mkdir()
    (tmp_path / "t" / HOOK[1:]).write_text("open('<< cookiecutter.kind >>', 'w').close()\n")

    status, out, err = mlstarter("template", "convert", tmp_path / "t", "--trust")
    assert status == 0, out + err
    from copier import run_copy

    run_copy(str(tmp_path / "t-copier"), tmp_path / "p", defaults=True, quiet=True, unsafe=True)
    assert (tmp_path / "p" / "lib").is_file()
    assert yaml.safe_load((tmp_path / "p" / ".copier-answers.yml").read_text())["kind"] == "lib"


def test_what_changes_is_listed(mlstarter: Run, tmp_path: Path) -> None:
    source = template_of(tmp_path / "t", *FULL)

    _, out, _ = mlstarter("template", "convert", source)

    assert "hooks/pre_gen_project.sh: now runs after the files are written" in out
    assert "tests: stands beside the template, left out" in out
    assert "cookiecutter.extensions.SlugifyExtension" in out


@pytest.mark.slow
def test_the_converted_template_is_sound(conversion: Path) -> None:
    with working_copy(conversion) as template:
        rules = {finding.rule for finding in lint(template)}
    assert rules <= {"collision"}


@pytest.mark.slow
def test_a_converted_template_goes_end_to_end_and_is_updated(
    conversion: Path, mlstarter: Run, tmp_path: Path
) -> None:
    source = commit(conversion, "1.0.0")
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


@pytest.mark.slow
def test_plain_copier_takes_the_converted_template(conversion: Path, tmp_path: Path) -> None:
    from copier import run_copy

    run_copy(str(conversion), tmp_path / "p", defaults=True, quiet=True, unsafe=True)

    with working_copy(conversion) as template:
        questionnaire = questions.load(template)
        ours = engines.render(template.without_code(), questions.complete(questionnaire, {}))
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


@pytest.mark.parametrize(
    "link",
    [
        "{{cookiecutter.n}}/own",
        "README.md",
        "templates/shared.txt",
        "hooks/post_gen_project.sh",
        "{{cookiecutter.n}}/folder",
    ],
)
@pytest.mark.parametrize("trust", [(), ("--trust",)], ids=["", "trusted"])
def test_nothing_that_a_link_leads_out_to_is_taken_in(
    link: str, trust: tuple[str, ...], mlstarter: Run, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "private").write_text("s3cr3t")
    source = write_template(
        tmp_path / "t", {"cookiecutter.json": '{"n": "x"}', "{{cookiecutter.n}}/a": "b"}
    )
    (source / link).parent.mkdir(exist_ok=True)
    (source / link).symlink_to(outside if link.endswith("folder") else outside / "private")

    status, out, err = mlstarter("template", "convert", source, tmp_path / "out", *trust)

    assert status == 1, out
    assert "symbolic link that leads out" in err
    assert not (tmp_path / "out").exists()
    assert "s3cr3t" not in out + err
