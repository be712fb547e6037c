"""What a check finds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

Status = Literal["ok", "warning", "failed"]


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check.

    ``detail`` says what was found, ``mend`` what to do about it (empty where all is well). A
    warning does not make the whole fail.
    """

    name: str
    status: Status
    detail: str
    mend: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as JSON takes it."""
        return asdict(self)


def any_failed(findings: Iterable[Finding]) -> bool:
    """Say whether one of the checks failed."""
    return any(finding.status == "failed" for finding in findings)
