"""A class: a template with versions, a roster, students who work."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mlstarter.cli import run
from tests.cohort.git_server import GitServer
from tests.cohort.github_stand_in import GitHubStandIn

COPIER_YML = """\
_subdirectory: project
project_name: {type: str, default: churn}
project_type: {type: str, default: tabular, choices: [tabular, cv]}
seed: {type: int, default: 1}
section: {type: str, default: ""}
author_name: {type: str, default: ""}
author_email: {type: str, default: ""}
"""
FILES = {
    "README.md.jinja": "# {{ project_name }}\n\nSeed {{ seed }}, section {{ section }}.\n",
    "train.py": "".join(f"step_{n} = {n}\n" for n in range(40)),
    "Makefile": "all:\n\tpython train.py\n",
    "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}",
}


def git(folder: Path, *arguments: str, **env: str) -> str:
    process = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=True,
    )
    return process.stdout.removesuffix("\n")


@dataclass
class Template:
    """A Copier template in a git repository, a tag for each version."""

    root: Path
    newest: str = ""

    def release(self, version: str, **changes: str | None) -> None:
        """Write files (None removes one; ``copier_yml`` is the questions) and tag them."""
        for name, text in changes.items():
            path = self.root / name if name == "copier.yml" else self.root / "project" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink()
            else:
                path.write_text(text, encoding="utf-8")
        git(self.root, "add", "--all")
        git(self.root, "commit", "--quiet", "--allow-empty", "-m", f"Release {version}")
        git(self.root, "tag", version)
        self.newest = version

    def text(self, name: str) -> str:
        return (self.root / "project" / name).read_text(encoding="utf-8")


@dataclass
class Classroom:
    """A course on the instructor's machine."""

    folder: Path
    template: Template
    snapshots: Path
    """Where classes are kept that a test before has handed out."""
    students: list[str] = field(default_factory=list)
    remote: str = ""
    extra: tuple[str, ...] = ()
    crosses_minor: bool = True
    """Whether `update` goes to the newest release, whatever its minor version."""

    @property
    def roster(self) -> Path:
        return self.folder / "roster.csv"

    @property
    def journal(self) -> Path:
        return self.folder / "journal.sqlite"

    @property
    def server(self) -> Path:
        return self.folder / "srv"

    def enrol(self, count: int) -> None:
        """Write a roster with names and addresses that must not be found anywhere later."""
        self.students = [f"s{n:04}" for n in range(1, count + 1)]
        rows = [
            f"{student},user-{student},Ada Zyxwv{n},zyxwv{n}@example.edu,{'AB'[n % 2]}"
            for n, student in enumerate(self.students)
        ]
        text = "\n".join(["student_id,username,name,email,section", *rows]) + "\n"
        self.roster.write_text(text, encoding="utf-8")

    def arguments(self, verb: str, *more: str | Path) -> list[str]:
        common = [
            verb, str(self.roster), "--course-run", "ml-test", "--remote", self.remote,
            "--template", str(self.template.root), "--journal", str(self.journal),
        ]  # fmt: skip
        if verb == "update" and self.crosses_minor and "--to" not in more:
            more = (*more, "--to", self.template.newest)
        return ["cohort", *common, *self.extra, *map(str, more)]

    def call(self, verb: str, *more: str | Path) -> int:
        """Run ``mlstarter cohort VERB`` in this process; return its exit status."""
        return run(self.arguments(verb, *more))

    def hand_out(self) -> None:
        """Make every repository, as ``create`` does; a class like one before is a copy of it.

        For tests of what comes after: those of ``create`` itself call it.
        """
        assert [path.name for path in self.folder.iterdir()] == [self.roster.name]
        commit = git(self.template.root, "rev-parse", "HEAD")
        identity = "\0".join([self.remote, self.roster.read_text(), commit, *self.extra])
        copy = self.snapshots / hashlib.sha256(identity.encode()).hexdigest()
        places = {"class": self.folder, "home": Path.home()}
        if not copy.exists():
            assert self.call("create") == 0
            for name, folder in places.items():
                shutil.copytree(folder, copy / name, symlinks=True)
            return
        for name, folder in places.items():
            shutil.rmtree(folder)
            shutil.copytree(copy / name, folder, symlinks=True)

    def repository(self, student: str) -> Path:
        return self.server / f"{student}.git"

    def clone(self, student: str) -> Path:
        path = self.folder / "students" / student
        if not path.exists():
            git(self.folder, "clone", "--quiet", str(self.repository(student)), str(path))
        return path

    def work(self, student: str, **files: str) -> Path:
        """Write files as a student does, commit and push; return the student's clone."""
        path = self.clone(student)
        git(path, "pull", "--quiet", "--ff-only")
        for name, text in files.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_text(text, encoding="utf-8")
        git(path, "add", "--all")
        git(path, "commit", "--quiet", "-m", f"Work of {student}")
        git(path, "push", "--quiet", "origin", "main")
        return path

    def read(self, student: str, name: str, branch: str = "main") -> str:
        return git(self.repository(student), "show", f"{branch}:{name}")

    def refs(self, student: str) -> dict[str, str]:
        lines = git(self.repository(student), "for-each-ref", "--format=%(refname) %(objectname)")
        return dict(line.split() for line in lines.splitlines())


@pytest.fixture(scope="session")
def snapshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of what was made once, to be copied for each test."""
    return tmp_path_factory.mktemp("snapshots")


@pytest.fixture
def tmp_path(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """Return an empty folder at the same place for every test.

    Journals, records and mirrors name places: so what one test made is right when it is copied
    for another.
    """
    folder = tmp_path_factory.getbasetemp() / "course"
    folder.mkdir()
    yield folder
    # To be looked at after a failure, as pytest's own are.
    name = re.sub(r"\W", "_", request.node.name)[:30]
    folder.rename(tmp_path_factory.mktemp(name) / folder.name)


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give git and mlstarter a home of their own, with an identity that must not leak."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Professor Qwertz\n\temail = qwertz@example.edu\n"
        "[init]\n\tdefaultBranch = main\n[safe]\n\tdirectory = *\n"
        "[maintenance]\n\tauto = false\n"
    )
    for name in [name for name in os.environ if name.startswith(("GIT_", "XDG_", "GH_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def template(tmp_path: Path, snapshots: Path) -> Template:
    """Return a template with version 1.0.0."""
    new = Template(tmp_path / "template")
    copy = snapshots / "template"
    if not copy.exists():
        (copy / "project").mkdir(parents=True)
        git(copy, "init", "--quiet")
        (copy / "copier.yml").write_text(COPIER_YML)
        Template(copy).release("1.0.0", **FILES)
    shutil.copytree(copy, new.root)
    new.newest = "1.0.0"
    return new


@pytest.fixture
def classroom(tmp_path: Path, template: Template, snapshots: Path) -> Classroom:
    """Return a class of three on ``file://``."""
    folder = tmp_path / "class"
    folder.mkdir()
    new = Classroom(folder, template, snapshots)
    new.remote = f"file://{new.server}/{{student_id}}.git"
    new.enrol(3)
    return new


@pytest.fixture
def ready(classroom: Classroom) -> Classroom:
    """Return a class whose repositories hold version 1.0.0, with 2.0.0 released."""
    classroom.hand_out()
    text = classroom.template.text("train.py").replace("step_5 = 5\n", "step_5 = 55\n")
    classroom.template.release("2.0.0", **{"train.py": text, "new.py": "fresh = True\n"})
    return classroom


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[GitHubStandIn]:
    root = tmp_path / "class" / "srv"
    root.mkdir(parents=True, exist_ok=True)
    with GitHubStandIn(root) as running:
        yield running


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitServer]:
    """Return a git server over HTTP; git's own credential store knows the teacher."""
    root = tmp_path / "class" / "srv"
    root.mkdir(parents=True, exist_ok=True)
    with GitServer(root) as running:
        store = tmp_path / "home" / ".git-credentials"
        address = running.url.replace("http://", "http://teacher:correct%20horse@")
        store.write_text(f"{address}\n")
        with (tmp_path / "home" / ".gitconfig").open("a") as config:
            config.write("[credential]\n\thelper = store\n")
        yield running


def document_of(output: str) -> dict[str, Any]:
    """Return what ``--json`` printed."""
    report: dict[str, Any] = json.loads(output)
    return report


def everything_in(folder: Path) -> Iterator[bytes]:
    """Yield every object of every ref of the bare repositories below a folder, and their logs."""
    for path in sorted(folder.glob("**/*.git")):
        listing = git(path, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)")
        process = subprocess.run(
            ["git", "cat-file", "--batch"],
            cwd=path,
            input=listing.encode(),
            capture_output=True,
            check=True,
        )
        yield process.stdout
        for log in path.glob("logs/**/*"):
            if log.is_file():
                yield log.read_bytes()


def found_strings(texts: Iterator[bytes], words: Sequence[str]) -> set[str]:
    """Return those of ``words`` that occur in any of the texts."""
    return {word for text in texts for word in words if word.encode() in text}
