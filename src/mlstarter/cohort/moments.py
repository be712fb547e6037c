"""Moments as people write them: a date, or a date and a time."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time

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
        moment = _end_of_day(text) or datetime.fromisoformat(text)
        moment = moment.astimezone() if moment.tzinfo is None else moment
        # In the years 1 and 9999 a moment may lie in no year of another zone.
        moment.astimezone(UTC)
        return moment
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f'"{text}" is not a date.', hint="write 2026-12-01 or 2026-12-01T18:00+01:00"
        ) from error


def parse_foreign_moment(text: str) -> datetime | None:
    """Return the moment of a commit or of a server's answer, None for one that no calendar has.

    Git takes any number of seconds and any zone: years of six digits, zones of four days.
    """
    try:
        moment = datetime.fromisoformat(text)
        # Near either end of the calendar a moment lies in no year of another zone.
        is_usable = moment.tzinfo is not None and 1 < moment.astimezone(UTC).year < 9999
    except (ValueError, OverflowError):
        return None
    return moment if is_usable else None


def local_minute(text: str | None) -> str:
    """Return a moment of ISO 8601 by this machine's clock, to be compared with others by eye.

    Every student commits in a zone of their own. "" for none, and for one that no calendar has.
    """
    moment = parse_foreign_moment(text or "")
    return "" if moment is None else moment.astimezone().strftime("%Y-%m-%d %H:%M")


def _end_of_day(text: str) -> datetime | None:
    """Return the last second of the day that a text names in any form of ISO 8601, or None."""
    try:
        return datetime.combine(date.fromisoformat(text), time(23, 59, 59))
    except ValueError:
        return None
