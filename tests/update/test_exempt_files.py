"""What a template's settings keep an update from changing."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import pytest

from mlstarter import bounds
from mlstarter.errors import TemplateError
from tests.update.story import QUESTIONS, Template, commit, git, update

pytestmark = pytest.mark.usefixtures("identity")


@pytest.mark.sampled
@pytest.mark.parametrize("pattern", ["settings.ini", "'*.ini'", "\"{{ 'settings' }}.ini\""])
def test_a_file_that_the_template_skips_stays_the_users(
    template: Template, dest: Path, pattern: str
) -> None:
    questions = QUESTIONS + f"\n_skip_if_exists: [{pattern}]\n"
    template.release("1.0.0", {"copier.yml": questions, "settings.ini": "red\n"})
    template.release("1.1.0", {"settings.ini": "blue\n"})
    template.release("1.2.0", {"settings.ini": "black\n"})
    template.new(dest, "1.0.0")
    commit(dest, "Mine", {"settings.ini": "green\n"})

    assert update(dest, to="1.1.0").status == 0
    assert update(dest).status == 0

    assert (dest / "settings.ini").read_text() == "green\n"


@pytest.mark.slow
def test_a_new_file_that_the_template_skips_does_not_replace_the_users(
    template: Template, dest: Path
) -> None:
    template.release("1.0.0", {"copier.yml": QUESTIONS + "\n_skip_if_exists: [settings.ini]\n"})
    template.release("1.1.0", {"settings.ini": "blue\n", "other.txt": "new\n"})
    template.new(dest, "1.0.0")
    commit(dest, "Mine", {"settings.ini": "green\n"})

    assert update(dest).status == 0

    assert (dest / "settings.ini").read_text() == "green\n"
    assert (dest / "other.txt").read_text() == "new\n"


@pytest.mark.slow
def test_what_is_for_new_projects_alone_stays_out_of_updates(
    template: Template, dest: Path
) -> None:
    exclude = (
        "\n_exclude:\n  - copier.yml\n  - .git\n"
        "  - \"{% if _copier_operation == 'update' %}examples/*{% endif %}\"\n"
    )
    template.release("1.0.0", {"copier.yml": QUESTIONS + exclude, "examples/e.py": "1\n"})
    template.release("1.1.0", {"examples/e.py": "2\n", "examples/new.py": "3\n"})
    template.new(dest, "1.0.0")
    (dest / "examples/e.py").unlink()
    commit(dest, "No examples")

    assert update(dest).status == 0

    assert not list(dest.glob("examples/*"))


@pytest.mark.parametrize("pattern", ["'*.yml'", "'*'"])
def test_the_record_goes_along_whatever_the_template_skips(
    template: Template, dest: Path, pattern: str
) -> None:
    questions = QUESTIONS + f"\n_skip_if_exists: [{pattern}]\n"
    template.release("1.0.0", {"copier.yml": questions, "a.txt": "1\n"})
    template.release("1.1.0", {"a.txt": "2\n", "new.txt": "new\n"})
    template.new(dest, "1.0.0")

    assert update(dest).status == 0

    assert "_commit: 1.1.0" in (dest / ".copier-answers.yml").read_text()
    assert (dest / "new.txt").read_text() == "new\n"


@pytest.mark.slow
def test_a_skipped_file_stays_in_a_project_in_a_subfolder(
    tmp_path: Path, template: Template
) -> None:
    template.release(
        "1.0.0",
        {"copier.yml": QUESTIONS + "\n_skip_if_exists: [settings.ini]\n", "settings.ini": "red\n"},
    )
    template.release("1.1.0", {"settings.ini": "blue\n"})
    template.release("1.2.0", {"settings.ini": "black\n"})
    top = tmp_path / "school"
    top.mkdir()
    git(top, "init", "-q", "-b", "main")
    shutil.rmtree(template.new(top / "work", "1.0.0") / ".git")
    commit(top, "Start")

    # The first update's base is rendered, the second's lies in history, below the folder's name.
    for version in ("1.1.0", "1.2.0"):
        assert update(top / "work", to=version).status == 0
        assert (top / "work/settings.ini").read_text() == "red\n"


EXEMPT = (
    QUESTIONS + "\n_skip_if_exists: [settings.ini]\n"
    "_exclude:\n  - copier.yml\n  - .git\n"
    "  - \"{% if _copier_operation == 'update' %}examples/*{% endif %}\"\n"
)


@pytest.fixture
def exempting(template: Template) -> Template:
    """A template that leaves a file and a folder to the owner from the first commit on."""
    first = {"copier.yml": EXEMPT, "settings.ini": "red\n", "examples/e.py": "1\n", "a.txt": "1\n"}
    template.release("1.0.0", first)
    return template.release(
        "1.1.0",
        {"settings.ini": "blue\n", "examples/e.py": "2\n", "examples/n.py": "3\n", "a.txt": "2\n"},
    )


@pytest.mark.slow
def test_an_update_on_a_branch_obeys_the_same_settings(exempting: Template, dest: Path) -> None:
    exempting.new(dest, "1.0.0")
    (dest / "examples/e.py").unlink()
    commit(dest, "Mine", {"settings.ini": "green\n"})

    assert update(dest, branch="news").status == 0
    git(dest, "merge", "-q", "news")

    assert (dest / "settings.ini").read_text() == "green\n"
    assert (dest / "a.txt").read_text() == "2\n"
    assert not list(dest.glob("examples/*"))


@pytest.mark.slow
def test_an_adopted_project_keeps_what_the_template_leaves_to_its_owner(
    exempting: Template, dest: Path
) -> None:
    # As a tool that knows the template and records nothing would have left it.
    exempting.new(dest, "1.0.0")
    shutil.rmtree(dest / ".git")
    (dest / ".copier-answers.yml").unlink()
    (dest / "examples/e.py").unlink()
    git(dest, "init", "-q", "-b", "main")
    commit(dest, "Mine", {"settings.ini": "green\n"})

    update(dest, adopt=True, source=str(exempting.folder), ref="1.0.0")
    assert (dest / "settings.ini").read_text() == "green\n"
    assert not list(dest.glob("examples/*"))
    assert update(dest).status == 0

    assert (dest / "settings.ini").read_text() == "green\n"
    assert (dest / "a.txt").read_text() == "2\n"
    assert not list(dest.glob("examples/*"))


SLOW = "a*" * 16 + "b"


@pytest.mark.slow
@pytest.mark.parametrize("pattern", ["[z-a]", "!"])
def test_a_pattern_that_is_none_is_one_sentence(
    template: Template, dest: Path, pattern: str
) -> None:
    questions = f"{QUESTIONS}\n_skip_if_exists: [{json.dumps(pattern)}]\n"
    template.release("1.0.0", {"copier.yml": questions, "settings.ini": "red\n"})
    template.release("1.1.0", {"settings.ini": "blue\n"})
    template.new(dest, "1.0.0")

    with pytest.raises(TemplateError, match="_skip_if_exists of the template is not valid"):
        update(dest)


@pytest.mark.slow
def test_a_pattern_that_takes_time_without_end_is_ended(
    template: Template, dest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = f"{QUESTIONS}\n_skip_if_exists: ['{SLOW}']\n"
    template.release("1.0.0", {"copier.yml": questions, "a" * 200: "red\n"})
    template.release("1.1.0", {"settings.ini": "blue\n"})
    template.new(dest, "1.0.0")
    monkeypatch.setattr(bounds, "MAX_SECONDS", 2)
    start = time.monotonic()

    with pytest.raises(TemplateError, match="takes longer than 2 seconds"):
        update(dest)

    assert time.monotonic() - start < 20
