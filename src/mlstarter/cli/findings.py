"""Show what checks found, for ``doctor`` and ``check`` alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mlstarter import escape
from mlstarter.checks.finding import Finding, any_failed
from mlstarter.console import print_json, print_lines
from mlstarter.errors import ExitStatus

STYLES = {"ok": "green", "warning": "yellow", "failed": "red"}


def report(
    command: str, findings: Sequence[Finding], *, as_json: bool, extra: Mapping[str, Any]
) -> int:
    """Print the findings and return the exit status: 3 where a check failed, else 0."""
    status = ExitStatus.NEEDS_ATTENTION if any_failed(findings) else 0
    if as_json:
        payload = {"ok": status == 0, "checks": [f.as_dict() for f in findings], **extra}
        print_json(command, payload)
        return status
    width = max(len(finding.name) for finding in findings)
    parts: list[tuple[str, str]] = []
    for finding in findings:
        parts.append((f"{finding.status:8}", STYLES[finding.status]))
        parts.append((f"{finding.name:{width}}  {escape.line(finding.detail)}\n", ""))
        if finding.status != "ok" and finding.mend:
            parts.append((f"{'':8}{'':{width}}  {escape.line(finding.mend)}\n", "dim"))
    print_lines(parts)
    return status
