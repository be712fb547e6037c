"""Nobody waits for a pipe that lies in a template's folder."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

import pytest

from tests.engines.helpers import Files, commit, write_template
from tests.processes import run_command_line

pytestmark = [
    pytest.mark.usefixtures("own_folders"),
    pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes with a name"),
]

COPIER: Files = {"copier.yml": "n: 1\n", "a.txt": "x"}
COOKIECUTTER: Files = {"cookiecutter.json": '{"s": "p"}', "{{cookiecutter.s}}/a.txt": "x"}


def in_time(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command that must not wait: far below the bound of a render."""
    return run_command_line(words, Path.cwd(), os.environ, timeout=25)


@pytest.mark.sampled
@pytest.mark.parametrize("is_tracked", [False, True], ids=["folder", "repository"])
@pytest.mark.parametrize(
    ("files", "pipe"),
    [
        (COPIER, "pipe"),
        (COPIER, "pipe.jinja"),
        (COPIER, "below/pipe"),
        (COOKIECUTTER, "{{cookiecutter.s}}/pipe"),
    ],
    ids=["a file", "a text", "in a folder", "of Cookiecutter"],
)
def test_a_pipe_is_no_file_of_a_template(
    files: Files, pipe: str, is_tracked: bool, tmp_path: Path
) -> None:
    source = write_template(tmp_path / "t", files)
    if is_tracked:
        commit(source)
    (source / pipe).parent.mkdir(exist_ok=True)
    os.mkfifo(source / pipe)

    result = in_time("new", tmp_path / "p", "--template", source, "--yes")

    assert result.returncode == 0, result.stderr
    assert (tmp_path / "p" / "a.txt").read_text() == "x"
    assert not list((tmp_path / "p").rglob("*pipe*"))


@pytest.mark.slow
@pytest.mark.parametrize("is_tracked", [False, True], ids=["folder", "repository"])
@pytest.mark.parametrize("name", [".gitignore", ".gitattributes", "below/.gitignore"])
def test_a_pipe_that_git_would_open_is_named(name: str, is_tracked: bool, tmp_path: Path) -> None:
    source = write_template(tmp_path / "t", COPIER)
    if is_tracked:
        commit(source)
    (source / name).parent.mkdir(exist_ok=True)
    os.mkfifo(source / name)

    for words in (
        ("new", tmp_path / "p", "--template", source, "--yes"),
        ("template", "lint", source),
    ):
        result = in_time(*words)
        assert result.returncode == 1
        assert f"error: {name} of the template is a pipe, socket or device" in result.stderr
        assert "hint: " in result.stderr
    assert not (tmp_path / "p").exists()


def test_a_pipe_in_the_place_of_the_questions_is_no_template(tmp_path: Path) -> None:
    source = commit(write_template(tmp_path / "t", COPIER))
    (source / "copier.yml").unlink()
    os.mkfifo(source / "copier.yml")

    result = in_time("new", tmp_path / "p", "--template", source, "--yes")

    assert result.returncode == 1
    assert "copier.yml of the template is a pipe, socket or device" in result.stderr


def test_a_socket_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = write_template(tmp_path / "t", COPIER)
    monkeypatch.chdir(source)  # the path of a socket may have a hundred letters
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        result = in_time("new", tmp_path / "p", "--template", source, "--yes")

    assert result.returncode == 0, result.stderr
    assert not (tmp_path / "p" / "socket").exists()


def test_a_template_with_a_pipe_is_converted(tmp_path: Path) -> None:
    source = write_template(tmp_path / "t", COOKIECUTTER)
    os.mkfifo(source / "{{cookiecutter.s}}" / "pipe")
    os.mkfifo(source / "README.md")

    result = in_time("template", "convert", source, tmp_path / "out")

    assert result.returncode == 0, result.stderr
    assert not list((tmp_path / "out").rglob("*pipe*"))
