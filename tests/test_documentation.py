"""What the pages of this repository name is there: links, commands, options, targets, pictures."""

from __future__ import annotations

import re
import shlex
from functools import cache
from pathlib import Path

import click
import pytest

from mlstarter import questions, sources
from mlstarter.cli import VERBS, root

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    page.relative_to(ROOT).as_posix()
    for pattern in ("*.md", "docs/*.md", "templates/*.md")
    for page in ROOT.glob(pattern)
)
# Pages of a generated project, which name commands of the tool as well.
GENERATED_PAGES = [
    page.relative_to(ROOT).as_posix()
    for page in sorted(ROOT.glob("templates/*/**/*"))
    if re.search(r"\.(md|toml|html|j2)(\.jinja)?$", page.name)
]
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"(?m)`([^`\n]+)`|^ {4,}(.+)$|^(mlstarter .+|make .+|python -m .+)$")


@cache
def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def code(page: str) -> list[str]:
    """What a page shows as code: in backquotes, in indented lines and in fences."""
    return ["".join(match.groups("")) for match in CODE.finditer(read(page))]


def anchors(page: Path) -> set[str]:
    """The anchors that a forge gives the headings of a page."""
    headings = re.findall(r"(?m)^#+ (.*)$", page.read_text(encoding="utf-8"))
    plain = [re.sub(r"[`*]", "", heading).lower() for heading in headings]
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    for address in LINK.findall(read(page)):
        if "://" in address:
            continue
        path, _, anchor = address.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        assert target.exists(), address
        assert not anchor or anchor in anchors(target), address


def options_of(words: list[str]) -> tuple[str, set[str]]:
    """The command that ``words`` call, by its name, and the options that it takes."""
    verb = words[0]
    command = root.get_command(click.Context(root), verb)
    assert command is not None, verb
    if isinstance(command, click.Group) and len(words) > 1 and not words[1].startswith("-"):
        group, verb = command, f"{verb} {words[1]}"
        command = group.get_command(click.Context(group), words[1])
        assert command is not None, verb
    parameters = command.get_params(click.Context(command))
    return verb, {name for each in parameters for name in (*each.opts, *each.secondary_opts)}


def calls(text: str) -> list[list[str]]:
    """Every call of the tool in a text of code, as its words; a list of alternatives is none."""
    every_call = []
    for rest in re.findall(r"\bmlstarter ([a-z][^|>#;&]*)", text):
        try:
            words = shlex.split(rest)
        except ValueError:
            words = rest.split()
        if words and words[0] in VERBS and not re.search(r"[a-z]\|[a-z]", text):
            every_call.append(words)
    return every_call


@pytest.mark.parametrize("page", [*PAGES, *GENERATED_PAGES])
def test_every_call_of_the_tool_is_one_that_it_takes(page: str) -> None:
    for text in code(page):
        for words in calls(text):
            name, options = options_of(words)
            flags = {w.partition("=")[0] for w in words[1:] if re.match(r"--?[a-z]", w)}
            assert flags <= options, (name, words)


@pytest.mark.parametrize("page", PAGES)
def test_every_target_of_make_and_every_benchmark_is_there(page: str) -> None:
    makefiles = "".join(
        read(name)
        for name in (
            "Makefile",
            "templates/core/Makefile.jinja",
            "templates/production/production.mk.jinja",
        )
    )
    targets = set(re.findall(r"(?m)^([a-z-]+):", makefiles))
    # What 0.1.0 called the target staleness.
    targets |= {"stale"} if page == "templates/CHANGELOG.md" else set()
    for text in code(page):
        for rest in re.findall(r"^make(?: -C \w+)?((?: [a-z][a-z-]+)+)(?= |$|\))", text):
            assert set(rest.split()) <= targets, text
        for name in re.findall(r"python -m benchmarks\.([a-z_]+)", text):
            assert (ROOT / f"benchmarks/{name}.py").is_file(), name


def test_the_picture_of_the_prompts_shows_todays_questions() -> None:
    """`tools/picture_prompts.py` remakes it."""
    drawing = re.sub(r"<[^>]+>", " ", read("docs/img/prompts.svg")).replace("&#160;", " ")
    names = re.findall(r"\n\s+\d+\s+([a-z_]+)\s", drawing)
    questionnaire = questions.load(sources.resolve(None, None))
    answers = questions.complete(questionnaire, {"project_type": "tabular", "preset": "flights"})
    assert names == list(answers.for_record)
