"""The page of a tabular service, as a visitor uses it in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.templates.browser import accessibility, open_page, press_predict
from tests.templates.projects import Project

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.xdist_group("tabular")]


@pytest.fixture(scope="module")
def address(tabular_project: Project) -> Iterator[str]:
    with tabular_project.serve() as url:
        yield url


def numbers(project: Project) -> list[dict[str, object]]:
    return [f for f in project.metadata()["input"]["features"] if f["kind"] == "number"]


def test_the_example_is_filled_in_and_answered(
    chromium: str, address: str, tabular_project: Project
) -> None:
    features = tabular_project.metadata()["input"]["features"]
    with open_page(chromium, address) as (page, seen):
        for feature in features:
            control = page.get_by_label(feature["title"], exact=False).first
            assert control.input_value() or not feature["required"]
        press_predict(page)
        text = page.get_by_role("status").inner_text()
        assert "The probability of “late” is" in text and "%" in text
        assert page.get_by_text("sample data").is_visible()
        assert seen.complaints == []
        assert seen.elsewhere(address) == []


def test_the_keyboard_is_enough(chromium: str, address: str, tabular_project: Project) -> None:
    with open_page(chromium, address) as (page, _):
        seen: list[str] = []
        for _press in range(len(tabular_project.metadata()["input"]["features"]) + 5):
            page.keyboard.press("Tab")
            seen.append(page.evaluate("document.activeElement.textContent.trim()"))
            if seen[-1] == "Predict":
                break
        assert seen[-1] == "Predict"
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        page.keyboard.press("Enter")
        page.locator("#result .answer").wait_for()


def test_a_missing_and_an_unusual_value_are_answered_with_a_word_about_it(
    chromium: str, address: str, tabular_project: Project
) -> None:
    first = next(feature for feature in numbers(tabular_project) if not feature["required"])
    second = next(feature for feature in numbers(tabular_project) if feature != first)
    with open_page(chromium, address) as (page, _):
        page.get_by_label(str(first["title"]), exact=False).first.fill("")
        press_predict(page)
        assert "Less certain" not in page.get_by_role("status").inner_text()
        page.get_by_label(str(second["title"]), exact=False).first.fill("123456")
        page.get_by_role("button", name="Predict").click()
        expect(page.get_by_role("status")).to_contain_text("Less certain than usual")
        expect(page.get_by_role("status")).to_contain_text(str(second["title"]))


def test_a_refused_value_is_named_at_its_field_and_read_out(
    chromium: str, address: str, tabular_project: Project
) -> None:
    feature = numbers(tabular_project)[0]
    with open_page(chromium, address) as (page, _):
        control = page.get_by_label(str(feature["title"]), exact=False).first
        control.fill("1e39")
        page.get_by_role("button", name="Predict").click()
        expect(control).to_have_attribute("aria-invalid", "true")
        expect(control).to_be_focused()
        description_ids = str(control.get_attribute("aria-describedby")).split()
        assert any("less than" in page.locator(f"#{i}").inner_text() for i in description_ids)
        assert accessibility(page) == []
        page.get_by_role("button", name="Start again").click()
        expect(control).not_to_have_attribute("aria-invalid", "true")
        press_predict(page)


def test_a_required_value_that_is_left_empty_is_asked_for(
    chromium: str, address: str, tabular_project: Project
) -> None:
    feature = next(feature for feature in numbers(tabular_project) if feature["required"])
    with open_page(chromium, address) as (page, _):
        control = page.get_by_label(str(feature["title"]), exact=False).first
        control.fill("")
        page.get_by_role("button", name="Predict").click()
        expect(control).to_have_attribute("aria-invalid", "true")
        expect(page.get_by_text("Field required")).to_be_visible()


def test_the_command_that_the_page_shows_works(
    chromium: str, address: str, tabular_project: Project
) -> None:
    with open_page(chromium, address) as (page, _):
        page.get_by_text("Call it from your own code").click()
        command = page.locator("#call").inner_text()
    run = tabular_project.run("sh", "-c", f"{command.replace('curl', 'curl -s', 1)}")
    assert json.loads(run.output)["predictions"]


def test_a_service_that_went_away_is_said_plainly(chromium: str, tabular_project: Project) -> None:
    with tabular_project.serve() as url, open_page(chromium, url) as (page, _):
        page.route("**/predict", lambda route: route.abort())
        page.get_by_role("button", name="Predict").click()
        expect(page.get_by_role("status")).to_contain_text("cannot be reached")
