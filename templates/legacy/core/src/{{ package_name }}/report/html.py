"""The report: one HTML file without references, readable in print and in dark mode."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from . import words

if TYPE_CHECKING:
    from .publish import Section

STYLE = """
:root { color-scheme: light dark; --text: #1f2328; --soft: #59636e; --line: #d1d9e0; --page: #fff; }
@media screen and (prefers-color-scheme: dark) {
  :root { --text: #e6edf3; --soft: #9198a1; --line: #3d444d; --page: #0d1117; }
}
body { font: 16px/1.55 system-ui, sans-serif; color: var(--text); background: var(--page);
  max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2 { line-height: 1.25; } h2 { margin-top: 2.5rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid var(--line); padding: .35rem .8rem .35rem 0; text-align: left;
  vertical-align: top; }
figure { margin: 1rem 0; }
svg { max-width: 100%; height: auto; overflow: visible; color: var(--text); }
.note { border-left: 4px solid var(--line); padding-left: 1rem; color: var(--soft); }
@media print { section { break-inside: avoid; } body { margin: 0; } }
"""


def page(results: Mapping[str, Any], sections: Sequence[Section]) -> str:
    """Return the report as one HTML document."""
    data, primary = results["dataset"], results["metrics"][results["primary"]]
    note = f'<p class="note">{escape(words.SAMPLE)}</p>' if data["sample"] else ""
    facts = [
        ["Data", f"{data['name']}, {data['rows']:,} examples ({data['licence']})"],
        ["Source", data["source"]],
        ["SHA-256", data["sha256"]],
        ["Split", results["split"]["description"]],
        ["Examples", ", ".join(f"{k} {v:,}" for k, v in results["split"]["rows"].items())],
        ["Model", f"{words.title(results['model']['name'])}, version {results['model']['id']}"],
    ]
    verdict = words.difference(results["difference"], primary["higher_is_better"])
    intro = f"""{note}
{_table(["", ""], facts)}
<section>
<h2>Result on the test split</h2>
<p>{_inline(verdict)}</p>
{_table(*words.result_table(results))}
<p class="note">In brackets 95 % bootstrap intervals. {escape(results["split"]["resampled"])}</p>
</section>"""
    return document(f"{results['project']}: evaluation", intro, sections)


def document(heading: str, intro: str, sections: Sequence[Section]) -> str:
    """Return one HTML document: a heading, what stands below it (HTML), and the sections."""
    heading = escape(heading)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{heading}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<h1>{heading}</h1>
{intro}
{"".join(_section(section) for section in sections)}
</main>
</body>
</html>
"""


def _section(section: Section) -> str:
    table = _table(section.table.columns, section.table.rows) if section.table else ""
    figure = ""
    if section.figure:
        svg = section.figure[section.figure.index("<svg") :]
        label = f'role="img" aria-label="{escape(section.title, quote=True)}"'
        figure = f"<figure>{svg.replace('<svg', f'<svg {label}', 1)}</figure>"
    text = f"<p>{_inline(section.text)}</p>" if section.text else ""
    clips = "\n".join(_player(*clip) for clip in section.audio)
    title = escape(section.title)
    return f"<section>\n<h2>{title}</h2>\n{text}\n{table}\n{figure}\n{clips}\n</section>\n"


def _player(caption: str, wav: bytes) -> str:
    source = f"data:audio/wav;base64,{base64.b64encode(wav).decode()}"
    return (
        f"<figure><figcaption>{_inline(caption)}</figcaption>"
        f'<audio controls preload="none" src="{source}"></audio></figure>'
    )


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    head = f"<thead><tr>{head}</tr></thead>" if any(columns) else ""
    lines = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    return f'<div class="scroll"><table>{head}<tbody>{lines}</tbody></table></div>'


def _inline(text: str) -> str:
    """Escape a sentence; two asterisks around words make them bold."""
    return re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", escape(text))
