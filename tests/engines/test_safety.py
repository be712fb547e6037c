"""A template cannot write outside the project or into .git, whichever engine renders it."""

# ruff: noqa: E501 - a table of templates is read a case to a line

from __future__ import annotations

from pathlib import Path

import pytest

from mlstarter import engines, questions, sources
from mlstarter.engines.path_safety import UnsafePath, check
from mlstarter.errors import TemplateError
from mlstarter.tree import REGULAR, SYMLINK, Entry
from tests.engines.helpers import Files, write_template

FILE = Entry(REGULAR, b"x")


def refusal(tree: dict[str, Entry]) -> UnsafePath | None:
    """Return why a tree is refused, None where it is not."""
    try:
        check(tree)
    except UnsafePath as error:
        return error
    return None


@pytest.mark.parametrize(
    "path",
    ["../x", "/etc/x", "a/../../x", "C:/x", ".git/hooks/x", "a/.git/config", ".GIT/x", "git~1/x",
     ".git./x", ".git /x", ".g\u200cit/x", ".git::$INDEX_ALLOCATION/x", "a\\.git\\x", "a//b", "./a", "."],
)  # fmt: skip
def test_an_unsafe_path_is_refused(path: str) -> None:
    with pytest.raises(UnsafePath):
        check({path: FILE})


@pytest.mark.parametrize("path", [".gitignore", ".github/x", "a/.gitkeep", "..a", "a..b", "git"])
def test_a_path_that_only_looks_like_one_is_fine(path: str) -> None:
    assert refusal({path: FILE}) is None


@pytest.mark.parametrize("mark", ["\u202e", "\u202a", "\u2066", "\u2069"])
def test_a_name_that_shows_another_is_refused(mark: str) -> None:
    with pytest.raises(UnsafePath, match="turns the direction"):
        check({f"a/invoice{mark}fdp.exe": FILE})


@pytest.mark.parametrize("target", ["/etc/passwd", "../x", "a/../../x", ".git/hooks", "C:\\x"])
def test_a_link_that_leads_out_is_refused(target: str) -> None:
    with pytest.raises(UnsafePath, match="symbolic link"):
        check({"link": Entry(SYMLINK, target.encode())})


def test_links_inside_the_project_are_fine() -> None:
    tree = {"a/link": Entry(SYMLINK, b"../b"), "b": FILE, "self": Entry(SYMLINK, b"a")}
    assert refusal(tree) is None


@pytest.mark.parametrize(
    "names",
    [["x/HEAD", "x/objects/.gitkeep", "x/refs/heads/main", "x/config"],
     ["HEAD", "objects/a", "refs/a"], ["x/head", "x/Objects/a", "x/REFS/a"],
     ["x/HEAD", "x/commondir", "y/objects/a", "y/refs/a", "y/config"]],
)  # fmt: skip
def test_a_folder_that_git_takes_for_a_repository_is_refused(names: list[str]) -> None:
    with pytest.raises(UnsafePath, match="git repository of the folder"):
        check(dict.fromkeys(names, FILE))


@pytest.mark.parametrize(
    "names",
    [["HEAD", "objects/a"], ["refs/a", "objects/a", "ahead"], ["HEAD", "objects-b/a", "refs/a"]],
)
def test_a_folder_that_only_resembles_one_is_fine(names: list[str]) -> None:
    assert refusal(dict.fromkeys(names, FILE)) is None


def test_a_file_below_a_link_or_file_is_refused() -> None:
    with pytest.raises(UnsafePath, match="through the file or link"):
        check({"d": Entry(SYMLINK, b"e"), "d/x": FILE})


HOSTILE: dict[str, Files] = {
    "an answer that climbs": {"copier.yml": "n: ../../x\n", "{{ n }}/f": "x"},
    "an absolute part": {"copier.yml": "n: /outside/evil\n", "{{ n }}/f.jinja": "x"},
    "hooks": {"copier.yml": "_exclude: []\nn: .git\n", "{{ n }}/hooks/pre-commit": "x"},
    "a link to a file outside": {"copier.yml": "n: 1\n", "l -> /etc/passwd": ""},
    "a link to a folder outside": {"copier.yml": "n: 1\n", "l -> /etc": ""},
    "a kept link outside": {"copier.yml": "_preserve_symlinks: true\n", "l -> /etc": ""},
    "a rendered link outside": {"copier.yml": "_preserve_symlinks: true\nn: /etc\n", "l.jinja -> {{ n }}": ""},
    "an include outside": {"copier.yml": "n: 1\n", "a.jinja": "{% include '../secret' %}"},
    "an include through a link": {"copier.yml": "_exclude: [l]\n", "l -> ../secret": "", "a.jinja": "{% include 'l' %}"},
    "a subdirectory outside": {"copier.yml": "_subdirectory: ../\n", "x": ""},
    "Python through Jinja": {"copier.yml": "n: 1\n", "a.jinja": "{{ ''.__class__.__mro__[1].__subclasses__() }}"},
    "a pattern that is none": {"copier.yml": "_exclude: ['[z-a]']\n", "x": ""},
    "an answers file outside": {"copier.yml": "_answers_file: ../x.yml\n", "{{ _copier_conf.answers_file }}.jinja": "x"},
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_template_is_refused(case: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("TOP SECRET")
    source = write_template(tmp_path / "template", HOSTILE[case])
    template = sources.resolve(str(source))
    answers = questions.complete(questions.load(template), {})

    with pytest.raises(TemplateError) as refusal:
        engines.render(template, answers)

    assert "SECRET" not in refusal.value.message
    assert refusal.value.hint


@pytest.mark.parametrize("pattern", ["../**/none.yml", "a/../../none.yml"])
def test_no_included_file_is_looked_for_above_the_template(pattern: str, tmp_path: Path) -> None:
    files = {"copier.yml": f'---\n!include "{pattern}"\n---\nm: 1\n', "a/f": "x"}
    source = write_template(tmp_path / "template", files)

    with pytest.raises(TemplateError) as refusal:
        questions.load(sources.resolve(str(source)))

    assert f"lies outside the template: {pattern}" in (refusal.value.hint or "")


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    source = write_template(tmp_path / "t", {"copier.yml": "n: 1\n", "a/f": "x", "a/b -> ../a": ""})
    template = sources.resolve(str(source))

    with pytest.raises(TemplateError, match="in a circle"):
        engines.render(template, {})


@pytest.mark.parametrize(
    "name",
    ["CON", "nul.txt", "a/Aux.log/b", "com1", "LPT9.x", "prn .x", "a.", "b ", "a:b", "a<b", "a>b",
     'a"b', "a|b", "a?b", "a*b", "a\\b", "a\nb", "a\rb", "a\x1bb", "a\x7fb", "a\u2028b", "x" * 256,
     "\udc80"],
)  # fmt: skip
def test_a_name_that_some_system_cannot_hold_is_refused(name: str) -> None:
    with pytest.raises(UnsafePath):
        check({name: FILE})


@pytest.mark.parametrize(
    "name", ["console", "auxiliary.txt", "com10", ".x", "a b", "Zo\u00eb", "nul-x"]
)
def test_a_name_that_only_resembles_one_is_fine(name: str) -> None:
    assert refusal({name: FILE}) is None


def link(target: str) -> Entry:
    return Entry(SYMLINK, target.encode())


CHAINS: dict[str, dict[str, Entry]] = {
    "over a link upwards": {"a/b/up": link("../.."), "esc": link("a/b/up/../x")},
    "over a link of other case": {"A/B/up": link("../.."), "esc": link("a/b/UP/../x")},
    "over a link of other letters": {
        "\u00e9/b/up": link("../.."),
        "esc": link("e\u0301/b/up/../x"),
    },
    "over two links": {
        "d/e/f": FILE,
        "p": link("d/e"),
        "q/r": link("../p/../.."),
        "s": link("q/r/../x"),
    },
    "a circle": {"a": link("b"), "b": link("a")},
    "itself": {"a": link("a")},
    "into .git": {"here": link("."), "x": link("here/.git/hooks")},
    "a file below a link of other case": {"Docs": link("src"), "docs/x": FILE, "src/y": FILE},
}


@pytest.mark.parametrize("case", CHAINS)
def test_a_chain_of_links_that_leads_out_or_nowhere_is_refused(case: str) -> None:
    with pytest.raises(UnsafePath):
        check(CHAINS[case])


def test_links_over_links_inside_the_project_are_fine() -> None:
    tree = {"a/b/f": FILE, "l": link("a"), "m": link("l/b"), "n": link("m/f"), "a/up": link("../l")}
    assert refusal(tree) is None
