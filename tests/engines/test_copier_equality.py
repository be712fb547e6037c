"""The native engine writes what ``copier copy`` writes: paths, modes and bytes."""

# ruff: noqa: E501 - a table of templates is read a case to a line

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mlstarter import engines, questions, sources
from mlstarter.authoring.answer_combinations import fit
from mlstarter.engines.copier.run_copy import render_with_copier
from mlstarter.engines.path_safety import UnfitName, UnsafePath
from tests.engines.helpers import Files, both, commit, write_template

FULL = bool(os.environ.get("MLSTARTER_TEST_FULL"))
ANSWERS_FILE = "{{ _copier_conf.answers_file }}.jinja"
ANSWERS = {ANSWERS_FILE: "# by Copier\n{{ _copier_answers|to_nice_yaml -}}\n"}

CASES: dict[str, tuple[Files, dict[str, Any]]] = {
    "plain files, nothing to render": ({"copier.yml": "{}\n", "a.txt": "{{ a }}\n"}, {}),
    "answers and their file": (
        {"copier.yml": "name: ada\nage: 3\n", "{{ name }}.txt.jinja": "{{ name }} {{ age }}", **ANSWERS},
        {"name": "Grace"},
    ),
    "yaml, json, bool, float and list answers": (
        {
            "copier.yml": "a: {type: yaml, default: [1, two]}\nb: {type: json, default: '{\"k\": 1}'}\n"
            "c: {type: bool, default: no}\nd: {type: float, default: 1.50}\n"
            "e: {type: str, choices: [x, y], multiselect: true, default: [y]}\n",
            "out.jinja": "{{ a }} {{ b }} {{ c }} {{ d }} {{ e }} {{ a|to_json }} {{ b|to_nice_json }}",
            **ANSWERS,
        },
        {"c": True},
    ),
    "mappings as defaults, which are not rendered": (
        {
            "copier.yml": "a: {type: yaml, default: {k: '{{ 1 }}', l: ['{{ 1 }}']}}\nb: ['{{ 2 }}', {c: '{{ 3 }}'}]\n",
            "out.jinja": "{{ a }} {{ b }}",
        },
        {},
    ),
    "dates dumped to JSON": (
        {"copier.yml": "day: {type: yaml, default: 2026-01-31}\n", "d.jinja": "{{ [day]|to_json }}", **ANSWERS},
        {},
    ),
    "computed and hidden questions": (
        {
            "copier.yml": "kind: {type: str, choices: {A: a, B: b}, default: a}\n"
            "slug: {type: str, default: '{{ kind|upper }}-x', when: false}\n"
            "only_b: {type: str, default: deep, when: \"{{ kind == 'b' }}\"}\n",
            "f.jinja": "{{ kind }} {{ slug }} {{ only_b }}",
            **ANSWERS,
        },
        {"kind": "b", "only_b": "shown"},
    ),
    "secrets stay out of the answers file": (
        {"copier.yml": "token: {type: str, secret: true, default: none}\nname: ada\n_secret_questions: [name]\n",
         "t.jinja": "{{ token }} {{ name }}", **ANSWERS},
        {"token": "s3cret"},
    ),
    "a path part that renders to nothing": (
        {"copier.yml": "docs: false\nplace: x/y\n", "{% if docs %}docs{% endif %}/a.md": "a", "{% if not docs %}b{% endif %}.jinja": "b",
         "{{ place }}/z.txt": "z"},
        {},
    ),
    "another suffix": ({"copier.yml": "_templates_suffix: .tmpl.j2\nn: 1\n", "a.txt.tmpl.j2": "{{ n }}", "b.jinja": "{{ n }}"}, {}),
    "every file rendered, binaries copied": (
        {"copier.yml": "_templates_suffix: ''\nn: 1\n", "a.txt": "{{ n }}\r\n", "b.bin": b"\xff\xfe{{ n }}\x00"}, {}),
    "other delimiters and StrictUndefined": (
        {"copier.yml": "_envops: {block_start_string: '[%', block_end_string: '%]', variable_start_string: '[[',"
         " variable_end_string: ']]', undefined: jinja2.StrictUndefined, trim_blocks: true}\nn: 1\n",
         "[[ n ]].jinja": "[[ n ]]\n[% if n %]\nyes {{ kept }}\n[% endif %]\n"}, {}),
    "exclusions, templated and negated": (
        {"copier.yml": "_exclude: ['*.tmp', '{% if not keep %}keep.txt{% endif %}', 'dir/*', '!dir/b.txt']\nkeep: false\n",
         "a.tmp": "a", "keep.txt": "k", "dir/a.txt": "a", "dir/b.txt": "b", "deep/x.tmp": "x"}, {}),
    "the default exclusions": (
        {"copier.yml": "{}\n", "~x": "a", "m.pyc": "b", "__pycache__/c": "c", "in/.DS_Store": "d", "kept": "e"}, {}),
    "a sub-folder chosen by an answer": (
        {"copier.yml": "kind: one\n_subdirectory: 'project/{{ kind }}'\n", "project/one/copier.yml": "kept",
         "project/one/a.jinja": "{{ kind }}", "project/two/b": "b", **{f"project/one/{k}": v for k, v in ANSWERS.items()}}, {}),
    "a template beside its finished twin": (
        {"copier.yml": "n: 1\n", "a.txt": "finished", "a.txt.jinja": "{{ n }}", "{{ n }}.md": "x", "1.md.jinja": "y"}, {}),
    "modes": ({"copier.yml": "n: 1\n", "run.sh!": "#!/bin/sh\n", "go.sh.jinja!": "{{ n }}", "plain.jinja": "p"}, {}),
    "links followed": (
        {"copier.yml": "n: 1\n", "real.jinja": "{{ n }}", "sub/file": "f", "link.txt -> real.jinja": "", "folder -> sub": ""}, {}),
    "links kept and rendered": (
        {"copier.yml": "_preserve_symlinks: true\nn: real\n", "real": "r", "link -> real": "", "l2.jinja -> {{ n }}": "", "d -> sub": "",
         "sub/f": "f"}, {}),
    "includes, imports and macros": (
        {"copier.yml": "_exclude: [parts, copier.yml]\nn: 2\n", "parts/m.jinja": "{% macro m(x) %}<{{ x }}>{% endmacro %}",
         "parts/i.txt": "in {{ n }} {{ _copier_conf.answers_file }}", "a.jinja": "{% from 'parts/m.jinja' import m %}{{ m(n) }}{% include 'parts/i.txt' %}"}, {}),
    "Copier's own filters and globals": (
        {"copier.yml": "n: a-b c\n", "a.jinja": "{{ n|regex_replace('[^a-z]', '_') }} {{ n|hash('sha1') }} {{ n|to_uuid }} {{ n|b64encode }}"
         " {{ pathjoin('a', 'b', mode='windows') }} {{ [3, 1]|ans_groupby(0) if 0 }} {{ n|quote }} {{ {'b': 1, 'a': 2}|to_nice_yaml }}"}, {}),
    "internal variables": (
        {"copier.yml": "n: 1\n", "a.jinja": "{{ _folder_name }} {{ _copier_phase }} {{ _copier_conf.sep }} {{ _copier_conf.os }}"
         " {{ _src_path is defined }} {{ _commit is defined }}"}, {}),
    "another answers file, named by an answer": (
        {"copier.yml": "n: x\n_answers_file: '.{{ n }}-answers.yml'\n", **ANSWERS}, {}),
    "line ends and last newlines": ({"copier.yml": "n: 1\n", "crlf.jinja": "{{ n }}\r\nb\r\n", "crlf.txt": "a\r\n", "none.jinja": "x", "two.jinja": "x\n\n"}, {}),
    "letters beyond ASCII": ({"copier.yml": "n: Zoë\n", "{{ n }} ü.jinja": "{{ n }} ✓ {{ n|to_json }}", **ANSWERS}, {"n": "Łódź"}),
    "several documents": ({"copier.yml": "_exclude: ['*.a', copier.yml]\n---\nn: 1\n---\nm: 2\n_exclude: ['*.b']\n", "x.a": "", "y.b": "", "z.jinja": "{{ n + m }}", **ANSWERS}, {}),
    "included question files": ({"copier.yml": "!include parts/*.yml\n---\nlast: '{{ n }}'\n", "parts/a.yml": "n: 7\n", "z.jinja": "{{ n }}{{ last }}", **ANSWERS}, {}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_native_engine_equals_copier(case: str, tmp_path: Path) -> None:
    files, answers = CASES[case]
    source = write_template(tmp_path / "template", files)

    native, copier = both(source, tmp_path / "made", answers)

    assert native == copier
    assert native


@pytest.mark.slow
@pytest.mark.parametrize("case", ["answers and their file", "modes", "internal variables"])
def test_both_record_the_same_version_of_a_template_under_git(case: str, tmp_path: Path) -> None:
    files, answers = CASES[case]
    source = commit(write_template(tmp_path / "template", files), "v1.2.0")
    commit(write_template(source, {"later.txt": "not in a release"}))

    release, copier = both(source, tmp_path / "released", answers)
    assert release == copier
    assert "later.txt" not in release

    head, copier = both(source, tmp_path / "head", answers, "HEAD")
    assert head == copier
    assert "later.txt" in head


TEXT = st.text("abcXYZ 0.-_é\n'\"#:", max_size=8)
WORD = st.text("abc-_é", min_size=1, max_size=5)
NAMES = ("one", "two", "flag", "items")
FRAGMENT = st.one_of(
    TEXT,
    st.sampled_from(NAMES).map(lambda name: f"{{{{ {name} }}}}"),
    st.sampled_from(
        [
            "{% if flag %}yes{% else %}no{% endif %}",
            "{%- for i in items -%}\n{{ i }},{{ loop.index }}\n{%- endfor %}\n",
            "{{ one|upper|to_json }}",
            "{# a note #}",
            "{% raw %}{{ one }}{% endraw %}",
            "{% set x = one ~ two %}{{ x|length }}",
            "{{ undefined_name }}",
            "{{ _copier_answers|to_nice_yaml }}",
        ]
    ),
)
PART = st.one_of(
    WORD,
    st.sampled_from(["{{ two }}", "{% if flag %}f{% endif %}", "{{ one|replace(' ', '')|lower }}"]),
)


@st.composite
def random_templates(draw: st.DrawFn) -> tuple[Files, dict[str, Any]]:
    """A few files with random paths and contents, and answers to four questions."""
    files: dict[str, str] = {
        "copier.yml": "one: 'a b'\ntwo: w\nflag: false\nitems: {type: yaml, default: [1, b]}\n"
    }
    for number in range(draw(st.integers(1, 4))):
        folders = draw(st.lists(PART, max_size=2))
        suffix = draw(st.sampled_from(["", ".jinja", ".txt.jinja"]))
        path = "/".join([*folders, f"{number}{draw(PART)}{suffix}"])
        files[path] = "".join(draw(st.lists(FRAGMENT, max_size=4)))
    draws = {
        "one": draw(TEXT.filter(lambda text: "\n" not in text)),
        "two": draw(WORD),
        "flag": draw(st.booleans()),
        "items": draw(st.lists(st.one_of(st.integers(), WORD), max_size=3)),
    }
    return files, draws


@pytest.mark.slow
@settings(
    max_examples=400 if FULL else 20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(sample=random_templates())
def test_random_templates_equal_copier(
    sample: tuple[Files, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("random")
    files, answers = sample
    source = write_template(folder / "template", files)

    try:
        native, copier = both(source, folder / "made", answers)
    except (UnfitName, UnsafePath):
        assume(False)  # Copier writes names that Windows cannot hold, or takes for a disk

    assert native == copier


BUILT_IN = [
    {},
    {"project_name": "Zürich flights".replace("ü", "u"), "licence": "none", "author_name": "Zoë \"Z\" O'Neil"},
    {"project_name": "x1", "task": "regression", "python_version": "3.11", "licence": "Apache-2.0"},
    {"data_source": "kaggle", "kaggle_dataset": "uciml/adult-census-income", "target": "income"},
    {"data_source": "local", "data_path": "data/my.csv", "target": "y", "task": "multiclass"},
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(BUILT_IN)))
def test_the_built_in_template_equals_copier(number: int) -> None:
    template = sources.resolve()
    answers = questions.complete(questions.load(template), BUILT_IN[number])

    native = engines.render(template, answers, folder_name="made")

    assert native == render_with_copier(engines.of(template), answers, "made").tree
    assert len(native) > 20


@pytest.mark.slow
def test_every_type_and_level_of_the_built_in_template_equals_copier() -> None:
    template = sources.resolve()
    questionnaire = questions.load(template)
    combinations = set()
    for project_type in questionnaire["project_type"].choices.values():
        for level in questionnaire["level"].choices.values():
            answers = fit(questionnaire, {"project_type": project_type, "level": level})
            if answers["level"] != level:
                continue  # a type that has no such level yet
            native = engines.render(template, answers, folder_name="made")
            assert native == render_with_copier(engines.of(template), answers, "made").tree
            combinations.add((project_type, level))
    assert ("tabular", "essentials") in combinations
