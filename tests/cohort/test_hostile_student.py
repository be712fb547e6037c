"""What a student writes decides nothing that runs, is rendered or is read on this machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cohort.conftest import Classroom, Template, document_of, git
from tests.cohort.student_work import BRANCH, RECORD, push, rows_of, state


def own_template(folder: Path) -> Path:
    """Make a template of a student's with the tags of the course's, which reads what it can."""
    template = Template(folder)
    (folder / "project").mkdir(parents=True)
    git(folder, "init", "--quiet")
    (folder / "copier.yml").write_text("_subdirectory: project\nproject_name: {type: str}\n")
    files = {
        "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}",
        "leak.txt": "rendered\n",
    }
    for version in ("1.0.0", "2.0.0"):
        template.release(version, **files)
    return folder


@pytest.mark.sampled
@pytest.mark.parametrize("mode", ["branch", "merge"])
@pytest.mark.parametrize("squash", [False, True])
@pytest.mark.parametrize("dry", [False, True])
def test_the_template_that_a_student_names_is_never_rendered(
    ready: Classroom,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    mode: str,
    squash: bool,
    dry: bool,
) -> None:
    own = own_template(tmp_path / "own")
    clone = ready.clone("s0001")
    record = (clone / RECORD).read_text()
    (clone / RECORD).write_text(state(record, _src_path=str(own)))
    push(ready, "s0001", squash=squash)
    before = ready.refs("s0001")
    capsys.readouterr()
    options = ["--dry-run"] if dry else []
    assert ready.call("update", "--mode", mode, "--json", *options) == 3
    rows = rows_of(capsys.readouterr().out)
    assert rows["s0001"]["outcome"] == "moved"
    assert str(own) in str(rows["s0001"]["reason"])
    assert {rows[s]["outcome"] for s in ("s0002", "s0003")} == {
        "offered" if mode == "branch" else "merged"
    }
    assert ready.refs("s0001") == before
    # Put right, the project gets the update: nothing was written down as done.
    (clone / RECORD).write_text(record)
    push(ready, "s0001")
    assert ready.call("update", "--mode", mode, "--only", "s0001") == 0


@pytest.mark.slow
def test_a_moved_project_is_named_for_people_and_on_the_board(
    ready: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clone = ready.clone("s0001")
    # Whatever version it names: that of another template is neither newer nor older.
    moved_record = state((clone / RECORD).read_text(), _src_path="gh:me/own", _commit="9.0.0")
    (clone / RECORD).write_text(moved_record)
    push(ready, "s0001")
    capsys.readouterr()
    assert ready.call("update") == 3
    assert "s0001: moved away and left alone: " in capsys.readouterr().out
    page = tmp_path / "board.html"
    assert ready.call("status", "--json", "--html", page) == 0
    row = rows_of(capsys.readouterr().out)["s0001"]
    assert (row["moved"], row["version"], row["started"]) == (True, None, True)
    assert page.read_text().count('<span class="bad">moved away</span>') == 1
    assert ready.call("status", "--fail-on", "behind") == 3


@pytest.mark.slow
@pytest.mark.parametrize(
    "version",
    ["solutions", "refs/heads/solutions", "3.0.0-1-gabcdef0", "HEAD", "9.9.9", "--help", "''"],
)
def test_a_version_that_was_never_released_is_not_rendered(
    ready: Classroom, capsys: pytest.CaptureFixture[str], version: str
) -> None:
    """A branch of the course's template may hold what the class is not to see yet."""
    root = ready.template.root
    git(root, "switch", "--quiet", "-c", "solutions")
    (root / "project" / "solution.py").write_text("answer = 42\n")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "Solutions")
    git(root, "switch", "--quiet", "-")
    clone = ready.clone("s0001")
    (clone / RECORD).write_text(state((clone / RECORD).read_text(), _commit=version))
    push(ready, "s0001", squash=True)
    before = ready.refs("s0001")
    capsys.readouterr()
    assert ready.call("update", "--to", "2.0.0", "--json") == 3
    assert rows_of(capsys.readouterr().out)["s0001"]["outcome"] == "moved"
    assert ready.refs("s0001") == before
    paths = git(ready.repository("s0001"), "log", "--all", "--format=", "--name-only")
    assert "solution.py" not in paths


@pytest.mark.slow
def test_a_commit_that_the_course_handed_out_is_one_of_its_versions(
    classroom: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    """Between two releases too; even where the student's history holds it no longer."""
    root = classroom.template.root
    (root / "project" / "between.py").write_text("between = True\n")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "Between")
    assert classroom.call("create", "--ref", git(root, "rev-parse", "HEAD")) == 0
    classroom.template.release("2.0.0", **{"new.py": "fresh = True\n"})
    assert classroom.call("update", "--to", "2.0.0") == 0
    assert classroom.read("s0002", "new.py", BRANCH) == "fresh = True"


@pytest.mark.slow
def test_another_engine_s_record_is_another_template(
    ready: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    clone = ready.clone("s0001")
    (clone / RECORD).unlink()
    source = str(ready.template.root)
    text = json.dumps({"template": source, "commit": "1.0.0", "context": {"cookiecutter": {}}})
    (clone / ".cruft.json").write_text(text)
    push(ready, "s0001")
    capsys.readouterr()
    assert ready.call("update", "--json") == 3
    assert rows_of(capsys.readouterr().out)["s0001"]["outcome"] == "moved"


@pytest.fixture
def trusted_class(
    classroom: Classroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Classroom:
    """Return a class of a template that runs code with its answers, trusted by its address."""
    settings = tmp_path / "settings.toml"
    settings.write_text(f'trust = ["{classroom.template.root}"]\n')
    monkeypatch.setenv("MLSTARTER_SETTINGS", str(settings))
    questions = (classroom.template.root / "copier.yml").read_text()
    task = '_tasks: ["echo {{ project_name }} > named.txt"]\n'
    classroom.template.release("1.1.0", **{"copier.yml": questions + task})
    assert classroom.call("create") == 0
    classroom.template.release("2.0.0", **{"new.py": "fresh = True\n"})
    return classroom


@pytest.mark.slow
@pytest.mark.parametrize("squash", [False, True])
def test_answers_of_a_student_s_reach_no_command(
    trusted_class: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str], squash: bool
) -> None:
    proof = tmp_path / "ran"
    clone = trusted_class.clone("s0001")
    record = state((clone / RECORD).read_text(), project_name=f"x; touch {proof}")
    (clone / RECORD).write_text(record)
    push(trusted_class, "s0001", squash=squash)
    before = trusted_class.refs("s0001")
    capsys.readouterr()
    assert trusted_class.call("update", "--json") == 3
    out = document_of(capsys.readouterr().out)
    assert not proof.exists()
    assert trusted_class.refs("s0001") == before
    assert [failure["student_id"] for failure in out["failures"]] == ["s0001"]
    assert 'answers "project_name" otherwise' in out["failures"][0]["error"]
    # The others' answers are the course's own.
    assert trusted_class.read("s0002", "new.py", BRANCH) == "fresh = True"


@pytest.mark.slow
def test_migrations_do_not_run_among_a_student_s_files(
    trusted_class: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    proof = tmp_path / "ran"
    trusted_class.work("s0001", **{"json.py": f"open({str(proof)!r}, 'w')\n"})
    questions = (trusted_class.template.root / "copier.yml").read_text()
    migration = "_migrations: [{version: 3.0.0, command: \"python -c 'import json'\"}]\n"
    trusted_class.template.release("3.0.0", **{"copier.yml": questions + migration})
    capsys.readouterr()
    assert trusted_class.call("update", "--to", "3.0.0", "--json") == 3
    failures = document_of(capsys.readouterr().out)["failures"]
    assert all("migrations" in failure["error"] for failure in failures)
    assert len(failures) == 3
    assert not proof.exists()


def configure(tmp_path: Path, proof: Path) -> None:
    """Give the instructor's own git a filter and a merge driver, as for LFS or notebooks."""
    with (tmp_path / "home" / ".gitconfig").open("a") as config:
        config.write(
            f'[filter "own"]\n\tclean = "touch {proof}; cat"\n\tsmudge = "touch {proof}; cat"\n'
            f'\trequired = true\n[merge "own"]\n\tdriver = "touch {proof}; exit 0"\n'
            f'[diff "own"]\n\ttextconv = "touch {proof}; cat"\n\tcommand = "touch {proof}"\n'
        )


@pytest.mark.slow
def test_attributes_of_a_student_s_start_no_program_of_the_instructor_s(
    ready: Classroom, tmp_path: Path
) -> None:
    proof = tmp_path / "ran"
    mine = ready.read("s0001", "train.py").replace("step_5 = 5\n", "step_5 = 'mine'\n") + "\n"
    attributes = "* filter=own merge=own diff=own\n"
    ready.work("s0001", **{".gitattributes": attributes, "train.py": mine})
    ready.work("s0002", **{"sub/.gitattributes": attributes, ".gitattributes": attributes})
    configure(tmp_path, proof)
    assert ready.call("update") == 3
    assert ready.call("status") == 0
    for _ in range(2):
        assert ready.call("clone", "--into", tmp_path / "all") == 0
    assert (tmp_path / "all/s0001/train.py").read_text() == mine
    assert not proof.exists()
    # What git does by itself still counts.
    ready.work("s0003", **{".gitattributes": "*.py merge=union\n", "notes.md": "mine\n"})
