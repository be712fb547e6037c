"""What somebody else wrote may be one long line: no pattern reads it once for each of its letters.

A pattern that begins anywhere in a run of letters and needs a sign behind it reads n letters
n^2 times. The inputs are long enough that this takes minutes; the bound is of processor time.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest

from mlstarter.authoring.file_syntax import parse_fault
from mlstarter.cohort.github.activity import parse_cursor
from mlstarter.data.notes import note_of_classes
from mlstarter.data.unicode_encodings import utf7_words
from mlstarter.engines.cookiecutter.config import CookiecutterConfig
from mlstarter.errors import MlstarterError
from mlstarter.sources.address import public, public_text

N = 300_000
CPU_SECONDS = 20


@contextmanager
def cpu_limit() -> Iterator[None]:
    """Fail where the block takes more processor time than any linear reader needs."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        pytest.fail(f"took over {CPU_SECONDS} s of processor time", pytrace=False)

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, CPU_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _inner_templates(text: str) -> object:
    return CookiecutterConfig(Path("t"), {"template": [text]}).inner_templates


CASES: dict[str, tuple[Callable[[str], object], str]] = {
    "data that may be UTF-7": (lambda text: utf7_words(text.encode()), "x" * N),
    "a cell of a class": (lambda text: note_of_classes([text]), f"a{' ' * N}b"),
    "a page of GitHub's": (parse_cursor, "<" * N),
    "a template of templates": (_inner_templates, "(" * N),
    "a name of JSON5": (lambda text: parse_fault("a.json5", text.encode()), '"' + '\\"' * N),
    "a comment of JSON5": (lambda text: parse_fault("a.json5", text.encode()), "/* " * N),
    "a name of JSON": (lambda text: parse_fault("a.jsonc", text.encode()), '"' + '\\"' * N),
    "tags of Jinja": (lambda text: parse_fault("a.toml", text.encode()), "{" * N),
    "tags of ERB": (lambda text: parse_fault("a.toml", text.encode()), "<%" * N),
    "lines of Python": (lambda text: parse_fault("a.py", text.encode()), "{%" * N),
    "empty lines of Python": (lambda text: parse_fault("a.py", text.encode()), "\n" * N + "("),
    "brackets of YAML": (lambda text: parse_fault("a.yml", text.encode()), "[" * 300 + "a," * N),
    "brackets of JSON5": (lambda text: parse_fault("a.json5", text.encode()), "[" * 300 + "a," * N),
    "an address": (public, "a:b," * N),
    "a message of a server": (public_text, "1," * N),
    "a word of a server": (public_text, "x" * N),
    "an account of a server": (public_text, "1,@" * N),
}


@pytest.mark.sampled
@pytest.mark.parametrize("name", CASES)
def test_a_long_line_is_read_once(name: str) -> None:
    reader, text = CASES[name]
    with cpu_limit():
        try:
            reader(text)
        except MlstarterError as error:
            assert len(str(error)) < 2_000
