"""A template of the second edition in small, and files of one's own."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import environ, here, run  # noqa: F401 - fixtures

COPIER_YML = """\
_subdirectory: project
_answers_file: .copier-answers.yml
_message_after_copy: "make all"
project_type: {type: str, choices: [tabular, nlp, cv], default: tabular}
project_name: {type: str, default: my-project}
task: {type: str, choices: [binary, multiclass, regression, anomaly], default: binary}
data_source: {type: str, choices: [sample, kaggle, local], default: sample}
kaggle_dataset: {type: str, default: "", when: "{{ data_source == 'kaggle' }}"}
kaggle_competition:
  type: str
  default: ""
  when: "{{ data_source == 'kaggle' and not kaggle_dataset }}"
data_path: {type: str, default: "", when: "{{ data_source == 'local' }}"}
data_format:
  type: str
  default: csv
  when: "{{ data_source != 'sample' and (data_format | default('csv', true)) != 'csv' }}"
data_encoding:
  type: str
  default: utf-8
  when: "{{ data_source != 'sample' and (data_encoding | default('utf-8', true)) != 'utf-8' }}"
data_separator:
  type: str
  default: ","
  when: "{{ data_source != 'sample' and (data_separator | default(',', true)) != ',' }}"
data_decimal:
  type: str
  default: "."
  when: "{{ data_source != 'sample' and (data_decimal | default('.', true)) != '.' }}"
data_table:
  type: str
  default: ""
  when: "{{ data_source != 'sample' and (data_table | default('', true)) != '' }}"
target: {type: str, default: "", when: "{{ data_source != 'sample' }}"}
positive_class:
  type: str
  default: ""
  when: "{{ data_source != 'sample' and task in ['binary', 'anomaly'] }}"
split_rule: {type: str, default: stratified, when: "{{ data_source != 'sample' }}"}
split_column:
  type: str
  default: ""
  when: "{{ data_source != 'sample' and split_rule != 'stratified' }}"
"""
CONFIG = """\
project = "{{ project_name }}"
[data]
source = "{{ data_source }}"  # sample, kaggle or local
{%- if data_source == "local" %}
path = {{ data_path | tojson }}  # relative to the project
format = {{ (data_format or "csv") | tojson }}
encoding = {{ (data_encoding or "utf-8") | tojson }}  # of a CSV file
separator = {{ (data_separator or ",") | tojson }}
quote = '"'  # "" for none
decimal = {{ (data_decimal or ".") | tojson }}
thousands = ""
table = {{ (data_table or "") | tojson }}
{%- endif %}

[split]
rule = "{{ split_rule }}"
"""
SCHEMA = '{% if data_source == "sample" %}schema.toml{% endif %}.jinja'


def make_template(root: Path, answers: bool = True) -> Path:
    """Write the template into ``root`` and return it."""
    project = root / "project"
    project.mkdir(parents=True)
    (root / "copier.yml").write_text(COPIER_YML)
    (project / "config.toml.jinja").write_text(CONFIG)
    (project / ".gitignore").write_text("/data/raw/\n")
    (project / SCHEMA).write_text('row = "a flight"\n\n[target]\nname = "late"\n')
    (project / '{% if data_source == "sample" %}features.sql{% endif %}.jinja').write_text(
        "SELECT 1\n"
    )
    (project / "{{ _copier_conf.answers_file }}.jinja").write_text(
        "# Written by mlstarter.\n{{ _copier_answers | to_nice_yaml }}"
    )
    return root


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """Return a template that asks how a file is read."""
    return make_template(tmp_path / "template")


Write = Callable[..., Path]


@pytest.fixture
def sales(tmp_path: Path) -> Write:
    """Return a function that writes a table of sales with decimal commas and German words."""

    def write(name: str = "sales.csv", encoding: str = "utf-8", rows: int = 200) -> Path:
        chance = random.Random(3)
        lines = ["wann;betrag;art;größe;gekauft"]
        for row in range(rows):
            amount = f"{chance.uniform(1, 90):.2f}".replace(".", ",")
            day = f"{row % 28 + 1:02}.{row // 28 % 12 + 1:02}.2023"
            words = f"{chance.choice('abc')};{chance.choice(['groß', 'klein'])}"
            lines.append(f"{day};{amount};{words};{chance.choice(['ja', 'nein'])}")
        path = tmp_path / "in" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
        return path

    return write
