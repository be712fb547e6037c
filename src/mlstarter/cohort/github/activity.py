"""What a repository's activity says of its pushes, which GitHub dates by its own clock.

https://docs.github.com/en/rest/repos/repos#list-repository-activities
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from mlstarter.cohort.moments import parse_foreign_moment
from mlstarter.cohort.push_log import Push

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def parse_activities(body: Any) -> Sequence[Push] | None:
    """Return the pushes of one page, the newest first; None where it holds anything else."""
    if not isinstance(body, list):
        return None
    pushes = []
    for activity in body:
        push = _parse_activity(activity)
        if push is None:
            return None
        pushes.append(push)
    return pushes


def _parse_activity(activity: Any) -> Push | None:
    if not isinstance(activity, Mapping):
        return None
    old, new, moment = (activity.get(key) for key in ("before", "after", "timestamp"))
    when = parse_foreign_moment(str(moment))
    if when is None or not all(_COMMIT.fullmatch(str(commit)) for commit in (old, new)):
        return None
    return Push(when, str(old), str(new))


def parse_cursor(link: str) -> str:
    """Return the cursor that a Link header (RFC 8288) names for the next page, "" for none."""
    match = re.search(r'<([^<>]*)>; *rel="next"', link)
    return parse_qs(urlsplit(match[1]).query).get("after", [""])[0] if match else ""
