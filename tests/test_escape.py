"""Text of others, harmless where it is shown."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlstarter import console, escape

SOURCE = Path(escape.__file__).parent
HARMFUL = [
    "\x1b[31m",
    "\x9b31m",
    "\r",
    "\x08",
    "\x00",
    "\x7f",
    "\u202e",
    "\u2066",
    "\u2028",
    "\ud800",
]


@pytest.mark.skipif(sys.platform == "win32", reason="asks sh")
@pytest.mark.parametrize(
    "text", ["$(touch x)", "`touch x`", "a b", 'a"$(touch x)"', "it's", "a;touch x", "plain", ""]
)
def test_a_shell_takes_it_for_one_word_and_runs_nothing(text: str, tmp_path: Path) -> None:
    for word in (escape.shell_word(text), escape.shell_quote(text)):
        process = subprocess.run(
            ["sh", "-c", f"printf '%s|' {word}"], cwd=tmp_path, capture_output=True, check=True
        )
        assert process.stdout.decode() == f"{text}|"
    assert not list(tmp_path.iterdir())


def test_quotes_are_those_that_every_system_knows_where_that_is_safe() -> None:
    assert escape.shell_word("target=y") == "target=y"
    assert escape.shell_word("target=my column") == escape.shell_quote("target=my column")
    assert escape.shell_quote("target=my column") == '"target=my column"'


@pytest.mark.parametrize("text", HARMFUL)
def test_what_a_terminal_acts_on_is_shown_instead(text: str) -> None:
    for function in (escape.line, escape.lines):
        output = function(f"a{text}b")
        assert output.isprintable()
        assert output.startswith("a\\")
        output.encode("utf-8")


def test_emoji_scripts_and_brackets_stay() -> None:
    text = "naïve 👩‍🔬 数据 עברית [bold]x[/nope] \\x1b"
    assert escape.line(text) == text
    assert escape.lines(f"{text}\n\t{text}\r\n") == f"{text}\n\t{text}\n"
    assert escape.line("a\nb\tc") == "a\\nb\\tc"


@given(st.text(st.characters(codec=None)))
def test_a_json_document_means_the_same_and_is_harmless(text: str) -> None:
    output = escape.json_text(json.dumps({"a": text}, ensure_ascii=False))
    assert json.loads(output) == {"a": text}
    output.encode("utf-8")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", output)


@pytest.mark.slow
@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_a_code_span_ends_where_it_should(text: str) -> None:
    """https://spec.commonmark.org/0.31.2/#code-spans: no run of its own length stands inside."""
    span = escape.markdown_code(text)
    fence = re.match("`+", span)
    assert fence is not None
    inner = span[len(fence[0]) : -len(fence[0])]
    assert fence[0] not in re.findall("`+", inner)
    assert "\n" not in span
    assert inner.strip() == escape.line(text).strip()


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\uff1d1",
     "\uff0b1", "\uff0d1", "\uff20x",
     "\ufeff=1", "\x00=1", "=cmd|' /C calc'!A0"],
)  # fmt: skip
def test_no_cell_is_a_formula(cell: str) -> None:
    assert escape.csv_cell(cell) == f"'{cell}"
    for plain in ("s001", "A-1", "https://x/=1", "", "1e-3"):
        assert escape.csv_cell(plain) == plain


def test_every_csv_that_is_written_is_defused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The roster's own columns may hold anything."""
    from mlstarter.cohort import export as module
    from mlstarter.cohort.roster import Student

    class Stub:
        commit_id = "abc"
        state = "verified"

        def entry(self, _: str) -> Stub:
            return self

        def url(self, _: Student) -> str:
            return "file:///srv/s1.git"

    student = Student("s1", 2, team="=HYPERLINK(1)", section="@x")
    text = module.export("csv", None, Stub(), Stub(), [student])  # type: ignore[arg-type]
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[1] == ["s1", "'=HYPERLINK(1)", "'@x", "file:///srv/s1.git", "abc"]


def calls(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and dotted name of every call in a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)


RAW = re.compile(
    r"^(print|(click|rich)\.(s?echo|style|print)|echo_via_pager|(\w+\.)?Console|.*\.add_row"
    r"|sys\.(stdout|stderr)\.write|(\w+\.)?writerow|.*\bto_std(out|err)\(\)\.print)$"
)
# Who may: the one module that prints, those that write a file's own format.
PRINTABLE_EXCEPTIONS = {
    "console.py": RAW,
    "cohort/export.py": re.compile(r"^writer\.writerow$"),
    "cohort/standings_csv.py": re.compile(r"^writer\.writerow$"),
    # The maintainers' own program, which shows what they typed.
    "sources/release.py": re.compile(r"^sys\.std(out|err)\.write$"),
}


@pytest.mark.slow
def test_nothing_prints_but_the_console() -> None:
    """A text that reaches a terminal, a table or a CSV by another way is a text unescaped."""
    offenders = []
    for path in sorted(SOURCE.rglob("*.py")):
        name = path.relative_to(SOURCE).as_posix()
        for line, call in calls(path):
            if RAW.match(call) and not (
                name in PRINTABLE_EXCEPTIONS and PRINTABLE_EXCEPTIONS[name].match(call)
            ):
                offenders.append(f"{name}:{line} {call}")
    assert offenders == []


def test_html_is_written_by_two_modules_that_escape_every_value() -> None:
    """A third one has to be looked at, and then named here."""
    texts = {
        path.relative_to(SOURCE).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(SOURCE.rglob("*.py"))
    }
    # Bytes are what files are recognised by, not what is written.
    assert [name for name, text in texts.items() if re.search(r'(?<!b")<html', text)] == []
    escaping = [name for name, text in texts.items() if "autoescape=True" in text]
    assert escaping == ["checks/page.py", "cohort/static_page.py"]
    plain = [name for name, text in texts.items() if "autoescape=False" in text]
    assert plain == ["cohort/handout_text.py"]  # Markdown, of the instructor's own settings
    markup = re.compile(r"\|\s*safe\b|autoescape\s+false")
    pages = [path for path in SOURCE.rglob("*.html.jinja") if "skeleton" not in path.parts]
    assert pages and [p.name for p in pages if markup.search(p.read_text("utf-8"))] == []


def test_tables_trees_and_messages_take_markup_for_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    evil = "[red]x[/nope]\x1b[2J\nforged"
    console.print_table(("a", "[b]"), [(evil, 1)])
    console.print_tree(evil, [f"{evil}/{evil}"])
    console.echo(evil, head=evil, colour="red", err=True)
    console.print_lines([(evil, "red")])
    with console.steps() as step:
        step(evil)
    both = capsys.readouterr()
    for output in (both.out, both.err):
        assert "[red]x[/nope]" in output
        assert "\x1b[2J" not in output


def test_an_error_cannot_pose_as_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    from mlstarter.cli import _explain
    from mlstarter.errors import UsageError

    assert _explain(UsageError("a\nhint: run rm -rf\x1b[2J", hint="b\nhint: c")) == 2
    err = capsys.readouterr().err
    assert err.splitlines() == ["error: a hint: run rm -rf\\x1b[2J", "hint: b hint: c"]


@given(st.text(st.characters(codec="utf-8")) | st.floats(allow_nan=False) | st.booleans())
def test_toml_reads_a_value_as_it_was_written(value: object) -> None:
    text = escape.toml_value(value)
    assert tomllib.loads(f"x = {text}") == {"x": value}
    assert all(letter.isprintable() for letter in text)


def test_half_of_a_character_does_not_break_a_document() -> None:
    text = escape.toml_value(("a\ud800", "b"))
    assert tomllib.loads(f"x = {text}") == {"x": ["a?", "b"]}
