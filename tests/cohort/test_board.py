"""The board as an instructor meets it: in a browser at two widths, and as a table of cells."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest

from mlstarter.cohort.board import board
from mlstarter.cohort.gallery import Card, Picture, write_gallery
from mlstarter.cohort.status import Standing
from tests.cohort.conftest import Classroom, git
from tests.cohort.test_gallery import png

NAME = "Maximiliane Freifrau von Hohenstein-Wittelsbach-Langenfeld"
# An id may have 64 letters.
LONGEST_ID = "s004-" + "long-" * 11 + "id.1"


def standings() -> list[Standing]:
    """Return a class in which everything happens, with values as long as they get."""
    students = [
        Standing(
            f"s{n:03}", "AB"[n % 2], f"team-{n}", "verified", version="1.0.0", behind=n == 2,
            has_started=True, commits=100 * n, last_activity="2026-11-21T16:01:00+01:00",
            ci="failed" if n == 1 else "passed", metric="mean_average_precision_at_fifty" * 2,
            value=0.5 + n / 100, low=0.5, high=0.75, pending="mlstarter/update-1.2.0-abcdef12",
            conflict=n == 1, repository="https://git.example/a/b",
            ci_page="https://git.example/a/b/actions", site="https://pages.example/",
        )
        for n in range(4)
    ]  # fmt: skip
    students.append(Standing(LONGEST_ID, "A", "<i>a_team_of_one_word</i>", "gone"))
    return [*students, Standing("s005", "B", "", "unreached")]


@pytest.mark.browser
@pytest.mark.parametrize("width", [1200, 360])
def test_the_board_fits_filters_and_asks_nobody(
    tmp_path: Path, require: object, width: int
) -> None:
    from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
    from playwright.sync_api import sync_playwright

    chromium = require("chromium chromium-browser google-chrome")  # type: ignore[operator]
    path = tmp_path / "board.html"
    names = {"s000": NAME, "s001": "Ada Lovelace"}
    path.write_text(board("ml", standings(), names, datetime(2026, 12, 1)), encoding="utf-8")
    addresses: list[str] = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.on("request", lambda request: addresses.append(request.url))
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        wide = page.locator(".wide")
        assert wide.evaluate("table => table.scrollWidth - table.clientWidth") <= 0
        rows = page.locator("tbody tr:visible")
        assert rows.count() == 6
        page.get_by_label("State", exact=True).select_option("conflict")
        assert rows.count() == 1
        assert "conflict with 1.2.0" in rows.first.inner_text()
        page.get_by_label("State", exact=True).select_option("")
        page.get_by_label("Section", exact=True).select_option("B")
        assert page.get_by_role("status").text_content() == "3 of 6 shown"
        page.get_by_label("Section", exact=True).select_option("")
        page.get_by_label("Sort by").select_option("Result")
        assert "s000" in rows.first.inner_text()
        assert NAME in rows.first.inner_text().replace("\n", " ")
        problems = Axe().run(page).response["violations"]
        browser.close()
    assert [problem["id"] for problem in problems] == []
    assert addresses == [path.as_uri()]


@pytest.mark.browser
@pytest.mark.parametrize("width", [1200, 360])
def test_the_gallery_fits_and_shows_its_pictures(
    tmp_path: Path, require: object, width: int
) -> None:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    chromium = require("chromium chromium-browser google-chrome")  # type: ignore[operator]
    into = tmp_path / "gallery"
    picture = Picture(png(), 3, 2)
    write_gallery("ml", [Card("s1", NAME, "x" * 300, "y", "z", picture=picture)], into)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.goto((into / "index.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.wait_for_function("document.images[0].naturalWidth === 3")
        problems = Axe().run(page).response["violations"]
        browser.close()
    assert [problem["id"] for problem in problems] == []


@pytest.mark.slow
def test_the_same_as_csv_with_formulas_defused(classroom: Classroom, tmp_path: Path) -> None:
    rows = ["student_id,name,section,team", 's0001,"=HYPERLINK(""http://x"")",+A,t', "s0002,B,,"]
    classroom.roster.write_text("\n".join(rows) + "\n")
    classroom.hand_out()
    classroom.work("s0001", **{"Makefile": "all:\n\techo mine\n"})
    classroom.template.release("1.1.0", **{"Makefile": "all:\n\techo theirs\n"})
    assert classroom.call("update") == 3
    path, page = tmp_path / "board.csv", tmp_path / "board.html"
    assert classroom.call("status", "--csv", path, "--html", page, "--names") == 0
    with path.open(encoding="utf-8", newline="") as file:
        first, second = csv.DictReader(file)
    assert first["name"] == '\'=HYPERLINK("http://x")'
    assert first["section"] == "'+A"
    assert (first["conflict"], second["conflict"]) == ("yes", "no")
    assert (first["pending"], second["pending"]) == ("mlstarter/update-1.1.0",) * 2
    assert first["states"] == "started; behind; conflict; no result"
    assert "conflict with 1.1.0" in page.read_text()
    assert "1.1.0 waits" in page.read_text()
    assert classroom.call("status", "--csv", path) == 0
    assert "HYPERLINK" not in path.read_text()


def test_work_on_any_branch_is_activity_and_an_unreached_student_is_on_the_board(
    classroom: Classroom, tmp_path: Path
) -> None:
    classroom.hand_out()
    clone = classroom.clone("s0001")
    git(clone, "switch", "--quiet", "-c", "idea")
    stamp = "2099-01-02T03:04:05+00:00"
    git(clone, "commit", "-q", "--allow-empty", "-m", "x", GIT_COMMITTER_DATE=stamp)
    git(clone, "push", "--quiet", "origin", "idea")
    store_info = classroom.repository("s0002") / "objects" / "info"
    store_info.mkdir(exist_ok=True)
    (store_info / "alternates").write_text("/elsewhere\n")
    page = tmp_path / "board.html"
    assert classroom.call("status", "--html", page) == 1
    text = page.read_text()
    assert "2099-01-02 03:04" in text
    assert "not reached" in text
    assert "3 students" in text


@pytest.mark.slow
def test_a_link_with_an_account_in_it_is_a_name(
    classroom: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    classroom.hand_out()
    for student, site in (("s0001", "https://user-s0001.example/x/"), ("s0002", "https://a.b/")):
        document = {"schema": 2, "project": {"site": site}}
        classroom.work(student, **{"reports/metrics.json": json.dumps(document)})
    page, table = tmp_path / "board.html", tmp_path / "board.csv"
    assert classroom.call("status", "--html", page, "--csv", table) == 0
    for path in (page, table):
        text = path.read_text()
        assert "https://a.b/" in text
        assert "user-s0001" not in text
    assert classroom.call("status", "--html", page, "--csv", table, "--names") == 0
    for path in (page, table):
        assert "https://user-s0001.example/x/" in path.read_text()


@pytest.mark.browser
def test_results_are_sorted_by_size_below_zero_too(tmp_path: Path, require: object) -> None:
    from playwright.sync_api import sync_playwright

    chromium = require("chromium chromium-browser google-chrome")  # type: ignore[operator]
    path = tmp_path / "board.html"
    values = {"s1": 9.5, "s2": -0.25, "s3": 12.5, "s4": None, "s5": -0.9}
    students = [Standing(name, "", "", "verified", value=value) for name, value in values.items()]
    path.write_text(board("ml", students, {}, datetime(2026, 12, 1)), encoding="utf-8")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 900})
        page.goto(path.as_uri())
        page.get_by_label("Sort by").select_option("Result")
        order = [text[:2] for text in page.locator("tbody tr").all_inner_texts()]
        browser.close()
    assert order == ["s5", "s2", "s1", "s3", "s4"]


@pytest.mark.slow
@pytest.mark.parametrize("option", ["--html", "--csv"])
def test_a_disk_that_is_full_leaves_the_board_of_before(
    classroom: Classroom, tmp_path: Path, option: str
) -> None:
    """A limit on the size of files stands for the disk: the same call of the system fails."""
    classroom.hand_out()
    page = tmp_path / "boards" / "board"
    page.parent.mkdir()
    page.write_text("last week's")
    words = [str(word) for word in classroom.arguments("status", option, page)]
    bound = f"page={str(page)!r}; import resource; "
    bound += "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)); "
    code = (
        "import mlstarter.cohort.status, mlstarter.files as files; write = files.replace_file\n"
        f"def small(*values):\n    {bound}write(*values)\n"
        "files.replace_file = small\n"
        f"import sys; from mlstarter.cli import run; sys.exit(run({words!r}))"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert process.returncode == 1
    assert f"Writing in {page.parent} failed: File too large." in process.stderr
    assert page.read_text() == "last week's"
    assert list(page.parent.iterdir()) == [page]


@pytest.mark.slow
def test_moments_of_every_zone_are_shown_by_one_clock(
    classroom: Classroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    classroom.hand_out()
    for student, stamp in (("s0001", "2026-11-20T23:00-0800"), ("s0002", "2026-11-21T05:00+1400")):
        path = classroom.clone(student)
        dates = {"GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp}
        git(path, "commit", "--quiet", "--allow-empty", "-m", "Work", **dates)
        git(path, "push", "--quiet", "origin", "main")
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    page = tmp_path / "board.html"
    assert classroom.call("status", "--html", page) == 0
    output = " ".join(capsys.readouterr().out.split())
    text = page.read_text()
    monkeypatch.undo()
    time.tzset()
    # The second is the earlier one, whatever the clocks of the two say.
    for moment in ("2026-11-21 07:00", "2026-11-20 15:00"):
        assert f'data-key="{moment}"' in text
        assert moment in output
    assert "+00:00.</p>" in text
