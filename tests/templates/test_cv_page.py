"""The page of a vision service, as a visitor uses it in a real browser."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.templates.browser import opened, press_predict
from tests.templates.projects import Project

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.xdist_group("cv")]


@pytest.fixture(scope="module")
def address(cv_project: Project) -> Iterator[str]:
    with cv_project.serve() as url:
        yield url


def test_an_example_is_shown_and_answered_with_a_bar_for_each_class(
    chromium: str, address: str, cv_project: Project
) -> None:
    classes = cv_project.metadata()["output"]["classes"]
    with opened(chromium, address) as (page, seen):
        expect(page.get_by_text("press Predict").first).to_be_visible()
        page.get_by_role("button", name="Example: trouser").click()
        assert press_predict(page) == "trouser"
        assert page.locator("#result svg.bar").count() == len(classes)
        assert seen.complaints == []
        assert seen.elsewhere(address) == []


def test_a_file_that_is_chosen_is_sent(
    chromium: str, address: str, cv_project: Project, tmp_path: Path
) -> None:
    bag = next(e for e in cv_project.metadata()["examples"] if e["label"] == "bag")
    file = tmp_path / "mine.png"
    file.write_bytes(base64.b64decode(bag["base64"]))
    with opened(chromium, address) as (page, _):
        page.get_by_label("Choose an image").set_input_files(file)
        expect(page.get_by_text("mine.png: press Predict")).to_be_visible()
        assert press_predict(page) == "bag"


def test_a_file_that_is_dropped_is_sent(chromium: str, address: str, cv_project: Project) -> None:
    bag = next(e for e in cv_project.metadata()["examples"] if e["label"] == "bag")
    drop = """([text]) => {
        const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
        const data = new DataTransfer();
        data.items.add(new File([bytes], "dropped.png", { type: "image/png" }));
        const options = { dataTransfer: data, bubbles: true, cancelable: true };
        document.getElementById("drop").dispatchEvent(new DragEvent("drop", options));
    }"""
    with opened(chromium, address) as (page, _):
        page.evaluate(drop, [bag["base64"]])
        expect(page.get_by_text("dropped.png: press Predict")).to_be_visible()
        assert press_predict(page) == "bag"


def test_what_is_no_image_is_refused_in_plain_words(
    chromium: str, address: str, tmp_path: Path
) -> None:
    file = tmp_path / "fake.png"
    file.write_bytes(b"this is no image")
    with opened(chromium, address) as (page, _):
        page.get_by_label("Choose an image").set_input_files(file)
        expect(page.get_by_text("cannot be shown here")).to_be_visible()
        page.get_by_role("button", name="Predict").click()
        expect(page.get_by_role("status").last).to_contain_text(re.compile("none of PNG"))
        page.get_by_role("button", name="Start again").click()
        press_predict(page)


def test_a_drawing_is_sent(chromium: str, address: str) -> None:
    with opened(chromium, address) as (page, _):
        before = press_predict(page)
        board = page.locator("#board")
        box = board.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 60, box["y"] + 200)
        page.mouse.down()
        page.mouse.move(box["x"] + 220, box["y"] + 210, steps=5)
        page.mouse.up()
        expect(page.get_by_text("Drawn: press Predict")).to_be_visible()
        with page.expect_request("**/predict") as sent:
            assert press_predict(page)
        assert sent.value.headers["content-type"] == "image/png"
        assert before


def test_light_and_dark_can_be_swapped(chromium: str, address: str) -> None:
    with opened(chromium, address) as (page, _):
        first = press_predict(page)
        page.get_by_label("Swap light and dark").check()
        page.get_by_role("button", name="Predict").click()
        expect(page.locator("#result")).to_contain_text("brighter than the images seen in training")
        assert first


def test_the_keyboard_is_enough_to_draw_and_to_ask(chromium: str, address: str) -> None:
    with opened(chromium, address) as (page, _):
        for _press in range(20):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.id") == "board":
                break
        assert page.evaluate("document.activeElement.id") == "board"
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        page.keyboard.press("Space")
        for _press in range(6):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Space")
        expect(page.get_by_text("Drawn: press Predict")).to_be_visible()
        for _press in range(5):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent") == "Predict":
                break
        page.keyboard.press("Enter")
        page.locator("#result .answer").wait_for()
