"""Whatever a user's machine is like, a command works or says in a line what is wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlstarter.cli.failures import sentences
from mlstarter.questions.memory import remember, remembered_answers
from mlstarter.questions.model import Answers
from tests.cli.conftest import Run, command

BAD = ("Traceback", "unexpected", "Exception ignored")


def report(result: subprocess.CompletedProcess[str]) -> str:
    """Return what a failed command said: one error line and at most one hint."""
    assert not [word for word in BAD if word in result.stdout + result.stderr], result.stderr
    assert len(result.stderr.splitlines()) <= 2, result.stderr
    assert result.stderr.startswith("error: ")
    return result.stderr


@pytest.mark.parametrize("words", [(), ("template",), ("cohort",)])
def test_a_command_alone_shows_its_help(words: tuple[str, ...], run: Run) -> None:
    result = run(*words)

    assert result.returncode == 0
    assert result.stdout.startswith("Usage: mlstarter")
    assert "Commands:" in result.stdout
    assert result.stderr == ""


@pytest.mark.parametrize("words", [("nwe",), ("template", "nwe"), ("cohort", "cretae")])
def test_a_mistyped_command_gets_the_nearest_in_every_group(
    words: tuple[str, ...], run: Run
) -> None:
    result = run(*words)

    name = "create" if "cohort" in words else "new"
    assert result.returncode == 2
    assert report(result).splitlines() == [
        f'error: There is no command "{words[-1]}".', f'hint: did you mean "{name}"?'
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("typo", "option"),
    [
        ("--tpye", "--type"),
        ("--trsut", "--trust"),
        ("--presets", "--preset"),
        ("--awnsers", "--answers"),
        ("--dryrun", "--dry-run"),
        ("--dry_run", "--dry-run"),
        ("--no-gti", "--no-git"),
        ("--nestd", "--nested"),
        ("--standlone", "--standalone"),
        ("--TEMPLATE", "--template"),
        ("--jsn", "--json"),
        ("--hlep", "--help"),
    ],
)
def test_a_mistyped_option_gets_the_nearest(typo: str, option: str, run: Run) -> None:
    result = run("new", "p", typo, "x")

    assert result.returncode == 2
    assert f'did you mean "{option}"?' in report(result)


@pytest.mark.sampled
@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "latin-1", "cp437:strict"])
@pytest.mark.parametrize("way", ["list", "dry-run", "json", "error"])
def test_letters_that_the_output_lacks_stop_nothing(
    encoding: str, way: str, run: Run, tmp_path: Path
) -> None:
    root = tmp_path / "u"
    root.mkdir()
    (root / "copier.yml").write_text(
        'name: {type: str, help: "Имя 🚀", default: "проект"}\n', encoding="utf-8"
    )
    (root / "данные.txt").write_text("x", encoding="utf-8")
    env = {"PYTHONIOENCODING": encoding}
    arguments = {
        "list": ["list", "questions", "--template", root],
        "dry-run": ["new", "p", "--template", root, "--yes", "--dry-run"],
        "json": ["new", "p", "--template", root, "--yes", "--json"],
        "error": ["new", "p", "--template", root, "--yes", "--data", "имя=🚀"],
    }[way]

    result = run(*arguments, env=env)

    assert result.returncode == (2 if way == "error" else 0), result.stderr
    if way == "json":
        assert json.loads(result.stdout)["answers"] == {"name": "проект"}
        assert result.stdout.isascii()


@pytest.mark.slow
def test_without_git_it_says_how_to_get_it(run: Run, template: Path, tmp_path: Path) -> None:
    assert run("new", "first", "--template", template, "--yes").returncode == 0

    for arguments in (("new", "proj", "--template", template, "--yes"), ("update", "first")):
        result = run(*arguments, env={"PATH": str(tmp_path / "nowhere")})

        assert result.returncode == 1
        assert "git was not found on this machine" in report(result)
        assert "https://git-scm.com/downloads" in result.stderr


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo 'xcode-select: note: no developer tools were found' >&2; exit 1", "does not work"),
        ("echo 'git version 1.8.3'", "git 1.8.3 is too old"),
        ("echo nonsense", "does not work: nonsense"),
        ("echo 'fatal: bad config line 8 in file /g' >&2; exit 128", "line of /g, in any editor"),
    ],
)
def test_a_git_that_is_none_is_said(
    script: str, message: str, run: Run, template: Path, tmp_path: Path
) -> None:
    (tmp_path / "bin").mkdir()
    fake = tmp_path / "bin" / "git"
    fake.write_text(f"#!/bin/sh\n{script}\n")
    fake.chmod(0o755)

    result = run(
        "new", "proj", "--template", template, "--yes", env={"PATH": f"{fake.parent}:/bin"}
    )

    assert result.returncode == 1
    assert message in report(result)


@pytest.mark.slow
def test_a_git_with_words_after_its_version_is_taken(
    run: Run, template: Path, tmp_path: Path
) -> None:
    (tmp_path / "bin").mkdir()
    fake = tmp_path / "bin" / "git"
    fake.write_text(
        '#!/bin/sh\n[ "$1" = version ] && { echo "git version 2.39.5 (Apple Git-154)"; exit; }\n'
        f'PATH="{os.environ["PATH"]}"; exec git "$@"\n'
    )
    fake.chmod(0o755)

    result = run(
        "new", "proj", "--template", template, "--yes", env={"PATH": f"{fake.parent}:/bin"}
    )

    assert result.returncode == 0, result.stderr


@pytest.mark.slow
@pytest.mark.parametrize("home", ["/nonexistent", "/dev/null", ""])
def test_a_home_that_is_none_stops_nothing(home: str, run: Run, template: Path) -> None:
    env = {"HOME": home, "XDG_CONFIG_HOME": "", "XDG_CACHE_HOME": ""}

    result = run("new", "proj", "--template", template, "--yes", env=env)
    assert result.returncode == 0, result.stderr
    result = run(
        "new", "q", "--type", "tabular", "--yes", "--dry-run", "-d", "project_name=q", env=env
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.slow
@pytest.mark.parametrize("cache", ["/dev/null/x", "/proc/1/x", "a-file"])
def test_a_cache_that_cannot_be_written_stops_nothing(cache: str, run: Run, here: Path) -> None:
    (here / "a-file").write_text("")

    result = run("new", "q", "--type", "tabular", "--yes", env={"MLSTARTER_CACHE_DIR": cache})

    assert result.returncode == 0, result.stderr


@pytest.mark.sampled
@pytest.mark.parametrize(
    "arguments",
    [("new", "p", "--yes"), ("update",), ("check",), ("doctor",), ("template", "lint")],
)
def test_a_folder_that_was_deleted_is_said(
    arguments: tuple[str, ...], environ: dict[str, str], tmp_path: Path
) -> None:
    folder_gone = tmp_path / "gone"
    folder_gone.mkdir()
    line = f'cd "{folder_gone}" && rmdir "{folder_gone}" && exec "$@"'

    result = subprocess.run(
        ["sh", "-c", line, "sh", *command(arguments)],
        env={**environ, "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 1
    assert "The folder that you are in does not exist any more." in report(result)


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("redirection", "status"),
    [(">&-", 0), ("2>&-", 0), ("<&-", 0), ("<&- >&- 2>&-", 0), (">/dev/full", 1), ("| true", 0)],
)
@pytest.mark.parametrize("way", ["new", "list", "help"])
def test_streams_that_are_closed_or_full(
    redirection: str, status: int, way: str, environ: dict[str, str], template: Path, tmp_path: Path
) -> None:
    arguments = {
        "new": ("new", "proj", "--template", template, "--yes"),
        "list": ("list", "questions", "--template", template, "--json"),
        "help": ("--help",),
    }[way]
    (tmp_path / "errors").touch()
    line = f'set -o pipefail; "$@" 2>{tmp_path}/errors {redirection}'

    result = subprocess.run(
        ["bash", "-c", line, "bash", *command(arguments)],
        cwd=tmp_path,
        env=environ,
        check=False,
    )

    errors = (tmp_path / "errors").read_text()
    assert result.returncode == status, errors
    assert not [word for word in BAD if word in errors], errors
    if way == "new":
        assert (tmp_path / "proj" / ".git").is_dir()


@pytest.mark.parametrize(
    ("dest", "message"),
    [
        ("file", "exists already and is a file"),
        ("file/x", "is a file, so no folder can be made in it"),
        ("x" * 300, "is too long for this system"),
        ("/".join(["x" * 100] * 60), "is too long for this system"),
        ("/dev/null", "exists already and is a file"),
        ("/proc/x", "Writing in /proc failed"),
        ("loop/x", "lead in a circle"),
    ],
)
def test_a_place_that_cannot_be_is_said(
    dest: str, message: str, run: Run, here: Path, template: Path
) -> None:
    (here / "file").write_text("mine")
    (here / "loop").symlink_to("loop")

    result = run("new", dest, "--template", template, "--yes", "-d", "project_name=name")

    assert result.returncode in {1, 2}
    assert message in report(result)
    assert sorted(path.name for path in here.iterdir()) == ["file", "loop"]
    assert (here / "file").read_text() == "mine"


def test_bytes_that_are_no_letters_are_refused(run: Run, template: Path, here: Path) -> None:
    result = run("new", "proj", "--template", template, "--yes", "-d", "author_name=a\udcff")

    assert result.returncode == 2
    assert "it is not text in UTF-8" in report(result)
    assert not (here / "proj").exists()


@pytest.mark.sampled
@pytest.mark.parametrize(
    "env",
    [
        {"SOURCE_DATE_EPOCH": "0"},
        {"SOURCE_DATE_EPOCH": "-5"},
        {"TZ": "Nowhere/Else"},
        {"LC_ALL": "xx_YY.nope"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"TERM": ""},
        {"TMPDIR": "/nonexistent"},
        {"COLUMNS": "1"},
        {"MLSTARTER_SETTINGS": "/tmp"},
    ],
)
def test_odd_surroundings_stop_nothing(env: dict[str, str], run: Run, template: Path) -> None:
    result = run("new", "proj", "--template", template, "--yes", "-d", "author_name=Zoë", env=env)

    assert result.returncode == 0, result.stderr


@pytest.mark.sampled
@pytest.mark.parametrize(
    "junk", [b"{", b"[]", b"\xff\xfe", b'{"author_name": 5}', b'{"author_name": "\\ud800"}', b""]
)
def test_a_memory_that_is_damaged_counts_as_none(
    junk: bytes, run: Run, environ: dict[str, str]
) -> None:
    folder = Path(environ["XDG_CONFIG_HOME"]) / "mlstarter"
    folder.mkdir(parents=True)
    (folder / "remembered.json").write_bytes(junk)

    result = run("new", "p", "--type", "tabular", "--yes", "-d", "project_name=name")

    assert result.returncode == 0, result.stderr


def test_an_empty_answer_is_not_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    remember("a", Answers({"author_name": "Ada", "author_email": "", "licence": "MIT"}))
    assert remembered_answers() == {"author_name": "Ada", "licence": "MIT"}
    remember("b", Answers({"author_name": " ", "author_email": "ada@example.org"}))
    assert remembered_answers() == {
        "author_name": "Ada",
        "author_email": "ada@example.org",
        "licence": "MIT",
    }


@pytest.mark.parametrize(
    "error",
    [
        PermissionError(13, "Permission denied", "/x"),
        OSError(28, "No space left on device", "/x"),
        OSError(28, "No space left on device"),
        OSError(36, "File name too long", "/x"),
        OSError(999, "Something odd", "/x"),
        UnicodeEncodeError("utf-8", "\udcff", 0, 1, "surrogates not allowed"),
        RecursionError("maximum recursion depth exceeded"),
        MemoryError(),
        RuntimeError("Could not determine home directory."),
    ],
)
def test_each_failure_of_the_system_is_a_sentence_and_a_hint(error: Exception) -> None:
    message, hint, status = sentences(error)

    assert message.endswith(".")
    assert "unexpected" not in message
    assert hint
    assert status in {1, 2}


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="changes the account")
def test_an_account_without_a_name_or_a_home(environ: dict[str, str], tmp_path: Path) -> None:
    code = (
        "import os, sys; os.chdir(sys.argv[1]); from mlstarter.cli import run;"
        "from mlstarter import settings; from mlstarter.sources import cache;"
        "os.environ.pop('HOME', None); os.environ.pop('XDG_CONFIG_HOME', None);"
        "os.setuid(54321); assert settings.folder() is None and settings.path() is None;"
        "assert settings.trusts('x') is False; assert cache.root().is_dir();"
    )
    environment = {
        name: value for name, value in environ.items() if name not in {"USER", "LOGNAME"}
    }

    result = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 0, result.stderr
