"""What a column is: numbers with signs, times, classes, identifiers; and what is missing in it."""

from __future__ import annotations

from typing import Any

import pytest

from mlstarter.data.columns import describe
from mlstarter.data.errors import OpenQuestion
from mlstarter.data.facts import Facts
from mlstarter.data.inspect import reading_of
from mlstarter.data.numbers import NumberStyle, to_number
from mlstarter.data.styles import detect


def facts(cells: list[Any], **settings: str) -> Facts:
    return describe("x", cells, detect({"x": cells}, "f.csv", settings))


@pytest.mark.parametrize(
    ("text", "decimal", "thousands", "value"),
    [
        ("1,234.5", ".", ",", 1234.5), ("1.234,5", ",", ".", 1234.5), ("12,34,567.8", ".", ",", 1234567.8),
        ("1 234,5", ",", " ", 1234.5), ("1\u00a0234,5", ",", " ", 1234.5), ("1\u202f234\u2009567", ",", " ", 1234567),
        ("1'234.5", ".", "'", 1234.5), ("1\u2019234.5", ".", "'", 1234.5), ("1234,5", ",", ".", 1234.5),
        ("\u22125.5", ".", "", -5.5), ("(1,200.00)", ".", ",", -1200), ("5-", ".", "", -5), ("+5", ".", "", 5),
        ("1e-5", ".", "", 1e-5), ("2,5E3", ",", "", 2500), (".5", ".", "", 0.5), ("5.", ".", "", 5),
        ("1,5", ".", ",", None), ("0,123", ".", ",", None), ("1,2345", ".", ",", None), ("1.5", ",", "", None),
        ("", ".", "", None), ("-", ".", "", None), ("1e999", ".", "", None), ("nan", ".", "", None), ("inf", ".", "", None),
        ("٣", ".", "", None), ("1_000", ".", "", None), ("0x1F", ".", "", None),
    ],
)  # fmt: skip
def test_a_number_is_read_with_the_signs_of_its_file(
    text: str, decimal: str, thousands: str, value: float | None
) -> None:
    assert to_number(text, NumberStyle(decimal, thousands)) == value


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("cells", "kind", "strip"),
    [
        (["$1,200.00", "$800.50", "$12.00"] * 5, "number", ("$",)),
        (["12,50 €", "3,20 €"] * 5, "number", ("€",)),
        (["CHF 1'200.50", "CHF 3.20"] * 5, "number", ("CHF",)),
        (["12.5%", "3.5%"] * 5, "number", ("%",)),
        (["36 months", "60 months"] * 5, "integer", ("months",)),
        (["5 kg", "7 kg"] * 5, "integer", ("kg",)),
        (["-$5", "($7)", "$9"] * 5, "integer", ("$",)),
        (["Q1", "Q2"] * 5, "category", ()),
        (["A12", "A13"] * 5, "category", ()),
        (["1st", "2nd", "3rd"] * 5, "category", ()),
        (["01234", "99999"] * 5, "category", ()),
        (["0", "05", "10"] * 5, "category", ()),
        ([1.5, 2.5, None, float("nan")] * 5, "number", ()),
        ([5.0, 7.0] * 5, "integer", ()),
        ([True, False, None] * 5, "boolean", ()),
        ([0, 1] * 5, "boolean", ()),
        (["Ja", "nein", "ja"] * 5, "boolean", ()),
        (["oui", "non", ""] * 5, "boolean", ()),
        (["はい", "いいえ"] * 5, "boolean", ()),
        (["1e-5", "2.5E3", "7"] * 5, "number", ()),
        ([str(3_000_000_000 + 7 * i) for i in range(20)], "integer", ()),
        (["192.168.1.1", "10.0.0.1"] * 5, "category", ()),
        ([1, "b", "b", 1] * 5, "category", ()),
    ],
)
def test_a_column_that_can_be_a_feature(
    cells: list[Any], kind: str, strip: tuple[str, ...]
) -> None:
    assert (facts(cells).kind, facts(cells).strip) == (kind, strip)


@pytest.mark.parametrize(
    ("cells", "kind", "reason"),
    [
        (["x"] * 9, "constant", 'constant: always "x"'),
        ([5] * 9, "constant", 'constant: always "5"'),
        (["", None], "empty", "no values"),
        ([str(i) for i in range(50)], "identifier", "every row has its own"),
        ([f"a-{i}x" for i in range(20)], "identifier", "every row has its own"),
        ([str(10**17 + i * 3) for i in range(20)], "identifier", "more than 15 digits"),
        (["12.5%", *map(str, range(20))] * 5, "mixed", "percent sign"),
        ([*(f"{i} kg" for i in range(20)), "500 g"], "mixed", "g, kg"),
        ([*(f"${i}" for i in range(20)), "€7"], "mixed", r"\$, €"),
        ([*map(str, range(12)), *"<5 10+ a b c d e f".split()], "mixed", "12 numbers and 8 other"),
        ([float("inf"), 1.0, 2.0], "mixed", "not finite"),
        (["12:30", "13:45"] * 5, "mixed", "time of day"),
        ([f"the film number {i} was good" for i in range(20)], "text", "free text"),
    ],
)
def test_a_column_that_is_no_feature_has_a_reason(cells: list[Any], kind: str, reason: str) -> None:
    result = facts(cells)
    assert result.kind == kind
    assert not result.is_feature
    pytest.importorskip("re").search(reason, result.reason) or pytest.fail(result.reason)


def test_no_time_is_looked_for_in_numbers_below_nought(monkeypatch: pytest.MonkeyPatch) -> None:
    # To try a thousand formats takes long, and a table may have two thousand columns.
    monkeypatch.setattr("mlstarter.data.dates.readings", lambda _: pytest.fail("tried"))
    assert facts(["-1.53", "2.51", "-0.12"] * 20).kind == "number"


def test_a_sign_of_the_other_kind_is_named() -> None:
    cells = {"a": ["1,5", "2,5"] * 5, "b": ["1.55", "2.75"] * 5}
    style = detect(cells, "f.csv", {"decimal": ","})
    assert "other signs" in describe("b", cells["b"], style).reason


@pytest.mark.parametrize("word", ["None", "NA", "null", "-", "?", "N/A", "nan"])
def test_a_word_among_texts_is_a_value_and_among_numbers_missing(word: str) -> None:
    classes = facts([word, "Apnea", "Insomnia", ""] * 5)
    assert (classes.kind, classes.missing, classes.empty) == ("category", (), 5)
    assert classes.values == {word: 5, "Apnea": 5, "Insomnia": 5}
    numbers = facts([word, "1.5", "2.5", ""] * 5)
    assert (numbers.kind, numbers.missing, numbers.empty) == ("number", (word,), 10)
    times = facts([word, "2023-01-05", "2023-02-07"] * 5)
    assert (times.kind, times.missing) == ("time", (word,))
    alone = facts([word, "", ""] * 5)
    assert (alone.kind, alone.values) == ("category", {word: 5})


def test_a_stray_text_among_many_numbers_is_said_and_never_dropped_in_silence() -> None:
    result = facts([*(f"{i}.5" for i in range(400)), "Total"])
    assert (result.kind, result.missing) == ("number", ("Total",))
    assert "Total" in result.note


@pytest.mark.parametrize(
    ("columns", "style"),
    [
        ({"a": ["1,097", "2,345"], "b": ["0,5", "1,2"]}, (",", "")),
        ({"a": ["1,097", "2,345"], "b": ["0.5", "1.2"]}, (".", ",")),
        ({"a": ["1,097", "2,345,678"]}, (".", ",")),
        ({"a": ["1.097", "2.345.678"]}, (",", ".")),
        ({"a": ["1.097", "0.345"]}, (".", "")),
        ({"a": ["1,097", "1234,5"]}, (",", "")),
        ({"a": ["1 097", "2 345,6"]}, (",", " ")),
        ({"a": ["5", "7"], "b": ["x", "1,097 pieces of it"]}, (".", "")),
        ({"a": ["NA", "1.5"]}, (".", "")),
        ({"a": [1.5, 2], "b": [True]}, (".", "")),
    ],
)
def test_one_reading_holds_for_the_whole_file(
    columns: dict[str, list[Any]], style: tuple[str, str]
) -> None:
    result = detect(columns, "f.csv", {})
    assert (result.decimal, result.thousands) == style


@pytest.mark.parametrize(
    "columns",
    [
        {"dose": ["1,097", "2,345"], "n": ["5", "6"]},
        {"dose": ["1.097", "2.345"]},
        {"dose": ["$1,097"]},
        {"dose": ["1.5", "2.5"], "other": ["1,5", "2,5"]},
    ],
)
def test_two_readings_are_asked_and_never_guessed(columns: dict[str, list[Any]]) -> None:
    with pytest.raises(OpenQuestion, match='"dose"') as failure:
        detect(columns, "f.csv", {})
    assert failure.value.key == "data_decimal"
    assert [option.value for option in failure.value.options] == [".", ","]
    for option in failure.value.options:
        assert detect(columns, "f.csv", {"decimal": option.value}).decimal == option.value


@pytest.mark.parametrize(
    ("cells", "formats"),
    [
        (["2023-01-05", "2023-02-07"], [""]),
        (["2023-01-05T10:00:00Z", "2023-02-05T10:00:00+02:00"], [""]),
        (["05 May 2023", "17 June 2023"], ["%d %B %Y"]),
        (["05 May 2023", "17 Jun 2023"], ["%d %b %Y"]),
        (["05/25/2023 02:00 PM", "06/01/2023 03:00 AM"], ["%m/%d/%Y %I:%M %p"]),
        (["25.12.2023", "01.02.2023"], ["%d.%m.%Y"]),
        (["20230105", "20231231"], ["%Y%m%d"]),
        (["05/Jan/2023:10:00:00 +0000", "06/Feb/2023:11:00:00 +0000"], ["%d/%b/%Y:%H:%M:%S %z"]),
        (["Jan 5, 2023", "Dec 31, 2023"], ["%b %d, %Y"]),
        (["01/02/2023", "03/04/2023"], ["%d/%m/%Y", "%m/%d/%Y"]),
        (["01.02.23", "03.04.24"], ["%d.%m.%y", "%m.%d.%y", "%y.%m.%d"]),
    ],
)
def test_every_reading_of_a_time_is_found(cells: list[str], formats: list[str]) -> None:
    result = facts(cells * 3)
    assert [each.format for each in result.readings] == formats
    if len(formats) > 1:
        with pytest.raises(OpenQuestion, match='"x"') as failure:
            reading_of(result)
        assert failure.value.options[0].value == f"x = {formats[0]}"


def test_the_order_of_the_rows_decides_between_two_readings() -> None:
    days = [f"{day:02}.{month:02}.23" for month in range(1, 13) for day in (3, 9)]
    assert [each.format for each in facts(days).readings] == ["%d.%m.%y"]
