"""`--help` and `--version` must stay as light as click itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run

PROBE = """
import sys
import click
before = set(sys.modules)
from mlstarter.cli import run
status = run({arguments})
print(status, *sorted(set(sys.modules) - before), file=sys.stderr)
"""
# What click itself imports only when it formats a help page, and the standard library's own.
# Without a library among what they import.
LIGHT = tuple(
    f"mlstarter.{name}"
    for name in ("suggest", "console", "escape", "cli.failures", "cli.streams", "interrupts")
)
LIGHT_MODULES = ("mlstarter", "mlstarter.cli", "mlstarter.cli.lazy", "mlstarter.errors")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["-h"], []])
def test_help_imports_nothing_heavier_than_click(arguments: list[str]) -> None:
    result = subprocess.run(
        [sys.executable, "-c", PROBE.format(arguments=arguments)],
        capture_output=True,
        text=True,
        check=True,
    )
    status, *modules = result.stderr.strip().splitlines()[-1].split()
    ours = [name for name in modules if name.startswith("mlstarter")]
    foreign = [
        name
        for name in modules
        if not name.startswith("mlstarter")
        and name.partition(".")[0] not in sys.stdlib_module_names
        and not name.startswith("click")
    ]
    assert status in {"0", "2"}
    assert set(ours) <= {*LIGHT_MODULES, *LIGHT}
    assert foreign == []


# Half a second together, and of no use to who has a template and its answers.
HEAVY = ("copier", "duckdb", "filelock", "prompt_toolkit", "questionary", "requests", "urllib3")


@pytest.mark.slow
@pytest.mark.parametrize(
    "commands",
    [
        [["new", "--help"]],
        [["update", "--help"]],
        [["cohort", "status", "--help"]],
        [["list"]],
        [["new", "churn", "--type", "tabular", "--yes"], ["update", "churn", "--dry-run"]],
    ],
    ids=lambda commands: " ".join(commands[-1]),
)
def test_what_needs_no_network_and_no_prompt_does_not_load_them(
    tmp_path: Path, commands: list[list[str]]
) -> None:
    for arguments in commands:
        result = subprocess.run(
            [sys.executable, "-c", PROBE.format(arguments=arguments)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        status, *modules = result.stderr.strip().splitlines()[-1].split()
        assert status == "0"
        assert set(modules) & set(HEAVY) == set()


def test_help_lists_every_command(run: Run) -> None:
    result = run("--help")
    assert result.returncode == 0
    for verb in ("new", "update", "check", "list", "doctor", "template", "cohort", "completion"):
        assert f"\n  {verb} " in result.stdout


def test_version_is_the_package_s_own(run: Run) -> None:
    from mlstarter import __version__

    assert run("--version").stdout.strip() == f"mlstarter, version {__version__}"


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["nwe"], 'error: There is no command "nwe".', 'hint: did you mean "new"?'),
        (["zzz"], 'error: There is no command "zzz".', "hint: `mlstarter --help` shows them all"),
        (["--dbug"], 'error: There is no option "--dbug".', 'hint: did you mean "--debug"?'),
        (["new", "--presett", "x"], 'error: There is no option "--presett".',
         'hint: did you mean "--preset"?'),
        (["list", "tipes"], 'error: There is no list of "tipes".', 'hint: did you mean "types"?'),
        (["completion", "bsh"], 'error: There is no completion for the shell "bsh".',
         'hint: did you mean "bash"?'),
    ],
)  # fmt: skip
def test_a_mistyped_word_gets_its_nearest_match(
    run: Run, arguments: list[str], message: str, hint: str
) -> None:
    result = run(*arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [message, hint]


@pytest.mark.slow
def test_an_unexpected_error_is_one_line_and_a_traceback_only_with_debug() -> None:
    probe = (
        "import mlstarter.checks.machine as m, mlstarter.cli as c, sys\n"
        "m.git = lambda: 1 / 0\n"
        "sys.exit(c.run(sys.argv[1:]))"
    )

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", probe, *arguments], capture_output=True, text=True, check=False
        )

    quiet = call("doctor")
    assert quiet.returncode == 1
    assert quiet.stderr.splitlines() == [
        "error: Something unexpected went wrong (ZeroDivisionError: division by zero).",
        "hint: run `mlstarter --debug ...` again and report what it prints",
    ]
    assert "Traceback" in call("--debug", "doctor").stderr


@pytest.mark.slow
def test_a_closed_pipe_is_quiet() -> None:
    script = '"$0" -m mlstarter list questions | head -1; echo ${PIPESTATUS[0]}'
    result = subprocess.run(
        ["/bin/bash", "-c", script, sys.executable], capture_output=True, text=True, check=False
    )
    assert result.stderr == ""
    assert result.stdout.splitlines()[-1] == "0"


@pytest.mark.parametrize("name", ["click", "mlstarter.cli.lazy"])
@pytest.mark.parametrize("has_wrapper", [False, True])
def test_ctrl_c_before_anything_is_loaded_shows_no_traceback(name: str, has_wrapper: bool) -> None:
    """A signal comes while a module is imported, or while a class in it is made."""
    stop = (
        "raise RuntimeError from KeyboardInterrupt()" if has_wrapper else "raise KeyboardInterrupt"
    )
    program = f"""
import sys
class Finder:
    def find_spec(self, name, *_):
        if name == {name!r}:
            {stop}
sys.meta_path.insert(0, Finder())
from mlstarter.__main__ import main
main()
"""
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr) == (130, "")
