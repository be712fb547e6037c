"""A speech project's published page in a real browser, held equal to the service.

``MLSTARTER_FIGURES=FILE`` adds the figures that docs/measured.md records to FILE.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Require
from tests.templates import asr_clips
from tests.templates.browser import accessibility, open_page, press_predict, scrolls_sideways
from tests.templates.gate_faults import (
    assert_gate_is_red,
    build_site,
    change_a_weight,
    clone_with_runtime,
)
from tests.templates.projects import Project, request
from tests.templates.test_site_page import serve_site

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.xdist_group("asr")]

WAV = {"Content-Type": "audio/wav"}
CHUNK = 40  # recordings a call: they travel as text
# Chooses each file in a form of the page's, as a visitor would, and asks the page's own worker.
CHOOSE = """async (files) => {
    const { inWorker, makeForm } = await import("./predict.js");
    window.backend ??= inWorker(() => {});
    const form = makeForm(await backend.metadata);
    const [input] = form.nodes.map((node) => node.querySelector("input")).filter(Boolean);
    const text = () => form.nodes.map((node) => node.textContent).join(" ");
    const answers = [];
    for (const [index, file] of files.entries()) {
        const bytes = Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0));
        const data = new DataTransfer();
        const name = `recording-${index}.wav`;
        data.items.add(new File([bytes], name, { type: "audio/wav" }));
        input.files = data.files;
        input.dispatchEvent(new Event("change"));
        while (!text().includes(name) && !text().includes("cannot read")) {
            await new Promise((resolve) => setTimeout(resolve, 2));
        }
        const { request } = await form.read();
        answers.push(await backend.predict(request));
    }
    return answers;
}"""
# Asks the page's own worker for recordings as they are, without its form.
ASK = """async (files) => {
    const { inWorker } = await import("./predict.js");
    window.backend ??= inWorker(() => {});
    const answers = [];
    for (const wav of files) answers.push(await backend.predict({ wav }));
    return answers;
}"""


@pytest.fixture(scope="module")
def site(
    asr_project: Project, tmp_path_factory: pytest.TempPathFactory, require: Require
) -> Project:
    """Return a clone of the speech project in which the site was built, gate and all."""
    require("node")
    return build_site(asr_project.clone(tmp_path_factory.mktemp("site") / "spoken-digits"))


@pytest.fixture(scope="module")
def address(site: Project) -> Iterator[str]:
    with serve_site(site) as url:
        yield url


@pytest.fixture(scope="module")
def recordings(asr_project: Project, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return recordings that the project's own Python made."""
    return asr_clips.load(asr_project, tmp_path_factory.mktemp("recordings"))


def test_the_gate_is_red_where_a_weight_is_changed(site: Project, tmp_path: Path) -> None:
    project = clone_with_runtime(site, tmp_path / "spoken-digits")
    change_a_weight(project, 3.0)  # words are compared, so that a little may change none
    assert_gate_is_red(project)


def ask(page: Page, script: str, files: list[str]) -> list[dict[str, Any]]:
    """Return the page's answers to many recordings."""
    answers = []
    for start in range(0, len(files), CHUNK):
        answers += page.evaluate(script, files[start : start + CHUNK])
    return answers


def ask_service(project: Project, files: list[str]) -> list[dict[str, Any]]:
    """Return the service's answers to many recordings."""
    with project.serve() as url:
        pairs = [request(f"{url}/predict", base64.b64decode(file), **WAV) for file in files]
    assert {status for status, _ in pairs} == {200}
    return [answer for _, answer in pairs]


@pytest.mark.parametrize("rate", asr_clips.RATES)
def test_of_recordings_at_other_rates_one_word_in_a_hundred_differs(
    chromium: str, address: str, site: Project, recordings: dict[str, Any], rate: int
) -> None:
    """The browser's resampler is another one than the service's: words are compared, and listed."""
    clips = [clip for clip in recordings["clips"] if clip["rate"] == rate]
    files = [clip["file"] for clip in clips]
    service = [answer["text"] for answer in ask_service(site, files)]
    with open_page(chromium, address) as (page, _):
        browser = [answer["text"] for answer in ask(page, CHOOSE, files)]
    words = sum(len(text.split()) for text in service)
    assert words > len(clips), "too few recordings in which the service hears a word"
    pairs = zip(service, browser, strict=True)
    errors = sum(word_errors(ours.split(), theirs.split()) for ours, theirs in pairs)
    differing_clips = [
        f"{clip['name']}: service {ours!r}, page {theirs!r}"
        for clip, ours, theirs in zip(clips, service, browser, strict=True)
        if ours != theirs
    ]
    if file := os.environ.get("MLSTARTER_FIGURES"):
        with Path(file).open("a", encoding="utf-8") as sink:
            lines = "\n".join(differing_clips)
            sink.write(f"{rate} Hz: {errors} of {words} words, {len(clips)} clips\n{lines}\n")
    assert errors <= 0.01 * words, "\n".join(differing_clips)


def word_errors(reference: list[str], words: list[str]) -> int:
    """Return how many words have to be changed, left out or added: Levenshtein's distance."""
    row = list(range(len(words) + 1))
    for i, expected in enumerate(reference, 1):
        above, row[0] = row[:], i
        for j, word in enumerate(words, 1):
            row[j] = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (word != expected))
    return row[-1]


def test_words_are_counted_as_a_word_error_rate_counts_them() -> None:
    pairs = [
        ("one two", "one two"),
        ("one two", "two"),
        ("one", "two one"),
        ("", "one"),
        ("a", "b"),
    ]
    assert [word_errors(a.split(), b.split()) for a, b in pairs] == [0, 1, 1, 1, 1]


def test_random_recordings_get_the_same_words_from_both_backends(
    chromium: str, address: str, site: Project, recordings: dict[str, Any]
) -> None:
    expected = ask_service(site, recordings["random"])
    with open_page(chromium, address) as (page, _):
        answers = ask(page, ASK, recordings["random"])
    assert sum(bool(answer["text"]) for answer in expected) > 50
    for theirs, ours in zip(expected, answers, strict=True):
        assert ours["text"] == theirs["text"] and ours["warnings"] == theirs["warnings"]
        assert ours["seconds"] == theirs["seconds"]
        for one, other in zip(theirs["words"], ours["words"], strict=True):
            assert [one[key] for key in ("text", "start", "end")] == [
                other[key] for key in ("text", "start", "end")
            ]
            assert abs(one["confidence"] - other["confidence"]) < 0.002 + 1e-9


def test_the_example_is_answered_as_the_api_answers_it(
    chromium: str, address: str, site: Project
) -> None:
    (answer,) = ask_service(site, [site.metadata()["example"]["wav"]])
    with open_page(chromium, address) as (page, seen):
        expect(page.get_by_text("MB", exact=False).first).to_be_visible()
        assert not any(url.endswith((".onnx", ".wasm")) for url in seen.requests), (
            "nothing large is loaded before it is asked for"
        )
        assert press_predict(page) == answer["text"]
        assert seen.complaints == []
        assert seen.elsewhere(address) == []


@pytest.mark.parametrize(("dark", "phone"), [(False, False), (True, False), (False, True)])
def test_the_page_is_accessible_and_fits(
    chromium: str, address: str, dark: bool, phone: bool, tmp_path: Path
) -> None:
    (tmp_path / "mine.wav").write_bytes(b"no recording")
    with open_page(chromium, address, dark=dark, phone=phone) as (page, _):
        press_predict(page)
        assert accessibility(page) == []
        assert not scrolls_sideways(page)
        page.locator("input[type=file]").set_input_files(tmp_path / "mine.wav")
        page.get_by_text("cannot read that file").wait_for()
        assert accessibility(page) == []


def test_the_keyboard_is_enough(chromium: str, address: str) -> None:
    with open_page(chromium, address) as (page, _):
        for _press in range(20):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent.trim()") == "Predict":
                break
        page.keyboard.press("Enter")
        assert page.locator("#result[aria-busy=false] .answer").inner_text()
