"""What a repository of a stranger sets up has no effect: no setting, no hook, no helper runs."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

import pytest

from mlstarter import sources
from mlstarter.authoring.publish import publish
from mlstarter.cli import run
from mlstarter.errors import TemplateError
from tests.engines.helpers import commit, git, write_template

FILES = {"copier.yml": "n: 1\n", "a.txt": "a\n", "b.txt": "b\n"}
ATTRIBUTES = "*.txt filter=x diff=x merge=x\n"
HOOKS = (
    *("post-checkout", "post-index-change", "reference-transaction", "pre-receive", "update"),
    *("post-receive", "post-update", "push-to-checkout", "proc-receive", "fsmonitor-watchman"),
)
# Each setting of git that names a command, or a file with more settings.
SETTINGS = {
    "filter.x.clean": "{run}; cat",
    "filter.x.smudge": "{run}; cat",
    "filter.x.process": "{run}",
    "filter.x.required": "true",
    "diff.external": "{run}",
    "diff.x.command": "{run}",
    "diff.x.textconv": "{run}; cat",
    "merge.x.driver": "{run}",
    "core.fsmonitor": "{script}",
    "core.sshCommand": "{run}",
    "core.askPass": "{script}",
    "core.editor": "{run}",
    "sequence.editor": "{run}",
    "core.pager": "{run}",
    "pager.tag": "{run}",
    "core.gitProxy": "{script}",
    "core.hooksPath": "{hooks}",
    "core.alternateRefsCommand": "{run}",
    "credential.helper": "!{run}",
    "gpg.program": "{script}",
    "gpg.ssh.program": "{script}",
    "alias.status": "!{run}",
    "alias.tag": "!{run}",
    "uploadpack.packObjectsHook": "{script}",
    "gc.recentObjectsHook": "{script}",
    "trailer.x.command": "{run}",
    "interactive.diffFilter": "{run}",
    "protocol.ext.allow": "always",
    "include.path": "{more}",
    "extensions.worktreeConfig": "true",
    "receive.denyCurrentBranch": "updateInstead",
}


def hostile(folder: Path, room: Path, *names: str) -> Path:
    """Set up every command that there is in the repository ``folder``; return the witness."""
    witness = room / "RAN"
    script = room / "script.sh"
    script.write_text(f"#!/bin/sh\ntouch {shlex.quote(str(witness))}\ncat\n")
    script.chmod(0o755)
    hooks = room / "hooks"
    hooks.mkdir(exist_ok=True)
    directory = folder / git(folder, "rev-parse", "--git-dir")
    (directory / "hooks").mkdir(exist_ok=True)
    for hook in HOOKS:
        shutil.copy(script, hooks / hook)
        shutil.copy(script, directory / "hooks" / hook)
    more = room / "more"
    run = f"touch {shlex.quote(str(witness))}"
    more.write_text(f'[filter "x"]\n\tclean = "{run}; cat"\n[core]\n\tfsmonitor = {script}\n')
    (directory / "config.worktree").write_bytes(more.read_bytes())
    fields = {"run": run, "script": script, "hooks": hooks, "more": more}
    lines = ""
    for name in names or SETTINGS:
        section, _, key = name.rpartition(".")
        head, _, sub = section.partition(".")
        value = SETTINGS[name].format(**fields).replace('"', '\\"')
        lines += f'[{head} "{sub}"]\n' if sub else f"[{head}]\n"
        lines += f'\t{key} = "{value}"\n'
    with (directory / "config").open("a") as config:
        config.write(lines)
    return witness


def read_every_way(folder: Path) -> None:
    """Resolve a template as a release, at its branch, as it stands, and by its URL."""
    for source in (str(folder), folder.as_uri()):
        for ref in (None, "HEAD", "main", "1.0.0"):
            sources.resolve(source, ref)
        sources.versions(source)


@pytest.fixture
def template(tmp_path: Path) -> Path:
    folder = write_template(tmp_path / "t", {**FILES, ".gitattributes": ATTRIBUTES})
    return commit(folder, "1.0.0")


@pytest.mark.sampled
@pytest.mark.parametrize("name", SETTINGS)
def test_no_setting_of_a_folder_runs_a_command(name: str, template: Path, tmp_path: Path) -> None:
    witness = hostile(template, tmp_path, name)
    (template / "a.txt").write_text("changed, and not committed\n")
    (template / "new.txt").write_text("new\n")
    (template / ".git" / "index").touch()

    read_every_way(template)

    assert not witness.exists()


def test_the_witness_would_see_a_command(template: Path, tmp_path: Path) -> None:
    witness = hostile(template, tmp_path, "filter.x.clean")
    (template / "a.txt").write_text("changed\n")

    git(template, "add", "a.txt")

    assert witness.exists()


@pytest.mark.parametrize("bare", [False, True], ids=["work tree", "bare"])
def test_all_settings_and_hooks_together_run_nothing(
    bare: bool, template: Path, tmp_path: Path
) -> None:
    folder = template
    if bare:
        folder = tmp_path / "t.git"
        git(tmp_path, "clone", "--quiet", "--bare", str(template), str(folder))
    witness = hostile(folder, tmp_path)

    read_every_way(folder)

    assert not witness.exists()


def test_a_work_tree_that_is_elsewhere_is_not_read(template: Path, tmp_path: Path) -> None:
    private = write_template(tmp_path / "private", {"copier.yml": "n: 1\n", "secret.txt": "s"})
    git(template, "tag", "-d", "1.0.0")
    git(template, "config", "core.worktree", str(private))

    root = sources.resolve(str(template)).root

    assert not (root / "secret.txt").exists()


@pytest.mark.parametrize("address", ["ext::touch {witness}", "{origin}"])
def test_objects_that_are_missing_are_not_fetched_by_a_command(
    address: str, template: Path, tmp_path: Path
) -> None:
    witness = hostile(template, tmp_path, "protocol.ext.allow")
    blob = git(template, "rev-parse", "HEAD:a.txt")
    (template / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    url = address.format(witness=witness, origin=tmp_path / "origin.git")
    git(template, "config", "core.repositoryformatversion", "1")
    git(template, "config", "extensions.partialClone", "origin")
    git(template, "config", "remote.origin.url", url)
    git(template, "config", "remote.origin.promisor", "true")
    git(template, "config", "remote.origin.uploadpack", f"touch {witness}; git-upload-pack")

    with pytest.raises(TemplateError):
        sources.resolve(str(template))

    assert not witness.exists()


@pytest.mark.parametrize("kind", ["submodule", "file"])
def test_a_path_below_what_is_a_link_by_now_is_not_read(kind: str, tmp_path: Path) -> None:
    write_template(tmp_path / "private", {"sub/key": "secret"})
    root = commit(write_template(tmp_path / "t", {"copier.yml": "n: 1\n", "a/sub/key": "plain"}))
    folder = root
    if kind == "submodule":
        git(root, "rm", "-rq", "a")
        commit(write_template(root / "a" / "sub", {"f": "x"}))
        git(root, "-c", "advice.addEmbeddedRepo=false", "add", "a/sub")
        git(root, "commit", "-qm", "Two")
        (root / "copier.yml").write_text("n: 2\n")
    else:
        folder = write_template(root / "inner", {"copier.yml": "n: 1\n", "a/sub/key": "plain"})
        commit(root)
    shutil.rmtree(folder / "a")
    (folder / "a").symlink_to(tmp_path / "private")
    (root / ".git" / "info" / "exclude").write_text("a\n")

    template = sources.resolve(str(folder))

    assert [path for path in template.root.rglob("key") if path.read_text() == "secret"] == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such pipes")
def test_a_pipe_in_a_submodule_stays_out(tmp_path: Path) -> None:
    root = commit(write_template(tmp_path / "t", {"copier.yml": "n: 1\n"}))
    commit(write_template(root / "sub", {"f": "x"}))
    git(root, "-c", "advice.addEmbeddedRepo=false", "add", "sub")
    git(root, "commit", "-qm", "Two")
    (root / "copier.yml").write_text("n: 2\n")
    os.mkfifo(root / "sub" / "pipe")

    template = sources.resolve(str(root))

    assert [path.name for path in (template.root / "sub").iterdir()] == ["f"]


def test_a_submodule_cannot_be_a_private_repository_of_this_machine(
    template: Path, tmp_path: Path
) -> None:
    private = commit(write_template(tmp_path / "private", {"secret.txt": "s"}))
    git(template, "-c", "protocol.file.allow=always", "submodule", "add", str(private), "sub")
    commit(template, "1.1.0")

    with pytest.raises(TemplateError, match="not allowed"):
        sources.resolve(template.as_uri())


def test_a_nested_repository_is_not_asked_either(template: Path, tmp_path: Path) -> None:
    git(template, "tag", "-d", "1.0.0")
    inner = commit(write_template(template / "sub", {".gitattributes": ATTRIBUTES, "a.txt": "a"}))
    witness = hostile(inner, tmp_path)
    (inner / "a.txt").write_text("changed\n")

    sources.resolve(str(template))

    assert not witness.exists()


def test_publishing_to_a_folder_runs_nothing_that_somebody_put_there(
    template: Path, tmp_path: Path
) -> None:
    remote = tmp_path / "r.git"
    git(tmp_path, "init", "--quiet", "--bare", str(remote))
    witness = hostile(remote, tmp_path)

    for address, version in ((str(remote), "1.0.0"), (remote.as_uri(), "1.1.0")):
        publish(template, address, version)
        (template / "a.txt").write_text("next\n")

    assert not witness.exists()
    assert git(remote, "-c", "core.fsmonitor=false", "tag").split() == ["1.0.0", "1.1.0"]


def test_what_git_ignores_stays_at_home(tmp_path: Path) -> None:
    folder = write_template(tmp_path / "t", {**FILES, ".gitignore": ".env\n.venv/\n"})
    commit(folder)
    write_template(folder, {".env": "TOKEN", ".venv/x.py": "x", "a.txt": "draft", "new.txt": "n"})
    (folder / "b.txt").unlink()
    (folder / ".git" / "info" / "exclude").write_text("mine.txt\n")
    (folder / "mine.txt").write_text("mine")

    template = sources.resolve(str(folder))

    names = sorted(path.name for path in template.root.rglob("*") if path.is_file())
    assert names == [".gitignore", "a.txt", "copier.yml", "new.txt"]
    assert (template.root / "a.txt").read_text() == "draft"
    assert (template.source, template.version) == (str(folder), None)


@pytest.mark.slow
def test_a_changed_folder_that_copier_itself_renders_is_recorded_by_its_own_path(
    tmp_path: Path,
) -> None:
    answers = "{{ _copier_conf.answers_file }}.jinja"
    names = "{% yield x from [1, 2] %}{{ x }}{% endyield %}.txt.jinja"
    folder = commit(write_template(tmp_path / "t", {"copier.yml": "n: 1\n", names: "{{ x }}"}))
    write_template(folder, {answers: "{{ _copier_answers|to_nice_yaml }}"})

    assert run(["new", str(tmp_path / "p"), "--template", str(folder), "--yes"]) == 0

    assert (tmp_path / "p" / "2.txt").read_text() == "2"
    assert f"_src_path: {folder}\n" in (tmp_path / "p" / ".copier-answers.yml").read_text()
