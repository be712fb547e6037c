"""The standings as one HTML file: sortable, readable without a network, pseudonymous."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from mlstarter.cohort.status import Standing
from mlstarter.escape import line

COLUMNS = (
    ("student", "Student"),
    ("section", "Section"),
    ("team", "Team"),
    ("state", "State"),
    ("version", "Template"),
    ("commits", "Commits"),
    ("last", "Last commit"),
    ("ci", "CI"),
    ("metric", "Metric"),
    ("value", "Held-out result"),
    ("pending", "Update waiting"),
)
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 85rem; padding: 0 1rem;
  color: #1b1b1b; background: #fff }}
.wide {{ overflow-x: auto }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ text-align: left; padding: .4rem .6rem; border-bottom: 1px solid #ccc;
  white-space: nowrap }}
th button {{ font: inherit; font-weight: 600; color: inherit; background: none; border: 0;
  padding: 0; cursor: pointer }}
th button:focus-visible {{ outline: 2px solid #0b57d0; outline-offset: 2px }}
td.number {{ text-align: right; font-variant-numeric: tabular-nums }}
.behind, .failed, .missing {{ color: #a3001b }} .idle {{ color: #6a4100 }}
</style>
<main>
<h1>{title}</h1>
<p>{summary}</p>
<div class="wide" tabindex="0" role="region" aria-label="Standings">
<table>
<thead><tr>{head}</tr></thead>
<tbody>
{rows}
</tbody>
</table>
</div>
<p>Held-out results are what each project reports of itself in reports/metrics.json.</p>
</main>
<script>
"use strict";
for (const [index, th] of document.querySelectorAll("th").entries()) {{
  th.firstElementChild.addEventListener("click", () => {{
    const up = th.getAttribute("aria-sort") !== "ascending";
    for (const other of document.querySelectorAll("th")) other.removeAttribute("aria-sort");
    th.setAttribute("aria-sort", up ? "ascending" : "descending");
    const body = document.querySelector("tbody");
    const key = (row) => row.cells[index].dataset.key ?? row.cells[index].textContent;
    const rows = [...body.rows].sort((a, b) => {{
      const [x, y] = [key(a), key(b)];
      if (x === "" || y === "") return (x === "") - (y === "");
      const order = x.localeCompare(y, "en", {{ numeric: true }});
      return up ? order : -order;
    }});
    body.append(...rows);
  }});
}}
</script>
</html>
"""


def board(course_run: str, standings: Sequence[Standing], names: Mapping[str, str]) -> str:
    """Return the page. ``names`` maps an id to what is shown for it; without it, the id itself."""
    started = sum(standing.started for standing in standings)
    behind = sum(standing.behind for standing in standings)
    return PAGE.format(
        title=escape(f"Standings: {course_run}"),
        summary=f"{len(standings)} students, {started} have started, {behind} are behind.",
        head="".join(
            f'<th scope="col"><button type="button">{label}</button></th>' for _, label in COLUMNS
        ),
        rows="\n".join(_row(standing, names) for standing in standings),
    )


def _row(standing: Standing, names: Mapping[str, str]) -> str:
    cells = [
        _cell(names.get(standing.student_id, standing.student_id)),
        _cell(standing.section),
        _cell(standing.team),
        _cell(*_state(standing)),
        _cell(*_version(standing)),
        _cell(str(standing.commits), "number"),
        _cell((standing.last_commit or "")[:16].replace("T", " ")),
        _cell(standing.ci, standing.ci or ""),
        _cell(standing.metric),
        _cell(
            _result(standing), "number", "" if standing.value is None else f"{standing.value:.6f}"
        ),
        _cell((standing.pending or "").removeprefix("mlstarter/update-")),
    ]
    return f"<tr>{''.join(cells)}</tr>"


def _version(standing: Standing) -> tuple[str | None, str]:
    if standing.moved:
        return "moved away", "missing"
    return standing.version, "behind" if standing.behind else ""


def _state(standing: Standing) -> tuple[str, str]:
    if standing.state != "verified":
        return standing.state, "missing"
    return ("started", "") if standing.started else ("not started", "idle")


def _result(standing: Standing) -> str:
    if standing.value is None:
        return ""
    if standing.low is None or standing.high is None:
        return f"{standing.value:.3f}"
    return f"{standing.value:.3f} [{standing.low:.3f}, {standing.high:.3f}]"


def _cell(text: str | None, style: str = "", key: str | None = None) -> str:
    attributes = f' class="{escape(style)}"' if style else ""
    if key is not None:
        attributes += f' data-key="{escape(key)}"'
    return f"<td{attributes}>{escape(line(text or ''))}</td>"
