"""The findings as one HTML page that is readable without a network."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from mlstarter.checks.finding import Finding
from mlstarter.escape import line

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem;
  color: #1b1b1b; background: #fff }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ text-align: left; vertical-align: top; padding: .5rem; border-bottom: 1px solid #ccc }}
.ok {{ color: #05602b }} .warning {{ color: #7a4b00 }} .failed {{ color: #a3001b }}
td p {{ margin: 0 }} .mend {{ color: #555 }}
</style>
<main>
<h1>{title}</h1>
<p>{summary}</p>
<table>
<thead><tr>
<th scope="col">Result</th><th scope="col">Check</th><th scope="col">Found</th>
</tr></thead>
<tbody>
{rows}
</tbody>
</table>
</main>
</html>
"""


def page(title: str, findings: Sequence[Finding]) -> str:
    """Return the page; every text of the project is escaped."""
    good = sum(finding.status == "ok" for finding in findings)
    return PAGE.format(
        title=escape(line(title)),
        summary=f"{good} of {len(findings)} checks are met.",
        rows="\n".join(_row(finding) for finding in findings),
    )


def _row(finding: Finding) -> str:
    name, detail, mend = (escape(line(t)) for t in (finding.name, finding.detail, finding.mend))
    mend = f'<p class="mend">{mend}</p>' if finding.status != "ok" else ""
    return (
        f'<tr><td class="{finding.status}">{finding.status}</td><td>{name}</td>'
        f"<td><p>{detail}</p>{mend}</td></tr>"
    )
