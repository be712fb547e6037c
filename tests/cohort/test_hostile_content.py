"""What lies in a student's repository is bounded, shown and not obeyed, and one student's alone."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cohort.conftest import Classroom, document_of, git
from tests.cohort.student_work import BRANCH, RECORD, push, rows_of, state


@pytest.mark.slow
def test_a_conflict_s_markers_have_a_bounded_size(ready: Classroom) -> None:
    mine = ready.read("s0001", "train.py").replace("step_5 = 5\n", "step_5 = 'mine'\n") + "\n"
    attributes = "*.py conflict-marker-size=1999999999\n"
    ready.work("s0001", **{".gitattributes": attributes, "train.py": mine})
    start = time.monotonic()
    assert ready.call("update", "--only", "s0001") == 3
    assert time.monotonic() - start < 20


LAUGHS = "a: &a [x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
)
MERGES = "a: &a {k: 1}\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} {{<<: [{','.join([f'*{chr(97 + n)}'] * 9)}]}}\n"
    for n in range(9)
)
RECORDS: dict[str, bytes] = {
    "aliases": LAUGHS.encode(),
    "merges": MERGES.encode(),
    "itself": b"_src_path: &a [*a]\n",
    "100 MB": b"_src_path: x\n" + b"# " * 50_000_000,
    "deep": b"_src_path: " + b"[" * 20_000,
    "python": b"_src_path: !!python/object/apply:os.system [id]\n",
    "date": b"_src_path: x\n_commit: 2024-99-99\n",
    "digits": b"_src_path: x\n_commit: " + b"9" * 5000 + b"\n",
    "sexagesimal": b"_src_path: x\na: 1" + b":1" * 20_000 + b"\n",
    "not UTF-8": b"_src_path: \xff\xfe\n",
    "list": b"[1, 2]\n",
    "empty": b"",
    "keys": b"{[1]: 2, {3: 4}: 5}\n",
    "escapes": b'_src_path: "\\e]0;x\\a"\n',
}


@pytest.mark.sampled
@pytest.mark.parametrize("kind", RECORDS)
def test_a_record_that_is_none_fails_for_its_student_alone(
    ready: Classroom, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    (ready.clone("s0001") / RECORD).write_bytes(RECORDS[kind])
    push(ready, "s0001")
    capsys.readouterr()
    start = time.monotonic()
    assert ready.call("update", "--json") in {1, 3}
    out = document_of(capsys.readouterr().out)
    assert ready.call("status", "--json") == 0
    assert len(document_of(capsys.readouterr().out)["students"]) == 3
    assert time.monotonic() - start < 20
    rows = {row["student_id"]: row["outcome"] for row in out["students"]}
    assert rows.pop("s0001", "moved") == "moved"
    assert set(rows.values()) == {"offered"}
    assert not any("unexpected" in failure["error"] for failure in out["failures"])


@pytest.mark.slow
def test_answers_of_every_kind_are_answered_or_passed_over(
    ready: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    clone = ready.clone("s0001")
    record = (clone / RECORD).read_text()
    for value in (
        "{a: 1}", "[1, [2]]", "!!binary aGk=", "2024-01-01", ".nan", ".inf", "!!set {a, b}",
        '"\\uD800"', '"\\0\\e[31m"', "~", "1e400", "../../../etc/x", "'{{ 7 * 7 }}'", "0x7fffffff",
    ):  # fmt: skip
        (clone / RECORD).write_text(state(record, project_name=value, seed=value))
        push(ready, "s0001")
        capsys.readouterr()
        assert ready.call("update", "--dry-run", "--json") in {0, 1, 3}, value
        out = document_of(capsys.readouterr().out)
        assert {row["student_id"] for row in out["students"]} >= {"s0002", "s0003"}, value
        assert not any("unexpected" in failure["error"] for failure in out["failures"]), out
        assert "49" not in json.dumps(out)


def in_place_of(classroom: Classroom, student: str, path: str, mode: str, oid: str) -> None:
    """Put a link, a folder or a submodule where a file is expected, and push."""
    clone = classroom.clone(student)
    git(clone, "update-index", "--add", "--cacheinfo", f"{mode},{oid},{path}")
    git(clone, "commit", "--quiet", "-m", "Odd")
    git(clone, "push", "--quiet", "origin", "HEAD:main")


@pytest.mark.slow
@pytest.mark.parametrize("path", [RECORD, ".mlstarter.toml", "reports/metrics.json", "train.py"])
@pytest.mark.parametrize("mode", ["120000", "160000"])
def test_links_and_submodules_in_place_of_files(
    ready: Classroom,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    path: str,
    mode: str,
) -> None:
    clone = ready.clone("s0001")
    secret = tmp_path / "secret"
    secret.write_text("_src_path: topsecret\n")
    oid = git(clone, "rev-parse", "HEAD")
    if mode == "120000":
        process = subprocess.run(
            ["git", "hash-object", "-w", "--stdin"],
            cwd=clone, input=str(secret), capture_output=True, text=True, check=True,
        )  # fmt: skip
        oid = process.stdout.strip()
    in_place_of(ready, "s0001", path, mode, oid)
    capsys.readouterr()
    assert ready.call("update", "--json") in {0, 1, 3}
    out = document_of(capsys.readouterr().out)
    assert "topsecret" not in json.dumps(out)
    assert not any("unexpected" in failure["error"] for failure in out["failures"])
    assert ready.call("status", "--json") == 0
    assert len(document_of(capsys.readouterr().out)["students"]) == 3
    for ref in ready.refs("s0001"):
        assert "topsecret" not in git(ready.repository("s0001"), "grep", "-h", "", ref)


@pytest.mark.slow
def test_few_objects_that_stand_for_many_files_end_early(
    ready: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ten trees of ten entries each, the same one: ten thousand million files."""
    clone = ready.clone("s0001")
    entry = f"100644 blob {git(clone, 'rev-parse', 'HEAD:Makefile')}"
    for _ in range(10):
        listing = "".join(f"{entry}\tf{n}\n" for n in range(10))
        process = subprocess.run(
            ["git", "mktree"], cwd=clone, input=listing, capture_output=True, text=True, check=True
        )
        entry = f"040000 tree {process.stdout.strip()}"
    listing = git(clone, "ls-tree", "HEAD") + f"\n{entry}\tbomb\n"
    process = subprocess.run(
        ["git", "mktree"], cwd=clone, input=listing, capture_output=True, text=True, check=True
    )
    parent = git(clone, "rev-parse", "HEAD")
    commit = git(clone, "commit-tree", "-p", parent, "-m", "Bomb", process.stdout.strip())
    git(clone, "push", "--quiet", "origin", f"{commit}:main")
    capsys.readouterr()
    assert ready.call("update", "--json") == 1
    out = document_of(capsys.readouterr().out)
    assert [failure["student_id"] for failure in out["failures"]] == ["s0001"]
    assert "holds more than a project does" in out["failures"][0]["error"]
    assert len(out["students"]) == 2
    assert ready.call("clone", "--into", tmp_path / "all", "--only", "s0001") == 1
    assert list((tmp_path / "all").iterdir()) == []
    assert ready.call("status") == 0


@pytest.mark.slow
def test_a_folder_that_is_a_repository_is_not_written_for_the_instructor(
    ready: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Git in such a folder, as a prompt starts it, would run what its settings name."""
    clone = ready.clone("s0001")
    for name in ("HEAD", "config", "objects/a", "refs/a"):
        path = clone / "Data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("ref: refs/heads/main\n")
    push(ready, "s0001")
    capsys.readouterr()
    assert ready.call("clone", "--into", tmp_path / "all") == 1
    assert "s0001's project holds a git repository" in capsys.readouterr().err
    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == ["s0002", "s0003"]


NAMES = ["\x1b[2J\x1b]0;owned\x07.py", "a\nerror: forged\n.py", "[red]v1[bold].py", "`x`.py"]


@pytest.mark.slow
def test_file_names_are_shown_and_not_obeyed(
    ready: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    """A name that the template has cannot be so; one to which it was moved can."""
    ready.template.release("2.1.0", **{"train.py": ready.template.text("train.py") + "x = 1\n"})
    clone = ready.clone("s0001")
    for name in NAMES:
        (clone / "train.py").rename(clone / name)
        text = (clone / name).read_text().replace("step_5 = 5\n", "step_5 = 'mine'\n")
        (clone / name).write_text(text)
        push(ready, "s0001")
        capsys.readouterr()
        assert ready.call("update", "--dry-run", "--only", "s0001") == 3
        both = capsys.readouterr()
        output = both.out + both.err
        assert "conflict in" in output
        assert not any(c in output for c in "\x1b\x07")
        assert "\nerror: forged" not in output
        (clone / name).rename(clone / "train.py")
        (clone / "train.py").write_text(ready.read("s0002", "train.py") + "\n")


@pytest.mark.slow
def test_a_name_that_is_no_text_is_reported_as_json(
    ready: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    clone = ready.clone("s0001")
    odd = os.fsdecode(b"\xff\xfe.py")
    (clone / "train.py").rename(clone / odd)
    text = (clone / odd).read_text().replace("step_5 = 5\n", "step_5 = 'mine'\n")
    (clone / odd).write_text(text)
    push(ready, "s0001")
    capsys.readouterr()
    assert ready.call("update", "--dry-run", "--json", "--only", "s0001") == 3
    output = capsys.readouterr().out
    output.encode("utf-8")
    assert rows_of(output)["s0001"]["files"] == [odd]


@pytest.mark.slow
def test_a_forged_layer_named_as_the_marker_s_is_no_crash(
    ready: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    school = tmp_path / "school"
    school.mkdir()
    (school / "rules.md").write_text("Be kind.\n")
    clone = ready.clone("s0001")
    (clone / "mine.md").write_text("mine\n")
    git(clone, "add", "--all")
    tree = git(clone, "write-tree")
    text = (
        f"Forged\n\nTemplate-Source: {ready.template.root}\nTemplate-Version: 1.0.0\n"
        f"Template-Layer: cohort sha256:0\nTemplate-Tree: {tree}\n"
    )
    git(clone, "commit", "--quiet", "-m", text)
    git(clone, "push", "--quiet", "origin", "main")
    capsys.readouterr()
    assert ready.call("update", "--layer", school, "--json") in {0, 3}
    out = document_of(capsys.readouterr().out)
    assert out["failures"] == []
    branch = f"{rows_of(json.dumps(out))['s0001']['branch']}"
    marker = ready.read("s0001", ".mlstarter.toml", branch)
    assert 'course_run = "ml-test"\nstudent_id = "s0001"' in marker


@pytest.mark.slow
def test_refs_named_like_ours_lead_nowhere_else(
    ready: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    clone = ready.work("s0001", **{"notes.md": "mine\n"})
    first = git(clone, "rev-parse", "HEAD~1")
    for name in ("tags/main", "tags/HEAD", "tags/heads/main", f"tags/{BRANCH}"):
        git(clone, "push", "--quiet", "origin", f"{first}:refs/{name}")
    git(clone, "push", "--quiet", "origin", f"HEAD:refs/heads/{BRANCH}-x;touch-y")
    assert ready.call("update", "--only", "s0001") == 0
    assert ready.read("s0001", "notes.md", f"refs/heads/{BRANCH}") == "mine"
    # The very branch, with something else on it, is nobody's to overwrite.
    other = ready.work("s0002", **{"notes.md": "mine\n"})
    git(other, "push", "--quiet", "origin", f"HEAD~1:refs/heads/{BRANCH}")
    before = ready.refs("s0002")
    assert ready.call("update", "--only", "s0002") in {0, 1}
    assert ready.refs("s0002") == before


def unfit(figure: object, primary: object = "m") -> str:
    return json.dumps({"schema": 1, "primary": primary, "metrics": {"m": figure}})


METRICS: dict[str, Callable[[], str]] = {
    "deep": lambda: "[" * 10_000,
    "100 MB": lambda: "[" + "1," * 50_000_000 + "1]",
    "digits": lambda: unfit({"value": 0}).replace("0}", "9" * 5000 + "}"),
    "huge": lambda: unfit({"value": 10**400}),
    "NaN": lambda: unfit({"value": float("nan")}),
    "surrogates": lambda: unfit({"value": 1}).replace('"m"', '"\\ud800\\u001b[2J\\u202e"'),
    "list": lambda: unfit([1, 2]),
    "markup": lambda: unfit({"value": 1}).replace('"m"', '"[/nope]<img src=x>"'),
}


@pytest.mark.sampled
@pytest.mark.parametrize("kind", METRICS)
def test_metrics_of_every_kind_leave_status_and_board_whole(
    ready: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    ready.work("s0001", **{"reports/metrics.json": METRICS[kind]()})
    page = tmp_path / "board.html"
    start = time.monotonic()
    assert ready.call("status", "--html", page) == 0
    both = capsys.readouterr()
    assert "s0003" in both.out
    assert "\x1b" not in both.out
    assert page.read_text().count("<tr ") == 3
    assert "<img" not in page.read_text()
    assert "\u202e" not in page.read_text()
    assert time.monotonic() - start < 10


@pytest.mark.slow
def test_an_error_that_nobody_thought_of_is_one_student_s(
    ready: Classroom, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from mlstarter import update as module

    prepare = module.prepare

    def fail(project: object, *rest: object) -> object:
        if "s0002" in str(project):
            raise ZeroDivisionError("[/nope]")
        return prepare(project, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "prepare", fail)
    assert ready.call("update") == 1
    assert "s0002: Something unexpected went wrong (ZeroDivisionError" in capsys.readouterr().err
    assert f"refs/heads/{BRANCH}" in ready.refs("s0003")


@pytest.mark.sampled
@pytest.mark.parametrize(
    "stamp",
    [
        "9999999999999 +9999",  # the year 318857, in a zone of four days
        "253402300799 -1200",  # the year 10000 in another zone
        "99999999999999999999 +0000",
        "-5 +0000",
        "1700000000 +9999",
    ],
)
def test_a_commit_s_date_that_no_calendar_has_is_no_crash(
    classroom: Classroom, capsys: pytest.CaptureFixture[str], tmp_path: Path, stamp: str
) -> None:
    classroom.hand_out()
    clone = classroom.clone("s0001")
    (clone / "own.txt").write_text("own\n")
    push(classroom, "s0001")
    text = git(clone, "cat-file", "commit", "HEAD")
    lines = [
        f"{line.partition('>')[0]}> {stamp}" if line.startswith(("author ", "committer ")) else line
        for line in text.splitlines()
    ]
    (clone / "forged").write_text("\n".join(lines) + "\n")
    commit_id = git(clone, "hash-object", "-t", "commit", "-w", "--literally", "forged")
    store = clone / ".git" / "objects" / commit_id[:2] / commit_id[2:]
    target = classroom.server / "s0001.git" / "objects" / commit_id[:2] / commit_id[2:]
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(store.read_bytes())
    git(classroom.server / "s0001.git", "update-ref", "refs/heads/main", commit_id)
    capsys.readouterr()

    page = tmp_path / "board.html"
    assert classroom.call("status", "--json", "--html", page) == 0

    row = rows_of(capsys.readouterr().out)["s0001"]
    assert (row["state"], row["commits"]) == ("verified", 1)
    assert "unexpected" not in page.read_text()
    status = classroom.call("clone", "--at", "2020-01-01", "--into", tmp_path / "clones")
    output = "".join(capsys.readouterr())
    assert status == 1  # only what was handed out later than that day
    assert "unexpected" not in output


def test_a_reflog_s_time_that_no_calendar_has_is_no_crash(tmp_path: Path) -> None:
    from mlstarter.cohort.push_log import read_reflog

    log = tmp_path / "logs" / "refs" / "heads" / "main"
    log.parent.mkdir(parents=True)
    log.write_text(f"{'0' * 40} {'1' * 40} A <a@b> 999999999999 +0000\tpush\n")

    assert read_reflog(tmp_path) is None
