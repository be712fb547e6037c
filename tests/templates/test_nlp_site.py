"""A text project's published page in a real browser, held equal to the service."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.templates.browser import accessibility, open_page, press_predict, scrolls_sideways
from tests.templates.gate_faults import assert_gate_is_red, change_a_weight, clone_with_runtime
from tests.templates.projects import Project, request
from tests.templates.tabular_requests import difference
from tests.templates.test_site_page import ASK, serve_site

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("nlp")]

TEXTS = {
    "emoji": "Bitte \U0001f600 geben \U0001f469\u200d\U0001f467 Sie \U0001f44d\U0001f3fd",
    "flags": "\U0001f1e9\U0001f1f0 Indtast venligst en gyldig adresse \U0001f1e9\U0001f1f0",
    "combining marks": "Veuillez saisir une adresse e\u0301lectronique, s'il vous plai\u0302t",
    "the same, composed": "Veuillez saisir une adresse \u00e9lectronique, s'il vous pla\u00eet",
    "many marks": "a\u0301\u0323\u0308" * 30,
    "right to left": "\u0627\u0644\u0631\u062c\u0627\u0621 \u0625\u062f\u062e\u0627\u0644",
    "both directions": "\u202b\u05e0\u05d0 \u05dc\u05d4\u05d6\u202c a valid address \u200f!",
    "Turkish i": "GE\u00c7ERL\u0130 B\u0130R ADRES G\u0130R\u0130N, \u0131\u015f\u0131k",
    "final sigma": "\u039f\u0394\u039f\u03a3 \u03bf\u03b4\u03cc\u03c2",
    "wide letters": "\uff21\uff22\uff23 \u4f60\u597d\u3000\u4e16\u754c",
    "nothing": "",
    "line ends": "one\r\ntwo\u2028three\u0085four",
}


@pytest.fixture(scope="module")
def address(nlp_site: Project) -> Iterator[str]:
    with serve_site(nlp_site) as url:
        yield url


def test_the_gate_is_red_where_a_weight_is_changed(nlp_site: Project, tmp_path: Path) -> None:
    project = clone_with_runtime(nlp_site, tmp_path / "which-language")
    change_a_weight(project, 1.05)
    assert_gate_is_red(project)


def random_texts(count: int) -> list[str]:
    """Return texts of letters of many scripts, signs and words, of all lengths."""
    signs = [*"a\u00e4\u00df\u0131\u0130\u03a3\u03c2\u4f60\u597d\u0645\u0631\u05d0"]
    signs += [*"\U0001f600\u200d\U0001f467 \t\u0301\u202e\ufeff.,!?%&0123", *"abcdefghij   "]
    words = " ".join(TEXTS.values()).split(" ")
    chance = random.Random(3)
    return [
        "".join(chance.choices(signs, k=chance.choice([1, 5, 40, 1200])))
        if i % 2
        else " ".join(chance.choices(words, k=chance.choice([1, 4, 30])))
        for i in range(count)
    ]


@pytest.mark.browser
def test_browser_and_service_answer_and_refuse_alike(
    chromium: str, address: str, nlp_site: Project
) -> None:
    texts = [*TEXTS.values(), *random_texts(200)]
    bodies = [json.dumps({"texts": [text]}) for text in texts]
    bodies += [json.dumps({"texts": texts[:100]})]
    bad_requests = [{"texts": []}, {"texts": ["a" * 100_001]}, {"texts": [1]}, {}]
    bodies += [json.dumps(body) for body in bad_requests]
    with nlp_site.serve() as service:
        expected = [request(f"{service}/predict", body.encode()) for body in bodies]
    with open_page(chromium, address) as (page, _):
        answers = page.evaluate(ASK, bodies)
    assert [status for status, _ in expected[-len(bad_requests) :]] == [422] * len(bad_requests)
    assert sum(status == 200 for status, _ in expected) == len(texts) + 1
    for body, (status, theirs), ours in zip(bodies, expected, answers, strict=True):
        if status == 200:
            assert difference(theirs, ours) < 1e-4, body[:300]
        else:
            assert ours["detail"], body[:300]


@pytest.mark.browser
def test_the_example_is_answered_as_the_api_answers_it(
    chromium: str, address: str, nlp_site: Project
) -> None:
    with nlp_site.serve() as service:
        _, answer = request(f"{service}/predict", nlp_site.metadata()["example"])
    prediction = answer["predictions"][0]
    with open_page(chromium, address) as (page, seen):
        assert press_predict(page) == (prediction["prediction"] or "I do not know")
        assert seen.complaints == []
        assert seen.elsewhere(address) == []


@pytest.mark.browser
@pytest.mark.parametrize(("dark", "phone"), [(False, False), (True, False), (False, True)])
def test_the_page_is_accessible_and_fits(
    chromium: str, address: str, dark: bool, phone: bool
) -> None:
    with open_page(chromium, address, dark=dark, phone=phone) as (page, _):
        for text in (TEXTS["right to left"], TEXTS["emoji"]):
            page.get_by_label("Text").fill(text)
            press_predict(page)
            assert accessibility(page) == []
            assert not scrolls_sideways(page)
