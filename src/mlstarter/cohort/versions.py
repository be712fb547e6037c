"""The versions of a course's template: what each hands out, and which one the class is at."""

from __future__ import annotations

import re
import threading
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property

from mlstarter import engines, questions, sources
from mlstarter.cohort.handout import Handout
from mlstarter.cohort.journal import Journal
from mlstarter.errors import TemplateError
from mlstarter.versions import Version, parse_version

# What an update of a version with other layers adds to it, see ``update.py``.
_EDITION = re.compile(r"-[0-9a-f]{8}$")


@dataclass
class CourseVersions:
    """What a course hands out at each version of its template.

    ``newest`` is the handout that the course was opened with.
    """

    newest: Handout
    _handouts: dict[str, Handout] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @cached_property
    def releases(self) -> frozenset[Version]:
        """The versions that the template has released; none where it cannot be asked."""
        try:
            return frozenset(sources.versions(self.newest.template.source))
        except TemplateError:
            return frozenset()

    def handout(self, version: str | None) -> Handout | None:
        """Return what is handed out at a version, None where the template does not have it.

        Raises TemplateError where the template cannot be read.
        """
        if version == self.newest.template.version:
            return self.newest
        if version is None or parse_version(version) not in self.releases:
            return None
        with self._lock:
            if version not in self._handouts:
                template = engines.with_trust(sources.resolve(self.newest.template.source, version))
                questionnaire = questions.load(template)
                handout = replace(self.newest, template=template, questionnaire=questionnaire)
                self._handouts[version] = handout
            return self._handouts[version]


@dataclass(frozen=True, slots=True)
class ClassVersion:
    """Which versions a class had: the first that was handed out, and those that came later."""

    first: str
    later: tuple[str, ...] = ()

    @property
    def current(self) -> str:
        """The version that the class is at."""
        return self.later[-1] if self.later else self.first


def class_version(journal: Journal) -> ClassVersion | None:
    """Return which versions a class had, None where nobody has a repository of a known version.

    The first is what most students were handed. An update counts once it reached half of them:
    a few who try it out are no class.
    """
    entries = [entry for entry in journal.entries() if entry.state == "verified"]
    counts = Counter(entry.version for entry in entries if entry.version)
    if not counts:
        return None
    first = min(counts, key=lambda version: (-counts[version], _order(version)))
    reach: Counter[str] = Counter()
    for edition, count in journal.delivered_versions().items():
        reach[version_of(edition)] += count
    later = [
        version
        for version, count in reach.items()
        if 2 * count >= len(entries) and _order(version) > _order(first)
    ]
    return ClassVersion(first, tuple(sorted(later, key=_order)))


def version_of(edition: str) -> str:
    """Return the template's version that an update brought, see ``Deliverer.edition``."""
    return _EDITION.sub("", edition)


def _order(text: str) -> Version:
    return parse_version(text) or Version("0")
