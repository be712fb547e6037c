"""What every test may use."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable

import pytest

Require = Callable[[str], str]


@pytest.fixture(scope="session")
def require() -> Require:
    """Return a function that finds a program, or skips the test (fails it where CI is set).

    Its argument may name alternatives, best first: ``require("chromium google-chrome")``.
    """

    def find(names: str) -> str:
        for name in names.split():
            if path := shutil.which(name):
                return path
        message = f"this test needs {' or '.join(names.split())}, which was not found on PATH"
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(f"{message}; .ci/run installs it", pytrace=False)
        pytest.skip(message)

    return find
