"""Remake docs/img/page.png, the picture of a served model's page in the README.

    .venv/bin/python tools/picture_page.py http://127.0.0.1:8000

Presses Predict on the page of a project that is being served (`make serve` in a fresh
``mlstarter new ../flight-delays --type tabular --yes`` after `make all`), and photographs it.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

OUT = Path(__file__).parents[1] / "docs" / "img" / "page.png"


def main(address: str) -> None:
    """Photograph the page at ``address`` after a prediction."""
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1100, "height": 980})
        page.goto(f"{address}/")
        with page.expect_response("**/predict"):
            page.get_by_role("button", name="Predict").click()
        page.wait_for_timeout(500)  # the answer is drawn after it has come
        page.evaluate("scrollTo(0, 0)")  # the button lies below
        page.screenshot(path=OUT)
        browser.close()
    sys.stdout.write(f"wrote {OUT}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
