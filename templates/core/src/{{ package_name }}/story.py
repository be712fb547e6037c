"""`story`: what in this repository is its author's own, as git's history tells it."""

from pathlib import Path

from . import git, report
from .errors import ProjectError
from .files import read_rows, write

OTHERS = [f":!{name}" for name in (*git.OUTPUTS, "data.lock", ".copier-answers.yml")]


def run() -> None:
    """Write the story into README.md, between its marks."""
    items = [f"- {report.markdown(sentence)}\n" for sentence in story()]
    if not items:
        raise ProjectError("There is nothing to tell yet.", "Commit a change, or train a model.")
    block = f"<!-- story:begin -->\n{''.join(items)}<!-- story:end -->"
    write(Path("README.md"), report.with_blocks(Path("README.md"), block))


def story() -> list[str]:
    """Return a sentence on the files changed since the template, and one on what was tried."""
    sentences = []
    if base := git.lines("rev-list", "--max-count=1", "--grep=^Template-Tree:", "HEAD"):
        numbers = git.lines("diff", "--numstat", "--relative", base[0], "HEAD", "--", ".", *OTHERS)
        changes = [line.split("\t") for line in numbers]
        names = [f"{name} (+{plus} -{minus})" for plus, minus, name in changes[:20]]
        names += [f"{len(changes) - 20} more"] if len(changes) > 20 else []
        if names:
            sentences.append(f"Changed since the template: {', '.join(names)}.")
    if rows := read_rows(Path("reports/experiments.csv")):
        experiments = [row["changes"] for row in rows[-5:] if row["changes"]]
        last = f" Tried last: {'; '.join(experiments)}." if experiments else ""
        sentences.append(f"Experiments: {len(rows)}.{last}")
    return sentences
