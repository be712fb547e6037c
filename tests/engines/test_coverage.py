"""What the renderer of this process leaves to Copier is said beforehand; a fault is a fault."""

# ruff: noqa: E501 - a table of templates is read a case to a line

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

import pytest

from mlstarter import engines, questions, sources
from mlstarter.engines.copier.engine import CopierEngine
from mlstarter.engines.copier.quick_renderer import QuickRenderer
from mlstarter.errors import NeedsTrust, TemplateError
from mlstarter.sources import Template
from tests.engines.helpers import Files, write_template

PLAIN = {"copier.yml": "n: 1\n"}
ONLY_COPIER: dict[str, tuple[Files, str]] = {
    "tasks": ({"copier.yml": "_tasks: ['true']\n", "f": ""}, "_tasks"),
    "external data": (
        {"copier.yml": "_external_data: {mine: x.yml}\n", "x.yml": "{}", "f": ""},
        "_external_data",
    ),
    "an extension of its own": (
        {"copier.yml": "_jinja_extensions: [jinja2.ext.debug]\n", "f": ""},
        "_jinja_extensions",
    ),
    "a newer Copier": (
        {"copier.yml": "_min_copier_version: '99.1'\n", "f": ""},
        "_min_copier_version 99.1",
    ),
    "a loop over file names": (
        {**PLAIN, "{% yield x from ['a', 'b'] %}{{ x }}{% endyield %}.jinja": "{{ x }}"},
        "a loop over file names (yield)",
    ),
    "the clock, trusted": ({**PLAIN, "f.jinja": "{{ now() }}"}, "now( in f.jinja"),
    "Copier's own call, trusted": (
        {**PLAIN, "f.jinja": "{{ _copier_conf.dst_path }}"},
        "_copier_conf in f.jinja",
    ),
    "the call in an included file, trusted": (
        {**PLAIN, "f.jinja": "{% include 'part' %}", "part": "{{ _copier_conf['data'] }}"},
        "_copier_conf in part",
    ),
    "the call in a setting, trusted": (
        {"copier.yml": "_subdirectory: \"{{ 'p' if _copier_conf.quiet else 'p' }}\"\n", "p/f": ""},
        "_copier_conf in copier.yml",
    ),
}  # fmt: skip
HERE: dict[str, Files] = {
    "nothing to render": {**PLAIN, "f": "{{ now() }}"},
    "the parts of the call that a project records": {
        **PLAIN,
        "f.jinja": "{{ _copier_conf.os }} {{ _copier_conf.answers_file }} {{ _copier_conf.sep }}",
    },
    "a file called yield": {**PLAIN, "yield.py": "", "yield_curve/f": "def f(): yield 1\n"},
    "a yield in a file that is rendered": {**PLAIN, "f.py.jinja": "def f():\n    yield {{ n }}\n"},
    "an older Copier": {"copier.yml": "_min_copier_version: '9.0'\nn: 1\n", "f.jinja": "{{ n }}"},
    "what it reads, trusted": {**PLAIN, "f.jinja": "{{ '~'|expanduser|length > 0 }}"},
}


def trusting(folder: Path) -> Template:
    return engines.with_trust(sources.resolve(str(folder)), True)


@pytest.mark.parametrize("case", ONLY_COPIER)
def test_what_goes_to_copier_is_named_before_anything_is_rendered(
    case: str, tmp_path: Path
) -> None:
    files, reason = ONLY_COPIER[case]
    engine = CopierEngine(trusting(write_template(tmp_path / "t", files)))
    assert engine.only_copier_renders == reason


@pytest.mark.parametrize("case", HERE)
def test_all_else_is_rendered_in_this_process(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = trusting(write_template(tmp_path / "t", HERE[case]))
    monkeypatch.setattr("subprocess.run", no_process)
    assert engines.render(template, answers(template))


@pytest.mark.slow
@pytest.mark.parametrize(
    "case", ["a loop over file names", "the clock, trusted", "Copier's own call, trusted"]
)
def test_copier_renders_what_was_left_to_it(case: str, tmp_path: Path) -> None:
    template = trusting(write_template(tmp_path / "t", ONLY_COPIER[case][0]))
    tree = engines.render(template, answers(template))
    assert tree.keys() & {"f", "a", "b"}


@pytest.mark.parametrize("fault", [TypeError, LookupError, AttributeError, ValueError])
def test_a_fault_of_the_renderer_is_no_reason_to_try_another(
    fault: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> NoReturn:
        raise fault("ours")

    template = sources.resolve(str(write_template(tmp_path / "t", {**PLAIN, "f": ""})))
    complete = answers(template)
    monkeypatch.setattr(QuickRenderer, "_list", fail)
    monkeypatch.setattr("mlstarter.engines.copier.run_copy.render_with_copier", no_process)

    with pytest.raises(fault, match="ours"):
        engines.render(template, complete)


FAULTS: dict[str, tuple[Files, str]] = {
    "no such filter": ({**PLAIN, "a/f.jinja": "x\n{{ n|nope }}"}, "No filter named 'nope'.*a/f.jinja"),
    "no Jinja": ({**PLAIN, "f.jinja": "x\n{% if %}"}, "f.jinja, line 2"),
    "a division": ({**PLAIN, "f.jinja": "{{ 1 / 0 }}"}, "division by zero .f.jinja"),
    "a sum of two types": ({**PLAIN, "f.jinja": "{{ n + 'a' }}"}, "unsupported operand.*f.jinja"),
    "a missing key": ({**PLAIN, "f.jinja": "{{ {}['a'].b }}"}, "f.jinja"),
    "in a file's name": ({**PLAIN, "{{ n % 0 }}.txt": ""}, "modulo by zero.*n % 0"),
    "in a setting": ({"copier.yml": "_exclude: ['{{ 1 / 0 }}']\n", "f": ""}, "division by zero"),
    "a missing include": ({**PLAIN, "f.jinja": "{% include 'no' %}"}, "no.*f.jinja"),
    "bytes that are no text": ({**PLAIN, "f.jinja": b"\xff\xfe"}, "f.jinja .* not text in UTF-8"),
    "half a letter": ({**PLAIN, "f.jinja": "{{ '\\ud800' }}"}, "renders to what is no text"),
    "a pattern that is none": ({"copier.yml": "_exclude: ['!']\n", "f": ""}, "_exclude .* not valid"),
    "a level that is none": ({"copier.yml": "_min_copier_version: soon\n", "f": ""}, "soon"),
    "a link to nothing": ({**PLAIN, "f -> gone": ""}, "f of the template cannot be read"),
    "a name too long": ({**PLAIN, "{{ 'n' * 400 }}": ""}, "n"),
    "a folder with a NUL": ({"copier.yml": "_subdirectory: \"{{ '\\\\0' }}\"\n", "f": ""}, "leads out"),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_of_a_template_is_a_sentence_that_says_where(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, sentence = FAULTS[case]
    template = sources.resolve(str(write_template(tmp_path / "t", files)))
    complete = answers(template)
    monkeypatch.setattr("subprocess.run", no_process)

    with pytest.raises(TemplateError, match=sentence) as error:
        engines.render(template, complete)
    assert error.value.hint


def test_an_untrusted_text_that_hides_what_it_reads_needs_trust(tmp_path: Path) -> None:
    files = {**PLAIN, "f.jinja": "{% set c = _copier_conf %}{{ c|attr('get')('dst_path') }}{{ c }}"}
    template = sources.resolve(str(write_template(tmp_path / "t", files)))
    with pytest.raises(NeedsTrust):
        engines.render(template, answers(template))


def answers(template: Template) -> questions.Answers:
    return questions.complete(questions.load(template), {})


def no_process(*_: Any, **__: Any) -> NoReturn:
    raise AssertionError("Copier was called")


@pytest.mark.parametrize("text", ["'99'", "99", "99.5", "'100.0.0'"])
def test_a_template_for_a_copier_that_is_not_here_says_so(text: str, tmp_path: Path) -> None:
    files = {"copier.yml": f"_min_copier_version: {text}\nn: 1\n", "f": ""}
    template = sources.resolve(str(write_template(tmp_path / "t", files)))

    with pytest.raises(TemplateError, match=r"asks for Copier \d+\S*, and 9\.") as refusal:
        engines.render(template, questions.complete(questions.load(template), {}))
    assert "upgrade Copier" in str(refusal.value.hint)
