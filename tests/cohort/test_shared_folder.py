"""Repositories in a folder that students can write to: nothing of theirs runs as the instructor."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cohort.conftest import Classroom, git

BRANCH = "mlstarter/update-2.0.0"
HOOKS = (
    "pre-receive", "update", "post-receive", "post-update", "proc-receive", "reference-transaction",
    "push-to-checkout", "pre-auto-gc", "post-checkout", "pre-push", "fsmonitor-watchman",
)  # fmt: skip
DECIDING = ("pre-receive", "update", "proc-receive", "reference-transaction")


@pytest.fixture
def ready(classroom: Classroom) -> Classroom:
    classroom.hand_out()
    classroom.work("s0001", **{"notes.md": "mine\n"})
    classroom.template.release("2.0.0", **{"new.py": "fresh = True\n"})
    return classroom


def script(path: Path, proof: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\ntouch {proof}\nexit 0\n")
    path.chmod(0o755)
    return path


def hooks(store: Path, proof: Path) -> None:
    for name in HOOKS:
        script(store / "hooks" / name, proof)


def hooks_path(store: Path, proof: Path) -> None:
    for name in HOOKS:
        script(store / "elsewhere" / name, proof)
    git(store, "config", "core.hooksPath", str(store / "elsewhere"))


def commands(store: Path, proof: Path) -> None:
    run = str(script(store / "run", proof))
    for key in (
        "core.fsmonitor", "core.sshCommand", "core.gitProxy", "core.pager", "core.editor",
        "core.askPass", "core.alternateRefsCommand", "uploadpack.packObjectsHook", "gpg.program",
        "gpg.ssh.program", "diff.external", "sequence.editor", "credential.helper",
        "pager.for-each-ref", "pager.log", "remote.origin.uploadpack", "remote.origin.receivepack",
        "gc.recentObjectsHook", "interactive.diffFilter", "trailer.x.command", "fsck.skipList",
    ):  # fmt: skip
        git(store, "config", key, run)
    git(store, "config", "receive.procReceiveRefs", "refs")
    git(store, "config", "receive.autoGC", "true")
    git(store, "config", "gc.auto", "1")
    hooks(store, proof)


def included_config(store: Path, proof: Path) -> None:
    commands(store, proof)
    (store / "config").rename(store / "more")
    (store / "config").write_text("[include]\n\tpath = more\n")


def work_tree(store: Path, proof: Path) -> None:
    """A repository that checks out what is pushed, through filters of its own."""
    git(store, "config", "filter.own.smudge", f"touch {proof}; cat")
    git(store, "config", "filter.own.clean", f"touch {proof}; cat")
    git(store, "config", "core.bare", "false")
    git(store, "config", "core.worktree", str(store / "tree"))
    git(store, "config", "receive.denyCurrentBranch", "updateInstead")
    (store / "tree").mkdir()
    (store / "info").mkdir(exist_ok=True)
    (store / "info" / "attributes").write_text("* filter=own\n")
    hooks(store, proof)


def partial_clone(store: Path, proof: Path) -> None:
    """A partial clone fetches what it lacks from a remote of its own choosing."""
    run = script(store / "run", proof)
    git(store, "config", "core.repositoryformatversion", "1")
    git(store, "config", "extensions.partialClone", "origin")
    git(store, "config", "remote.origin.promisor", "true")
    git(store, "config", "remote.origin.url", str(store))
    git(store, "config", "remote.origin.uploadpack", str(run))
    git(store, "config", "protocol.ext.allow", "always")


HOSTILE: dict[str, Callable[[Path, Path], None]] = {
    name.__name__: name
    for name in (hooks, hooks_path, commands, included_config, work_tree, partial_clone)
}


def take_deciding_hooks_away(store: Path) -> None:
    """What is left can decide over no push, and may still not run."""
    for name in DECIDING:
        for folder in ("hooks", "elsewhere"):
            (store / folder / name).unlink(missing_ok=True)
    if "worktree = " in (store / "config").read_text():
        git(store, "config", "--unset", "core.worktree")
        git(store, "config", "core.bare", "true")


@pytest.mark.slow
@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("mode", ["branch", "merge"])
def test_nothing_that_the_folder_names_runs(
    ready: Classroom, tmp_path: Path, kind: str, mode: str
) -> None:
    proof = tmp_path / "ran"
    store = ready.repository("s0001")
    HOSTILE[kind](store, proof)
    with (tmp_path / "home" / ".gitconfig").open("a") as config:
        config.write("[protocol]\n\tversion = 2\n")
    assert ready.call("status") == 0
    assert ready.call("clone", "--into", tmp_path / "all", "--only", "s0001") == 0
    if kind != "partial_clone":
        before = ready.refs("s0001")
        assert ready.call("update", "--mode", mode, "--only", "s0001") == 1
        assert ready.refs("s0001") == before
        assert not proof.exists()
        take_deciding_hooks_away(store)
    assert ready.call("update", "--mode", mode) == 0
    assert ready.call("create") == 0
    assert not proof.exists()
    ref = "refs/heads/main" if mode == "merge" else f"refs/heads/{BRANCH}"
    assert (store / ref).is_file()


@pytest.mark.sampled
@pytest.mark.parametrize("kind", ["hooks", "commands", "included_config", "work_tree"])
def test_nor_when_a_repository_is_first_pushed_to(
    classroom: Classroom, tmp_path: Path, kind: str
) -> None:
    """The address may hold an empty repository that somebody prepared."""
    proof = tmp_path / "ran"
    store = classroom.repository("s0001")
    store.parent.mkdir(parents=True)
    git(store.parent, "init", "--quiet", "--bare", "--initial-branch=main", str(store))
    HOSTILE[kind](store, proof)
    assert classroom.call("create") == 1
    assert not (store / "refs/heads/main").exists()
    assert not proof.exists()
    take_deciding_hooks_away(store)
    assert classroom.call("create") == 0
    assert not proof.exists()
    assert (store / "refs/heads/main").is_file()


def link_refs(store: Path, outside: Path) -> None:
    (store / "refs/heads/mlstarter").symlink_to(outside, target_is_directory=True)


def link_heads(store: Path, outside: Path) -> None:
    shutil.copytree(store / "refs", outside / "refs")
    shutil.rmtree(store / "refs")
    (store / "refs").symlink_to(outside / "refs")


def link_ref(store: Path, outside: Path) -> None:
    (outside / "x").write_text("0" * 40)
    (store / "refs/heads/x").symlink_to(outside / "x")


def link_objects(store: Path, outside: Path) -> None:
    (store / "objects").rename(outside / "objects")
    (store / "objects").symlink_to(outside / "objects")


def link_fan_out(store: Path, outside: Path) -> None:
    (store / "objects" / "zz").symlink_to(outside, target_is_directory=True)


def link_pack(store: Path, outside: Path) -> None:
    (store / "objects" / "pack").mkdir(exist_ok=True)
    (store / "objects" / "pack" / "pack-x.idx").symlink_to(outside / "x")


def link_packed_refs(store: Path, outside: Path) -> None:
    (store / "packed-refs").symlink_to(outside / "packed-refs")


def pipe(store: Path, outside: Path) -> None:
    os.mkfifo(store / "refs" / "heads" / "pipe")


def alternates(store: Path, outside: Path) -> None:
    git(outside, "init", "--quiet", "--bare", "private.git")
    (store / "objects" / "info").mkdir(exist_ok=True)
    (store / "objects" / "info" / "alternates").write_text(f"{outside}/private.git/objects\n")


LEADING_OUT = (
    link_refs, link_heads, link_ref, link_objects, link_fan_out, link_pack, link_packed_refs, pipe,
    alternates,
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("prepare", LEADING_OUT, ids=lambda prepare: prepare.__name__)
def test_a_repository_that_leads_out_of_its_folder_is_left_alone(
    ready: Classroom,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    prepare: Callable[[Path, Path], None],
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    prepare(ready.repository("s0001"), outside)
    before = sorted(outside.rglob("*"))
    for verb in ("update", "status"):
        assert ready.call(verb) == 1
        assert "s0001: The repository in" in capsys.readouterr().err
    assert sorted(outside.rglob("*")) == before
    # The others have theirs.
    assert f"refs/heads/{BRANCH}" in ready.refs("s0003")


@pytest.mark.sampled
@pytest.mark.parametrize("mode", [0o2775, 0o2777, 0o755])
def test_new_files_have_the_permissions_of_the_folder(ready: Classroom, mode: int) -> None:
    """Where a class shares a folder by its group, students can still push after an update."""
    store = ready.repository("s0002")
    for folder in (store, *(path for path in store.rglob("*") if path.is_dir())):
        folder.chmod(mode)
    assert ready.call("update", "--only", "s0002") == 0
    paths = [store / f"refs/heads/{BRANCH}", store / "refs/heads/mlstarter"]
    paths += [path for path in (store / "objects").iterdir() if len(path.name) == 2]
    for path in paths:
        expected = stat.S_IWGRP if mode & 0o020 else 0
        assert path.stat().st_mode & stat.S_IWGRP == expected, path


@pytest.mark.slow
def test_a_folder_that_may_not_be_read_is_one_student_s(
    ready: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(ready.repository("s0001"))
    ready.repository("s0001").write_text("not a folder")
    (ready.repository("s0002") / "refs").rename(ready.repository("s0002") / "elsewhere")
    assert ready.call("update") == 1
    err = capsys.readouterr().err
    assert "unexpected" not in err
    assert str(ready.repository("s0002")) in err
    assert f"refs/heads/{BRANCH}" in ready.refs("s0003")
