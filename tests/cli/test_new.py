"""`mlstarter new` without a terminal: what it writes, what it refuses, what it leaves."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Run


def test_flags_answer_everything_without_a_terminal(run: Run, here: Path, template: Path) -> None:
    result = run("new", "churn", "--template", template, "--yes", "--data", "deep=yes")
    assert (result.returncode, result.stderr) == (0, "")
    assert (here / "churn/README.md").read_text() == "# churn\n"
    assert (here / "churn/src/size.txt").read_text() == "tabular 3 True none\n"
    assert result.stdout.splitlines()[-3:] == ["Next:", "  cd churn", "  make all for churn"]
    assert _git(here / "churn", "status", "--porcelain") == ""


def test_the_folder_is_named_by_the_answers_where_dest_is_left_out(
    run: Run, here: Path, template: Path
) -> None:
    assert run("new", "--template", template, "--yes", "-d", "project_name=moon").returncode == 0
    assert (here / "moon/README.md").read_text() == "# moon\n"


def test_a_preset_answers_its_questions_and_is_recorded(
    run: Run, here: Path, template: Path
) -> None:
    result = run("new", "pics", "--template", template, "--preset", "digits", "--yes")
    assert result.returncode == 0
    assert (here / "pics/src/size.txt").read_text() == "cv 8 False digits\n"
    answers = yaml.safe_load((here / "pics/.copier-answers.yml").read_text())
    assert (answers["preset"], answers["size"]) == ("digits", 8)


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yml", "_commit: v1\nproject_type: cv\nsize: 5\n"),
        ("a.toml", 'project_type = "cv"\nsize = 5\n'),
        ("a.json", '{"project_type": "cv", "size": 5}'),
    ],
)
def test_answers_come_from_a_file_and_data_wins(
    run: Run, here: Path, template: Path, name: str, text: str
) -> None:
    (here / name).write_text(text)
    arguments = ("--template", template, "--answers", name, "--yes")
    assert run("new", "one", *arguments).returncode == 0
    assert (here / "one/src/size.txt").read_text() == "cv 5 False none\n"
    assert run("new", "two", *arguments, "--data", "size=7").returncode == 0
    assert (here / "two/src/size.txt").read_text() == "cv 7 False none\n"


@pytest.mark.slow
def test_author_and_licence_are_remembered_and_secrets_never(
    run: Run, here: Path, template: Path, environ: dict[str, str]
) -> None:
    options = ("-d", "author_name=Ada", "-d", "licence=none", "-d", "token=hush-hush")
    assert run("new", "one", "--template", template, "--yes", *options).returncode == 0
    assert run("new", "two", "--template", template, "--yes").returncode == 0
    answers = yaml.safe_load((here / "two/.copier-answers.yml").read_text())
    assert (answers["author_name"], answers["licence"]) == ("Ada", "none")
    for folder in (Path(environ["HOME"]), here):
        for path in folder.rglob("*"):
            assert not path.is_file() or b"hush-hush" not in path.read_bytes(), path


def test_dry_run_prints_the_file_tree_and_writes_nothing(
    run: Run, here: Path, template: Path
) -> None:
    result = run("new", "churn", "--template", template, "--yes", "--dry-run")
    assert result.returncode == 0
    assert result.stdout.splitlines() == [
        "churn/",
        "├── .copier-answers.yml",
        "├── README.md",
        "└── src/",
        "    └── size.txt",
        "3 files; nothing was written",
    ]
    assert list(here.iterdir()) == []


@pytest.mark.slow
def test_json_is_one_versioned_object_and_nothing_else(
    run: Run, here: Path, template: Path
) -> None:
    plan = run("new", "churn", "--template", template, "--yes", "--dry-run", "--json")
    assert json.loads(plan.stdout) == {
        "schema": 1,
        "command": "new",
        "dry_run": True,
        "path": str(here / "churn"),
        "files": [".copier-answers.yml", "README.md", "src/size.txt"],
    }
    result = run("new", "churn", "--template", template, "--yes", "--json", "-d", "token=hush")
    report = json.loads(result.stdout)
    assert result.stderr == ""
    assert report["commit"] == _git(here / "churn", "rev-parse", "HEAD")
    assert (report["schema"], report["files"], report["dry_run"]) == (1, 3, False)
    assert report["answers"]["project_name"] == "churn"
    assert "token" not in report["answers"]


def test_no_git_writes_the_files_alone(run: Run, here: Path, template: Path) -> None:
    assert run("new", "churn", "--template", template, "--yes", "--no-git").returncode == 0
    assert not (here / "churn/.git").exists()
    assert (here / "churn/README.md").is_file()


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["-d", "projectname=x"], 'There is no question called "projectname".',
         'did you mean "project_name"?'),
        (["-d", "project_name=9"], 'The answer to "project_name" cannot be "9": Use small letters.',
         "give another one with --data project_name=VALUE"),
        (["-d", "size=4"], '"size" does not apply with the other answers that were given.',
         "leave out --data size=..., or change what it depends on"),
        (["-t", "cv", "-d", "size=big"],
         'The answer to "size" cannot be "big": a whole number is needed.',
         "give another one with --data size=VALUE"),
        (["-d", "licence=MITT"], 'The answer to "licence" cannot be "MITT": choose MIT or none.',
         'did you mean "MIT"?'),
        (["-d", "deep=perhaps"], 'The answer to "deep" cannot be "perhaps": say yes or no.',
         "give another one with --data deep=VALUE"),
        (["-d", "deep"], '"deep" is not KEY=VALUE.', "write --data target=price"),
        (["--type", "tabluar"], 'There is no project type "tabluar".', 'did you mean "tabular"?'),
        (["--type", "zzz"], 'There is no project type "zzz".',
         "`mlstarter list types` shows them all"),
        (["--preset", "digit"], 'There is no preset called "digit".', 'did you mean "digits"?'),
        (["--preset", "digits", "--type", "tabular"],
         'The preset "digits" is of type cv, not tabular.',
         "leave out --type, or see `mlstarter list presets --type tabular`"),
        (["--answers", "none.yml"],
         "The answers file none.yml cannot be read: No such file or directory.",
         "name a file of answers, such as a project's .copier-answers.yml"),
        (["--github", "--no-git"], "--github needs a repository.", "leave out --no-git"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_one_line(
    run: Run, here: Path, template: Path, arguments: list[str], message: str, hint: str | None
) -> None:
    result = run("new", "--template", template, "--yes", *arguments)
    expected = [f"error: {message}"] + ([f"hint: {hint}"] if hint else [])
    assert (result.returncode, result.stdout, result.stderr.splitlines()) == (2, "", expected)
    assert list(here.iterdir()) == []


def test_off_a_terminal_a_missing_answer_names_its_flag(
    run: Run, here: Path, template: Path
) -> None:
    options = [
        f"--data={pair}" for pair in ("project_name=a-b", "token=", "author_name=", "deep=no")
    ]
    result = run("new", "--template", template, "--type", "tabular", *options)
    assert result.returncode == 2
    assert result.stderr.splitlines() == [
        "error: An answer is missing: licence.",
        "hint: give --data licence=VALUE, or take every default with --yes",
    ]
    assert list(here.iterdir()) == []


def test_a_destination_that_holds_something_is_refused(
    run: Run, here: Path, template: Path
) -> None:
    (here / "churn").mkdir()
    (here / "churn/notes.txt").write_text("mine")
    result = run("new", "churn", "--template", template, "--yes")
    assert result.returncode == 2
    assert result.stderr.splitlines()[0] == "error: churn exists already and is not empty."
    assert [path.name for path in (here / "churn").iterdir()] == ["notes.txt"]


@pytest.mark.slow
def test_inside_another_repository_a_flag_decides(run: Run, here: Path, template: Path) -> None:
    _git(here, "init", "-q")
    result = run("new", "churn", "--template", template, "--yes")
    assert result.returncode == 2
    assert result.stderr.splitlines() == [
        f"error: churn lies inside the git repository {here}.",
        "hint: add --nested to make it a folder of that repository, "
        "or --standalone to give it one of its own",
    ]
    assert not (here / "churn").exists()
    assert run("new", "churn", "--template", template, "--yes", "--nested").returncode == 0
    assert not (here / "churn/.git").exists()
    assert run("new", "alone", "--template", template, "--yes", "--standalone").returncode == 0
    assert (here / "alone/.git").is_dir()


def test_without_git_the_error_says_where_to_get_it(
    run: Run, here: Path, template: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "bin"
    empty.mkdir()
    result = run("new", "churn", "--template", template, "--yes", env={"PATH": str(empty)})
    assert result.returncode == 1
    message, hint = result.stderr.splitlines()
    assert message.startswith("error: git ")
    assert "install" in hint
    assert list(here.iterdir()) == []


def test_without_an_identity_a_named_stand_in_commits_and_a_hint_says_so(
    run: Run, here: Path, template: Path, environ: dict[str, str]
) -> None:
    (Path(environ["HOME"]) / ".gitconfig").unlink()
    result = run("new", "churn", "--template", template, "--yes")
    assert result.returncode == 0
    assert "hint: git does not know who you are" in result.stderr
    assert 'git config --global user.name "Your Name"' in result.stderr
    assert _git(here / "churn", "log", "--format=%cn") == "mlstarter user"


@pytest.mark.skipif(
    os.geteuid() == 0, reason="root may write everywhere; the next test gives it up"
)
def test_a_folder_that_may_not_be_written_to_is_one_line(
    run: Run, here: Path, template: Path
) -> None:
    here.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        result = run("new", "churn", "--template", template, "--yes")
    finally:
        here.chmod(0o700)
    _assert_one_clear_failure(result)


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_somebody_else_s_folder_is_one_line(run: Run, here: Path, template: Path) -> None:
    target = here / "theirs"
    target.mkdir(mode=0o755)
    for folder in (here, *here.parents):
        folder.chmod(folder.stat().st_mode | 0o055)
    readable = shutil.copytree(template, here / "template")
    probe = f"""
import os, sys
from mlstarter.cli import run
import mlstarter.new.create, mlstarter.engines, mlstarter.questions.gather, mlstarter.console
os.environ["HOME"] = "/nonexistent"
os.setegid(65534); os.seteuid(65534)
os.chdir({str(target)!r})
sys.exit(run(["new", "churn", "--template", {str(readable)!r}, "--yes"]))
"""
    # What measures coverage would write its file as that user, who may not.
    env = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    result = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=False, env=env
    )
    _assert_one_clear_failure(result)
    assert list(target.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_is_one_line_and_leaves_nothing(
    run: Run, template: Path, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    (template / "project" / "big.bin").write_bytes(os.urandom(400_000))
    mount_result = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], capture_output=True, check=False
    )
    if mount_result.returncode != 0:
        pytest.skip("mounting is not permitted here")
    try:
        result = run("new", "churn", "--template", template, "--yes", cwd=disk)
        _assert_one_clear_failure(result)
        assert "space" in result.stderr.lower()
        assert list(disk.iterdir()) == []
    finally:
        subprocess.run(["umount", disk], check=True)


def test_github_is_asked_for_before_anything_is_written(
    run: Run, here: Path, template: Path, tmp_path: Path, environ: dict[str, str]
) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "git").symlink_to(shutil.which("git") or "git")
    without = run(
        "new", "churn", "--template", template, "--yes", "--github", env={"PATH": str(programs)}
    )
    assert without.returncode == 1
    assert without.stderr.startswith("error: --github needs GitHub's tool gh, which is not inst")
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(("works", "status"), [(True, 0), (False, 3)])
def test_github_creates_and_pushes_through_gh(
    run: Run, here: Path, template: Path, tmp_path: Path, works: bool, status: int
) -> None:
    """A stand-in for gh keeps its arguments; what gh does on GitHub is not tested here."""
    gh = tmp_path / "programs" / "gh"
    gh.parent.mkdir()
    answer = "echo https://github.com/ada/churn" if works else "echo 'GraphQL: no' >&2; exit 1"
    gh.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\n[ "$1" = auth ] && exit 0\n{answer}\n'
    )
    gh.chmod(0o755)
    path = f"{gh.parent}{os.pathsep}{os.environ['PATH']}"
    result = run("new", "churn", "--template", template, "--yes", "--github", env={"PATH": path})
    assert result.returncode == status
    assert (tmp_path / "calls").read_text().splitlines() == [
        "auth status",
        f"repo create churn --private --source {here / 'churn'} --push",
    ]
    assert (here / "churn/.git").is_dir()
    if works:
        assert result.stdout.splitlines()[-1] == "Pushed to https://github.com/ada/churn"
    else:
        assert "error: The project is complete, but gh could not push it: GraphQL" in result.stderr


def _assert_one_clear_failure(result: subprocess.CompletedProcess[str]) -> None:
    assert result.returncode == 1, result.stderr
    lines = result.stderr.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["error", "hint"], result.stderr


def _git(folder: Path, *arguments: str) -> str:
    result = subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return result.stdout.strip()


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of Windows quotes in another way")
@pytest.mark.parametrize(
    ("name", "words"),
    [("my project", "cd 'my project'"), ("-x", "cd ./-x"), ("~", "cd '~'"), ("a$b", "cd 'a$b'")],
)
def test_the_next_step_leads_into_the_folder(
    name: str, words: str, run: Run, template: Path
) -> None:
    answer = ("--data", "project_name=churn")
    result = run("new", "--template", template, "--yes", *answer, "--", name)

    assert result.returncode == 0, result.stderr
    assert f"  {words}\n" in result.stdout
