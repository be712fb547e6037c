"""Every option of the command line is made by one rule, which CONTRIBUTING.md states."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import click
import pytest

from mlstarter.cli import root

# What a value is, in the usage and in the help: one word for one thing.
METAVARS = {
    *("FILE", "DIR", "SRC", "URL", "PATTERN", "CMD"),
    *("VERSION", "TYPE", "PRESET", "NAME", "IDS", "N", "TEXT", "KEY=VALUE"),
    "DATE|TAG|deadline",
}
CHOICES = re.compile(r"\[[a-z-]+(\|[a-z-]+)*\]")
SHORT = {"-h": "--help", "-V": "--version", "-d": "--data", "-j": "--jobs", "-p": "--preset",
         "-t": "--type", "-y": "--yes"}  # fmt: skip
# Options of one name that mean two things, each the word of its verb.
HOMONYMS = {
    "--version": "the program's own, and the one that `template publish` makes",
}


def commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    """Every command below one, with the words that call it."""
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for verb in command.list_commands(context):
            child = command.get_command(context, verb)
            assert child is not None
            yield from commands(child, f"{name} {verb}")


OPTIONS = [
    (name, parameter)
    for name, command in commands(root, "mlstarter")
    for parameter in command.params
    if isinstance(parameter, click.Option)
]
each_option = pytest.mark.parametrize(
    ("command", "option"), OPTIONS, ids=[f"{name} {option.opts[-1]}" for name, option in OPTIONS]
)


def long_name(option: click.Option) -> str:
    return next(name for name in option.opts if name.startswith("--"))


def test_every_command_is_looked_at() -> None:
    assert len(OPTIONS) > 150
    assert {"mlstarter new", "mlstarter cohort update"} < {name for name, _ in OPTIONS}


@each_option
def test_a_name_is_words_with_hyphens_and_a_short_one_always_means_the_same(
    command: str, option: click.Option
) -> None:
    for name in (*option.opts, *option.secondary_opts):
        if name.startswith("--"):
            assert re.fullmatch(r"--[a-z]+(-[a-z]+)*", name)
        else:
            assert SHORT[name] == long_name(option)
    if long_name(option) in SHORT.values() and long_name(option) not in HOMONYMS:
        assert len(option.opts) == 2, "an option with a short name has it everywhere"


@each_option
def test_a_value_has_a_metavar_of_the_list_and_a_flag_has_none(
    command: str, option: click.Option
) -> None:
    if option.is_flag or option.count:
        assert option.metavar is None
    else:
        metavar = str(option.metavar)
        assert metavar in METAVARS or CHOICES.fullmatch(metavar)


@each_option
def test_the_help_is_whole_sentences(command: str, option: click.Option) -> None:
    text = option.help or ""
    assert re.match(r"[A-Z]", text)
    assert text.endswith(".")
    assert not re.search(r"; [^;.]*\bthe [a-z' ]+\.$", text), "write Default: ..."
    assert ("May be repeated." in text) == option.multiple
    assert not option.show_default, "the sentence says it, in the words of the reader"


@each_option
def test_what_is_on_by_default_can_be_turned_off_by_its_own_no(
    command: str, option: click.Option
) -> None:
    name = long_name(option)
    assert not name.startswith("--no-"), f"write --{name[5:]}/{name}"
    if option.is_flag and option.default is True:
        assert option.secondary_opts == [f"--no-{name[2:]}"]
    if option.secondary_opts:
        assert re.search(r"Default: [a-z]+\.", option.help or "")


def test_an_option_of_one_name_is_the_same_everywhere() -> None:
    forms: dict[str, dict[tuple[object, ...], str]] = defaultdict(dict)
    for command, option in OPTIONS:
        kind = type(option.type).__name__
        form = (
            *(tuple(option.opts), tuple(option.secondary_opts), option.metavar),
            *(option.is_flag, option.multiple, kind),
        )
        forms[long_name(option)].setdefault(form, command)
    several = {name: kinds for name, kinds in forms.items() if len(kinds) > 1}
    assert several.keys() == HOMONYMS.keys()


def test_one_word_stands_for_one_kind_of_value() -> None:
    """A FILE is no folder and a DIR no file, wherever the command line checks which it is."""
    for command, option in OPTIONS:
        if isinstance(option.type, click.Path):
            place = "DIR" if not option.type.file_okay else "FILE"
            assert option.metavar == place, (command, option.opts)
        if isinstance(option.type, click.IntRange):
            assert option.metavar == "N", (command, option.opts)
