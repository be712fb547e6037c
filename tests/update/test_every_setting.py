"""Every key of ``copier.yml`` and ``.cruft.json``: `new` and `update` do what the engine does.

``docs/templates.md`` has a table of them, which this holds equal to the installed Copier.
"""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run
from tests.engines.helpers import write_template
from tests.update.story import ANSWERS, commit, git

pytestmark = pytest.mark.usefixtures("own_folders")

PAGE = Path(__file__).parents[2] / "docs/templates.md"
RECORD = "{{ _copier_answers|to_nice_yaml }}"
QUESTIONS = "name: {type: str, default: churn}\n"

# Of each key: the settings, the files of version 1.0.0, what 1.1.0 changes, and what the user did.
Files = dict[str, str | None]
SETTINGS: dict[str, tuple[str, Files, Files, Files]] = {
    "answers_file": ("_answers_file: .copier-answers.own.yml", {"a": "1\n"}, {"a": "2\n"}, {}),
    "envops": (
        "_envops: {variable_start_string: '[[', variable_end_string: ']]'}",
        {"a.jinja": "[[ name ]] {{ }}\n", ANSWERS: None,
         "[[ _copier_conf.answers_file ]].jinja": "[[ _copier_answers|to_nice_yaml ]]"},
        {"a.jinja": "[[ name ]] 2\n"}, {},
    ),
    "exclude": (
        "_exclude: [copier.yml, .git, '*.md', \"{{ 'x/*' if _copier_operation == 'update' }}\"]",
        {"a": "1\n", "b.md": "1\n", "x/e": "1\n"},
        {"a": "2\n", "b.md": "2\n", "x/e": "2\n", "x/n": "2\n"},
        {"x/e": None},
    ),
    "external_data": (
        "_external_data: {own: own.yml}\n_exclude: [copier.yml, .git, own.yml]",
        {"a.jinja": "{{ _external_data.own.k|default('none') }}\n", "b": "1\n"}, {"b": "2\n"}, {},
    ),
    "jinja_extensions": (
        "_jinja_extensions: [jinja2.ext.do]", {"a.jinja": "{% do 1 %}{{ name }}\n"},
        {"a.jinja": "{% do 1 %}{{ name }} 2\n"}, {},
    ),
    "message_after_copy": ("_message_after_copy: made", {"a": "1\n"}, {"a": "2\n"}, {}),
    "message_after_update": ("_message_after_update: done", {"a": "1\n"}, {"a": "2\n"}, {}),
    "message_before_copy": ("_message_before_copy: soon", {"a": "1\n"}, {"a": "2\n"}, {}),
    "message_before_update": ("_message_before_update: soon", {"a": "1\n"}, {"a": "2\n"}, {}),
    "migrations": (
        "_migrations: [{version: 1.1.0, command: 'echo moved > moved.txt'}]",
        {"a": "1\n"}, {"a": "2\n"}, {},
    ),
    "min_copier_version": ("_min_copier_version: 9.0.0", {"a": "1\n"}, {"a": "2\n"}, {}),
    "preserve_symlinks": ("_preserve_symlinks: true", {"a": "1\n", "l -> a": ""}, {"a": "2\n"}, {}),
    "secret_questions": (
        "_secret_questions: [token]\ntoken: {type: str, default: none}",
        {"a.jinja": "{{ token }}\n"}, {"a.jinja": "{{ token }} 2\n"}, {},
    ),
    "skip_if_exists": (
        "_skip_if_exists: [mine.ini, new.ini]", {"mine.ini": "1\n", "a": "1\n"},
        {"mine.ini": "2\n", "a": "2\n", "new.ini": "2\n"}, {"mine.ini": "me\n", "new.ini": "me\n"},
    ),
    "subdirectory": (
        "_subdirectory: t", {"t/a": "1\n", f"t/{ANSWERS}": RECORD, ANSWERS: None},
        {"t/a": "2\n", "outside": "2\n"}, {},
    ),
    "tasks": ("_tasks: ['echo {{ name }} > task.txt']", {"a": "1\n"}, {"a": "2\n"}, {}),
    "templates_suffix": (
        "_templates_suffix: .tmpl",
        {"a.tmpl": "{{ name }}\n", "b.jinja": "{{ name }}\n", ANSWERS: None,
         "{{ _copier_conf.answers_file }}.tmpl": RECORD},
        {"a.tmpl": "{{ name }} 2\n"}, {},
    ),
}  # fmt: skip


def table(title: str) -> set[str]:
    """The keys in the first column of the table under a heading of the page."""
    text = PAGE.read_text(encoding="utf-8").partition(f"\n### {title}\n")[2]
    text = text.partition("\n### ")[0].partition("\n## ")[0]
    return {key for line in text.splitlines() for key in _cells(line)}


def _cells(line: str) -> list[str]:
    return re.findall(r"`([a-z_.]+)`", line.split("|")[1]) if line.startswith("| `") else []


def test_the_table_has_every_key_of_the_installed_copier() -> None:
    import copier._template

    source = inspect.getsource(copier._template)
    keys = set(re.findall(r'config_data(?:\.get\(|\[)\s*"([a-z_]+)"', source))
    keys |= set(re.findall(r'_raw_config(?:\.get\(|\[)\s*"_([a-z_]+)"', source))
    keys |= {"migrations"}
    assert table("Keys of copier.yml") == {f"_{key}" for key in keys}
    assert set(SETTINGS) == keys


def test_the_table_has_every_key_that_cruft_writes() -> None:
    # https://cruft.github.io/cruft/: what `cruft create` writes, and `skip`, which users write.
    assert table("Keys of .cruft.json") == {
        *("template", "commit", "checkout", "context", "directory", "skip"),
    }


def release(source: Path, version: str, files: Mapping[str, str | None]) -> None:
    write_template(source, {name: text for name, text in files.items() if text is not None})
    for name, text in files.items():
        if text is None:
            (source / name).unlink()
    if version == "1.0.0":
        git(source, "init", "-q", "-b", "main")
    commit(source, version)
    git(source, "tag", version)


def copier(*arguments: str | Path) -> None:
    command = [sys.executable, "-m", "copier", *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def snapshot(project: Path) -> dict[str, Any]:
    paths = (path for path in project.rglob("*") if ".git" not in path.relative_to(project).parts)
    return {
        path.relative_to(project).as_posix(): (
            path.readlink() if path.is_symlink() else path.read_text()
        )
        for path in paths
        if not path.is_dir() or path.is_symlink()
    }


@pytest.mark.slow
@pytest.mark.parametrize("key", SETTINGS)
def test_new_and_update_write_what_copier_writes(key: str, mlstarter: Run, tmp_path: Path) -> None:
    setting, files, newer, work = SETTINGS[key]
    source, ours, theirs = tmp_path / "t", tmp_path / "ours/p", tmp_path / "theirs/p"
    start: Files = {"copier.yml": f"{QUESTIONS}{setting}\n", ANSWERS: RECORD, **files}
    release(source, "1.0.0", {name: text for name, text in start.items() if text is not None})
    options = ("--template", source, "--ref", "1.0.0", "--yes", "--trust")
    status, _, err = mlstarter("new", ours, *options)
    assert status == 0, err
    copier("copy", "--defaults", "--trust", "--quiet", "--vcs-ref", "1.0.0", source, theirs)
    assert snapshot(ours) == snapshot(theirs)

    git(theirs, "init", "-q", "-b", "main")
    for project in (ours, theirs):
        git(project, "add", "-A", "-f")
        git(project, "commit", "-q", "--allow-empty", "-m", "Start")
        for name, text in work.items():
            path = project / name
            path.unlink() if text is None else path.write_text(text)
        git(project, "add", "-A", "-f")
        git(project, "commit", "-q", "--allow-empty", "-m", "Work")
    release(source, "1.1.0", newer)
    status, _, err = mlstarter("update", ours, "--yes", "--trust")
    assert status == 0, err
    record = ("-a", ".copier-answers.own.yml") if key == "answers_file" else ()
    copier("update", "--defaults", "--trust", "--quiet", *record, theirs)
    assert snapshot(ours) == snapshot(theirs)


@pytest.mark.slow
@pytest.mark.parametrize("where", [".cruft.json", "pyproject.toml"])
@pytest.mark.parametrize("pattern", ["own.ini", "docs", "docs/*", "./own.ini", "/own.ini", "*.ini"])
def test_what_cruft_skips_stays_out_of_updates(
    where: str, pattern: str, mlstarter: Run, tmp_path: Path
) -> None:
    pytest.importorskip("cookiecutter")
    source, project = tmp_path / "t", tmp_path / "churn"
    top = "{{ cookiecutter.name }}"
    first = {"own.ini": "1\n", "docs/a.md": "1\n", "docs/gone.md": "1\n", "code.py": "1\n"}
    files = {"cookiecutter.json": json.dumps({"name": "churn"})}
    release(source, "1.0.0", files | {f"{top}/{name}": text for name, text in first.items()})
    assert mlstarter("new", project, "--template", source, "--yes")[0] == 0
    record = json.loads((project / ".cruft.json").read_text())
    if where == ".cruft.json":
        work = {where: json.dumps(record | {"skip": [pattern, 7]})}
    else:
        work = {where: f"[tool.cruft]\nskip = [{json.dumps(pattern)}]\n"}
    commit(project, "Mine", work)
    newer = dict.fromkeys(("own.ini", "docs/a.md", "docs/new.md", "code.py"), "2\n")
    (source / top / "docs/gone.md").unlink()
    release(source, "1.1.0", {f"{top}/{name}": text for name, text in newer.items()})

    status, _, err = mlstarter("update", project, "--yes")

    assert status == 0, err
    names = ("docs/a.md", "docs/gone.md") if "docs" in pattern else ("own.ini",)
    assert {(project / name).read_text() for name in names} == {"1\n"}
    assert (project / "docs/new.md").exists() == ("docs" not in pattern)
    assert (project / "code.py").read_text() == "2\n"
    if where == ".cruft.json":
        assert json.loads((project / where).read_text())["skip"] == [pattern, 7]
