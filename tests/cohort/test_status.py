"""Who has started, who is behind, what they report; and everybody's files at a moment."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from pathlib import Path

import pytest

from tests.cohort.conftest import Classroom, document_of, git

METRICS = {
    "schema": 1,
    "primary": "roc_auc",
    "metrics": {
        "roc_auc": {"value": 0.69, "low": 0.67, "high": 0.71, "higher_is_better": True},
    },
}


@pytest.fixture
def working(classroom: Classroom) -> Classroom:
    """Return a class in which the first has results, the second nonsense, the third nothing."""
    classroom.hand_out()
    classroom.work("s0001", **{"reports/metrics.json": json.dumps(METRICS)})
    classroom.work("s0002", **{"reports/metrics.json": "[1, {", "<b>.md": "<script>"})
    return classroom


def standings(
    classroom: Classroom, capsys: pytest.CaptureFixture[str], *more: str
) -> dict[str, dict[str, object]]:
    capsys.readouterr()
    classroom.call("status", "--json", *more)
    return {row["student_id"]: row for row in document_of(capsys.readouterr().out)["students"]}


def test_status_tells_who_has_started_and_what_they_report(
    working: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = standings(working, capsys)
    assert [row["started"] for row in rows.values()] == [True, True, False]
    assert [row["commits"] for row in rows.values()] == [1, 1, 0]
    first = rows["s0001"]
    assert (first["metric"], first["value"], first["low"]) == ("roc_auc", 0.69, 0.67)
    assert (rows["s0002"]["value"], rows["s0003"]["value"]) == (None, None)
    assert {row["version"] for row in rows.values()} == {"1.0.0"}


@pytest.mark.slow
def test_a_conflict_looks_unlike_an_update_that_waits(
    working: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    working.work("s0001", **{"Makefile": "all:\n\techo mine\n"})
    working.template.release("2.0.0", **{"Makefile": "all:\n\techo theirs\n"})
    assert working.call("update") == 3
    capsys.readouterr()
    assert working.call("status") == 0
    rows = " ".join(capsys.readouterr().out.split())
    assert "conflict" in rows.partition("s0002")[0]
    assert "update waits" in rows.partition("s0002")[2]


@pytest.mark.parametrize("option", ["--html", "--csv"])
def test_a_file_in_a_folder_that_there_is_not_is_refused_before_anybody_is_asked(
    working: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    assert working.call("status", option, tmp_path / "no" / "board") == 2
    assert f"there is no folder {tmp_path / 'no'}" in capsys.readouterr().err


@pytest.mark.slow
def test_fail_on_behind_and_pending_updates(
    working: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    assert working.call("status", "--fail-on", "behind") == 0
    working.template.release("2.0.0", **{"new.py": "fresh = True\n"})
    assert working.call("status", "--fail-on", "behind") == 3
    assert working.call("update", "--only", "s0001,s0002") == 0
    rows = standings(working, capsys)
    assert [row["behind"] for row in rows.values()] == [True] * 3
    assert rows["s0001"]["pending"] == "mlstarter/update-2.0.0"
    clone = working.clone("s0001")
    git(clone, "fetch", "--quiet")
    git(clone, "merge", "--quiet", "--no-edit", "origin/mlstarter/update-2.0.0")
    git(clone, "push", "--quiet", "origin", "main")
    rows = standings(working, capsys)
    assert (rows["s0001"]["behind"], rows["s0001"]["pending"]) == (False, None)
    assert (rows["s0002"]["behind"], rows["s0003"]["pending"]) == (True, None)
    # The merge of a template is no work of the student's.
    assert rows["s0001"]["commits"] == 1


@pytest.mark.parametrize(
    "text",
    [
        '{"schema": 1, "primary": "a", "metrics": {"a": {"value": "0.9"}}}',
        '{"schema": 1, "primary": "a", "metrics": {"a": {"value": true}}}',
        '{"schema": 1, "primary": ["a"], "metrics": {"a": {"value": 1}}}',
        '{"schema": 3, "primary": "a", "metrics": {"a": {"value": 1}}}',
        '{"schema": 1, "primary": "a", "metrics": {"a": {"value": NaN}}}',
        '{"schema": 1, "primary": "a", "metrics": {"a": {"value": 1e999}}}',
        "[" * 100_000,
        "x" * (2 * 1024 * 1024),
    ],
)
def test_results_that_cannot_be_are_no_results(text: str) -> None:
    from mlstarter.cohort.status import _primary
    from mlstarter.reports import read_report

    assert _primary(read_report(text.encode())) == {}


@pytest.mark.slow
def test_the_board_is_one_pseudonymous_file_that_runs_nothing_of_the_students(
    working: Classroom, tmp_path: Path
) -> None:
    page = tmp_path / "board.html"
    assert working.call("status", "--html", page) == 0
    text = page.read_text()
    assert "0.690 [0.670, 0.710]" in text
    assert "3 students; started: 2; behind: 0." in text
    leaks = ("Zyxwv", "example.edu", "user-s0", "src=", "http:", "https:", "url(")
    assert not any(word in text for word in leaks)
    assert working.call("status", "--html", page, "--names") == 0
    assert "Ada Zyxwv1" in page.read_text()


def test_a_version_or_section_with_markup_is_escaped() -> None:
    from mlstarter.cohort.board import board
    from mlstarter.cohort.status import Standing

    evil = "<img src=x onerror=alert(1)>"
    standing = Standing(
        "s1", evil, evil, "verified", version=evil, metric=evil, value=1.0, ci=evil,
        pending=f"mlstarter/update-{evil}", last_activity=evil, site=f"https://a/{evil}",
        repository="javascript:alert(1)", ci_page="https://user:secret@a.example/",
    )  # fmt: skip
    page = board("c", [standing], {"s1": evil}, datetime(2026, 12, 1))
    assert "<img" not in page
    assert page.count("&lt;img") > 8
    assert "javascript:" not in page
    assert "secret" not in page
    # What turns or hides text shows as what it is.
    page = board("c", [Standing("s1", "a\u202eb", "", "new")], {}, datetime(2026, 12, 1))
    assert "\u202e" not in page
    assert "a\\u202eb" in page


@pytest.mark.browser
def test_the_board_sorts_in_a_browser(working: Classroom, tmp_path: Path, require: object) -> None:
    from playwright.sync_api import sync_playwright

    chromium = require("chromium chromium-browser google-chrome")  # type: ignore[operator]
    page_file = tmp_path / "board.html"
    assert working.call("status", "--html", page_file) == 0
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.route("http*://**", lambda route: route.abort())
        page.goto(page_file.as_uri())
        column = page.get_by_role("button", name="Result")
        column.focus()
        page.keyboard.press("Enter")
        ids = page.locator("tbody td:first-child").all_text_contents()
        assert ids[0] == "s0001"
        assert page.locator('th[aria-sort="ascending"]').count() == 1
        page.get_by_role("button", name="Student").click()
        page.get_by_role("button", name="Student").click()
        ids = page.locator("tbody td:first-child").all_text_contents()
        assert ids == ["s0003", "s0002", "s0001"]
        browser.close()


@pytest.mark.slow
def test_clones_are_made_brought_up_and_never_reset(
    working: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def outcomes() -> list[str]:
        capsys.readouterr()
        assert working.call("clone", "--into", tmp_path / "all", "--json") == 0
        return [row["outcome"] for row in document_of(capsys.readouterr().out)["students"]]

    assert outcomes() == ["cloned"] * 3
    assert outcomes() == ["current"] * 3
    working.work("s0001", **{"late.md": "late\n"})
    working.work("s0002", **{"late.md": "late\n"})
    notes = tmp_path / "all" / "s0002" / "README.md"
    notes.write_text("graded: good\n")
    assert outcomes() == ["updated", "dirty", "current"]
    assert notes.read_text() == "graded: good\n"
    assert (tmp_path / "all/s0001/late.md").is_file()
    assert not (tmp_path / "all/s0002/late.md").exists()


@pytest.mark.slow
def test_clone_at_a_date_or_a_tag(working: Classroom, tmp_path: Path) -> None:
    clone = working.clone("s0001")
    for day, text in (("2026-03-01", "early"), ("2026-03-05", "late")):
        (clone / "essay.md").write_text(text)
        git(clone, "add", "--all")
        stamp = f"{day}T12:00:00+00:00"
        git(clone, "commit", "--quiet", "-m", text, GIT_COMMITTER_DATE=stamp, GIT_AUTHOR_DATE=stamp)
        git(clone, "tag", f"hand-in-{text}")
    git(clone, "push", "--quiet", "--tags", "origin", "main")
    only = ("--only", "s0001", "--into")
    assert working.call("clone", *only, tmp_path / "d", "--at", "2026-03-01") == 0
    assert (tmp_path / "d/s0001/essay.md").read_text() == "early"
    assert working.call("clone", *only, tmp_path / "t", "--at", "hand-in-late") == 0
    assert (tmp_path / "t/s0001/essay.md").read_text() == "late"
    assert working.call("clone", *only, tmp_path / "x", "--at", "no-such-tag") == 1
    assert working.call("clone", *only, tmp_path / "y", "--at", "2026-13-45") == 1


@pytest.mark.slow
def test_cloning_runs_nothing_of_the_student_s(working: Classroom, tmp_path: Path) -> None:
    proof = tmp_path / "ran"
    clone = working.clone("s0001")
    (clone / ".gitattributes").write_text("*.md filter=evil\n")
    (clone / ".gitmodules").write_text(
        f'[submodule "x"]\n\tpath = x\n\turl = ext::sh -c touch% {proof}\n'
    )
    hooks = clone / ".githooks"
    hooks.mkdir()
    (hooks / "post-checkout").write_text(f"#!/bin/sh\ntouch {proof}\n")
    (hooks / "post-checkout").chmod(0o755)
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "-m", "Evil")
    git(clone, "push", "--quiet", "origin", "main")
    assert working.call("clone", "--into", tmp_path / "all", "--only", "s0001") == 0
    assert (tmp_path / "all/s0001/.gitmodules").is_file()
    assert not proof.exists()


@pytest.mark.slow
def test_the_csv_has_ids_and_addresses_and_no_names(
    working: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert working.call("export", "--for", "csv") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["student_id"] for row in rows] == working.students
    assert rows[0]["url"] == f"file://{working.server}/s0001.git"
    assert "Zyxwv" not in str(rows)
    assert working.call("export", "--for", "renovate") == 2
    assert "is plain git" in capsys.readouterr().err
