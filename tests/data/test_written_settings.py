"""config.toml and schema.toml as `describe` writes them: what the owner wrote in them stays."""

from __future__ import annotations

import math
import tomllib
from dataclasses import replace

import pytest

from mlstarter.data.errors import DataError
from mlstarter.data.schema import Column, Schema, read_schema, to_toml
from mlstarter.data.schema_comments import with_comments
from mlstarter.data.settings import Settings
from mlstarter.data.writing import merge, with_settings

CONFIG = """\
project = "x"

[data]  # where it is
source = "local"
path = "old.csv"  # relative
separator = "#"  # a sign
quote = '"'

[split]
separator = "not this one"
"""


def test_config_toml_changes_in_data_alone_and_keeps_its_comments() -> None:
    text = with_settings(CONFIG, Settings(path="data/raw/a.csv", separator="\t", skip_lines=2))
    data = tomllib.loads(text)["data"]
    assert (data["path"], data["separator"], data["skip_lines"]) == ("data/raw/a.csv", "\t", 2)
    assert 'path = "data/raw/a.csv"  # relative\n' in text
    assert 'separator = "\\t"  # a sign\n' in text
    assert tomllib.loads(text)["split"] == {"separator": "not this one"}
    assert (
        with_settings(text, Settings(path="data/raw/a.csv", separator="\t", skip_lines=2)) == text
    )


def test_a_schema_is_read_as_it_is_written() -> None:
    odd = 'a"b\\c\n\t\u202e\x7f\ud800'
    column = Column(
        "x", "number", missing=("-", "NA"), strip=("$",), low=-1.5, high=3e8, examples=("1,5",)
    )
    truth = Column(
        "t", "boolean", true=("ja",), false=("nein",), description=odd.replace("\ud800", "é")
    )
    schema = Schema(
        Column("y", "category", positive="None"), "a row", {odd[:8]: "why"}, (column, truth),
        (Column("when", "time", format=""),),
    )  # fmt: skip
    assert read_schema(to_toml(schema)) == schema
    assert "\u202e" not in to_toml(schema)
    with pytest.raises(DataError, match=r"schema\.toml cannot be read"):
        read_schema("[target")


OWN_SCHEMA = """\
# Of 2024, from the shop's till.

row = "one sale"  # or a return

# What the shop asks for.
[target]
name = "y"
kind = "category"
positive = "yes"  # never "no" # sic

[exclude]
"a = b" = "a leak"  # known after the sale
gone = "constant"

# Asked of each buyer.
[[features]]
name = "age"  # in years
kind = "integer"
# children count as missing
missing = [
  "-",  # a dash
  "?",
]

[[features]]  # dropped later
name = "old"
kind = "number"
"""


def test_what_the_owner_wrote_between_the_lines_of_a_schema_stays() -> None:
    old = read_schema(OWN_SCHEMA)
    ages = replace(old.features[0], kind="number", high=9.5)
    new = replace(
        old, target=replace(old.target, positive="no", title="Y"), exclude={"a = b": "a leak", "x": "#"},
        features=(Column("price", "number"), ages), row="a sale",
    )  # fmt: skip
    text = with_comments(OWN_SCHEMA, to_toml(new))
    assert read_schema(text) == new
    for line in (
        "# Of 2024, from the shop's till.\n\n",
        'row = "a sale"  # or a return\n',
        "# What the shop asks for.\n[target]\n",
        'positive = "no"  # never "no" # sic\n',
        '"a = b" = "a leak"  # known after the sale\n',
        "# Asked of each buyer.\n[[features]]\n",
        'name = "age"  # in years\nkind = "number"\n# children count as missing\n',
        '  "-",  # a dash\n',
    ):
        assert line in text
    assert "gone" not in text and "dropped later" not in text
    assert with_comments(text, to_toml(new)) == text


@pytest.mark.parametrize(
    "text",
    [
        "target = {name = 'y', kind = 'category'}",
        "features = [{name = 'a', kind = 'number'}]",
        "",
        "#",
    ],
)
def test_a_schema_of_another_style_is_written_anew(text: str) -> None:
    schema = Schema(Column("y", "category"), "row", {"b": "why"}, (Column("a", "number"),))
    assert read_schema(with_comments(text, to_toml(schema))) == schema


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("description = 2020-01-01", "description is not a text"),
        ("unit = {kilo = true}", "unit is not a text"),
        ("title = 3", "title is not a text"),
        ("missing = '-'", "missing is not a list of texts"),
        ("low = '3'", "low is not a number"),
        ("high = true", "high is not a number"),
    ],
)
def test_a_value_of_another_kind_in_a_schema_is_named(line: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_schema(f'[[features]]\nname = "x"\nkind = "number"\n{line}\n')
    with pytest.raises(DataError, match="a column has no kind"):
        read_schema('[[features]]\nname = "x"\n')


@pytest.mark.parametrize("bound", [math.inf, -math.inf, 1e300, -0.5, 3])
def test_every_bound_is_read_as_it_is_written(bound: float) -> None:
    schema = Schema(Column("y", "category"), features=(Column("x", "number", low=bound),))
    assert read_schema(to_toml(schema)) == schema


def test_what_the_owner_wrote_about_a_column_stays() -> None:
    old = Schema(
        Column("y", "category", title="Bought", positive="yes"), "one sale", {"b": "a leak"},
        (Column("a", "category", title="Post code"), Column("gone", "number"), Column("id", "integer")),
    )  # fmt: skip
    new = Schema(
        Column("y", "category", positive="no"), "", {"id": "an identifier", "e": "constant"},
        (Column("a", "integer"), Column("b", "number"), Column("c", "number")),
    )  # fmt: skip
    both = merge(old, new)
    assert [(c.name, c.kind, c.title) for c in both.features] == [
        ("a", "category", "Post code"), ("c", "number", ""), ("id", "integer", ""),
    ]  # fmt: skip
    assert both.exclude == {"e": "constant", "b": "a leak"}
    # The yes was stated to whoever made the new one, as it stood in the old one or otherwise.
    assert (both.target.title, both.target.positive, both.row) == ("Bought", "no", "one sale")


def test_what_fits_the_cells_no_more_is_read_anew_under_its_old_title() -> None:
    old = Schema(
        Column("y", "category", missing=("?",)),
        features=(Column("a", "integer", title="Age", low=0), Column("b", "number")),
        dates=(Column("when", "time", title="Day", format="%d.%m.%Y"),),
    )
    new = Schema(
        Column("y", "category"), "", {"b": "mixed"}, (Column("a", "category", title="A"),),
        (Column("when", "time", title="When", format=""),),
    )  # fmt: skip
    both = merge(old, new, lambda column: column.kind == "category")
    assert both.features == (Column("a", "category", title="Age"),)
    assert both.exclude == {"b": "mixed"}
    assert both.target.missing == ("?",)
    assert both.dates == (Column("when", "time", title="Day", format=""),)
