"""Ctrl-C ends a trusted template's code that never ends, and nothing stays."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.conftest import command
from tests.engines.helpers import Files, write_template
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
    end = time.monotonic() + 60
    while not mark.exists() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.05)

    os.killpg(process.pid, signal.SIGINT)
    output = process.communicate(timeout=30)[0]

    assert mark.exists(), output
    assert process.returncode == 130
    assert "Traceback" not in output
    assert output.strip().endswith("interrupted")
    assert list(here.iterdir()) == []
    assert list(scratch.iterdir()) == []
