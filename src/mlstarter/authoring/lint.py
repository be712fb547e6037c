"""Find what is wrong with a template before anybody makes a project of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from jinja2 import TemplateSyntaxError, meta, nodes

from mlstarter import engines, questions
from mlstarter.authoring.answer_combinations import answer_sets, describe
from mlstarter.authoring.file_syntax import parse_fault
from mlstarter.errors import MlstarterError
from mlstarter.files import read_tree
from mlstarter.questions import Question, Questionnaire
from mlstarter.questions.model import MISSING
from mlstarter.sources.template import Template
from mlstarter.tree import SYMLINK, Tree, case_folded

# What Copier and Cookiecutter bring themselves, whatever is asked.
_INTERNAL = re.compile(
    r"_copier_\w+|_folder_name|_src_path|_commit|_external_data|now|make_secret|UNSET"
)
_SECRETS = {
    "a private key": re.compile(rb"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"),
    "an AWS key": re.compile(rb"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a GitHub token": re.compile(rb"\b(?:ghp|gho|ghs|ghu|github_pat)_[A-Za-z0-9_]{30,}\b"),
    "a GitLab token": re.compile(rb"\bglpat-[A-Za-z0-9_-]{20,}\b"),
    "a Slack token": re.compile(rb"\bxox[abprs]-[A-Za-z0-9-]{20,}\b"),
    "an API key": re.compile(rb"\bsk-[A-Za-z0-9_-]{32,}\b"),
    "a Hugging Face token": re.compile(rb"\bhf_[A-Za-z0-9]{30,}\b"),
}


@dataclass(frozen=True, slots=True, order=True)
class LintFinding:
    """Something wrong: the rule's name, the file or question it is about, and a sentence."""

    rule: str
    where: str
    message: str


def lint(template: Template, *, trust: bool = False) -> list[LintFinding]:
    """Return everything that is wrong with a template; an empty list for a sound one.

    Code of the template runs only with ``trust``; without, its texts alone are judged.

    Raises:
        TemplateError: it cannot be read at all.
    """
    readable = engines.with_trust(template if trust else template.without_code(), trust)
    questionnaire = questions.load(readable)
    findings = [
        *_questions(questionnaire),
        *_names(template, questionnaire),
        *_secrets(template),
        *_renders(readable, questionnaire),
    ]
    return sorted(set(findings))


def _questions(questionnaire: Questionnaire) -> Iterator[LintFinding]:
    """Yield questions that nobody can answer by doing nothing, or that explain nothing."""
    for question in questionnaire.questions:
        if question.when is False:
            continue
        if question.default is MISSING:
            yield LintFinding(
                "no-default", question.name, "has no default, so updates must ask for it"
            )
        if not question.help:
            yield LintFinding(
                "no-help", question.name, "has no help, so its name is all that is shown"
            )


def _names(template: Template, questionnaire: Questionnaire) -> Iterator[LintFinding]:
    """Yield variables that nothing defines, in questions and in files."""
    order = {name: number for number, name in enumerate(questionnaire.names)}
    for number, question in enumerate(questionnaire.questions):
        for field, text in _texts_of(question):
            where = f"{question.name}.{field}"
            try:
                names = _names_in(questionnaire, text)
            except TemplateSyntaxError as error:
                yield _syntax(where, error)
                continue
            for name in names:
                own = name == question.name and field not in {"validator", "when"}
                later = order.get(name, -1) > number or own
                if name not in order and not _INTERNAL.fullmatch(name):
                    yield LintFinding("undefined", where, f"uses {name}, which is no question")
                elif later and name in order:
                    yield LintFinding("too-early", where, f"uses {name}, which is not answered yet")
    for path, text in engines.of(template).texts():
        try:
            names = _names_in(questionnaire, text)
        except TemplateSyntaxError as error:
            yield _syntax(path, error)
            continue
        for name in sorted(names):
            if name not in order and not _INTERNAL.fullmatch(name):
                yield LintFinding("undefined", path, f"uses {name}, which is no question")


def _syntax(where: str, error: TemplateSyntaxError) -> LintFinding:
    return LintFinding(
        "syntax", where, f"is not valid Jinja: {error.message} (line {error.lineno})"
    )


def _names_in(questionnaire: Questionnaire, text: str) -> set[str]:
    """Return the questions that a text uses, whatever the engine calls them."""
    tree = questionnaire.environment.parse(text)
    if questionnaire.namespace is None:
        names = meta.find_undeclared_variables(tree) - questionnaire.environment.globals.keys()
        return names - _tested_names(tree) - _set_within(tree)
    attributes = {
        node.attr
        for node in tree.find_all(nodes.Getattr)
        if isinstance(node.node, nodes.Name) and node.node.name == questionnaire.namespace
    }
    # Cookiecutter's own, and methods of a mapping.
    return {
        name
        for name in attributes
        if not hasattr(dict, name)
        and name not in {"_template", "_output_dir", "_repo_dir", "_checkout"}
    }


def _tested_names(tree: nodes.Template) -> set[str]:
    """Return the variables that a text asks about (``x is defined``): it copes without them."""
    return {
        test.node.name
        for test in tree.find_all(nodes.Test)
        if test.name in {"defined", "undefined"} and isinstance(test.node, nodes.Name)
    }


def _set_within(tree: nodes.Template) -> set[str]:
    """Return what a text defines itself, if only in a branch (Jinja counts that as undefined)."""
    assignments = {node.name for node in tree.find_all(nodes.Name) if node.ctx != "load"}
    return assignments | {macro.name for macro in tree.find_all(nodes.Macro)}


def _texts_of(question: Question) -> Iterator[tuple[str, str]]:
    for field in ("help", "default", "when", "validator", "placeholder", "choices"):
        value = getattr(question, field)
        if isinstance(value, str):
            yield field, value
        elif field == "choices":
            entries = list(value.items()) if isinstance(value, Mapping) else list(value)
            flat = [part for e in entries for part in (e if isinstance(e, list | tuple) else [e])]
            yield from ((field, entry) for entry in flat if isinstance(entry, str))


def _secrets(template: Template) -> Iterator[LintFinding]:
    for path, entry in read_tree(template.root).items():
        for what, pattern in _SECRETS.items():
            if pattern.search(entry.data):
                yield LintFinding("secret", path, f"holds what looks like {what}")


def _renders(template: Template, questionnaire: Questionnaire) -> Iterator[LintFinding]:
    """Yield what only shows in projects: faults, collisions, broken files, dead conditions."""
    engine = engines.of(template)
    if engine.code and not engines.runs_code(engine):
        for what in engine.code:
            yield LintFinding("needs-trust", "template", f"needs --trust: {what}")
        return
    sets = answer_sets(questionnaire)
    # A condition on the question's own answer holds only for who gives one: that is meant.
    never = {
        question.name
        for question in questionnaire.questions
        if isinstance(question.when, str) and question.name not in question.when
    }
    judged_files: set[tuple[str, bytes]] = set()
    for answers in sets:
        never -= set(answers.applicable)
        with_what = describe(answers, sets[0])
        try:
            tree = engines.render(template, answers)
        except MlstarterError as error:
            yield LintFinding("render", with_what, error.message)
            continue
        yield from _collisions(tree, with_what)
        for path, entry in tree.items():
            if (path, entry.data) in judged_files or entry.mode == SYMLINK:
                continue
            judged_files.add((path, entry.data))
            fault = parse_fault(path, entry.data)
            if fault:
                yield LintFinding("broken", path, f"{fault} (with {with_what})")
    for name in sorted(never):
        yield LintFinding("unreachable", f"{name}.when", "is false for every answer that was tried")


def _collisions(tree: Tree, with_what: str) -> Iterator[LintFinding]:
    seen: dict[str, str] = {}
    for path in tree:
        other = seen.setdefault(case_folded(path), path)
        if other != path:
            message = f"and {other} are one file on Windows and macOS (with {with_what})"
            yield LintFinding("collision", path, message)
