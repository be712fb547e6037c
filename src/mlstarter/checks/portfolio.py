"""Is a project fit to be shown? What a reader of the repository would stumble over.

Nothing of the project is run: files are read, git is asked which ones it tracks.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mlstarter.checks.finding import Finding
from mlstarter.data_files import Unusable, load_yaml, number
from mlstarter.errors import ProjectError
from mlstarter.escape import shorten
from mlstarter.git.process import Git
from mlstarter.git.settings import NO_SERVER
from mlstarter.reports import METRICS, Report, read_report

MODEL_LIMIT = 10 * 1024**2
ANSWERS_FILE = ".copier-answers.yml"
SECRET_NAMES = re.compile(
    r"(^|/)(\.env(\.(?!example$|sample$|template$)[^/]+)?|kaggle\.json|access_token(\.txt)?"
    r"|id_(rsa|dsa|ecdsa|ed25519)|[^/]+\.(pem|p12|pfx|key|keystore)|\.netrc|\.pypirc"
    r"|credentials(\.json)?|service[-_]account[^/]*\.json)$"
)
# Token formats that their makers document; the value itself is never shown.
SECRET_TEXTS = re.compile(
    rb"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36,}\b"
    rb"|\bgithub_pat_[A-Za-z0-9_]{50,}\b|\bhf_[A-Za-z0-9]{30,}\b|\bKGAT_[0-9a-f]{24,}\b"
    rb"|\bxox[abprs]-[A-Za-z0-9-]{20,}\b|\bsk-(?:proj-)?[A-Za-z0-9]{32,}\b"
)
TEXT_LIMIT = 1024**2
# What is shown of a text of the project.
_MAX_TEXT = 60
_MOST_GAPS = 6
_NO_STATEMENT = "not stated yet"
_GAP = re.compile(rf",?( is)? {_NO_STATEMENT}|to be written( by the author)?", re.IGNORECASE)


@dataclass(frozen=True)
class Portfolio:
    """The project that is checked. ``root`` is its folder."""

    root: Path

    @cached_property
    def tracked_files(self) -> list[str]:
        """Paths below ``root`` that git tracks; empty outside a repository."""
        result = Git(self.root, NO_SERVER).call("ls-files", "-z", "--", ".")
        return [] if result.status else result.stdout.decode("utf-8", "replace").split("\0")[:-1]

    @cached_property
    def report(self) -> Report | None:
        """What ``reports/metrics.json`` reports, None where it is absent or not usable."""
        return read_report(self.read(METRICS))

    def read(self, path: str | Path) -> bytes | None:
        """Return a file of the project, None where there is none that is worth reading.

        Somebody else may have written the project: a link is not followed out of it, a pipe or
        device not opened, and no more than ``TEXT_LIMIT`` bytes are read.
        """
        file = self.root / path
        try:
            if not stat.S_ISREG(file.lstat().st_mode) or file.stat().st_size > TEXT_LIMIT:
                return None
            if not file.resolve().is_relative_to(self.root.resolve()):
                return None
            with file.open("rb") as stream:
                return stream.read(TEXT_LIMIT)
        except (OSError, ValueError, RuntimeError):
            return None


def portfolio_checks(root: Path) -> list[Finding]:
    """Run every check on the project in ``root``.

    Raises ProjectError where the folder is not a project: neither a README nor an answers file.
    """
    if not (root / "README.md").is_file() and not (root / ANSWERS_FILE).is_file():
        raise ProjectError(
            f"{root} is not a project: it has neither README.md nor {ANSWERS_FILE}.",
            hint="name the project's folder: mlstarter check PROJECT",
        )
    portfolio = Portfolio(root)
    return [check(portfolio) for check in CHECKS]


def repository(portfolio: Portfolio) -> Finding:
    """The project is under git, with everything worth showing tracked."""
    if portfolio.tracked_files:
        return Finding("repository", "ok", f"{len(portfolio.tracked_files)} files tracked")
    return Finding(
        "repository", "failed", "git tracks nothing here", "git init; git add; git commit"
    )


def readme(portfolio: Portfolio) -> Finding:
    """The README says in the student's own words what the project is for."""
    text = _text(portfolio, "README.md")
    if text is None:
        return Finding("README", "failed", "there is no README.md", "write one: what, why, result")
    return _completeness(text, "README", "README.md")


def model_card(portfolio: Portfolio) -> Finding:
    """The model card says what only its author knows: intended use, limits, harms."""
    text = _text(portfolio, "MODEL_CARD.md")
    if text is None:
        return Finding("model card", "warning", "there is no MODEL_CARD.md", "make promote")
    return _completeness(text, "model card", "MODEL_CARD.md")


def _text(portfolio: Portfolio, path: str) -> str | None:
    """Return a file of text, None where there is none that can be read."""
    data = portfolio.read(path)
    try:
        return None if data is None else data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _completeness(text: str, name: str, file: str) -> Finding:
    """Return the finding on what a text leaves to its author to write."""
    gaps = [*_marks(text), *_italic_gaps(text)]
    names = [shorten(" ".join(gap.split()), _MAX_TEXT) for gap in gaps]
    if not names:
        return Finding(name, "ok", "written")
    count = "1 passage is" if len(names) == 1 else f"{len(names)} passages are"
    detail = f"{count} still to be written: {'; '.join(names[:_MOST_GAPS])}"
    mend = f"write them into {file}"
    if _NO_STATEMENT in text:
        mend += "; what config.toml has a key for there, then `make promote`"
    return Finding(name, "failed", detail + ("; ..." if names[_MOST_GAPS:] else ""), mend)


def _italic_gaps(text: str) -> list[str]:
    """Return what lines in italics name as not stated yet, or to be written, by its author.

    Templates from 0.2.0 on leave such lines, which a reader sees, where 0.1.0 left comments.
    """
    gaps: list[str] = []
    for line in text.splitlines():
        sentence = line.strip()
        if not (sentence.startswith("*") and sentence.endswith("*")) or sentence[1:2] == "*":
            continue
        match = _GAP.search(sentence)
        if match:
            before, after = sentence[: match.start()], sentence[match.end() :]
            gaps.append(before.strip("* :,") or after.strip("* :,."))
    return gaps


def _marks(text: str) -> list[str]:
    """Return what ``<!-- write: ... -->`` asks for, each; in one pass, whatever the text."""
    marks: list[str] = []
    at = text.find("<!--")
    while at >= 0 and (end := text.find("-->", at)) >= 0:
        comment = text[at + 4 : end].strip()
        if comment.startswith("write:"):
            marks.append(comment.removeprefix("write:").strip())
        at = text.find("<!--", end)
    return marks


def answers_file(portfolio: Portfolio) -> Finding:
    """The answers file can be read, so that updates find their way."""
    name = "answers file"
    mend = f"restore it from git: git checkout HEAD -- {ANSWERS_FILE}"
    data = portfolio.read(ANSWERS_FILE)
    if data is None:
        return Finding(name, "failed", f"{ANSWERS_FILE} is missing; updates need it", mend)
    try:
        document = load_yaml(data)
    except Unusable:
        return Finding(name, "failed", f"{ANSWERS_FILE} cannot be read", mend)
    if not isinstance(document, dict) or not isinstance(document.get("_src_path"), str):
        return Finding(name, "failed", f"{ANSWERS_FILE} does not name its template", mend)
    version = _short(document.get("_commit", "not recorded"))
    return Finding(name, "ok", f"template version {version}")


def results(portfolio: Portfolio) -> Finding:
    """Results stand in reports/metrics.json, in the form that tools read."""
    report = portfolio.report
    if report is None:
        detail = f"{METRICS} is missing, or no report of schema 1 or 2"
        return Finding("results", "failed", detail, "make evaluate promote, then commit it")
    if not report.is_evaluated:
        detail = "the model that is served was never evaluated"
        return Finding("results", "failed", detail, "make evaluate promote, then commit it")
    if report.score is None:
        detail = f"{METRICS} holds no value for its primary metric"
        return Finding("results", "failed", detail, "make evaluate promote, then commit it")
    return Finding("results", "ok", f"{_short(report.score.metric)} {report.score.value:.4g}")


def baseline(portfolio: Portfolio) -> Finding:
    """The result is compared with a simple baseline, and the difference is judged."""
    comparison = portfolio.report.comparison if portfolio.report else None
    if comparison is None:
        mend = "compare with a trivial and a simple model: make evaluate promote"
        return Finding("baseline", "failed", f"no comparison with a baseline in {METRICS}", mend)
    against = _short(comparison.against)
    if comparison.verdict == "better":
        return Finding("baseline", "ok", f"better than {against}")
    detail = {
        "worse": f"the served model is worse than {against}",
        "equivalent": f"the served model is no better than {against} by what matters",
        "undecided": f"the difference from {against} is undecided",
    }[comparison.verdict]
    return Finding("baseline", "warning", detail, "say so in the README, or serve the simpler one")


def tests(portfolio: Portfolio) -> Finding:
    """There are tests, and they are tracked."""
    files = [path for path in portfolio.tracked_files if re.search(r"(^|/)test_[^/]+\.py$", path)]
    if not files:
        return Finding("tests", "failed", "git tracks no test_*.py", "write tests and commit them")
    return Finding("tests", "ok", f"{len(files)} test files")


def licence(portfolio: Portfolio) -> Finding:
    """A licence says what others may do with the work."""
    names = [p for p in portfolio.tracked_files if re.match(r"(?i)(licen[cs]e|copying)(\.|$)", p)]
    if not names:
        mend = "add a LICENSE file; without one nobody may use the work"
        return Finding("licence", "failed", "no licence file is tracked", mend)
    return Finding("licence", "ok", names[0])


def secrets(portfolio: Portfolio) -> Finding:
    """No credential is tracked. What is found is named, its value never shown."""
    files = [path for path in portfolio.tracked_files if SECRET_NAMES.search(path)]
    files += [
        path
        for path in portfolio.tracked_files
        if path not in files and _has_secret(portfolio, path)
    ]
    if not files:
        return Finding("secrets", "ok", "none found in tracked files")
    names = ", ".join(files[:3]) + (f" and {len(files) - 3} more" if len(files) > 3 else "")
    mend = "revoke the credential first; then `git rm --cached` the file and ignore it"
    return Finding("secrets", "failed", f"tracked: {names}", mend)


def _has_secret(portfolio: Portfolio, path: str) -> bool:
    data = portfolio.read(path)
    return data is not None and SECRET_TEXTS.search(data) is not None


def _short(value: object) -> str:
    """Return a value of the project's as one short text."""
    text = value if isinstance(value, str) else type(value).__name__
    if isinstance(value, bool | int | float) and number(value) is not None:
        text = str(value)
    return text[:_MAX_TEXT]


def model(portfolio: Portfolio) -> Finding:
    """The promoted model is tracked and small, so that a clone can be served at once."""
    files = [path for path in portfolio.tracked_files if path.startswith("model/")]
    graphs = [path for path in files if path.endswith(".onnx")]
    if not graphs:
        mend = "make train, then promote and commit model/"
        return Finding("model", "failed", "no model/*.onnx is tracked", mend)
    size = sum((portfolio.root / p).stat().st_size for p in files if (portfolio.root / p).is_file())
    amount = f"{size / 1024**2:.1f} MB"
    if size > MODEL_LIMIT:
        mend = "train a smaller one, or quantise it; 10 MB is the limit"
        return Finding("model", "failed", f"model/ holds {amount}", mend)
    return Finding("model", "ok", amount)


CHECKS: tuple[Callable[[Portfolio], Finding], ...] = (
    repository,
    readme,
    model_card,
    answers_file,
    results,
    baseline,
    tests,
    licence,
    secrets,
    model,
)
