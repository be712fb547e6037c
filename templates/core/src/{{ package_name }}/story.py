"""`story`: what in this repository is its author's own, as git's history tells it."""

import subprocess
import sys
from pathlib import Path

from .errors import ProjectError
from .files import write
from .report import markdown, read_rows, with_blocks

# Commands write these; the README's story need not tell of the README.
OTHERS = ("README.md", "MODEL_CARD.md", "reports", "model", "data.lock", ".copier-answers.yml")


def run() -> None:
    """Write the story into README.md, between its marks."""
    lines = [f"- {markdown(sentence)}\n" for sentence in story()]
    if not lines:
        what = "There is nothing to tell: no change since the template is committed, nothing tried."
        raise ProjectError(what, "Run: git add --all; git commit")
    block = f"<!-- story:begin -->\n{''.join(lines)}<!-- story:end -->"
    readme = Path("README.md")
    write(readme, with_blocks("README.md", readme.read_text(encoding="utf-8"), block))
    print(*lines, sep="", end="", file=sys.stderr)


def story() -> list[str]:
    """Return a sentence on the files changed since the template, and one on what was tried."""
    sentences = []
    base = git("rev-list", "--max-count=1", "--grep=^Template-Tree:", "HEAD")
    if base:
        exclude = [f":(exclude){name}" for name in OTHERS]
        lines = git("diff", "--numstat", "--relative", base[0], "HEAD", "--", ".", *exclude)
        changes = [line.split("\t") for line in lines]  # added, removed, name; "-" for binary
        changes.sort(key=lambda change: -sum(int(n) for n in change[:2] if n != "-"))
        names = [f"{name} (+{added} -{removed})" for added, removed, name in changes[:10]]
        if names:
            count = f"{len(changes)} file{'s' if len(changes) > 1 else ''}"
            sentences.append(f"Changed {count} since the template: {', '.join(names)}.")
    if experiments := read_rows("experiments.csv"):
        count = f"{len(experiments)} experiment{'s' if len(experiments) > 1 else ''}"
        tried = [row["changes"] for row in experiments[-5:] if row["changes"]]
        sentences.append(f"Tried {count}{', the last ones: ' + '; '.join(tried) if tried else ''}.")
    return sentences


def git(*arguments: str) -> list[str]:
    """Return the lines that git answers; none where it fails or is not there."""
    command = ["git", "-c", "core.quotePath=false", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    except (OSError, subprocess.CalledProcessError):
        return []
    return done.stdout.splitlines()
