"""The published page in a real browser, held equal to the service."""

from __future__ import annotations

import functools
import http.server
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.templates.browser import accessibility, open_page, press_predict, scrolls_sideways
from tests.templates.projects import Project, request
from tests.templates.tabular_requests import difference, hostile_bodies, random_rows

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.xdist_group("tabular")]

# Asks the page's own backend, without its form.
ASK = """async (requests) => {
    const { browser, Refusal } = await import("./backend.js");
    const backend = browser(() => {});
    const answers = [];
    for (const request of requests) {
        answers.push(await backend.predict(JSON.parse(request)).catch((error) => {
            if (error instanceof Refusal) return { detail: error.errors };
            throw error;
        }));
    }
    return answers;
}"""


@contextmanager
def serve_site(project: Project) -> Iterator[str]:
    """Serve site/build/ as any static host does, below a sub-path; yield the address."""
    home = project.root / "site"
    (home / "name").unlink(missing_ok=True)
    (home / "name").symlink_to("build", target_is_directory=True)

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(home))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/name"
        server.shutdown()
    (home / "name").unlink()


@pytest.fixture(scope="module")
def address(built_site: Project) -> Iterator[str]:
    with serve_site(built_site) as url:
        yield url


def test_browser_and_service_answer_and_refuse_alike(
    chromium: str, address: str, built_site: Project
) -> None:
    bodies = [json.dumps({"rows": [row]}) for row in random_rows(built_site, 200)]
    bodies += [json.dumps({"rows": random_rows(built_site, 200)}), *hostile_bodies(built_site)]
    with built_site.serve() as service:
        expected = [request(f"{service}/predict", body.encode()) for body in bodies]
    with open_page(chromium, address) as (page, _):
        answers = page.evaluate(ASK, bodies)
    assert sum(status == 200 for status, _ in expected) > 201
    assert sum(status == 422 for status, _ in expected) > 20
    for body, (status, theirs), ours in zip(bodies, expected, answers, strict=True):
        if status == 200:
            assert difference(theirs, ours) < 1e-4, body[:300]
        else:
            assert errors(ours) == errors(theirs), body[:300]


def errors(answer: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the fields that a refusal names, each with the reason."""
    reasons = [(str(e["loc"][-1]), e["msg"]) for e in answer["detail"]]
    return [(place if "Extra" not in why else "", why) for place, why in reasons]


def test_the_example_is_answered_as_the_api_answers_it(
    chromium: str, address: str, built_site: Project
) -> None:
    with built_site.serve() as service:
        _, answer = request(f"{service}/predict", built_site.metadata()["example"])
    prediction = answer["predictions"][0]
    with open_page(chromium, address) as (page, seen):
        assert press_predict(page) == prediction["prediction"]
        text = page.get_by_role("status").inner_text().replace("\u00a0", " ")
        share = 100 * prediction["probability"]
        assert f"{share:.1f} %" in text or f"{share:.0f} %" in text
        expect(page.get_by_text("runs in your browser", exact=False).first).to_be_visible()
        assert seen.complaints == []
        assert seen.elsewhere(address) == []


@pytest.mark.parametrize(("dark", "phone"), [(False, False), (True, False), (False, True)])
def test_the_page_is_accessible_and_fits(
    chromium: str, address: str, dark: bool, phone: bool
) -> None:
    with open_page(chromium, address, dark=dark, phone=phone) as (page, _):
        press_predict(page)
        assert accessibility(page) == []
        assert not scrolls_sideways(page)


def test_the_keyboard_is_enough(chromium: str, address: str, built_site: Project) -> None:
    with open_page(chromium, address) as (page, _):
        for _press in range(len(built_site.metadata()["input"]["features"]) + 8):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent.trim()") == "Predict":
                break
        page.keyboard.press("Enter")
        assert page.locator("#result .answer").inner_text()


def test_the_page_tells_the_story(chromium: str, address: str, built_site: Project) -> None:
    metadata = built_site.metadata()
    with open_page(chromium, address) as (page, _):
        expect(page.get_by_text(metadata["result"]["sentence"])).to_be_visible()
        links = page.locator("nav a").evaluate_all("all => all.map((a) => a.href)")
        assert {"https://github.com/ada/flights", "https://github.com/ada/"} <= set(links)
        beside = [url for url in links if url.startswith(address)]
        assert f"{address}/reports/report.html" in beside
        assert all(page.request.get(url).ok for url in beside)
        picture = page.locator("#plot img")
        picture.scroll_into_view_if_needed()
        expect(picture).to_be_visible()
        assert "secret" not in page.content()


def test_what_the_metadata_say_is_text_and_what_is_missing_is_said(
    chromium: str, built_site: Project, tmp_path: Path
) -> None:
    shutil.copytree(built_site.root / "site/build", tmp_path / "site/build")
    file = tmp_path / "site/build/metadata.json"
    metadata = json.loads(file.read_text("utf-8"))
    metadata["project"] |= {"problem": "<img src=x onerror=alert(1)>", "users": "", "story": []}
    metadata["project"] |= {"repository": "javascript:alert(1)", "author": "<b>Ada</b>"}
    del metadata["result"]
    file.write_text(json.dumps(metadata), encoding="utf-8")
    with (
        serve_site(Project(tmp_path, "x", Path(), {})) as url,
        open_page(chromium, url) as (page, _),
    ):
        press_predict(page)
        expect(page.get_by_text("<img src=x onerror=alert(1)>")).to_be_visible()
        expect(page.get_by_text("not yet evaluated")).to_be_visible()
        expect(page.locator("em").first).to_be_visible()
        assert page.locator("b").count() == 0
        assert page.locator("a[href^='javascript']").count() == 0


def test_a_browser_without_webassembly_is_told_what_to_do(chromium: str, address: str) -> None:
    with open_page(chromium, address, script="delete globalThis.WebAssembly") as (page, _):
        expect(page.get_by_role("status")).to_contain_text("Use a current Firefox")


def test_a_visitor_is_told_what_is_being_loaded(chromium: str, address: str) -> None:
    with open_page(chromium, address, hold="**/*.wasm") as (page, _):
        expect(page.get_by_text("Loading the model")).to_be_visible()
        page.get_by_role("button", name="Predict").click()
        expect(page.locator("#result")).to_have_attribute("aria-busy", "true")


def test_a_model_that_cannot_be_fetched_is_said(chromium: str, address: str) -> None:
    with open_page(chromium, address, failing_requests="**/model.onnx") as (page, _):
        expect(page.get_by_role("status")).to_contain_text("Reload the page")
