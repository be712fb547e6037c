"""What mlstarter's readers make of ``reports/metrics.json``, of either schema."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mlstarter.reports import Comparison, Score, Verdict, read_report

SCHEMAS = Path(__file__).parents[1] / "docs/schemas"
FIRST: dict[str, Any] = {
    "schema": 1,
    "primary": "roc_auc",
    "metrics": {"roc_auc": {"value": 0.7, "low": 0.65, "high": 0.74, "higher_is_better": True}},
    "difference": {"against": "linear", "value": 0.01, "significant": False},
    "model": {"id": "9c908344f0d8"},
}


def example(name: str) -> Any:
    return json.loads((SCHEMAS / f"{name}.example.json").read_text("utf-8"))


def dump(value: object) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["metrics-2", "metadata-2"])
def test_the_example_of_a_schema_is_valid(name: str) -> None:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(example(name), schema)


@pytest.mark.parametrize("name", ["metrics-2", "metadata-2"])
def test_a_key_that_the_schema_does_not_name_is_refused(name: str) -> None:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**example(name), "difference": {}}, schema)


def test_schema_1_is_still_read() -> None:
    report = read_report(dump(FIRST))
    assert report is not None
    assert report.score == Score("roc_auc", 0.7, 0.65, 0.74, True)
    assert report.comparison == Comparison("linear", "undecided")
    assert (report.schema, report.is_evaluated, report.model) == (1, True, "9c908344f0d8")


@pytest.mark.parametrize(
    ("value", "higher_is_better", "verdict"),
    [(0.02, True, "better"), (-0.02, True, "worse"), (-0.02, False, "better")],
)
def test_a_significant_difference_of_schema_1_has_a_direction(
    value: float, higher_is_better: bool, verdict: Verdict
) -> None:
    metrics = {"roc_auc": {**FIRST["metrics"]["roc_auc"], "higher_is_better": higher_is_better}}
    difference = {"against": "linear", "value": value, "significant": True}
    report = read_report(dump({**FIRST, "metrics": metrics, "difference": difference}))
    assert report is not None and report.comparison == Comparison("linear", verdict)


def test_schema_2_is_read() -> None:
    report = read_report(dump(example("metrics-2")))
    assert report is not None
    assert report.score == Score("cost", 0.542, 0.485, 0.602, False)
    assert report.comparison == Comparison("linear", "undecided")
    assert report.problem.startswith("Warn travellers")
    assert report.result.startswith("Warning by this model costs 0.54")
    assert (report.picture, report.site) == ("reports/plots/cost.svg", None)
    assert (report.is_evaluated, report.test_readings) == (True, 1)


def test_a_model_that_was_not_evaluated_has_no_score() -> None:
    document = {**example("metrics-2"), "evaluated": False, "metrics": {}, "comparison": None}
    report = read_report(dump(document))
    assert report is not None
    assert (report.is_evaluated, report.score, report.comparison) == (False, None, None)


@pytest.mark.parametrize("site", ["javascript:alert(1)", "http://a.invalid", "//a.invalid", 7])
def test_only_an_https_address_counts_as_the_site(site: object) -> None:
    document = example("metrics-2")
    document["project"]["site"] = site
    report = read_report(dump(document))
    assert report is not None and report.site is None


@pytest.mark.parametrize(
    "value", ["0.7", True, None, [], float("nan"), float("inf"), 10**400, -(10**20)]
)
@pytest.mark.parametrize("document", [FIRST, example("metrics-2")], ids=["1", "2"])
def test_a_figure_that_is_none_is_no_score(document: dict[str, Any], value: object) -> None:
    name = document["primary"]
    metrics = {name: {**document["metrics"][name], "value": value}}
    report = read_report(dump({**document, "metrics": metrics}))
    assert report is not None and report.score is None


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"schema": true}',
        b'{"schema": 3}',
        b'{"schema": [1]}',
        b'{"schema": {"a": 1}}',
        b"[" * 100_000,
        b'{"schema": 1, "primary": ' + b"9" * 10_000 + b"}",
        b'{"schema": 2' + b" " * 2**20 + b"}",
    ],
    ids=lambda content: repr(content)[:24],
)
def test_what_is_not_a_report_is_none(content: bytes | None) -> None:
    start = time.process_time()
    assert read_report(content) is None
    assert time.process_time() - start < 1


def test_texts_of_any_length_come_back_short() -> None:
    document = example("metrics-2")
    document["project"]["problem"] = "x" * 100_000
    document["comparison"]["against"] = "y" * 100_000
    report = read_report(dump(document))
    assert report is not None and report.comparison is not None
    assert len(report.problem) <= 1000 and len(report.comparison.against) <= 64


@pytest.mark.parametrize(
    ("low", "high"),
    [(0.8, 0.6), ("0.6", "0.8"), (0.6, None), ([0.6], {}), (float("nan"), 1), (True, 1)],
)
def test_an_interval_is_two_numbers_in_order_or_none(low: object, high: object) -> None:
    metrics = {"roc_auc": {"value": 0.7, "low": low, "high": high}}

    report = read_report(dump({**FIRST, "metrics": metrics}))

    assert report is not None
    assert report.score == Score("roc_auc", 0.7, None, None, None)


@pytest.mark.parametrize(
    ("site", "is_link"),
    [
        ("https://a.example/x?y=1#z", True),
        ("https://a.example:8443/", True),
        ("http://a.example/", False),
        ("javascript:alert(1)", False),
        ("https://user:word@a.example/", False),
        ("https://a.example:99999999/", False),
        ("https://a.example:0/", False),
        ("https://[::1", False),
        ("https:///x", False),
        ('https://a"onclick=x.example/', False),
        ("https://a.example\\@b.example/", False),
        ("https://a.example/<b>", False),
        ("https://a.example/ x", False),
        ("https://a.example/\u202ex", False),
        ("https://a.example/\0", False),
        (["https://a.example/"], False),
    ],
)
def test_a_site_is_an_address_that_may_become_a_link(site: object, is_link: bool) -> None:
    document = {"schema": 2, "project": {"site": site}}

    report = read_report(dump(document))

    assert report is not None
    assert report.site == (site if is_link else None)
