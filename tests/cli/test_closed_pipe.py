"""A reader that has seen enough is no failure."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_a_closed_pipe_does_not_fail_the_command(tmp_path: Path) -> None:
    identity = tmp_path / "gitconfig"
    identity.write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n")
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "copier.yml").write_text("n: 1\n")
    code = (
        "import os, sys; from mlstarter.cli import run; r, w = os.pipe(); os.close(r);"
        "os.dup2(w, 1); sys.exit(run(sys.argv[1:]))"
    )

    result = subprocess.run(
        [sys.executable, "-c", code, "new", "p", "--template", str(tmp_path / "t"), "--yes"],
        cwd=tmp_path,
        env={**os.environ, "GIT_CONFIG_GLOBAL": str(identity)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (result.returncode, result.stderr) == (0, "")
    assert (tmp_path / "p" / ".git").is_dir()
