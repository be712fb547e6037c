"""Requests to a tabular model: random rows, and what must be refused."""

from __future__ import annotations

import json
import random
from typing import Any

from tests.templates.projects import Project


def random_rows(project: Project, count: int) -> list[dict[str, Any]]:
    """Return random rows: usual, missing, outside what training saw, never seen."""
    chance = random.Random(7)
    features = project.metadata()["input"]["features"]
    return [{k: v for f in features for k, v in cell(f, chance)} for _ in range(count)]


def cell(feature: dict[str, Any], chance: random.Random) -> list[tuple[str, Any]]:
    name, kind = feature["name"], feature["kind"]
    if not feature["required"] and chance.random() < 0.2:
        return chance.choice([[], [(name, None)]])
    if kind == "category":
        return [(name, chance.choice([*feature["categories"], "never seen \u2603", "", "e\u0301"]))]
    if kind == "boolean":
        return [(name, chance.random() < 0.5)]
    width = feature["high"] - feature["low"]
    value = chance.uniform(feature["low"] - width / 5, feature["high"] + width / 5)
    return [(name, round(value) if kind == "integer" else value)]


def hostile_bodies(project: Project) -> list[str]:
    """Return bodies of requests that must be refused, and some at the border, as JSON."""
    example: dict[str, Any] = project.metadata()["example"]["rows"][0]
    features = project.metadata()["input"]["features"]
    number = next(f["name"] for f in features if f["kind"] == "number")
    whole = next(f["name"] for f in features if f["kind"] == "integer")
    text = next(f["name"] for f in features if f["kind"] == "category")
    required_name = next(f["name"] for f in features if f["required"])
    numbers: list[Any] = ["1", True, [], {}, 1e39, -1e39, 3.4028234663852886e38]
    cells: list[tuple[str, Any]] = [
        *((number, value) for value in numbers),
        *((whole, value) for value in (2.5, "2", 1e30, 2.0000000001, 2.00000001, 1e9 + 0.5, 1e39)),
        *((text, value) for value in (1, None, "x" * 200, "x" * 201, "\u2603" * 201, True)),
        (required_name, None),
        ("no such field", 1),
        ("__proto__", 1),
    ]
    bodies: list[Any] = [{"rows": [{**example, name: value}]} for name, value in cells]
    absent = {name: value for name, value in example.items() if name != required_name}
    bodies += [{"rows": [absent]}, {"rows": []}, {"rows": [example] * 1001}, {"rows": {}}, {}]
    bodies += [{"rows": [example], "more": 1}, {"rows": [example, 1]}, {"rows": [absent, absent]}]
    return [json.dumps(body) for body in bodies]


def difference(one: Any, other: Any) -> float:
    """Return how far apart two answers are; infinity where more than numbers differ."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return max((difference(one[key], other[key]) for key in one), default=0.0)
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return max(map(difference, one, other), default=0.0)
    if isinstance(one, float | int) and isinstance(other, float | int):
        return abs(one - other)
    return 0.0 if one == other else float("inf")
