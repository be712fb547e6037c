"""Remake the pictures of pages in docs/img/.

    .venv/bin/python tools/picture_page.py http://127.0.0.1:8000          docs/img/page.png
    .venv/bin/python tools/picture_page.py http://127.0.0.1:8000 speech   docs/img/page-speech.png

The first is that of the README, of a page that is being served (`make serve` in a fresh
``mlstarter new ../flight-delays --type tabular --yes`` after `make all`). The others are those of
docs/site.md, one a type, of the published page (`make site-preview`). Predict is pressed first.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).parents[1] / "docs" / "img"


def main(address: str, name: str = "") -> None:
    """Photograph the page at ``address`` after a prediction."""
    out = IMAGES / (f"page-{name}.png" if name else "page.png")
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1100, "height": 980})
        page.goto(f"{address}/")
        page.get_by_role("button", name="Predict").click()
        page.locator("#result[aria-busy=false] .answer").wait_for()
        page.evaluate("scrollTo(0, 0)")  # the button lies below
        page.screenshot(path=out)
        browser.close()
    sys.stdout.write(f"wrote {out}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
