"""The page of a vision service, as a visitor uses it in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.templates.browser import open_page, press_predict
from tests.templates.projects import Project

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.xdist_group("cv")]

# Writes the first picture of a class in the test part, as a file that a visitor might choose.
PICTURE = """
import sys
import numpy
from PIL import Image
data = numpy.load(sys.argv[1])
label = data["names"].tolist().index(sys.argv[2])
Image.fromarray(data["images"][(data["labels"] == label) & data["test"]][0]).save(sys.argv[3])
"""


@pytest.fixture(scope="module")
def address(cv_project: Project) -> Iterator[str]:
    with cv_project.serve() as url:
        yield url


@pytest.fixture(scope="module")
def trouser(cv_project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a picture of the class that is told from the others best."""
    file = tmp_path_factory.mktemp("pictures") / "trouser.png"
    (data,) = (cv_project.root / "src").rglob("images.npz")
    cv_project.run(cv_project.python, "-c", PICTURE, data, "trouser", file)
    return file


def test_the_example_is_shown_and_answered_with_a_bar_for_each_class(
    chromium: str, address: str, cv_project: Project
) -> None:
    classes = cv_project.metadata()["output"]["classes"]
    with open_page(chromium, address) as (page, seen):
        expect(page.get_by_text("press Predict").first).to_be_visible()
        expect(page.get_by_role("img", name="The picture that is asked about")).to_be_visible()
        press_predict(page)
        assert page.locator("#result tr").count() == len(classes)
        assert page.get_by_text("sample data").is_visible()
        assert seen.complaints == []
        assert seen.elsewhere(address) == []


def test_a_file_that_is_chosen_is_sent(chromium: str, address: str, trouser: Path) -> None:
    with open_page(chromium, address) as (page, _):
        page.get_by_label("Picture", exact=True).set_input_files(trouser)
        with page.expect_request("**/predict") as sending:
            assert press_predict(page) == "trouser"
        assert sending.value.headers["content-type"] == "image/png"


def test_what_is_no_picture_is_refused_in_plain_words(
    chromium: str, address: str, tmp_path: Path
) -> None:
    file = tmp_path / "fake.png"
    file.write_bytes(b"this is no picture")
    with open_page(chromium, address) as (page, _):
        control = page.get_by_label("Picture", exact=True)
        control.set_input_files(file)
        page.get_by_role("button", name="Predict").click()
        expect(page.get_by_text("The file is damaged").first).to_be_visible()
        expect(control).to_have_attribute("aria-invalid", "true")
        page.get_by_role("button", name="Start again").click()
        expect(control).not_to_have_attribute("aria-invalid", "true")
        press_predict(page)


def test_the_keyboard_is_enough(chromium: str, address: str) -> None:
    with open_page(chromium, address) as (page, _):
        texts: list[str] = []
        for _press in range(20):
            page.keyboard.press("Tab")
            texts.append(page.evaluate("document.activeElement.textContent.trim()"))
            if texts[-1] == "Predict":
                break
        assert texts[-1] == "Predict"
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        page.keyboard.press("Enter")
        page.locator("#result .answer").wait_for()


def test_the_command_that_the_page_shows_works(
    chromium: str, address: str, cv_project: Project, trouser: Path
) -> None:
    with open_page(chromium, address) as (page, _):
        page.get_by_text("Call it from your own code").click()
        command = page.locator("#call").inner_text()
    words = command.replace("curl", "curl -s", 1).replace("picture.png", str(trouser))
    answer = json.loads(cv_project.run("sh", "-c", words).output)
    assert answer["prediction"] == "trouser"
