"""What a class is handed has the bytes that `new` commits, and a fresh clone is clean."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlstarter.cli import run
from tests.cohort.conftest import Classroom, document_of, git


@pytest.mark.slow
@pytest.mark.parametrize(
    "attributes",
    ["*.csv text\n*.bat text eol=crlf\n", "* text=auto\n", "*.csv working-tree-encoding=UTF-16\n"],
)
def test_cohort_create_commits_what_new_commits(
    classroom: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str], attributes: str
) -> None:
    layer = tmp_path / "school"
    layer.mkdir()
    encoding = "utf-16" if "UTF-16" in attributes else "utf-8"
    (layer / "marks.csv").write_bytes("a,b\r\n1,2\r\n".encode(encoding))
    (layer / "run.bat").write_bytes(b"echo hi\r\n")
    (layer / "start.sh").write_bytes(b"#!/bin/sh\n")
    (layer / "start.sh").chmod(0o755)
    classroom.template.release("1.1.0", **{".gitattributes": attributes})
    assert classroom.call("create", "--layer", layer) == 0
    clone = classroom.clone("s0001")
    assert git(clone, "status", "--porcelain") == ""

    alone = tmp_path / "alone"
    template = str(classroom.template.root)
    assert run(["new", str(alone), "--template", template, "--layer", str(layer), "--yes"]) == 0
    own = ["--", ":!.mlstarter.toml", ":!.copier-answers.yml", ":!README.md"]
    listings = [git(path, "ls-files", "--stage", *own) for path in (clone, alone)]
    assert listings[0] == listings[1]
    capsys.readouterr()

    clones = tmp_path / "clones"
    assert classroom.call("clone", "--into", clones) == 0
    classroom.work("s0001", **{"notes.md": "mine\n"})
    capsys.readouterr()
    assert classroom.call("clone", "--into", clones, "--json") == 0
    outcomes = [row["outcome"] for row in document_of(capsys.readouterr().out)["students"]]
    assert outcomes == ["updated", "current", "current"]


@pytest.mark.slow
def test_a_cookiecutter_project_has_the_record_that_new_writes(
    classroom: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "bakery"
    (source / "{{cookiecutter.name}}").mkdir(parents=True)
    (source / "cookiecutter.json").write_text('{"name": "churn", "team": "none"}')
    (source / "{{cookiecutter.name}}/README.md").write_text("# {{ cookiecutter.team }}\n")
    git(source, "init", "--quiet")

    def release(version: str) -> None:
        git(source, "add", "--all")
        git(source, "commit", "--quiet", "-m", version)
        git(source, "tag", version)

    release("1.0.0")
    classroom.extra = ("--template", str(source))
    assert classroom.call("create") == 0
    clone = classroom.clone("s0001")
    alone = tmp_path / "alone"
    assert run(["new", str(alone), "--template", str(source), "--ref", "1.0.0", "--yes"]) == 0
    own = ["--", ":!.mlstarter.toml"]
    listings = [git(path, "ls-files", "--stage", *own) for path in (clone, alone)]
    assert ".cruft.json" in listings[0]
    assert listings[0] == listings[1]
    # So it can be updated, and adopted, as any other.
    (source / "{{cookiecutter.name}}/new.py").write_text("fresh = True\n")
    release("1.1.0")
    assert classroom.call("update", "--to", "1.1.0") == 0
    assert classroom.read("s0001", "new.py", "mlstarter/update-1.1.0") == "fresh = True"
    for path in classroom.folder.glob("journal.sqlite*"):
        path.unlink()
    capsys.readouterr()
    assert classroom.call("adopt", "--json", "--ref", "1.0.0") == 0
    rows = document_of(capsys.readouterr().out)["students"]
    assert {row["outcome"] for row in rows} == {"adopted"}
