"""What a text rendered to is kept by the answers it reads, and nothing else is."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import pytest

from mlstarter import engines, sources
from mlstarter.engines.copier.config import load_config
from mlstarter.engines.jinja import environment
from mlstarter.engines.template_text import Text
from tests.engines.helpers import commit, write_template


@pytest.fixture
def text_of(tmp_path: Path):  # type: ignore[no-untyped-def]
    """Return a function that compiles a text as native rendering does."""
    write_template(tmp_path / "t", {"copier.yml": "n: 1\n", "part": "{{ n }}"})
    env = environment(load_config(tmp_path / "t"))
    return lambda source: Text(env, source)


@pytest.mark.parametrize(
    "source",
    [
        "{{ 999999999999|ans_random }}",
        "{% set x = 999999999999 %}{{ x|ans_random }}",
        "{{ '52:54:00'|random_mac }}",
        "{{ lipsum() }}",
        "{{ range(10000)|list|shuffle }}",
    ],
)
def test_chance_differs_for_everybody_in_a_class(source: str, text_of) -> None:  # type: ignore[no-untyped-def]
    text = text_of(source)
    assert len({text.render({"n": 1}) for _ in range(5)}) > 1


def test_chance_in_an_included_file_differs_too(tmp_path: Path) -> None:
    files = {
        "copier.yml": "_exclude: [part, copier.yml]\n",
        "part": "{{ 999999999999|ans_random }}",
        "f.jinja": "{% include 'part' %}",
    }
    template = sources.resolve(str(commit(write_template(tmp_path / "t", files), "1.0")))
    assert len({engines.render(template, {})["f"].data for _ in range(5)}) > 1


def test_equal_answers_are_rendered_once_and_types_are_told_apart(text_of) -> None:  # type: ignore[no-untyped-def]
    text = text_of("{{ n }} {{ n is string }}")
    with mock.patch.object(text._template, "render", wraps=text._template.render) as render_spy:
        results = [text.render({"n": n, "other": o}) for o, n in enumerate([1, 1, "1", True, 1])]
    assert results == ["1 False", "1 False", "1 True", "True False", "1 False"]
    assert render_spy.call_count == 3
