"""The page of a text service, as a visitor uses it in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.templates.browser import accessibility, open_page, press_predict, scrolls_sideways
from tests.templates.projects import Project

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.xdist_group("nlp")]
DANISH = "Indtast venligst en gyldig adresse"


@pytest.fixture(scope="module")
def address(nlp_project: Project) -> Iterator[str]:
    with nlp_project.serve() as url:
        yield url


def predict(page: Page, text: str | None = None) -> str:
    """Press the button and return the label that the model gave."""
    if text is not None:
        page.get_by_label("Text").fill(text)
    return press_predict(page)


def test_a_text_is_answered_with_probabilities(chromium: str, address: str) -> None:
    with open_page(chromium, address) as (page, seen):
        assert predict(page, DANISH) in ("Danish", "I do not know")
        result = page.locator("#result")
        expect(result.locator("svg.bar").first).to_be_visible()
        expect(result.get_by_role("rowheader", name="Danish", exact=True)).to_be_visible()
        assert result.locator("table tr").count() == 5
        assert seen.complaints == []
        assert seen.elsewhere(address) == []


def test_a_long_word_does_not_widen_the_page(chromium: str, address: str) -> None:
    with open_page(chromium, address, phone=True) as (page, _):
        predict(page, DANISH + " " + "x" * 300)
        assert not scrolls_sideways(page)
        assert accessibility(page) == []


def test_the_keyboard_is_enough_to_write_and_to_ask(chromium: str, address: str) -> None:
    with open_page(chromium, address) as (page, _):
        for _press in range(10):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.id") == "text":
                break
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type(DANISH)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Predict"
        page.keyboard.press("Enter")
        page.locator("#result .answer").wait_for()
        assert page.locator("#result .answer").inner_text() in ("Danish", "I do not know")


def test_what_says_nothing_is_not_guessed_at(chromium: str, address: str) -> None:
    with open_page(chromium, address) as (page, _):
        assert predict(page, "\N{GRINNING FACE}") == "I do not know"
        expect(page.locator("#result")).to_contain_text("no part of it was seen in training")
        page.get_by_role("button", name="Start again").click()
        assert page.get_by_label("Text").input_value()


def test_markup_is_shown_as_text(chromium: str, address: str) -> None:
    with open_page(chromium, address) as (page, _):
        predict(page, "\N{GRINNING FACE}\N{FIRE} <b>Indtast</b> venligst en gyldig adresse")
        assert page.locator("#result b").count() == 0


def test_a_text_that_is_refused_is_marked_in_the_form(chromium: str, address: str) -> None:
    with open_page(chromium, address) as (page, _):
        for text, reason in (("", "Write a text first"), ("a" * 100_001, "at most 100000")):
            page.get_by_label("Text").fill(text)
            page.get_by_role("button", name="Predict").click()
            expect(page.locator("#text-error")).to_contain_text(reason)
            assert page.get_by_label("Text").get_attribute("aria-invalid") == "true"
