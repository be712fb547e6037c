"""What a project reports of its model: ``reports/metrics.json``, schema 1 and schema 2.

``docs/schemas/metrics-2.schema.json`` describes the second. The first stays readable, since
projects made by older templates keep it until they are trained anew. A student wrote the file:
nothing in it is trusted to be of the right kind, and only what is named here leaves this module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from mlstarter.data_files import Unusable, load_json, number
from mlstarter.escape import link_target

METRICS = "reports/metrics.json"
SCHEMAS = (1, 2)
# A report of thirty classes and slices has some 60 KB.
MAX_BYTES = 1024 * 1024
MAX_NAME = 64  # characters of a metric or a model
MAX_SENTENCE = 1000

Verdict = Literal["better", "worse", "equivalent", "undecided"]


@dataclass(frozen=True, slots=True)
class Score:
    """One metric on the test part, with its 95 % interval where there is one."""

    metric: str
    value: float
    low: float | None
    high: float | None
    higher_is_better: bool | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The primary comparison: which model the served one was compared with, and the verdict."""

    against: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Report:
    """What a project reports.

    Attributes:
        schema: 1 or 2.
        evaluated: whether the model was evaluated on the test part.
        score: the primary metric; None where the file holds no usable one.
        comparison: with a baseline (or the strongest other candidate); None where there is none.
        problem, result: the owner's sentence and the result's; "" in schema 1.
        picture: a path in the repository, as written; None without one.
        site: the published page's https address; None without one.
        model: the id of the model that is reported.
        test_readings: how often the test part was read; None where the file does not say.
    """

    schema: int
    is_evaluated: bool
    score: Score | None
    comparison: Comparison | None
    problem: str = ""
    result: str = ""
    picture: str | None = None
    site: str | None = None
    model: str | None = None
    test_readings: int | None = None


def read_report(content: bytes | None) -> Report | None:
    """Return what ``reports/metrics.json`` reports; None where it is absent or not usable.

    Args:
        content: the file's bytes, None for no file.
    """
    if content is None:
        return None
    try:
        document = load_json(content, limit=MAX_BYTES)
    except Unusable:
        return None
    if not isinstance(document, Mapping) or document.get("schema") not in SCHEMAS:
        return None
    if isinstance(document["schema"], bool):
        return None
    return _second(document) if document["schema"] == 2 else _first(document)


def _first(document: Mapping[str, Any]) -> Report:
    score = _score(document)
    difference = document.get("difference")
    comparison = None
    if isinstance(difference, Mapping) and isinstance(difference.get("significant"), bool):
        verdict = _first_verdict(difference, score)
        against = difference.get("against")
        if isinstance(against, str):
            comparison = Comparison(against[:MAX_NAME], verdict)
    model = _mapping(document, "model").get("id")
    # Only `evaluate` wrote the first schema.
    return Report(1, True, score, comparison, model=_text(model, MAX_NAME) or None)


def _first_verdict(difference: Mapping[str, Any], score: Score | None) -> Verdict:
    if not difference["significant"]:
        return "undecided"
    gain = number(difference.get("value"))
    if gain is None:
        return "undecided"
    upward = score is None or score.higher_is_better is not False
    return "better" if (gain > 0) == upward else "worse"


def _second(document: Mapping[str, Any]) -> Report:
    project = _mapping(document, "project")
    comparison = _mapping(document, "comparison")
    against, verdict = comparison.get("against"), comparison.get("verdict")
    usable = isinstance(against, str) and verdict in get_args(Verdict)
    readings = document.get("test_readings")
    return Report(
        schema=2,
        is_evaluated=document.get("evaluated") is True,
        score=_score(document),
        comparison=Comparison(cast(str, against)[:MAX_NAME], cast(Verdict, verdict))
        if usable
        else None,
        problem=_text(project.get("problem"), MAX_SENTENCE),
        result=_text(document.get("result"), MAX_SENTENCE),
        picture=_text(document.get("picture"), MAX_SENTENCE) or None,
        # Any other scheme could run something where it is shown as a link.
        site=link_target(_text(project.get("site"), MAX_SENTENCE)),
        model=_text(_mapping(document, "model").get("id"), MAX_NAME) or None,
        test_readings=len(readings) if isinstance(readings, list) else None,
    )


def _score(document: Mapping[str, Any]) -> Score | None:
    """Return the primary metric, which stands in the same place in both schemas."""
    name = document.get("primary")
    if not isinstance(name, str) or not name:
        return None
    entry = _mapping(document, "metrics").get(name)
    if not isinstance(entry, Mapping):
        return None
    value = number(entry.get("value"))
    if value is None:
        return None
    low, high = number(entry.get("low")), number(entry.get("high"))
    if low is None or high is None or low > high:
        low = high = None
    direction = entry.get("higher_is_better")
    return Score(
        name[:MAX_NAME],
        value,
        low,
        high,
        direction if isinstance(direction, bool) else None,
    )


def _mapping(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = document.get(key)
    return value if isinstance(value, Mapping) else {}


def _text(value: object, limit: int) -> str:
    return value[:limit] if isinstance(value, str) else ""
