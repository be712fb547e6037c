"""docs/cli.md cannot go stale: every command and option stands in it."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from mlstarter.cli import VERBS, root

DOCS = Path(__file__).parents[2] / "docs"
GROUPS = {"template": "templates.md", "cohort": "instructors.md"}


def section(verb: str) -> str:
    text = (DOCS / "cli.md").read_text(encoding="utf-8")
    assert f"\n## {verb}\n" in text, f"docs/cli.md has no section about {verb}"
    return text.partition(f"\n## {verb}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb not in GROUPS])
def test_every_option_is_documented(verb: str) -> None:
    command = root.get_command(click.Context(root), verb)
    assert command is not None
    text = section(verb)
    for parameter in command.params:
        for name in (*parameter.opts, *parameter.secondary_opts):
            if isinstance(parameter, click.Option):
                assert f"`{name}" in text or f"[{name}" in text, f"{verb} {name}"
            else:
                assert parameter.make_metavar(click.Context(command)) in text


@pytest.mark.parametrize(("verb", "page"), GROUPS.items())
def test_every_command_and_option_of_a_group_is_documented(verb: str, page: str) -> None:
    group = root.get_command(click.Context(root), verb)
    assert isinstance(group, click.Group)
    text = (DOCS / page).read_text(encoding="utf-8")
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        assert f"mlstarter {verb} {name}" in text, name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert any(f"`{option}" in text for option in parameter.opts), (name, parameter)


def test_every_command_that_the_guide_names_exists() -> None:
    """The calendar, the table of what to do when, and every example."""
    group = root.get_command(click.Context(root), "cohort")
    assert isinstance(group, click.Group)
    text = (DOCS / "instructors.md").read_text(encoding="utf-8")
    commands = re.findall(r"(?:`|^    mlstarter |`mlstarter )cohort ([a-z-]+)([^`\n]*)", text, re.M)
    assert len(commands) > 30
    for name, rest in commands:
        command = group.get_command(click.Context(group), name)
        assert command is not None, name
        options = {option for parameter in command.params for option in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", rest)) <= options, (name, rest)


@pytest.mark.parametrize(
    "chapter",
    [
        "A course from roster to archive",
        "Who may write where",
        "A second instructor, a lost laptop",
        "What is stored where",
        "What it costs, and what forges allow",
    ],
)
def test_the_guide_has_a_chapter_on_each_part_of_a_course(chapter: str) -> None:
    text = (DOCS / "instructors.md").read_text(encoding="utf-8")
    _, heading, rest = text.partition(f"# {chapter}\n")
    assert heading
    assert len(rest.partition("\n#")[0].split()) > 80


def test_the_documented_verbs_exist() -> None:
    text = (DOCS / "cli.md").read_text(encoding="utf-8")
    headings = [line[3:] for line in text.splitlines() if line.startswith("## ")]
    assert headings == list(VERBS)
