"""Rules that a repository in a folder has for pushes: kept where they are data, never run."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from mlstarter.cohort import folder_rules
from mlstarter.cohort.folder_rules import push_settings
from tests.cohort.conftest import Classroom, git

BRANCH = "refs/heads/mlstarter/update-2.0.0"


@pytest.fixture
def ready(classroom: Classroom) -> Classroom:
    classroom.hand_out()
    classroom.template.release("2.0.0", **{"new.py": "fresh = True\n"})
    return classroom


def hook(store: Path, name: str, text: str) -> Path:
    path = store / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.mark.slow
@pytest.mark.parametrize("name", ["pre-receive", "update", "proc-receive", "reference-transaction"])
def test_a_hook_that_decides_is_named_with_its_words_and_passed_by_no_push(
    ready: Classroom, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    store = ready.repository("s0001")
    path = hook(store, name, "#!/bin/sh\n# rules\necho 'quota of 1 GB: \x1b[31mfull' >&2\nexit 1\n")
    before = ready.refs("s0001")
    assert ready.call("update") == 1
    err = capsys.readouterr().err
    assert f"{path} says: echo 'quota of 1 GB: \\x1b[31mfull' >&2; exit 1" in err
    assert f"rm {path}" in err
    assert ready.refs("s0001") == before
    assert BRANCH in ready.refs("s0002")
    path.unlink()
    assert ready.call("update") == 0


def test_a_repository_without_rules_costs_no_process(
    ready: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_rules, "Git", None)
    main = frozenset({"refs/heads/main"})
    assert push_settings(ready.repository("s0001"), main) == ""


@pytest.mark.slow
def test_a_repository_with_a_work_tree_of_its_own_is_not_pushed_to(
    ready: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    git(ready.repository("s0001"), "config", "core.bare", "false")
    assert ready.call("update", "--only", "s0001") == 1
    assert "has a work tree of its own (core.bare = false)" in capsys.readouterr().err


@pytest.mark.slow
def test_a_hook_that_git_would_not_run_decides_nothing(ready: Classroom) -> None:
    hook(ready.repository("s0001"), "pre-receive", "exit 1\n").chmod(0o644)
    hook(ready.repository("s0002"), "pre-receive.sample", "exit 1\n")
    hook(ready.repository("s0003"), "post-receive", "exit 1\n")
    assert ready.call("update") == 0


@pytest.mark.slow
def test_a_hook_that_is_a_link_or_huge_is_named_and_not_read(
    ready: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("PASSWORD=hunter2\n")
    secret.chmod(0o755)
    (ready.repository("s0001") / "hooks").mkdir(exist_ok=True)
    (ready.repository("s0001") / "hooks" / "update").symlink_to(secret)
    hook(ready.repository("s0002"), "update", "x" * 10_000_000)
    assert ready.call("update") == 1
    err = capsys.readouterr().err
    assert "says: nothing that can be read" in err
    assert "hunter2" not in err
    assert len(err) < 5_000


@pytest.mark.slow
def test_a_limit_of_the_folder_is_kept_and_said_in_git_s_words(
    ready: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    git(ready.repository("s0001"), "config", "receive.maxInputSize", "10")
    git(ready.repository("s0002"), "config", "receive.denyNonFastForwards", "true")
    assert ready.call("update") == 1
    assert "pack exceeds maximum allowed size" in capsys.readouterr().err
    assert BRANCH in ready.refs("s0002")


@pytest.mark.slow
def test_where_nothing_may_be_deleted_an_older_offer_stays(ready: Classroom) -> None:
    assert ready.call("update") == 0
    ready.template.release("2.1.0", **{"newer.py": "fresh = True\n"})
    git(ready.repository("s0001"), "config", "receive.denyDeletes", "true")
    assert ready.call("update") == 0
    newer = "refs/heads/mlstarter/update-2.1.0"
    assert {BRANCH, newer} <= ready.refs("s0001").keys()
    assert {BRANCH, newer} & ready.refs("s0002").keys() == {newer}


@pytest.mark.slow
def test_settings_that_would_run_or_lead_elsewhere_are_not_kept(ready: Classroom) -> None:
    store = ready.repository("s0001")
    with (store / "config").open("a") as config:
        config.write('[receive]\n\tmaxInputSize = "9999999\\n[core]\\n\\tx = y"\n\tdenyDeletes\n')
        config.write("[include]\n\tpath = /dev/stdin\n")
    assert ready.call("update") == 0


@pytest.mark.sampled
@pytest.mark.parametrize("kind", ["work tree", "empty folder", "no git"])
def test_what_is_no_bare_repository_is_called_that(
    ready: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    store = ready.repository("s0001")
    if kind == "work tree":
        git(tmp_path, "clone", "--quiet", str(store), "work")
        shutil.rmtree(store)
        (tmp_path / "work").rename(store)
    else:
        shutil.rmtree(store)
        store.mkdir()
        if kind == "no git":
            (store / "notes.txt").write_text("mine\n")
    assert ready.call("update") == 1
    err = capsys.readouterr().err
    assert (
        "a folder that somebody works in" if kind == "work tree" else "no git repository"
    ) in err
    assert "No such file" not in err
    hint = err.partition("hint: ")[2].partition("\n")[0]
    if kind == "work tree":
        assert os.system(hint) == 0  # noqa: S605 - the advice works as it stands
        assert ready.call("update") == 0
