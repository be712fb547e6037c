"""Commits that the user's own git signs: mlstarter works beside it, and signs nothing itself."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Require, Run
from tests.update.story import Template, git, number_lines

ADDRESS = "ada@example.org"


def as_the_user(folder: Path, *words: str, is_refused: bool = False) -> str:
    """Run git as the user does, with the settings that sign; return what it printed."""
    process = subprocess.run(
        ["git", *words],
        cwd=folder,
        env={**os.environ, "GIT_EDITOR": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (process.returncode != 0) == is_refused, process.stderr
    return process.stdout + process.stderr


def is_signed(folder: Path, commit: str) -> bool:
    """Say whether the user's git finds its own signature good."""
    words = ["git", "verify-commit", "--raw", commit]
    process = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    return process.returncode == 0 and "Good" in process.stdout + process.stderr


@pytest.fixture
def signing(own_folders: None, require: Require, tmp_path: Path) -> Path:
    """A home whose git signs every commit with an ssh key; returns its settings."""
    keygen = require("ssh-keygen")
    key = tmp_path / "key"
    subprocess.run(
        [keygen, "-q", "-t", "ed25519", "-N", "", "-C", ADDRESS, "-f", str(key)], check=True
    )
    signers = tmp_path / "signers"
    signers.write_text(f"{ADDRESS} {key.with_suffix('.pub').read_text()}")
    settings = tmp_path / "home" / ".gitconfig"
    with settings.open("a") as file:
        file.write(
            "[gpg]\n\tformat = ssh\n"
            f'[gpg "ssh"]\n\tallowedSignersFile = {signers}\n'
            f"[user]\n\tsigningKey = {key}.pub\n"
            "[commit]\n\tgpgSign = true\n[tag]\n\tgpgSign = true\n"
        )
    return settings


@pytest.fixture
def failing_program(signing: Path) -> Path:
    """The same, with a program that signs nothing: a card that is not in, a key that is lost."""
    with signing.open("a") as file:
        file.write('[gpg "ssh"]\n\tprogram = false\n')
    return signing


@pytest.fixture
def template(tmp_path: Path) -> Template:
    """A template whose author signs nothing."""
    result = Template(tmp_path / "template")
    for kind in ("commit", "tag"):
        git(result.folder, "config", f"{kind}.gpgSign", "false")
    return result.release("1.0.0", {"train.py": number_lines(9)})


def new(mlstarter: Run, template: Template, dest: Path) -> Path:
    status, out, err = mlstarter(
        "new", dest, "--template", template.folder, "--ref", "1.0.0", "--yes"
    )
    assert status == 0, out + err
    return dest


def edit(project: Path, *options: str, **lines: str) -> None:
    (project / "train.py").write_text(number_lines(9, **lines))
    as_the_user(project, "commit", "-q", "-a", "-m", "Mine", *options)


@pytest.mark.slow
def test_a_project_lives_beside_signed_commits(
    mlstarter: Run, template: Template, signing: Path, tmp_path: Path
) -> None:
    template.release("1.1.0", {"train.py": number_lines(9, line9="theirs")})
    project = new(mlstarter, template, tmp_path / "p")
    assert not is_signed(project, "HEAD")
    edit(project, line1="mine")
    assert is_signed(project, "HEAD")

    status, out, err = mlstarter("update", project, "--yes")

    assert status == 0, out + err
    assert (project / "train.py").read_text() == number_lines(9, line1="mine", line9="theirs")
    assert not is_signed(project, "HEAD")
    assert is_signed(project, "HEAD^1")


@pytest.mark.slow
def test_a_conflict_is_finished_by_a_commit_that_the_user_signs(
    mlstarter: Run, template: Template, signing: Path, tmp_path: Path
) -> None:
    template.release("1.1.0", {"train.py": number_lines(9, line5="theirs")})
    project = new(mlstarter, template, tmp_path / "p")
    edit(project, line5="mine")
    assert mlstarter("update", project, "--yes")[0] == 3

    (project / "train.py").write_text(number_lines(9, line5="both"))
    as_the_user(project, "add", "train.py")
    as_the_user(project, "merge", "--continue")

    assert is_signed(project, "HEAD")
    assert "Up to date" in mlstarter("update", project, "--yes")[1]


@pytest.mark.slow
def test_what_is_signed_afterwards_is_still_the_template_s(
    mlstarter: Run, template: Template, signing: Path, tmp_path: Path
) -> None:
    template.release("1.1.0", {"train.py": number_lines(9, line9="theirs")})
    project = new(mlstarter, template, tmp_path / "p")
    as_the_user(project, "commit", "-q", "--amend", "--no-edit", "-S")
    assert is_signed(project, "HEAD")
    edit(project, line1="mine")
    assert mlstarter("update", project, "--yes")[0] == 0
    as_the_user(project, "commit", "-q", "--amend", "--no-edit", "-S")
    assert is_signed(project, "HEAD")

    template.release("1.2.0", {"train.py": number_lines(9, line9="theirs", line5="newer")})
    status, out, err = mlstarter("update", project, "--yes")

    assert status == 0, out + err
    expected = number_lines(9, line1="mine", line5="newer", line9="theirs")
    assert (project / "train.py").read_text() == expected


@pytest.mark.slow
def test_a_program_that_cannot_sign_stops_the_user_alone(
    mlstarter: Run, template: Template, failing_program: Path, tmp_path: Path
) -> None:
    template.release("1.1.0", {"train.py": number_lines(9, line9="theirs", line5="theirs")})
    project = new(mlstarter, template, tmp_path / "p")
    (project / "mine.txt").write_text("mine")
    as_the_user(project, "add", "mine.txt")
    as_the_user(project, "commit", "-m", "Mine", is_refused=True)
    edit(project, "--no-gpg-sign", line5="mine")

    status, out, err = mlstarter("update", project, "--yes")

    assert status == 3, out + err
    assert "git merge --continue" in out
    assert err.count("error") <= 1
    (project / "train.py").write_text(number_lines(9, line5="both", line9="theirs"))
    as_the_user(project, "add", "train.py")
    as_the_user(project, "merge", "--continue", is_refused=True)
    as_the_user(project, "commit", "-q", "--no-gpg-sign", "--no-edit")
    assert "Up to date" in mlstarter("update", project, "--yes")[1]


@pytest.mark.slow
@pytest.mark.parametrize("program", ["works", "fails"])
def test_a_class_is_made_and_updated(
    program: str, mlstarter: Run, template: Template, signing: Path, tmp_path: Path
) -> None:
    if program == "fails":
        with signing.open("a") as file:
            file.write('[gpg "ssh"]\n\tprogram = false\n')
    (tmp_path / "roster.csv").write_text("student_id\ns1\ns2\n")
    (tmp_path / "cohort.toml").write_text(
        f'course_run = "c-1"\nremote = "file://{tmp_path}/srv/{{student_id}}.git"\n'
        f'template = "{template.folder}"\n'
    )
    words = (tmp_path / "roster.csv", "--config", tmp_path / "cohort.toml")
    journal = ("--journal", tmp_path / "journal.sqlite")

    status, out, err = mlstarter("cohort", "create", *words, *journal)
    assert status == 0, out + err
    template.release("1.0.1", {"train.py": number_lines(9, line9="theirs")})
    status, out, err = mlstarter("cohort", "update", *words, *journal)

    assert status == 0, out + err
    listing = as_the_user(tmp_path / "srv" / "s1.git", "branch", "--list", "*")
    assert len(listing.splitlines()) == 2
