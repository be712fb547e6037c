"""Small templates and projects in temporary folders, so that a test reads like a story."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlstarter import questions, sources
from mlstarter.git.blobs import read_blobs
from mlstarter.git.objects import GITLINK
from mlstarter.new import create
from mlstarter.project import Project
from mlstarter.update import PreparedUpdate, UpdateRequest, prepare
from mlstarter.update.apply.application import apply_plan, create_branch
from mlstarter.update.merge.plan import Plan
from tests.update.configurations import VARIABLE

ANSWERS = "{{ _copier_conf.answers_file }}.jinja"
# A configuration whose git refuses to add CRLF at all still has to update files that hold it.
ADD = ("-c", "core.safecrlf=false", "add", "-A")
QUESTIONS = "name: {type: str, default: churn}\n"

Content = str | bytes | None
"""A file's text or bytes; None deletes it."""


def git(folder: Path, *args: str, ok: bool = True) -> str:
    """Run git as the user would."""
    process = subprocess.run(["git", *args], cwd=folder, capture_output=True, check=False)
    if ok and process.returncode != 0:
        raise AssertionError(
            f"git {' '.join(args)}: {process.stderr.decode()}{process.stdout.decode()}"
        )
    return process.stdout.decode("utf-8", "surrogateescape")


def write(folder: Path, files: Mapping[str, Content]) -> None:
    """Write or delete files."""
    for name, content in files.items():
        path = folder / name
        if content is None:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def commit(folder: Path, message: str = "Work", files: Mapping[str, Content] | None = None) -> str:
    """Write files, commit everything and return the commit's id."""
    write(folder, files or {})
    git(folder, *ADD)
    git(folder, "commit", "-q", "--no-gpg-sign", "-m", message)
    return git(folder, "rev-parse", "HEAD").strip()


class Template:
    """A Copier template in a git repository of its own; each release is a tag."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        git(folder, "init", "-q", "-b", "main")
        write(folder, {"copier.yml": QUESTIONS, ANSWERS: "{{ _copier_answers|to_nice_yaml }}"})

    def release(self, version: str, files: Mapping[str, Content]) -> Template:
        """Write files and tag the result."""
        write(self.folder, files)
        git(self.folder, *ADD, "-f")
        git(self.folder, "commit", "-q", "--allow-empty", "-m", f"Release {version}")
        git(self.folder, "tag", version)
        return self

    def move(self, old: str, new: str) -> Template:
        """Rename a file; the next release takes it in."""
        (self.folder / new).parent.mkdir(parents=True, exist_ok=True)
        git(self.folder, "mv", old, new)
        return self

    def new(self, dest: Path, version: str | None = None, **data: Any) -> Path:
        """Make a project with mlstarter and return its folder."""
        template = sources.resolve(str(self.folder), version)
        answers = questions.complete(questions.load(template), data)
        return create.create(dest, template, answers).path


@dataclass
class UpdateOutcome:
    """What an update did."""

    preview: PreparedUpdate
    status: int

    @property
    def plan(self) -> Plan:
        return self.preview.plan

    @property
    def kinds(self) -> dict[str, str]:
        """The kind of each change but the answers file's."""
        return {c.path: c.kind for c in self.plan.changes if not c.path.endswith(".yml")}


def update(folder: Path, **options: Any) -> UpdateOutcome:
    """Update a project as the command line does; the preview must equal the result."""
    project = Project.open(folder)
    preview = prepare(project, UpdateRequest(**options))
    plan = preview.plan
    branch = options.get("branch")
    if plan.up_to_date:
        return UpdateOutcome(preview, 0)
    if branch is None:
        apply_plan(plan)
        if not plan.conflicts:
            assert (
                git(project.repository.work_tree, "rev-parse", "HEAD").strip() == plan.merge_commit
            )
            assert tracked_status(folder) == ""
        assert work_tree_equals(project, plan)
    elif not plan.conflicts:
        create_branch(plan, branch)
    return UpdateOutcome(preview, 3 if plan.conflicts else 0)


def tracked_status(folder: Path) -> str:
    """Return what differs from HEAD among the tracked files."""
    options = ("--porcelain", "--untracked-files=no", "--ignore-submodules=dirty")
    return git(folder, "status", *options, "--", ".")


def work_tree_equals(project: Project, plan: Plan) -> bool:
    """Say whether every file that the plan names lies on disk as in its tree."""
    top = project.repository.work_tree
    oids = [change.new.oid for change in plan.files if change.new and change.new.mode != GITLINK]
    blobs = dict(zip(oids, read_blobs(project.repository.git, oids), strict=True))
    for change in plan.files:
        path = top / change.path
        if change.new is None:
            is_absent = not os.path.lexists(path) or (path.is_dir() and not path.is_symlink())
            assert is_absent, f"{change.path} should be gone"
        elif path.is_symlink():
            assert os.fsencode(path.readlink()) == blobs[change.new.oid]
        elif change.new.mode != GITLINK and path.read_bytes() != blobs[change.new.oid]:
            # Through the filters, as `git add` would store it.
            assert git(top, "hash-object", "--", change.path).strip() == change.new.oid
    return True


def snapshot(folder: Path) -> dict[str, bytes]:
    """Return every file outside .git with its bytes (a link's target for links)."""
    contents = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder)
        if ".git" in name.parts:
            continue
        if path.is_symlink():
            contents[str(name)] = b"-> " + os.fsencode(path.readlink())
        elif path.is_file():
            data = path.read_bytes()
            # git itself, asked to take a merge back, writes the line endings of the configuration.
            contents[str(name)] = data.replace(b"\r\n", b"\n") if VARIABLE in os.environ else data
    return contents


def lines(*words: object) -> str:
    """Return a text of one line a word."""
    return "".join(f"{word}\n" for word in words)


def number_lines(count: int, **replacements: str) -> str:
    """Return ``count`` numbered lines; ``line3="x"`` replaces the third."""
    return lines(*(replacements.get(f"line{i}", f"line {i}") for i in range(1, count + 1)))


OLD = {"train.py": number_lines(20), "same.py": "same\n"}
NEW = {"train.py": number_lines(20, line20="theirs"), "new.py": "new\n"}
BOTH = number_lines(20, line1="mine", line20="theirs")


def mine(folder: Path) -> None:
    """Do a student's work in a project of ``OLD`` and stage it."""
    write(folder, {"train.py": number_lines(20, line1="mine"), "only-mine.py": "mine\n"})
    git(folder, *ADD)


def assert_merged(folder: Path) -> None:
    """Check that ``NEW`` came to a student's work."""
    assert (folder / "train.py").read_text() == BOTH
    assert (folder / "new.py").read_text() == "new\n"
    assert (folder / "same.py").read_text() == "same\n"
