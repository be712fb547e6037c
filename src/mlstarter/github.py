"""GitHub through its own command-line tool, ``gh``, which keeps the user's credential."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from pathlib import Path

from mlstarter.errors import EnvironmentProblem, NeedsAttention


def require() -> None:
    """Raise EnvironmentProblem unless ``gh`` is installed and signed in."""
    if shutil.which("gh") is None:
        raise EnvironmentProblem(
            "--github needs GitHub's tool gh, which is not installed.",
            hint="install it from https://cli.github.com, or leave out --github",
        )
    if _gh("auth", "status").returncode != 0:
        raise EnvironmentProblem("gh is not signed in to GitHub.", hint="run `gh auth login`")


def publish(project: Path) -> str:
    """Create a private repository named after the project, push to it, return its address.

    Raises NeedsAttention where GitHub refuses: the project itself is complete by then.
    """
    command = ("repo", "create", project.name, "--private", "--source", str(project), "--push")
    result = _gh(*command)
    if result.returncode != 0:
        complaint = result.stderr.strip().splitlines() or ["it failed"]
        raise NeedsAttention(
            f"The project is complete, but gh could not push it: {complaint[-1].rstrip('.')}.",
            hint=f"try again with: cd {shlex.quote(str(project))} && "
            f"gh repo create {shlex.quote(project.name)} --private --source . --push",
        )
    words = (result.stdout + " " + result.stderr).split()
    return next((word for word in words if word.startswith("https://")), "GitHub")


def _gh(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["gh", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
