"""What a data licence allows, in words. Not legal advice: the licence's own text decides."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Terms:
    """What the licence says, and whether it clearly allows commercial use and showing the data."""

    words: str
    commercial: bool
    show: bool

    @property
    def ask(self) -> bool:
        """True if somebody has to agree before the data are fetched."""
        return not (self.commercial and self.show)


# The first match counts, so that the restrictions stand before the families they restrict.
# Names as Kaggle gives them, in short (CC-BY-NC-SA-4.0) and at length (CC BY-NC-SA 4.0).
_KNOWN = (
    (r"\bNC\b|non-?commercial", Terms("not for commercial use; give credit", False, True)),
    (r"\bND\b|no-?deriv", Terms("changed versions may not be shown; give credit", True, False)),
    (r"competition", Terms("for this competition only, unless its rules say more", False, False)),
    (r"\bCC0\b|public domain|\bPDDL\b|us.government", Terms("free for every use", True, True)),
    (r"\bSA\b|ODbL|DbCL|open database", Terms("give credit; share alike", True, True)),
    (r"CC.BY|attribution|ODC-BY|CDLA", Terms("free for every use that gives credit", True, True)),
    (r"\bMIT\b|apache|\bBSD\b", Terms("free for every use that keeps the notice", True, True)),
)
_UNCLEAR = Terms("no clear leave to use them commercially or to show them", False, False)


def terms(licence: str) -> Terms:
    """Return what a licence allows by its name; one that is not known allows nothing clearly."""
    for pattern, allowed in _KNOWN:
        if re.search(pattern, licence, re.IGNORECASE):
            return allowed
    return _UNCLEAR
