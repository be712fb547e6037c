"""How well one column alone predicts the target: a column that does so wholly is rarely known
before the target is.
"""

from __future__ import annotations

import math
import random
from bisect import bisect
from collections.abc import Hashable, Sequence

ROWS = 20_000
GROUPS = 200  # quantiles of a column of many numbers
ROWS_A_GROUP = 5  # at least: in smaller groups the target varies little by chance alone
MOST_POWER = 0.98
FEWEST_ROWS = 50  # fewer say nothing of what is known when


def power(column: Sequence[object], target: Sequence[object], *, regression: bool) -> float:
    """Return the strength of a column for the target, in [0, 1].

    Classes: the mean over classes of 2 AUC - 1 (Gini), each half of the rows scored by the other:
    one kind of flower may have much smaller leaves, and a leak tells all kinds apart. Numbers: the
    share of the variance between groups of the column (eta squared), adjusted for their number. A
    missing value is a value of its own.
    """
    pairs = [(c, t) for c, t in zip(column, target, strict=True) if t is not None]
    if len(pairs) > ROWS:
        pairs = random.Random(0).sample(pairs, ROWS)  # noqa: S311 - no secret
    if len(pairs) < FEWEST_ROWS:
        return 0.0
    most_groups = min(GROUPS, len(pairs) // ROWS_A_GROUP) if regression else GROUPS
    groups = _groups([c for c, _ in pairs], most_groups)
    values = [t for _, t in pairs]
    if regression:
        return _eta_squared(groups, [float(v) for v in values if isinstance(v, float)])
    classes = sorted({str(value) for value in values})
    looked_at = classes if len(classes) > 2 else classes[1:]
    separations = [_separation(groups, [str(v) == each for v in values]) for each in looked_at[:20]]
    return math.fsum(separations) / len(separations) if separations else 0.0


def _groups(column: Sequence[object], most: int) -> list[Hashable]:
    numbers = sorted(value for value in column if isinstance(value, float))
    if len(set(numbers)) <= most:
        return [value if isinstance(value, Hashable) else str(value) for value in column]
    edges = [numbers[len(numbers) * k // most] for k in range(1, most)]
    return [bisect(edges, value) if isinstance(value, float) else str(value) for value in column]


def _separation(groups: Sequence[Hashable], hits: Sequence[bool]) -> float:
    order = list(range(len(hits)))
    random.Random(0).shuffle(order)  # noqa: S311 - no secret
    half = len(order) // 2
    areas = []
    for rows, others in ((order[:half], order[half:]), (order[half:], order[:half])):
        share = sum(hits[row] for row in others) / len(others)
        counts: dict[Hashable, list[int]] = {}
        for row in others:
            count = counts.setdefault(groups[row], [0, 0])
            count[0] += hits[row]
            count[1] += 1
        shares = {group: hit / count for group, (hit, count) in counts.items()}
        scores = [(shares.get(groups[row], share), hits[row]) for row in rows]
        area = _area(scores)
        if area is None:
            return 0.0
        areas.append(area)
    return max(0.0, sum(areas) - 1)


def _area(scores: Sequence[tuple[float, bool]]) -> float | None:
    """Return the ROC AUC, ties counting half, or None with one class only."""
    by_score: dict[float, list[int]] = {}
    for score, hit in scores:
        by_score.setdefault(score, [0, 0])[hit] += 1
    misses = sum(count[0] for count in by_score.values())
    hits = len(scores) - misses
    if not hits or not misses:
        return None
    below, area = 0.0, 0.0
    for score in sorted(by_score):
        fewer, more = by_score[score]
        area += more * (below + fewer / 2)
        below += fewer
    return area / (hits * misses)


def _eta_squared(groups: Sequence[Hashable], target: Sequence[float]) -> float:
    by_group: dict[Hashable, list[float]] = {}
    for group, value in zip(groups, target, strict=True):
        by_group.setdefault(group, []).append(value)
    rows, group_count = len(target), len(by_group)
    mean = math.fsum(target) / rows
    total = math.fsum((value - mean) ** 2 for value in target)
    if total == 0 or rows <= group_count:
        return 0.0
    within = 0.0
    for values in by_group.values():
        own = math.fsum(values) / len(values)
        within += math.fsum((value - own) ** 2 for value in values)
    return max(0.0, 1 - (within / (rows - group_count)) / (total / (rows - 1)))
