"""A trusted template's code that never ends is ended with mlstarter, and nothing stays."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.conftest import command
from tests.engines.helpers import Files, commit, git, write_template
from tests.processes import heed_signals

pytestmark = pytest.mark.skipif(not hasattr(os, "killpg"), reason="Ctrl-C is no signal on Windows")

SLEEP = "#!/bin/sh\ntouch {mark}\nexec sleep 100\n"
ENDLESS: dict[str, Files] = {
    "a task": {"copier.yml": "n: 1\n_tasks: ['touch {mark}; exec sleep 100']\n", "a": "x"},
    "a hook": {
        "cookiecutter.json": '{{"s": "p"}}',
        "{{{{cookiecutter.s}}}}/a": "x",
        "hooks/post_gen_project.sh": SLEEP,
    },
    "a hook before": {
        "cookiecutter.json": '{{"s": "p"}}',
        "{{{{cookiecutter.s}}}}/a": "x",
        "hooks/pre_gen_project.sh": SLEEP,
    },
}


def wait_for(mark: Path, process: subprocess.Popen[str], *, size: int = 0) -> None:
    """Return once a file of so many bytes is there, the process has ended or a minute is over."""
    end = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < end:
        if mark.exists() and mark.stat().st_size >= size:
            break
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ENDLESS)
def test_ctrl_c_ends_code_that_never_ends(
    kind: str, tmp_path: Path, environ: dict[str, str]
) -> None:
    mark = tmp_path / "mark"
    files = {
        name.format(mark=mark): str(text).format(mark=mark) for name, text in ENDLESS[kind].items()
    }
    source = write_template(tmp_path / "t", files)
    here, scratch = tmp_path / "here", tmp_path / "scratch"
    here.mkdir()
    scratch.mkdir()
    process = subprocess.Popen(
        command(["new", "p", "--template", source, "--trust", "--yes"]),
        cwd=here,
        env={**environ, "TMPDIR": str(scratch)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=heed_signals,
    )
    wait_for(mark, process)
    os.killpg(process.pid, signal.SIGINT)
    output = process.communicate(timeout=30)[0]

    assert mark.exists(), output
    assert process.returncode == 130
    assert "Traceback" not in output
    assert output.strip().endswith("interrupted")
    assert list(here.iterdir()) == []
    assert list(scratch.iterdir()) == []


# The sleep is a child of the shell that is the task's, which ending that alone would leave.
PROGRAM = "sleep 100 & echo $! > {mark}; wait; :"
PROGRAMS: dict[str, Files] = {
    "a task": {"copier.yml": f"n: 1\n_tasks: ['{PROGRAM}']\n", "a": "x"},
    "a hook": {
        "cookiecutter.json": '{{"s": "p"}}',
        "{{{{cookiecutter.s}}}}/a": "x",
        "hooks/post_gen_project.sh": f"#!/bin/sh\n{PROGRAM}\n",
    },
    "a migration": {
        "copier.yml": f"n: 1\n_migrations: [{{{{version: 2.0.0, command: '{PROGRAM}'}}}}]\n",
        "a": "y",
    },
}


def is_at_work(number: int) -> bool:
    """Say whether a process is there, and no zombie that nobody has fetched."""
    process = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(number)], capture_output=True, text=True, check=False
    )
    return process.stdout.strip()[:1] not in {"", "Z"}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("kind", PROGRAMS)
def test_a_signal_to_mlstarter_alone_ends_what_the_template_runs(
    kind: str, name: str, tmp_path: Path, environ: dict[str, str]
) -> None:
    mark, source, scratch = (tmp_path / part for part in ("mark", "t", "scratch"))
    here = tmp_path / "here"
    here.mkdir()
    scratch.mkdir()
    arguments: list[str | Path] = ["new", "p", "--template", source, "--trust", "--yes"]
    if kind == "a migration":
        record = {"{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers|to_nice_yaml }}"}
        write_template(source, {"copier.yml": "n: 1\n", "a": "x", **record})
        commit(source, "1.0.0")
        subprocess.run(command(arguments), cwd=here, env=environ, check=True, capture_output=True)
        arguments = ["update", "p", "--trust"]
    before = git(here / "p", "rev-parse", "HEAD") if kind == "a migration" else ""
    files = PROGRAMS[kind].items()
    write_template(source, {n.format(mark=mark): str(x).format(mark=mark) for n, x in files})
    if kind == "a migration":
        commit(source, "2.0.0")
    process = subprocess.Popen(
        command(arguments),
        cwd=here,
        env={**environ, "TMPDIR": str(scratch)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # and so without a terminal
        preexec_fn=heed_signals,
    )
    wait_for(mark, process, size=1)
    process.send_signal(getattr(signal, name))
    output = process.communicate(timeout=30)[1]

    assert process.returncode == 128 + getattr(signal, name)
    assert "Traceback" not in output
    assert not is_at_work(int(mark.read_text()))
    assert list(scratch.iterdir()) == []
    if before:
        assert git(here / "p", "rev-parse", "HEAD") == before
        assert git(here / "p", "status", "--porcelain") == ""
    else:
        assert list(here.iterdir()) == []
