"""The names of all that is written here say what they hold: nouns for values, verbs for functions.

A past participle that stands alone (``found``, ``made``, ``given``) says neither what it holds nor
where it comes from. ``changed_files`` and ``is_known`` are fine: only names
of one word are counted.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Words in -ed that are no participles, or are the field's own nouns and adjectives.
NO_PARTICIPLE = {
    *("pretrained", "distributed"),  # terms of the field, and names of its libraries' modules
    *(
        "seed",
        "reseed",
        "need",
        "speed",
        "feed",
        "red",
        "bed",
        "embed",
        "hundred",
        "exceed",
        "proceed",
    ),
    "expected",  # what a test compares with: the word of every test framework
    "ed",
}
IRREGULAR = re.findall(
    r"\w+",
    """
    begun bent bitten blown born borne bought bred broken brought built caught chosen dealt done
    drawn driven eaten fallen felt fought found frozen given gone gotten grown heard held hidden
    kept known laid lain learnt led left lent lit lost made meant met mistaken overwritten paid
    proven read relaid rewritten ridden risen said sent shaken shown shrunk slept sold sought
    spelt spent spoken stolen stood stuck struck sung sunk sworn swept taken taught thought
    thrown told torn undone understood unknown unread unseen untold withdrawn won worn written
    """,
)
# A function may be called what its verb is called: `read` is the same word in every tense.
VERBS_TOO = {"read"}
# Names that an interface prescribes: (file, name), and which one.
PRESCRIPTIONS = {
    ("src/mlstarter/errors.py", "DONE"): "the word of docs/cli.md for an exit status",
    ("src/mlstarter/errors.py", "FAILED"): "the same",
    ("src/mlstarter/errors.py", "INTERRUPTED"): "the same",
}

# Kinds of syntax that may give a name; most nodes are none, and are passed over at once.
BINDING_NODES = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.arg, ast.Name, ast.Attribute,
    ast.alias, ast.ExceptHandler, ast.MatchAs, ast.MatchStar,
)  # fmt: skip


def is_participle(name: str, *, verb: bool) -> bool:
    """Whether a name is one past participle and nothing else."""
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+", name)
    if len(words) != 1:
        return False
    word = words[0].lower()
    if (verb and word in VERBS_TOO) or word in NO_PARTICIPLE:
        return False
    return word in IRREGULAR or word.endswith("ed")


def bindings(tree: ast.AST) -> Iterator[tuple[str, int, bool]]:
    """Each name that a module gives: the name, its line, and whether a function has it."""
    for node in ast.walk(tree):
        if not isinstance(node, BINDING_NODES):
            continue
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield node.name, node.lineno, True
            case ast.ClassDef():
                yield node.name, node.lineno, False
            case ast.arg():
                yield node.arg, node.lineno, False
            case ast.Name(ctx=ast.Store()):
                yield node.id, node.lineno, False
            case ast.Attribute(ctx=ast.Store()):
                yield node.attr, node.lineno, False
            case ast.alias(asname=str(alias)):
                yield alias, node.lineno, False
            case ast.ExceptHandler(name=str(name)):
                yield name, node.lineno, False
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name, node.lineno, False


def modules() -> list[Path]:
    """Every Python file of the sources, the tests, the benchmarks and the tools."""
    tops = ("src", "tests", "benchmarks", "tools")
    return sorted(path for top in tops for path in (ROOT / top).rglob("*.py"))


def participles(path: Path) -> list[str]:
    """The lone participles of a file, as ``path:line name``."""
    place = path.relative_to(ROOT).as_posix()
    names = [(path.stem, 1, False), *bindings(ast.parse(path.read_bytes()))]
    return [
        f"{place}:{line} {name}"
        for name, line, verb in sorted(set(names), key=lambda entry: entry[1])
        if is_participle(name, verb=verb) and (place, name) not in PRESCRIPTIONS
    ]


@pytest.mark.parametrize(
    ("name", "verb", "lone"),
    [
        ("found", False, True),
        ("_made", False, True),
        ("Wanted", False, True),
        ("unlisted", True, True),
        ("read", False, True),
        ("read", True, False),
        ("seed", False, False),
        ("changed_files", False, False),
        ("is_known", True, False),
        ("FoundFile", False, False),
        ("files", False, False),
    ],
)
def test_what_counts_as_a_lone_participle(name: str, verb: bool, lone: bool) -> None:
    assert is_participle(name, verb=verb) is lone


def test_no_name_is_a_lone_participle() -> None:
    assert [name for path in modules() for name in participles(path)] == []


def test_exceptions_are_still_needed() -> None:
    useless = [
        (place, name)
        for place, name in PRESCRIPTIONS
        if name not in {bound for bound, _, _ in bindings(ast.parse((ROOT / place).read_bytes()))}
    ]
    assert useless == []


@pytest.mark.slow
def test_no_two_classes_have_one_name() -> None:
    places = Counter(
        node.name
        for path in modules()
        if path.is_relative_to(ROOT / "src")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert {name for name, count in places.items() if count > 1} == set()
