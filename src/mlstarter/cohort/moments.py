"""Moments as people write them: a date, or a date and a time."""

from __future__ import annotations

import re
from datetime import datetime

from mlstarter.errors import UsageError

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def is_moment(text: str) -> bool:
    """Say whether a text begins as a date does; anything else is the name of a tag."""
    return _DATE.match(text) is not None


def parse_moment(text: str) -> datetime:
    """Return the moment that a text names, with its zone; a date alone means the end of that day.

    A time without a zone is that of this machine. Raises UsageError for text that is no date.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f'"{text}" is not a date.', hint="write 2026-12-01 or 2026-12-01T18:00+01:00"
        ) from error
    if len(text) == 10:
        moment = moment.replace(hour=23, minute=59, second=59)
    return moment.astimezone() if moment.tzinfo is None else moment
