"""What only a real pseudo-terminal shows of the prompts: keys, colours, widths, Ctrl-C.

What is asked and when is tested without one, in ``tests/questions/test_ask.py``.
"""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

from tests.cli.conftest import command

pytestmark = pytest.mark.slow

BACK = "\x1b[Z"  # Shift-Tab
DOWN = "\x1b[B"
COLOUR = re.compile(r"\x1b\[([0-9;]*;)?(3[0-7]|9[0-7])(;[0-9;]*)?m")
CTRL_C, CTRL_D = "\x03", "\x04"

Start = Callable[..., "pexpect.spawn[str]"]

# The way through every prompt of the template for the type cv: what to wait for, what to send.
EVERY_PROMPT = [
    ("Start from", DOWN + "\r"),
    ("What kind", DOWN + "\r"),
    ("What is it called", "moon-shots\r"),
    ("How big", "9\r"),
    ("Deep", "y"),
    ("A token", "hush-hush\r"),
    ("Who", "Ada\r"),
    ("licence", "\r"),
    ("Enter to create it", "\r"),
]

ONE_OF_EACH_KIND = (0, 2, 4, 5, 8)  # a choice, a text, yes or no, a secret, the review


@pytest.fixture
def start(tmp_path: Path, environ: dict[str, str]) -> Iterator[Start]:
    """Return a function that starts mlstarter in a terminal, in the empty folder "here"."""
    running: list[pexpect.spawn[str]] = []
    (tmp_path / "here").mkdir()

    def begin(
        *arguments: str | Path, columns: int = 80, env: dict[str, str] | None = None
    ) -> pexpect.spawn[str]:
        program, *rest = command(arguments)
        child = pexpect.spawn(
            program,
            rest,
            cwd=str(tmp_path / "here"),
            env={**environ, **(env or {})},
            encoding="utf-8",
            preexec_fn=heed_ctrl_c,
            dimensions=(30, columns),
            timeout=30,
        )
        running.append(child)
        return child

    yield begin
    for child in running:
        child.close(force=True)


def heed_ctrl_c() -> None:
    """Undo what a test run in the background inherits: that Ctrl-C is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def seen(child: pexpect.spawn[str]) -> str:
    """Return what stood on the screen before the last thing that was waited for."""
    assert isinstance(child.before, str)
    return child.before


def exit_status(child: pexpect.spawn[str]) -> int | None:
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus


def test_shift_tab_goes_back_and_keeps_what_was_typed(
    start: Start, template: Path, tmp_path: Path
) -> None:
    child = start("new", "--template", template)
    for expected, keys in EVERY_PROMPT[:3]:
        child.expect(expected)
        child.send(keys)
    child.expect("How big")
    child.send(BACK)
    child.expect("What is it called")
    child.expect("moon-shots")
    child.send(BACK)
    child.expect("What kind")
    child.send("\x1b[A\r")  # up: tabular now, so "How big" no longer applies
    child.expect("What is it called")
    child.send("\r")
    child.expect("Deep")
    child.send("n")
    for expected in ("A token", "Who", "licence", "Enter to create it"):
        child.expect(expected)
        child.send("\r")
    child.expect("Created moon-shots")
    assert exit_status(child) == 0
    assert (tmp_path / "here/moon-shots/src/size.txt").read_text() == "tabular 3 False none\n"


def test_a_number_at_the_review_changes_that_answer(
    start: Start, template: Path, tmp_path: Path
) -> None:
    child = start("new", "--template", template, "--preset", "digits")
    child.expect("What is it called")
    child.send("pics\r")
    child.expect("Enter to create it")
    child.send("99\r")
    child.expect("type a number from 1 to 8")
    child.send("\x15" + "4\r")  # the size, after type, name and preset
    child.expect("How big")
    child.send("\x156\r")
    child.expect("Enter to create it")
    child.send("\r")
    child.expect("Created pics")
    assert exit_status(child) == 0
    assert (tmp_path / "here/pics/src/size.txt").read_text() == "cv 6 False digits\n"


def test_my_last_answers_start_the_next_project(
    start: Start, template: Path, tmp_path: Path
) -> None:
    first = start("new", "one", "--template", template, "--yes", "-t", "cv", "-d", "size=12")
    assert exit_status(first) == 0
    child = start("new", "--template", template)
    child.expect("Start from")
    child.send("\x1b[A\r")  # up, from the first to the last entry
    child.expect("What is it called")
    child.send("two\r")
    child.expect("Enter to create it")
    child.send("\r")
    assert exit_status(child) == 0
    assert (tmp_path / "here/two/src/size.txt").read_text() == "cv 12 False none\n"


@pytest.mark.parametrize("key", [CTRL_C, CTRL_D], ids=["ctrl-c", "ctrl-d"])
@pytest.mark.parametrize("at", ONE_OF_EACH_KIND, ids=[EVERY_PROMPT[n][0] for n in ONE_OF_EACH_KIND])
def test_stopping_at_any_kind_of_prompt_leaves_nothing(
    start: Start, template: Path, tmp_path: Path, at: int, key: str
) -> None:
    child = start("new", "--template", template)
    for expected, keys in EVERY_PROMPT[:at]:
        child.expect(expected)
        child.send(keys)
    child.expect(EVERY_PROMPT[at][0])
    child.send(key)
    child.expect("Nothing was written.")
    assert exit_status(child) == 130
    assert "Traceback" not in seen(child)
    assert list((tmp_path / "here").iterdir()) == []


def test_stopping_at_the_question_about_the_repository_around_leaves_nothing(
    start: Start, template: Path, tmp_path: Path
) -> None:
    here = tmp_path / "here"
    subprocess.run(["git", "init", "-q"], cwd=here, check=True)
    child = start("new", "moon", "--template", template, "--preset", "digits")
    child.expect("Enter to create it")
    child.send("\r")
    child.expect("lies inside the git repository")
    child.send(CTRL_C)
    assert exit_status(child) == 130
    assert [path.name for path in here.iterdir()] == [".git"]


def test_a_narrow_terminal_still_shows_questions_and_choices(start: Start, template: Path) -> None:
    child = start("new", "--template", template, columns=30)
    for expected, keys in EVERY_PROMPT:
        child.expect(expected)
        child.send(keys)
    child.expect("Created")
    assert exit_status(child) == 0


def test_no_color_is_honoured(start: Start, template: Path) -> None:
    child = start("new", "--template", template, env={"NO_COLOR": "1"})
    for expected, keys in EVERY_PROMPT[:4]:
        child.expect(expected)
        assert COLOUR.search(seen(child)) is None
        child.send(keys)
    with_colours = start("new", "--template", template)
    with_colours.expect("Start from")
    assert COLOUR.search(seen(with_colours)) is not None


def test_a_dumb_terminal_is_asked_line_by_line(
    start: Start, template: Path, tmp_path: Path
) -> None:
    child = start("new", "--template", template, env={"TERM": "dumb"})
    for expected, keys in [
        ("Start from", "2\r"),
        ("What kind", "7\r"),
        ("Type a number from 1 to 2", "2\r"),
        ("What is it called", "9\r"),
        ("Use small letters", "moon\r"),
        ("How big", "<\r"),
        ("What is it called", "sun\r"),
        ("How big", "\r"),
        ("Deep", "maybe\r"),
        ("Type yes or no", "yes\r"),
        ("A token", "\r"),
        ("Who", "\r"),
        ("licence", "\r"),
        ("Enter to create it", "\r"),
        ("Created sun", ""),
    ]:
        child.expect(expected)
        assert "\x1b" not in seen(child)
        child.send(keys)
    assert exit_status(child) == 0
    assert (tmp_path / "here/sun/src/size.txt").read_text() == "cv 3 True none\n"
    second = start("new", "--template", template, env={"TERM": "dumb"})
    second.expect("Start from")
    second.send(CTRL_C)
    assert exit_status(second) == 130


def test_a_long_complaint_is_shown_to_its_end(start: Start, tmp_path: Path) -> None:
    root = tmp_path / "long"
    root.mkdir()
    words = " ".join(f"word{number:02}" for number in range(30))
    (root / "copier.yml").write_text(
        f"name:\n  type: str\n  help: Name?\n  default: ''\n"
        f"  validator: \"{{% if name == 'bad' %}}{words}{{% endif %}}\"\n",
        encoding="utf-8",
    )
    child = start("new", "p", "--template", root)

    child.expect("Start from|Name")
    if "Start" in str(child.after):
        child.send("\r")
        child.expect("Name")
    child.send("bad\r")

    child.expect("word29")
    child.send(CTRL_C)
