"""Every benchmark starts, and one that lacks something leaves the others alone."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

import pytest

from benchmarks import __main__ as benchmarks
from benchmarks.command import Unavailable


@pytest.mark.parametrize("name", benchmarks.names())
def test_every_benchmark_tells_what_it_measures(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    module = importlib.import_module(f"benchmarks.{name}")
    with pytest.raises(SystemExit, match=r"^0$"):
        module.main(["--help"])
    assert str(module.__doc__).splitlines()[0] in capsys.readouterr().out


@pytest.mark.parametrize("name", benchmarks.names())
def test_no_benchmark_takes_an_option_that_it_does_not_have(name: str) -> None:
    with pytest.raises(SystemExit, match=r"^2$"):
        importlib.import_module(f"benchmarks.{name}").main(["--no-such-option"])


def test_what_runs_by_name_alone_is_a_benchmark() -> None:
    assert set(benchmarks.BY_NAME) <= set(benchmarks.names())


@pytest.fixture
def trial(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A benchmark that stands in for `help`, and what it does is up to the test."""
    module = ModuleType("benchmarks.help")
    monkeypatch.setitem(sys.modules, "benchmarks.help", module)
    return module


def start(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["benchmarks", *words])
    return benchmarks.main()


@pytest.mark.parametrize(
    ("reason", "note"),
    [
        (Unavailable("a browser is not here"), "skipped: a browser is not here"),
        (ModuleNotFoundError("No", name="soundfile"), "skipped: soundfile is not installed"),
    ],
)
def test_a_benchmark_that_lacks_something_is_skipped_and_the_others_run(
    trial: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    reason: Exception,
    note: str,
) -> None:
    runs = []

    def main(arguments: list[str]) -> None:
        runs.append(arguments)
        if len(runs) == 1:
            raise reason

    vars(trial)["main"] = main
    assert start(monkeypatch, "help", "gpu", "help") == 0
    lines = capsys.readouterr().out.splitlines()
    assert note in lines and len(runs) == 2
    assert "skipped: it needs arguments, see python -m benchmarks.gpu --help" in lines


@pytest.mark.parametrize(
    "failure",
    [
        SystemExit("the two ways do not write the same files"),
        ValueError("wrong"),
        ModuleNotFoundError("No module", name="mlstarter.old_name"),
    ],
)
def test_a_benchmark_that_fails_is_named_and_the_others_run(
    trial: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    failure: BaseException,
) -> None:
    def main(_: list[str]) -> None:
        raise failure

    vars(trial)["main"] = main
    assert start(monkeypatch, "help", "gpu") == 1
    streams = capsys.readouterr()
    assert str(failure) in streams.err and "error: failed: help\n" in streams.err
    assert "== gpu" in streams.out


def test_without_a_name_what_is_not_run_is_listed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    runs: list[str] = []

    def run(name: str) -> bool:
        runs.append(name)
        return True

    monkeypatch.setattr(benchmarks, "run", run)
    assert start(monkeypatch) == 0
    assert sorted([*runs, *benchmarks.BY_NAME]) == benchmarks.names()
    output = capsys.readouterr().out
    assert all(f"  {name} " in output for name in benchmarks.BY_NAME)


def test_an_unknown_benchmark_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start(monkeypatch, "hepl") == 2
    assert "error: no benchmark 'hepl'" in capsys.readouterr().err
