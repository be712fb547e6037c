"""What was seen in a file and what is proposed, as lines for a person and as one object."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from mlstarter.data.choices import Suggestion
from mlstarter.data.inspect import Inspection
from mlstarter.data.proposal import Proposal, summary
from mlstarter.data.show import excerpt

NAMES = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar", " ": "blank"}
MOST_LINES = 60


def reading_line(looked_at: Inspection) -> str:
    """Return how a file is read, in one line."""
    settings = looked_at.settings
    parts: list[str] = [settings.format]
    if settings.format == "csv":
        parts += [
            settings.encoding,
            f"separator {NAMES.get(settings.separator) or excerpt(settings.separator)}",
            f"quote {settings.quote or 'none'}",
        ]
    if settings.table:
        parts.append(f"table {excerpt(settings.table, 40)}")
    if settings.skip_lines:
        parts.append(f"{settings.skip_lines} lines before the header")
    if not settings.header:
        parts.append("no header")
    parts.append(f"decimal {settings.decimal}")
    if settings.thousands:
        parts.append(f"thousands {NAMES.get(settings.thousands, settings.thousands)}")
    return ", ".join(parts)


def lines(looked_at: Inspection) -> list[str]:
    """Return what a file holds: rows, reading, and each column in a line."""
    table = looked_at.table
    result = [
        f"{excerpt(looked_at.path.name)}: {table.rows:,} rows, {len(looked_at.facts):,} columns",
        f"  read as {reading_line(looked_at)}",
        *([f"  {looked_at.remark}"] if looked_at.remark else []),
        "",
    ]
    width = min(max((len(excerpt(name, 28)) for name in looked_at.facts), default=0), 28)
    for name, facts in list(looked_at.facts.items())[:MOST_LINES]:
        missing = f"; {facts.empty:,} missing" if facts.empty else ""
        marks = (
            f" (also {', '.join(excerpt(m, 12) for m in facts.missing)})" if facts.missing else ""
        )
        note = f"; {facts.note}" if facts.note else ""
        text = summary(facts) if facts.is_feature else facts.reason
        if facts.kind == "time":
            formats = " or ".join(each.format or "ISO 8601" for each in facts.readings)
            text = f"{formats}" if formats else text
        result.append(
            f"  {excerpt(name, 28):{width}}  {facts.kind:10}  {text}{missing}{marks}{note}"
        )
    if len(looked_at.facts) > MOST_LINES:
        result.append(f"  ... and {len(looked_at.facts) - MOST_LINES:,} columns more")
    row_count = len(next(iter(table.columns.values()), []))
    if 0 < row_count < table.rows:
        result.append(f"  judged by the first {row_count:,} rows")
    return result


def choice_lines(choices: Sequence[Suggestion]) -> list[str]:
    """Return what is proposed, with the reasons."""
    width = max((len(each.key) for each in choices), default=0)
    return [f"  {each.key:{width}}  {excerpt(each.value, 40)}: {each.reason}" for each in choices]


def as_object(looked_at: Inspection, proposal: Proposal | None) -> dict[str, Any]:
    """Return the same as one object, for ``--json``."""
    from mlstarter.data.schema import to_toml

    settings = asdict(looked_at.settings)
    settings.pop("path")
    return {
        "file": looked_at.path.name,
        "rows": looked_at.table.rows,
        "settings": settings,
        "remark": looked_at.remark,
        "columns": [
            {
                "name": facts.name, "kind": facts.kind, "distinct": facts.distinct,
                "missing": facts.empty, "marks": list(facts.missing), "strip": list(facts.strip),
                "reason": facts.reason,
                "note": facts.note, "examples": list(facts.examples),
                "formats": [each.format for each in facts.readings],
            }
            for facts in looked_at.facts.values()
        ],
        "proposal": [asdict(choice) for choice in proposal.choices] if proposal else [],
        "problem": proposal.problem.message if proposal and proposal.problem else None,
        "schema_toml": to_toml(proposal.schema, "") if proposal and proposal.schema else None,
    }  # fmt: skip
