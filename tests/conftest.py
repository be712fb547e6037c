"""What every test may use."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from mlstarter.sources import Template

Require = Callable[[str], str]
Run = Callable[..., tuple[int, str, str]]


# Groups of end-to-end tests that take longest: begun first, no worker is left with one at the end.
LONGEST_GROUPS = ("asr", "tabular", "cv", "nlp")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave one case of a ``sampled`` test in the quick run, its first; ``make test`` runs all.

    The groups that take longest come first.
    """
    families: dict[tuple[object, str], list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("sampled"):
            name = getattr(item, "originalname", item.name)
            families.setdefault((item.parent, name), []).append(item)
    for cases in families.values():
        for case in cases[1:]:
            case.add_marker("slow")

    def place(item: pytest.Item) -> int:
        group = item.get_closest_marker("xdist_group")
        name = group.args[0] if group else ""
        return LONGEST_GROUPS.index(name) if name in LONGEST_GROUPS else len(LONGEST_GROUPS)

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """Take thousands of tests out of the garbage collector's way.

    Else it walks through them in each test and, worse, in each fork, which then copies them.
    """
    gc.collect()
    gc.freeze()


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


@pytest.fixture(scope="session")
def working_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """Return ``templates/`` as they stand, put together once for every test of this process."""
    # Not at the top: a project's own Python, which has no mlstarter, reads this file too.
    from mlstarter import sources
    from mlstarter.sources.assemble import assemble

    folder = tmp_path_factory.mktemp("assembled") / "template"
    assemble(Path(__file__).parents[1] / "templates", folder)
    return sources.resolve(str(folder))


@pytest.fixture(scope="session")
def bundle_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for XDG_CACHE_HOME that holds the released templates.

    This process has loaded them from there: its forks (``processes.py``) need not.
    """
    from mlstarter import engines, questions, sources

    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLSTARTER_CACHE_DIR", raising=False)
        patch.setenv("XDG_CACHE_HOME", str(folder))
        template = sources.resolve()
        engines.render(template, questions.complete(questions.load(template), {}))
    return folder


@pytest.fixture
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, cache, home and git identity of this test alone."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(
        '[user]\n\tname = Ada\n\temail = ada@example.org\n[protocol "file"]\n\tallow = always\n'
    )
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.setenv("MLSTARTER_CACHE_DIR", str(home / "cache"))
    monkeypatch.delenv("MLSTARTER_SETTINGS", raising=False)


@pytest.fixture
def mlstarter(own_folders: None, capfd: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs the command line here and gives status, stdout and stderr."""
    # Not at the top: a project's own Python, which has no mlstarter, reads this file too.
    from mlstarter import cli

    def run(*argv: str | Path) -> tuple[int, str, str]:
        capfd.readouterr()
        status = cli.run([str(word) for word in argv])
        return status, *capfd.readouterr()

    return run
