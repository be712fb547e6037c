"""A template that nobody trusts is data: it reads nothing of the machine, and what it makes ends."""

# ruff: noqa: E501 - small templates are read a file to a line

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from mlstarter import bounds, engines, questions, sources
from mlstarter.engines.copier.config import load_config
from mlstarter.engines.copier.coverage import beyond_quick_renderer
from mlstarter.engines.machine_reads import copier_reads
from mlstarter.errors import MlstarterError, NeedsTrust, TemplateError
from tests.conftest import Run
from tests.engines.helpers import Files, write_template

pytestmark = pytest.mark.usefixtures("own_folders")

COPIER = {"copier.yml": "a: x\n"}
READS: dict[str, tuple[Files, str]] = {
    "external data": ({"copier.yml": "_external_data: {mine: /etc/hostname}\n", "f.jinja": "{{ _external_data.mine }}"}, "the file /etc/hostname"),
    "the environment": ({**COPIER, "f.jinja": "{{ '$HOME'|expandvars }}"}, "the filter expandvars in f.jinja"),
    "the home folder": ({**COPIER, "f.jinja": "{{ '~'|expanduser }}"}, "the filter expanduser in f.jinja"),
    "file names": ({**COPIER, "f.jinja": "{{ '/*'|fileglob }}"}, "the filter fileglob in f.jinja"),
    "real paths": ({**COPIER, "f.jinja": "{{ 'x'|realpath }}"}, "the filter realpath in f.jinja"),
    "a filter by its name": ({**COPIER, "f.jinja": "{{ ['$HOME']|map('expandvars')|list }}"}, "the filter expandvars in f.jinja"),
    "the clock": ({**COPIER, "f.jinja": "{{ '%Y'|strftime }}"}, "the filter strftime in f.jinja"),
    "the clock as a function": ({**COPIER, "f.jinja": "{{ now() }}"}, "the clock (now) in f.jinja"),
    "the interpreter": ({**COPIER, "f.jinja": "{{ _copier_python }}"}, "_copier_python in f.jinja"),
    "where the project lies": ({**COPIER, "f.jinja": "{{ _copier_conf.dst_path }}"}, "_copier_conf.dst_path in f.jinja"),
    "a file's name": ({**COPIER, "{{ '$HOME'|expandvars }}.txt": ""}, "the filter expandvars"),
    "a question's default": ({"copier.yml": "a: \"{{ '$HOME'|expandvars }}\"\n"}, "the filter expandvars in copier.yml"),
    "a question's validator": ({"copier.yml": "a: {default: x, validator: \"{{ '/'|fileglob }}\"}\n"}, "the filter fileglob in copier.yml"),
    "other signs of Jinja": ({"copier.yml": "_envops: {variable_start_string: '[[', variable_end_string: ']]'}\n", "f.jinja": "[[ '~'|expanduser ]]"}, "the filter expanduser"),
    "what prints every variable": ({"copier.yml": "_jinja_extensions: [jinja2.ext.debug]\n", "f.jinja": "{% debug %}"}, "jinja2.ext.debug"),
    "Cookiecutter's clock": ({"cookiecutter.json": '{"n": "x"}', "{{cookiecutter.n}}/LICENSE": "{% now 'utc', '%Y' %}"}, "the clock ({% now %})"),
    "Cookiecutter's folders": ({"cookiecutter.json": '{"n": "x"}', "{{cookiecutter.n}}/f": "{{ cookiecutter._output_dir }}"}, "cookiecutter._output_dir"),
}  # fmt: skip
# What no syntax tree tells, and the render itself refuses.
DENIALS: dict[str, Files] = {
    "a filter's name put together": {**COPIER, "f.jinja": "{% set f = 'expand' ~ 'vars' %}{{ ['$HOME']|map(f)|list }}"},
    "a part's name put together": {**COPIER, "f.jinja": "{% set k = 'dst' ~ '_path' %}{{ _copier_conf|attr(k) }}{{ _copier_conf }}"},
    "what Copier itself renders": {**COPIER, "{% yield x from ['a'] %}{{ x }}{% endyield %}.jinja": "{{ ['$HOME']|map('expand' ~ 'vars')|list }}"},
    "its fault makes Copier render": {**COPIER, "f.jinja": "{{ ['$HOME']|map('expand' ~ 'vars')|list }}{{ 1 // 0 }}"},
    "the folder one is in": {**COPIER, "f.jinja": "{{ 'x'|relpath('/') }}"},
    "the folder above": {**COPIER, "f.jinja": "{{ 'x'|relpath('../../y') }}"},
    "how deep the folder lies": {**COPIER, "f.jinja": "{{ '/x'|relpath }}"},
    "the clock of a date": {**COPIER, "f.jinja": "{{ ('2020-01-01 00:00:00'|to_datetime).now() }}"},
    "the time zone": {**COPIER, "f.jinja": "{{ ('2020-01-01 00:00:00'|to_datetime).strftime('%Y %s') }}"},
    "the time zone with padding": {**COPIER, "f.jinja": "{{ ('2020-01-01 00:00:00'|to_datetime).strftime('%-10s') }}"},
    "the time zone in a format": {**COPIER, "f.jinja": "{{ '{:%s}'.format('2020-01-01 00:00:00'|to_datetime) }}"},
    "the time zone in a format of a format": {**COPIER, "f.jinja": "{{ '{:{}}'.format('2020-01-01 00:00:00'|to_datetime, '%s') }}"},
    "the clock of a class": {**COPIER, "f.jinja": "{{ ('2020-01-01 00:00:00'|to_datetime).astimezone() }}"},
}  # fmt: skip


@pytest.mark.parametrize("case", READS)
def test_what_a_template_reads_is_listed_and_needs_trust(
    case: str, mlstarter: Run, tmp_path: Path
) -> None:
    files, description = READS[case]
    source = write_template(tmp_path / "t", files)

    status, _, err = mlstarter("new", tmp_path / "p", "--template", source, "--yes")

    assert status == 1
    assert description in err
    assert "--trust" in err
    assert not (tmp_path / "p").exists()


@pytest.mark.sampled
@pytest.mark.parametrize("case", DENIALS)
def test_what_hides_is_refused_when_it_is_rendered(case: str, tmp_path: Path) -> None:
    template = sources.resolve(str(write_template(tmp_path / "t", DENIALS[case])))
    answers = questions.complete(questions.load(template), {})

    with pytest.raises(TemplateError) as refusal:
        engines.render(template, answers)
    if "time" in case or "clock" in case:
        assert isinstance(refusal.value, NeedsTrust)
        assert "--trust" in str(refusal.value.hint)


def test_dates_and_formats_that_tell_nothing_of_the_machine_are_fine(tmp_path: Path) -> None:
    date = "('2020-01-02 00:00:00'|to_datetime)"
    files = {
        **COPIER,
        "f.jinja": f"{{{{ {date}.strftime('%Y-%m-%d') }}}} {{{{ '{{:%d}}'.format({date}) }}}} "
        "{{ '{} %s'.format('a') }} {{ '{:>{}}'.format('b', 3) }} {{ '%s'|format('c') }}",
    }
    template = sources.resolve(str(write_template(tmp_path / "t", files)))
    tree = engines.render(template, questions.complete(questions.load(template), {}))
    assert tree["f"].data == b"2020-01-02 02 a %s   b c"


@pytest.mark.sampled
@pytest.mark.parametrize("case", ["the clock", "the clock as a function", "Cookiecutter's clock", "the environment"])  # fmt: skip
def test_with_trust_it_is_rendered(case: str, mlstarter: Run, tmp_path: Path) -> None:
    source = write_template(tmp_path / "t", READS[case][0])

    status, _, err = mlstarter("new", tmp_path / "p", "--template", source, "--yes", "--trust")

    assert status == 0, err


def test_a_template_about_its_answers_alone_needs_no_trust(tmp_path: Path) -> None:
    files = {
        "copier.yml": "now: x\na: what we do now\n",
        "f.jinja": "{{ now }} {{ _copier_conf.os }} {{ _copier_answers|to_nice_yaml }} do it now ()",
        "b.txt": "{{ '$HOME'|expandvars }}",
    }
    template = sources.resolve(str(write_template(tmp_path / "t", files)))
    assert engines.of(template).code == ()
    tree = engines.render(template, questions.complete(questions.load(template), {}))
    assert tree["f"].data.startswith(b"x ")


@pytest.mark.sampled
@pytest.mark.parametrize("version", [str(version) for version in sources.versions()])
def test_every_parser_reads_the_built_in_questions_alike(version: str) -> None:
    root = sources.resolve(ref=version).root
    quick, usual = load_config(root, is_builtin=True), load_config(root)
    assert (quick.settings, quick.questions) == (usual.settings, usual.questions)
    assert [*quick.questions] == [*usual.questions]


@pytest.mark.slow
@pytest.mark.parametrize("version", [str(version) for version in sources.versions()])
def test_this_process_renders_the_built_in_template(version: str) -> None:
    config = load_config(sources.resolve(ref=version).root)
    assert beyond_quick_renderer(config, is_trusted=False) is None


@pytest.mark.slow
def test_the_built_in_template_reads_nothing() -> None:
    template = sources.resolve()
    assert engines.of(template).code == ()
    assert copier_reads(load_config(template.root)) == ()


def test_printing_every_variable_of_cookiecutter_tells_no_folder(tmp_path: Path) -> None:
    files = {"cookiecutter.json": '{"n": "x"}', "{{cookiecutter.n}}/f": "{{ cookiecutter }}"}
    template = sources.resolve(str(write_template(tmp_path / "t", files)))
    text = engines.render(template, questions.complete(questions.load(template), {}))["f"].data
    assert str(Path.cwd()) not in text.decode()


@pytest.mark.parametrize("link", ["copier.yml", "cookiecutter.json"])
def test_a_question_file_is_no_link_to_the_users_files(link: str, tmp_path: Path) -> None:
    (tmp_path / "private.yml").write_text('{"token": "s3cr3t"}')
    source = write_template(
        tmp_path / "t", {f"{link} -> ../private.yml": "", "{{cookiecutter.token}}/f": ""}
    )
    with pytest.raises(TemplateError, match="leads out of it"):
        questions.load(sources.resolve(str(source)))


@pytest.mark.parametrize("link", ["templates", "{{cookiecutter.n}}"])
def test_a_folder_of_a_cookiecutter_template_is_no_link_out(link: str, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "private").write_text("s3cr3t")
    files = {"cookiecutter.json": '{"n": "x"}', f"{link} -> ../outside": ""}
    if link == "templates":
        files["{{cookiecutter.n}}/f"] = "{% include 'private' %}"
    template = sources.resolve(str(write_template(tmp_path / "t", files)))
    with pytest.raises(TemplateError):
        engines.render(template, questions.complete(questions.load(template), {}))


ENDLESS = {
    "loops": "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "a regular expression": "{{ ('a' * 40 ~ '!')|regex_search('(a+)+$') }}",
    "joining": "{% set n = namespace(x='a') %}{% for i in range(99) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
    "blocks": "{% set n = namespace(x='a') %}{% for i in range(99) %}{% set b %}{{ n.x }}{{ n.x }}{% endset %}{% set n.x = b %}{% endfor %}",
    "adding": "{% set n = namespace(x=[1]) %}{% for i in range(99) %}{% set n.x = n.x + n.x %}{% endfor %}",
    "multiplying": "{{ 'x' * 10 ** 9 }}",
    "powers": "{{ 9 ** (9 ** 9) }}",
    "a width": "{{ '%1000000000d' % 1 }}",
    "a width as a filter": "{{ '%1000000000d'|format(1) }}",
    "a width given": "{{ '%*d' % (10 ** 9, 1) }}",
    "a width of format": "{{ '{:>1000000000}'.format(1) }}",
    "a method's width": "{{ 'x'.center(10 ** 9) }}",
    "a filter's width": "{{ 'x'|center(10 ** 9) }}",
    "indentation": "{{ 'x'|indent(10 ** 9) }}",
    "filler": "{{ lipsum(10 ** 9) }}",
    "macros": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "includes": "{% include 'f.jinja' %}",
    "brackets": "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
    "no YAML": "{{ '{'|from_yaml }}",
    "no expression": "{{ 'a'|regex_replace('(', 'b') }}",
    "aliases": "{{ ('a: &a [1,1,1,1,1,1,1,1,1]\\n' ~ 'b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\\n' ~ 'c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\\n' ~ 'd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\\n' ~ 'e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\\n' ~ 'f: [*e,*e,*e,*e,*e,*e,*e,*e,*e]')|from_yaml }}",
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.sampled
@pytest.mark.parametrize("case", ENDLESS)
@pytest.mark.parametrize("place", ["file", "question"])
def test_what_would_never_end_or_fill_the_memory_ends(
    case: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if case == "includes" and place == "question":
        pytest.skip("a question includes no file that includes itself")
    monkeypatch.setattr(bounds, "MAX_SECONDS", 2)
    files = {**COPIER, "f.jinja": ENDLESS[case]}
    if place == "question":
        files = {"copier.yml": "a: " + json.dumps({"type": "str", "default": ENDLESS[case]})}
    start = time.monotonic()
    template = sources.resolve(str(write_template(tmp_path / "t", files)))
    with pytest.raises(MlstarterError):
        engines.render(template, questions.complete(questions.load(template), {}))
    assert time.monotonic() - start < 8


def test_lint_names_what_needs_trust_and_what_windows_cannot_hold(
    mlstarter: Run, tmp_path: Path
) -> None:
    source = write_template(tmp_path / "t", {**COPIER, "f.jinja": "{{ '%Y'|strftime }}"})
    status, out, _ = mlstarter("template", "lint", source)
    assert status == 3
    assert "the filter strftime in f.jinja" in out

    source = write_template(tmp_path / "names", {**COPIER, "aux.txt": "", "K/x": "", "k/x": ""})
    status, out, _ = mlstarter("template", "lint", source)
    assert status == 3
    assert "Windows" in out


def test_the_alarm_and_the_memory_limit_are_put_back(tmp_path: Path) -> None:
    import signal

    template = sources.resolve(
        str(write_template(tmp_path / "t", {**COPIER, "f.jinja": "{{ '$HOME'|expandvars }}"}))
    )
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(NeedsTrust):
        engines.render(template, {"a": "x"})
    assert signal.getsignal(signal.SIGALRM) == before
    # pytest's own alarm goes on
    assert signal.getitimer(signal.ITIMER_REAL)[1] == 0


def test_a_way_between_two_folders_of_the_project_needs_no_trust(
    mlstarter: Run, tmp_path: Path
) -> None:
    text = "{{ 'a/b'|relpath('a/c') }} {{ '/x/y'|relpath('/x') }} {{ './a'|relpath }}"
    source = write_template(tmp_path / "t", {**COPIER, "f.jinja": text})
    assert mlstarter("new", tmp_path / "p", "--template", source, "--yes")[0] == 0
    assert (tmp_path / "p" / "f").read_text() == "../b y a"
