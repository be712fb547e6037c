"""What ``doctor`` looks at: what this machine has, and what is missing for which job."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from mlstarter import settings
from mlstarter.checks.finding import Finding
from mlstarter.checks.kaggle import kaggle_credentials
from mlstarter.errors import MlstarterError
from mlstarter.git.identity import IDENTITY_HINT, committer
from mlstarter.git.process import Git, require_git

# A project's own environment with torch takes about 1.5 GB; without, half of that.
SPACE_NEEDED = 2 * 1024**3
SPACE_TIGHT = 6 * 1024**3
ENGINES = ("docker", "podman")


def machine(folder: Path) -> list[Finding]:
    """Check the machine, for projects that are made in ``folder``."""
    return [
        git(),
        identity(folder),
        python(),
        disk_space(folder),
        container_engine(),
        own_settings(),
        kaggle_credentials(),
    ]


def git() -> Finding:
    """Check that git is there and new enough for updates."""
    try:
        version = require_git()
    except MlstarterError as error:
        return Finding("git", "failed", error.message, error.hint or "")
    return Finding("git", "ok", ".".join(map(str, version)))


def identity(folder: Path) -> Finding:
    """Check that git knows the user's name and address; neither is printed."""
    name = "git identity"
    try:
        identity = committer(Git(folder))
    except MlstarterError:
        return Finding(name, "failed", "cannot be read without git", "install git")
    if identity.fallback:
        return Finding(name, "warning", "not set; commits would name a stand-in", IDENTITY_HINT)
    return Finding(name, "ok", "set")


def own_settings() -> Finding:
    """Check that the user's settings can be read; they are asked only where code would run."""
    name = "settings"
    try:
        entries = settings.trusted_entries()
    except MlstarterError as error:
        return Finding(name, "failed", error.message, error.hint or "")
    return Finding(name, "ok", f"{len(entries)} trusted" if entries else "no source is trusted")


def python() -> Finding:
    """Check that generated projects can run with this Python."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] > (3, 13):
        mend = "install Python 3.12 beside it, and make projects with it: make PYTHON=python3.12"
        return Finding("Python", "warning", f"{version}; projects are tested to 3.13", mend)
    return Finding("Python", "ok", version)


def disk_space(folder: Path) -> Finding:
    """Check that a project and its environment fit on the disk of ``folder``."""
    free = shutil.disk_usage(folder).free
    amount = f"{free / 1024**3:.1f} GB free"
    mend = "free some space; a project's environment takes 1 to 2 GB"
    if free < SPACE_NEEDED:
        return Finding("disk space", "failed", amount, mend)
    return Finding("disk space", "warning" if free < SPACE_TIGHT else "ok", amount, mend)


def container_engine() -> Finding:
    """Check that docker or podman is installed and answers."""
    name = "container engine"
    silent = None
    for engine in ENGINES:
        if shutil.which(engine) is None:
            continue
        try:
            result = subprocess.run(
                [engine, "version", "--format", "{{.Client.Version}}"],
                capture_output=True,
                text=True,
                timeout=20,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            silent = engine
            continue
        if result.returncode == 0:
            return Finding(name, "ok", f"{engine} {result.stdout.strip()}")
        silent = engine
    if silent is not None:
        mend = f"start it; `{silent} version` says what is wrong"
        return Finding(name, "warning", f"{silent} is installed but does not answer", mend)
    mend = "install docker (https://docs.docker.com/get-docker) or podman (https://podman.io)"
    return Finding(name, "warning", "none; only `make image` and `make demo` need one", mend)
