"""What names a student: a page without names holds none of it."""

from __future__ import annotations

import re
from dataclasses import replace

from mlstarter.cohort.roster import Student
from mlstarter.cohort.status import Standing

# Shorter words would be found in the middle of others.
_SHORTEST = 3


def name_pattern(student: Student) -> re.Pattern[str] | None:
    """Return what matches the account, the address and the names of a student or of a team's.

    None where the roster holds none of them. The id is no name.
    """
    words = {
        word
        for person in student.members or (student,)
        for word in (person.name, person.email, person.username, *person.name.split())
        if len(word) >= _SHORTEST and word != student.student_id
    }
    if not words:
        return None
    # The longest first: a full name goes as one.
    patterns = sorted(map(re.escape, words), key=len, reverse=True)
    return re.compile("|".join(patterns), re.IGNORECASE)


def without_naming_links(standing: Standing, student: Student) -> Standing:
    """Return a standing without the addresses that say whose it is."""
    pattern = name_pattern(student)
    if pattern is None:
        return standing

    def nameless(address: str | None) -> str | None:
        return None if address is None or pattern.search(address) else address

    return replace(
        standing,
        repository=nameless(standing.repository),
        ci_page=nameless(standing.ci_page),
        site=nameless(standing.site),
    )
