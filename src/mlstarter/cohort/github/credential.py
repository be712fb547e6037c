"""The token for GitHub: where it comes from, and how git gets it.

It is sent in a header and handed to git by a helper that reads it from the environment: it is in
no argument, no URL, no log.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace

from mlstarter.cohort.config import Config
from mlstarter.cohort.transport import Transport
from mlstarter.errors import EnvironmentProblem

VARIABLE = "MLSTARTER_FORGE_TOKEN"
_HELPER = f'!f() {{ echo username=x-access-token; echo "password=${VARIABLE}"; }}; f'


def read_token(config: Config) -> str:
    """Return the token from the configured variable, GH_TOKEN, GITHUB_TOKEN or gh itself.

    Raises EnvironmentProblem where there is none.
    """
    names = (config.token_env,) if config.token_env else ("GH_TOKEN", "GITHUB_TOKEN")
    for name in names:
        if value := os.environ.get(name, "").strip():
            # What a header cannot carry would end in an error that shows it.
            if not value.isascii() or not value.isprintable() or " " in value:
                raise EnvironmentProblem(
                    f"{name} holds no token for GitHub: it has letters that no token has.",
                    hint=f"export {name}=... again, with the token alone",
                )
            return value
    if config.token_env is None and shutil.which("gh") is not None:
        process = subprocess.run(
            ["gh", "auth", "token"], capture_output=True, text=True, check=False
        )
        if process.returncode == 0 and process.stdout.strip():
            return process.stdout.strip()
    raise EnvironmentProblem(
        "There is no token for GitHub.",
        hint=f"export {names[0]}=..., or sign in with `gh auth login`",
    )


def with_token(transport: Transport, token: str) -> Transport:
    """Return a transport whose git signs in with the token."""
    # An empty helper first: nothing else may answer for this host, nor store the token.
    helpers = (("credential.helper", ""), ("credential.helper", _HELPER))
    return replace(
        transport,
        env={**transport.env, VARIABLE: token},
        config=(*transport.config, *helpers),
    )
