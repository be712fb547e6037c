"""The page of the findings: everything that the project wrote is text in it."""

from __future__ import annotations

from html.parser import HTMLParser

from mlstarter.checks.finding import Finding
from mlstarter.checks.page import page


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        del attrs
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def parse(text: str) -> Tags:
    tags = Tags()
    tags.feed(text)
    return tags


def test_markup_of_the_project_is_shown_as_it_is_written() -> None:
    hostile = "<script>alert(1)</script>{{ 7*7 }}&amp;\x1b[31m\u202e"
    plain = parse(page("p", [Finding("name", "failed", "detail", "mend")]))
    tags = parse(page(hostile, [Finding(hostile, "failed", hostile, hostile)]))
    assert tags.tags == plain.tags
    assert tags.text.count("<script>alert(1)</script>{{ 7*7 }}&amp;") == 5
    assert "\x1b" not in tags.text
    assert "\u202e" not in tags.text


def test_what_is_met_is_counted_and_only_the_rest_says_how_to_mend() -> None:
    findings = [Finding("a", "ok", "fine", "nothing"), Finding("b", "failed", "bad", "mend it")]
    text = page("p", findings)
    assert "1 of 2 checks are met." in text
    assert "nothing" not in text
    assert '<p class="mend">mend it</p>' in text
    assert text.endswith("</html>\n")
