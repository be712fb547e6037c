"""Running git: pinned settings, typed errors, no prompts."""

# ruff: noqa: E501 - what git says is read a case to a line

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlstarter.git import process
from mlstarter.git.process import Git, GitFailed, GitMissing, require_git
from mlstarter.git.settings import environment


def test_a_failure_carries_its_command_and_what_git_said(tmp_path: Path) -> None:
    with pytest.raises(GitFailed) as failure:
        Git(tmp_path).run("rev-parse", "--verify", "HEAD")
    assert failure.value.command == ("rev-parse", "--verify", "HEAD")
    assert failure.value.status == 128
    assert "not a git repository" in failure.value.message
    assert "fatal:" not in failure.value.message


def test_a_missing_git_is_one_line_with_a_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitMissing, match="git was not found") as failure:
        require_git()
    assert failure.value.hint


@pytest.mark.parametrize(
    ("output", "fits"),
    [("git version 2.37.9", False), ("git version 2.38.0", True),
     ("git version 2.50.1 (Apple Git-155)", True), ("git version 2.47.0.windows.2", True)],
)  # fmt: skip
def test_an_old_git_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str, fits: bool
) -> None:
    program = tmp_path / "git"
    program.write_text(f"#!/bin/sh\necho '{output}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    if fits:
        assert require_git() >= (2, 38)
    else:
        with pytest.raises(GitMissing, match=r"2\.37\.9 is too old"):
            require_git()


def test_git_never_prompts_and_speaks_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setenv("GIT_TRACE", "1")
    env = environment()
    assert env["LC_ALL"] == "C"
    assert env["GIT_TERMINAL_PROMPT"] == "0"
    assert "GIT_TRACE" not in env


def test_every_variable_that_git_calls_local_to_a_repository_is_dropped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = subprocess.run(
        ["git", "rev-parse", "--local-env-vars"], capture_output=True, check=True, text=True
    ).stdout.split()
    for name in names:
        monkeypatch.setenv(name, "0" if name == "GIT_CONFIG_COUNT" else "elsewhere")
    assert set(names) - {"GIT_CONFIG_COUNT"} <= set(names) - environment().keys()


def test_settings_handed_down_come_before_the_pinned_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.autocrlf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "true")
    assert Git(Path.cwd()).text("config", "core.autocrlf") == "false"


def test_a_stale_lock_is_named_in_the_hint(tmp_path: Path) -> None:
    git = Git(tmp_path)
    git.run("init", "-q")
    (tmp_path / "f").write_text("f\n")
    (tmp_path / ".git/index.lock").write_text("")
    with pytest.raises(GitFailed) as failure:
        git.run("add", "f")
    assert f"rm -f {tmp_path}/.git/index.lock" in (failure.value.hint or "")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="git is a shell script here")
@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("exec sleep 60", "took over"),
        ("exec >&-; exec sleep 60", "took over"),
        ("while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done", "printed over"),
        ("exec cat", ""),
    ],
)
def test_a_command_in_a_strangers_repository_ends_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, sentence: str
) -> None:
    shim = tmp_path / "git"
    shim.write_text(f"#!/bin/sh\n{script}\n")
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(process, "SECONDS", 1.0)
    git = Git(tmp_path, limit=1000)
    if not sentence:
        assert git.call("x", stdin=b"abc").stdout == b"abc"
        assert git.call("x").stdout == b""
        return
    with pytest.raises(process.GitLimitExceeded, match=sentence):
        git.call("x")


@pytest.mark.parametrize(
    ("stderr", "reason", "hint"),
    [
        ("warning: x\nfatal: bad config line 6 in file .git/config\n", "bad config line 6", "mend that line"),
        ("fatal: bad numeric config value 'zz' for 'core.bigfilethreshold': invalid unit\n", "bad numeric", "mend that line"),
        ("hint: The file 'a' is missing a byte order mark\nfatal: BOM is required in 'a' if encoded as working-tree-encoding\n", "BOM is required", ".gitattributes"),
        ("error: external filter 'x' failed 1\nerror: external filter 'x' failed\n", "external filter 'x' failed 1", ".gitattributes"),
        ("fatal: .git/index: index file smaller than expected\n", ".git/index: index file smaller", "rm .git/index"),
        ("fatal: unknown repository extension found:\n\trefstorage\n", "unknown repository extension found: refstorage", "a newer git"),
        ("fatal: this operation must be run in a work tree\n", "this operation", "not its .git"),
        ("Warning: Permanently added 'h' to the list of known hosts.\ngit@h: Permission denied (publickey).\nfatal: Could not read from remote repository.\n\nPlease make sure\n", "git@h: Permission denied (publickey).", ""),
        ("error: RPC failed; curl 18\nfatal: the remote end hung up unexpectedly\n", "RPC failed; curl 18", ""),
        ("fatal: Could not read from remote repository.\n", "Could not read from remote repository.", ""),
        ("something\n", "something", ""),
        ("", "exit status 3", ""),
    ],
)  # fmt: skip
def test_the_line_that_says_why_is_the_reason(
    stderr: str, reason: str, hint: str, tmp_path: Path
) -> None:
    failure = GitFailed(("--git-dir", "/srv/a.git", "-c", "a=b", "log", "x"), tmp_path, 3, stderr)
    assert failure.message.startswith(f"git log failed in {tmp_path}: {reason}")
    assert hint in (failure.hint or "")
