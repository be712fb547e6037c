"""Code in a template runs only where somebody said so."""

# ruff: noqa: E501 - small templates are read a file to a line

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run
from tests.engines.helpers import commit, git, write_template

pytestmark = pytest.mark.usefixtures("own_folders")

TASKS = {
    "copier.yml": "n: one\n_tasks: ['touch ran-{{ n }}', [sh, -c, 'echo made > made.txt; mkdir .venv; touch .venv/x']]\n"
    "_migrations: [{version: v2, command: touch migrated}]\n",
    "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers|to_nice_yaml -}}",
    ".gitignore": ".venv/\n",
    "a.txt.jinja": "{{ n }}",
}
HOOKS = {
    "cookiecutter.json": json.dumps({"slug": "made", "n": "one"}),
    "{{cookiecutter.slug}}/a.txt": "{{ cookiecutter.n }}",
    "hooks/pre_prompt.py": "print('before the questions')\n",
    "hooks/pre_gen_project.py": "open('pre', 'w').write('{{ cookiecutter.n }}')\n",
    "hooks/post_gen_project.sh!": "#!/bin/sh\ngit init -q . && echo {{ cookiecutter.n }} > post\n",
}


@pytest.mark.parametrize(
    ("files", "descriptions"),
    [
        (TASKS, ["task touch ran-{{ n }}", "task sh -c echo made"]),
        (HOOKS, ["hook hooks/pre_gen_project.py", "hook hooks/post_gen_project.sh", "pre_prompt"]),
        ({"copier.yml": "_jinja_extensions: [jinja2_time.TimeExtension]\n"}, ["jinja2_time"]),
        ({"cookiecutter.json": '{"_extensions": ["evil.Ext"]}', "{{cookiecutter.a}}/x": ""}, ["evil.Ext"]),
    ],
)  # fmt: skip
def test_without_trust_it_lists_what_would_run_and_stops(
    files: dict[str, str], descriptions: list[str], mlstarter: Run, tmp_path: Path
) -> None:
    source = write_template(tmp_path / "template", files)

    status, out, err = mlstarter("new", tmp_path / "p", "--template", source, "--yes")

    assert status == 1
    assert out == ""
    assert err.startswith(f"error: The template {source} would run code on this machine: ")
    assert all(words in err for words in descriptions)
    assert "hint: " in err
    assert "--trust" in err
    assert not (tmp_path / "p").exists()


@pytest.mark.slow
def test_tasks_run_with_trust_and_what_git_ignores_is_not_committed(
    mlstarter: Run, tmp_path: Path
) -> None:
    source = write_template(tmp_path / "template", TASKS)
    project = tmp_path / "p"

    status, _, err = mlstarter("new", project, "--template", source, "--yes", "--trust")

    assert status == 0, err
    assert git(project, "ls-files").split() == [
        *(".copier-answers.yml", ".gitignore", "a.txt", "made.txt", "ran-one")
    ]
    assert (project / ".venv" / "x").exists()
    assert git(project, "status", "--porcelain") == ""
    assert not (project / "migrated").exists()


@pytest.mark.slow
def test_hooks_run_with_trust_and_their_own_repository_is_replaced(
    mlstarter: Run, tmp_path: Path
) -> None:
    source = write_template(tmp_path / "template", HOOKS)
    project = tmp_path / "p"

    status, _, err = mlstarter("new", project, "--template", source, "--yes", "--trust")

    assert status == 0, err
    assert git(project, "ls-files").split() == [".cruft.json", "a.txt", "post", "pre"]
    assert (project / "post").read_text() == "one\n"
    assert git(project, "log", "--format=%an") == "mlstarter"
    assert "before the questions" in err


@pytest.mark.slow
def test_a_failing_hook_is_one_line_and_leaves_nothing(mlstarter: Run, tmp_path: Path) -> None:
    files = {**HOOKS, "hooks/post_gen_project.sh!": "#!/bin/sh\necho why >&2\nexit 3\n"}
    source = write_template(tmp_path / "template", files)

    status, _, err = mlstarter("new", tmp_path / "p", "--template", source, "--yes", "--trust")

    assert status == 1
    assert "why\n" in err
    assert "failed: Hook script failed (exit status: 3)" in err
    assert not (tmp_path / "p").exists()


@pytest.mark.slow
@pytest.mark.parametrize("command", ["echo hello", "echo '{}'; cat /dev/zero | head -c 200000"])
def test_what_a_task_prints_is_the_users_and_no_answer_of_ours(
    command: str, mlstarter: Run, tmp_path: Path
) -> None:
    files = {"copier.yml": json.dumps({"_tasks": [command]}), "a": "x"}
    source = write_template(tmp_path / "template", files)

    status, out, err = mlstarter("new", tmp_path / "p", "--template", source, "--yes", "--trust")

    assert status == 0, err
    assert "hello" in err or "{}" in err
    assert out.startswith("Created ")


@pytest.mark.slow
def test_hooks_that_fail_or_leave_nothing_are_one_sentence(mlstarter: Run, tmp_path: Path) -> None:
    for name, script, words in (
        ("gone", '#!/bin/sh\nrm -rf "$PWD"\n', "took the project's folder away"),
        ("jinja", "#!/bin/sh\necho {{ cookiecutter.nope }}\n", "has no attribute 'nope'"),
        ("status", "#!/bin/sh\nexit 4\n", "exit status: 4"),
    ):
        files = {**HOOKS, "hooks/post_gen_project.sh!": script}
        source = write_template(tmp_path / name, files)

        status, _, err = mlstarter("new", tmp_path / "p", "--template", source, "--yes", "--trust")

        assert status == 1
        assert words in err
        assert "Traceback" not in err
        assert not (tmp_path / "p").exists()


@pytest.mark.slow
def test_a_failing_task_is_one_line_and_leaves_nothing(mlstarter: Run, tmp_path: Path) -> None:
    source = write_template(tmp_path / "template", {"copier.yml": "_tasks: ['exit 7']\n", "a": ""})

    status, _, err = mlstarter("new", tmp_path / "p", "--template", source, "--yes", "--trust")

    assert status == 1
    assert "error: The template" in err
    assert "exit 7" in err
    assert "Traceback" not in err
    assert not (tmp_path / "p").exists()


@pytest.mark.slow
def test_a_source_named_in_the_settings_is_trusted(
    mlstarter: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = commit(write_template(tmp_path / "school" / "template", TASKS), "v1")
    settings = tmp_path / "settings.toml"
    monkeypatch.setenv("MLSTARTER_SETTINGS", str(settings))

    settings.write_text(f'trust = ["{tmp_path}/schoo", "{tmp_path}/other/"]\n')
    assert mlstarter("new", tmp_path / "p", "--template", source, "--yes")[0] == 1

    settings.write_text(f'trust = ["{tmp_path}/school/"]\n')
    assert mlstarter("new", tmp_path / "p", "--template", source, "--yes")[0] == 0
    assert (tmp_path / "p" / "ran-one").exists()


@pytest.mark.parametrize("text", ["trust = 'all'\n", "trust = [\n"])
def test_settings_that_cannot_be_read_are_one_line(
    text: str, mlstarter: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "settings.toml").write_text(text)
    monkeypatch.setenv("MLSTARTER_SETTINGS", str(tmp_path / "settings.toml"))
    source = write_template(tmp_path / "template", TASKS)

    status, _, err = mlstarter("new", tmp_path / "p", "--template", source, "--yes")

    assert status == 2
    assert str(tmp_path / "settings.toml") in err


@pytest.fixture
def shouting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a package with a Jinja extension."""
    code = (
        "from jinja2.ext import Extension\n"
        "class Shout(Extension):\n"
        "    def __init__(self, environment):\n"
        "        super().__init__(environment)\n"
        "        environment.filters['shout'] = lambda text: text.upper() + '!'\n"
    )
    write_template(tmp_path / "lib", {"shouting.py": code})
    monkeypatch.syspath_prepend(tmp_path / "lib")
    monkeypatch.setenv(
        "PYTHONPATH", str(tmp_path / "lib") + os.pathsep + os.environ.get("PYTHONPATH", "")
    )


SHOUTING = {
    "copier.yml": "_jinja_extensions: [shouting.Shout]\nn: \"{{ 'a'|shout }}\"\n_message_after_copy: \"{{ 'done'|shout }}\"\n",
    "f.jinja": "{{ n|shout }}",
    "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers|to_nice_yaml -}}",
}


@pytest.mark.slow
@pytest.mark.usefixtures("shouting")
def test_extensions_of_the_template_work_with_trust(mlstarter: Run, tmp_path: Path) -> None:
    cutter = {
        "cookiecutter.json": json.dumps({"slug": "m", "n": "{{ 'a'|shout }}", "_extensions": ["shouting.Shout"]}),
        "{{cookiecutter.slug}}/f": "{{ cookiecutter.n|shout }}",
    }  # fmt: skip
    for number, files in enumerate((SHOUTING, cutter)):
        source = write_template(tmp_path / f"t{number}", files)
        project = tmp_path / f"p{number}"

        status, _, err = mlstarter("new", project, "--template", source, "--yes", "--trust")

        assert status == 0, err
        assert (project / "f").read_text() == "A!!"


@pytest.mark.slow
@pytest.mark.usefixtures("shouting")
def test_a_trusted_source_is_trusted_by_update_and_list_too(
    mlstarter: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = commit(write_template(tmp_path / "t", SHOUTING), "1.0.0")
    settings = tmp_path / "settings.toml"
    monkeypatch.setenv("MLSTARTER_SETTINGS", str(settings))
    settings.write_text(f'trust = ["{source}"]\n')
    project = tmp_path / "p"
    status, out, err = mlstarter("new", project, "--template", source, "--yes")
    assert status == 0, err
    assert "DONE!" in out
    more = "m: \"{{ 'b'|shout }}\"\n"
    write_template(
        source, {"copier.yml": SHOUTING["copier.yml"] + more, "g.jinja": "{{ m|shout }}"}
    )
    commit(source, "1.1.0")

    settings.unlink()
    status, _, err = mlstarter("update", project, "--yes")
    assert status == 1
    assert "would run code on this machine: Jinja extension shouting.Shout" in err
    assert not (project / "g").exists()

    settings.write_text(f'trust = ["{source}"]\n')
    status, _, err = mlstarter("update", project, "--yes")
    assert status == 0, err
    assert (project / "g").read_text() == "B!!"
    questions = json.loads(mlstarter("list", "questions", "--template", source, "--json")[1])
    assert [q["default"] for q in questions["questions"]] == ["A!", "B!"]


@pytest.mark.slow
def test_answers_of_a_stranger_s_project_are_no_commands_of_a_trusted_source(
    mlstarter: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "copier.yml": 'n: {type: str, default: "it\'s (mine)"}\n_tasks: [\'echo "{{ n }}" > t\']\n',
        "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers|to_nice_yaml }}",
    }
    source = commit(write_template(tmp_path / "t", files), "1.0.0")
    settings = tmp_path / "settings.toml"
    monkeypatch.setenv("MLSTARTER_SETTINGS", str(settings))
    settings.write_text(f'trust = ["{source}"]\n')
    project = tmp_path / "p"
    assert mlstarter("new", project, "--template", source, "--yes")[0] == 0
    commit(write_template(source, {"g": "g"}), "1.1.0")
    record = project / ".copier-answers.yml"
    own, witness = record.read_text(), tmp_path / "RAN"

    for answer in (
        f"$(touch {witness})",
        f"x; touch {witness}",
        f"`touch {witness}`",
        "-x",
        "'+exit()+'",
    ):
        record.write_text(f"{own.partition('n:')[0]}n: {json.dumps(answer)}\n")
        commit(project)
        for options in (["--dry-run"], []):
            status, _, err = mlstarter("update", project, "--yes", *options)
            assert status == 1
            assert '.copier-answers.yml answers "n" with' in err
    assert not witness.exists()

    for text in (own, f"{own.partition('n:')[0]}n: Ada's [best]\n"):
        record.write_text(text)
        commit(project)
        status, _, err = mlstarter("update", project, "--dry-run")
        assert status == 0, err
    assert mlstarter("update", project, "--yes")[0] == 0
    assert (project / "g").exists()


@pytest.mark.parametrize(
    "text",
    [
        "{{ now }}" + "(" * 3000,  # a mistake is shown where it is rendered
        "{{ " + "(" * 3000 + "now" + ")" * 3000 + " }}",
        "{{ " + "not " * 5000 + "now }}",
        "{{ " + "[" * 3000 + "now" + "]" * 3000 + " }}",
        "{{ now ~ " + "9" * 5000 + " }}",
    ],
    ids=["open", "parentheses", "not", "lists", "number"],
)
@pytest.mark.parametrize("name", ["copier.yml", "cookiecutter.json"])
def test_a_text_that_cannot_be_looked_through_needs_trust_or_is_a_mistake(
    mlstarter: Run, tmp_path: Path, text: str, name: str
) -> None:
    files = {"copier.yml": "n: 1\n", "README.md.jinja": text}
    if name != "copier.yml":
        files = {
            name: '{"n": "1"}',
            "{{cookiecutter.n}}/README.md": text + "cookiecutter._output_dir",
        }
    source = write_template(tmp_path / "template", files)
    status, _, err = mlstarter("new", tmp_path / "p", "--template", source, "--yes")
    assert status == 1
    assert "Traceback" not in err
    assert "unexpected" not in err
    assert not (tmp_path / "p").exists()


@pytest.mark.parametrize(
    "options",
    ["block_start_string: 5", "block_start_string: []", "variable_start_string: '{%'",
     "comment_start_string: null", "line_statement_prefix: {a: 1}", "undefined: []"],
)  # fmt: skip
def test_delimiters_that_are_none_are_one_sentence(
    mlstarter: Run, tmp_path: Path, options: str
) -> None:
    files = {"copier.yml": f"_envops: {{{options}}}\nn: 1\n", "README.md.jinja": "{{ now }}"}
    source = write_template(tmp_path / "template", files)
    status, _, err = mlstarter("new", tmp_path / "p", "--template", source, "--yes")
    assert status == 1
    assert "unexpected" not in err
    assert len(err.splitlines()) == 2


@pytest.mark.parametrize("entry", [[], {}, {"path": 5}, {"path": "."}, {"path": "../x"}, None])
def test_a_template_of_odd_templates_is_one_sentence(
    entry: Any, mlstarter: Run, tmp_path: Path
) -> None:
    variables = json.dumps({"templates": {"a": entry}})
    source = write_template(tmp_path / "t", {"cookiecutter.json": variables})

    status, _, err = mlstarter("new", tmp_path / "p", "--template", source, "--yes")

    assert status == 1
    assert "cookiecutter.json names" in err or "outside itself" in err
    assert not (tmp_path / "p").exists()
