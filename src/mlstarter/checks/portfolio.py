"""Is a project fit to be shown? What a reader of the repository would stumble over.

Nothing of the project is run: files are read, git is asked which ones it tracks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from mlstarter.checks.finding import Finding
from mlstarter.errors import ProjectError
from mlstarter.process import Git

MODEL_LIMIT = 10 * 1024**2
MARK = re.compile(r"<!--\s*write:\s*(.*?)\s*-->", re.DOTALL)
ANSWERS_FILE = ".copier-answers.yml"
METRICS = Path("reports/metrics.json")
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


@dataclass(frozen=True)
class Portfolio:
    """The project that is checked. ``root`` is its folder."""

    root: Path

    @cached_property
    def tracked(self) -> list[str]:
        """Paths below ``root`` that git tracks; empty outside a repository."""
        result = Git(self.root).call("ls-files", "-z", "--", ".")
        return [] if result.status else result.stdout.decode("utf-8", "replace").split("\0")[:-1]

    @cached_property
    def metrics(self) -> Mapping[str, Any] | None:
        """What ``reports/metrics.json`` holds, None where it is absent or not an object."""
        try:
            found = json.loads((self.root / METRICS).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None


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
    if portfolio.tracked:
        return Finding("repository", "ok", f"{len(portfolio.tracked)} files tracked")
    return Finding(
        "repository", "failed", "git tracks nothing here", "git init; git add; git commit"
    )


def readme(portfolio: Portfolio) -> Finding:
    """The README says in the student's own words what the project is for."""
    try:
        text = (portfolio.root / "README.md").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return Finding("README", "failed", "there is no README.md", "write one: what, why, result")
    marks = MARK.findall(text)
    if marks:
        first = " ".join(marks[0].split())[:60]
        detail = f"{len(marks)} passages are still to be written, the first: {first}"
        return Finding(
            "README", "failed", detail, "replace each `<!-- write: ... -->` in README.md"
        )
    return Finding("README", "ok", "written")


def answers_file(portfolio: Portfolio) -> Finding:
    """The answers file can be read, so that updates find their way."""
    name = "answers file"
    mend = f"restore it from git: git checkout HEAD -- {ANSWERS_FILE}"
    path = portfolio.root / ANSWERS_FILE
    if not path.is_file():
        return Finding(name, "failed", f"{ANSWERS_FILE} is missing; updates need it", mend)
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return Finding(name, "failed", f"{ANSWERS_FILE} cannot be read", mend)
    if not isinstance(found, dict) or not found.get("_src_path"):
        return Finding(name, "failed", f"{ANSWERS_FILE} does not name its template", mend)
    return Finding(name, "ok", f"template version {found.get('_commit', 'not recorded')}")


def results(portfolio: Portfolio) -> Finding:
    """Results stand in reports/metrics.json, in the form that tools read."""
    metrics = portfolio.metrics
    if metrics is None:
        return Finding("results", "failed", f"{METRICS} is missing or not JSON", "make evaluate")
    if metrics.get("schema") != 1:
        detail = f"{METRICS} has schema {metrics.get('schema')!r}, not 1"
        return Finding("results", "failed", detail, "make evaluate, then commit it")
    primary = metrics.get("primary")
    figure = (metrics.get("metrics") or {}).get(primary)
    if not isinstance(figure, Mapping) or not isinstance(figure.get("value"), int | float):
        detail = f"{METRICS} holds no value for its primary metric"
        return Finding("results", "failed", detail, "make evaluate, then commit it")
    return Finding("results", "ok", f"{primary} {figure['value']:.4g}")


def baseline(portfolio: Portfolio) -> Finding:
    """The result is compared with a simple baseline, and the difference is judged."""
    metrics = portfolio.metrics or {}
    if not metrics.get("baselines"):
        mend = "compare with a trivial and a simple model"
        return Finding("baseline", "failed", f"no baseline in {METRICS}", mend)
    difference = metrics.get("difference")
    if not isinstance(difference, Mapping) or difference.get("significant") is None:
        mend = "make evaluate with a paired comparison"
        return Finding("baseline", "warning", "the difference has no interval", mend)
    if not difference["significant"]:
        mend = f"say so in the README: not better than {difference.get('against')}"
        return Finding("baseline", "warning", "the difference is not significant", mend)
    return Finding("baseline", "ok", f"significantly different from {difference.get('against')}")


def tests(portfolio: Portfolio) -> Finding:
    """There are tests, and they are tracked."""
    found = [path for path in portfolio.tracked if re.search(r"(^|/)test_[^/]+\.py$", path)]
    if not found:
        return Finding("tests", "failed", "git tracks no test_*.py", "write tests and commit them")
    return Finding("tests", "ok", f"{len(found)} test files")


def licence(portfolio: Portfolio) -> Finding:
    """A licence says what others may do with the work."""
    names = [p for p in portfolio.tracked if re.match(r"(?i)(licen[cs]e|copying)(\.|$)", p)]
    if not names:
        mend = "add a LICENSE file; without one nobody may use the work"
        return Finding("licence", "failed", "no licence file is tracked", mend)
    return Finding("licence", "ok", names[0])


def secrets(portfolio: Portfolio) -> Finding:
    """No credential is tracked. What is found is named, its value never shown."""
    found = [path for path in portfolio.tracked if SECRET_NAMES.search(path)]
    found += [
        path for path in portfolio.tracked if path not in found and _has_secret(portfolio, path)
    ]
    if not found:
        return Finding("secrets", "ok", "none found in tracked files")
    shown = ", ".join(found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "")
    mend = "revoke the credential first; then `git rm --cached` the file and ignore it"
    return Finding("secrets", "failed", f"tracked: {shown}", mend)


def _has_secret(portfolio: Portfolio, path: str) -> bool:
    file = portfolio.root / path
    try:
        if file.is_symlink() or file.stat().st_size > TEXT_LIMIT:
            return False
        return SECRET_TEXTS.search(file.read_bytes()) is not None
    except OSError:
        return False


def model(portfolio: Portfolio) -> Finding:
    """The promoted model is tracked and small, so that a clone can be served at once."""
    files = [path for path in portfolio.tracked if path.startswith("model/")]
    graphs = [path for path in files if path.endswith(".onnx")]
    if not graphs:
        mend = "make train, then promote and commit model/"
        return Finding("model", "failed", "no model/*.onnx is tracked", mend)
    size = sum((portfolio.root / p).stat().st_size for p in files if (portfolio.root / p).is_file())
    shown = f"{size / 1024**2:.1f} MB"
    if size > MODEL_LIMIT:
        mend = "train a smaller one, or quantise it; 10 MB is the limit"
        return Finding("model", "failed", f"model/ holds {shown}", mend)
    return Finding("model", "ok", shown)


CHECKS: tuple[Callable[[Portfolio], Finding], ...] = (
    repository,
    readme,
    answers_file,
    results,
    baseline,
    tests,
    licence,
    secrets,
    model,
)
