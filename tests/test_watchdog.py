"""What a template keeps busy inside one step of Python's, which no signal reaches, is ended."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.engines.helpers import Files, write_template

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows copies no process")

# With a second in the place of half a minute.
PROGRAM = """\
import sys
from mlstarter import bounds, watchdog
bounds.MAX_SECONDS = 1
watchdog._PATIENCE = {patience}
from mlstarter.cli import main
sys.exit(main())
"""
DOUBLING = (
    "{% set n = namespace(a=START, b=START) %}"
    "{% for i in range(60) %}{% set n.a = PAIR %}{% set n.b = OTHER %}{% endfor %}"
)


def text_that_doubles(start: str, pair: str, use: str) -> str:
    text = DOUBLING.replace("START", start).replace("PAIR", pair.format("n.a"))
    return text.replace("OTHER", pair.format("n.b")) + use


TEXTS = {
    "comparing": text_that_doubles("[1]", "[{0}, {0}]", "{{ n.a == n.b }}"),
    "looking for": text_that_doubles("[1]", "[{0}, {0}]", "{{ n.a in [n.b] }}"),
    "hashing": text_that_doubles("(1,)", "({0}, {0})", "{{ {n.a: 1}|length }}"),
    "adding up": "{{ ([[1]] * 3000000)|sum(start=[])|length }}",
    "searching from the end": "{{ ('a' * 9000000).rfind('ab' ~ 'a' * 4000000) }}",
}
COPIER = {"copier.yml": "n: 1\n"}


def programs_about(folder: Path) -> list[str]:
    """Return the command lines of the processes that stand in a folder."""
    command_lines = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (process / "cwd").readlink().is_relative_to(folder):
                command_lines.append((process / "cmdline").read_text().replace("\0", " "))
    return command_lines


def run(tmp_path: Path, files: Files, patience: int = 1) -> subprocess.CompletedProcess[str]:
    source = write_template(tmp_path / "t", files)
    arguments = ["new", "p", "--template", str(source), "--yes"]
    for name in ("here", "temporary"):
        (tmp_path / name).mkdir()
    places = {"XDG_CACHE_HOME": "cache", "HOME": "home", "TMPDIR": "temporary"}
    return subprocess.run(
        [sys.executable, "-c", PROGRAM.format(patience=patience), *arguments],
        cwd=tmp_path / "here",
        env={**os.environ, **{key: str(tmp_path / name) for key, name in places.items()}},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.sampled
@pytest.mark.parametrize("case", TEXTS)
@pytest.mark.parametrize("place", ["file", "question", "Cookiecutter"])
def test_one_step_that_does_not_end_is_ended_with_a_sentence(
    case: str, place: str, tmp_path: Path
) -> None:
    # What is ignored stays at home: the rest is read from a copy in a temporary folder.
    own_files: Files = {".gitignore": "notes", "notes": "x"}
    places: dict[str, Files] = {
        "file": {**COPIER, "f.jinja": TEXTS[case]},
        "question": {"copier.yml": f'n: {{type: str, default: "{TEXTS[case]}"}}\n'},
        "Cookiecutter": {"cookiecutter.json": '{"s": "p"}', "{{cookiecutter.s}}/f": TEXTS[case]},
    }
    files = {**own_files, **places[place]}

    result = run(tmp_path, files)

    assert result.returncode == 1
    error, hint = result.stderr.splitlines()[-2:]
    assert error.startswith("error: ")
    assert error.endswith("takes longer than 1 seconds.")
    assert hint.startswith("hint: ")
    assert list((tmp_path / "here").iterdir()) == []
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.slow
def test_a_step_of_copier_itself_is_ended_too(tmp_path: Path) -> None:
    # Copier's own loop over names is rendered by Copier alone.
    name = "{% yield x from [1, 2] %}{{ x }}{% endyield %}.txt.jinja"
    result = run(tmp_path, {**COPIER, name: TEXTS["comparing"]}, patience=10)

    assert result.returncode == 1
    assert "takes longer than 1 seconds." in result.stderr
    assert "Traceback" not in result.stderr
    assert list((tmp_path / "temporary").iterdir()) == []
    assert programs_about(tmp_path) == []
    assert list((tmp_path / "here").iterdir()) == []


@pytest.mark.slow
def test_the_watchdog_ends_with_what_it_watches(tmp_path: Path) -> None:
    start = time.monotonic()
    result = run(tmp_path, {**COPIER, "f.jinja": "x"})

    # Whoever waits for the end of both outputs does not wait for it.
    assert result.returncode == 0, result.stderr
    assert time.monotonic() - start < 20
