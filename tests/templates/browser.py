"""A real Chromium, and what every page of a generated service must hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect, sync_playwright

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}

# A busy machine takes longer than the five seconds that are the default.
expect.set_options(timeout=20_000)


@dataclass
class Seen:
    """What a page asked for and complained about."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def elsewhere(self, address: str) -> list[str]:
        """Return the requests to anything but the service and the page itself."""
        return [url for url in self.requests if not url.startswith((address, "data:", "blob:"))]


@contextmanager
def open_page(
    chromium: str,
    address: str,
    *,
    dark: bool = False,
    phone: bool = False,
    script: str = "",
    hold: str = "",
    failing_requests: str = "",
) -> Iterator[tuple[Page, Seen]]:
    """Open ``address`` in a fresh Chromium; yield the page and what was seen of it.

    ``script`` runs before the page's own; requests that ``hold`` matches are never answered, those
    that ``lost`` matches fail.
    """
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        context = browser.new_context(
            viewport=PHONE if phone else DESK,  # type: ignore[arg-type]
            color_scheme="dark" if dark else "light",
        )
        page, seen = context.new_page(), Seen()
        page.on("request", lambda request: seen.requests.append(request.url))
        page.on("console", lambda message: seen.complaints.append(message.text))
        page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        if script:
            page.add_init_script(script)
        if hold:
            page.route(hold, lambda _: None)
        if failing_requests:
            page.route(failing_requests, lambda route: route.abort())
        page.goto(f"{address}/")
        page.locator("form").wait_for()
        yield page, seen
        browser.close()


def accessibility(page: Page) -> list[str]:
    """Return what axe finds wrong with the page as it stands."""
    result: dict[str, Any] = Axe().run(page).response
    return [
        f"{violation['id']}: {node['html'][:120]}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


def scrolls_sideways(page: Page) -> bool:
    """Say whether the page is wider than the screen."""
    wide: bool = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return wide


def press_predict(page: Page) -> str:
    """Press the button; return what the page then answers first."""
    page.get_by_role("button", name="Predict").click()
    page.locator("#result[aria-busy=false] .answer").wait_for()
    return page.locator("#result .answer").inner_text()
