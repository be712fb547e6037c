"""Export: what existing engines need to run a fleet that is too large for one machine."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from urllib.parse import urlsplit

import yaml

from mlstarter.cohort.addresses import Addresses
from mlstarter.cohort.config import Config
from mlstarter.cohort.journal import Journal
from mlstarter.cohort.roster import Student
from mlstarter.errors import UsageError
from mlstarter.escape import csv_cell

ENGINES = ("renovate", "multi-gitter", "csv")


def export(
    engine: str, config: Config, addresses: Addresses, journal: Journal, students: Sequence[Student]
) -> str:
    """Return the file that ``engine`` reads, for the students who have a repository.

    Raises UsageError for an engine that needs a forge where the remote is plain git.
    """
    with_repository = [s for s in students if _is_made(journal, s)]
    if engine == "csv":
        return _csv(addresses, journal, with_repository)
    if not config.remote.startswith("github:"):
        raise UsageError(
            f"{engine} works on a forge, and {config.remote} is plain git.",
            hint="export --for csv gives ids and addresses to any other tool",
        )
    paths = [urlsplit(addresses.url(student)).path for student in with_repository]
    names = [path.strip("/").removesuffix(".git") for path in paths]
    return _renovate(config, names) if engine == "renovate" else _multi_gitter(config, names)


def _is_made(journal: Journal, student: Student) -> bool:
    entry = journal.entry(student.student_id)
    return entry is not None and entry.state == "verified"


def _csv(addresses: Addresses, journal: Journal, students: Sequence[Student]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["student_id", "team", "section", "url", "commit"])
    for student in students:
        entry = journal.entry(student.student_id)
        commit = entry.commit_id if entry else ""
        row = [student.student_id, student.team, student.section, addresses.url(student), commit]
        writer.writerow([csv_cell(cell) for cell in row])
    return out.getvalue()


def _renovate(config: Config, names: Sequence[str]) -> str:
    """Return a self-hosted configuration (https://docs.renovatebot.com/self-hosted-configuration).

    Renovate's copier manager runs ``copier update``: it needs Copier and a template at an address
    that it can reach (MLSTARTER_TEMPLATES_URL when the projects were made).
    """
    settings = {
        "platform": "github",
        "endpoint": f"{config.github_api.rstrip('/')}/",
        "onboarding": False,
        "requireConfig": "optional",
        "enabledManagers": ["copier"],
        "repositories": list(names),
    }
    return json.dumps(settings, indent=2) + "\n"


def _multi_gitter(config: Config, names: Sequence[str]) -> str:
    """Return a configuration file (https://github.com/lindell/multi-gitter#config-file)."""
    settings = {
        "platform": "github",
        "base-url": None if "api.github.com" in config.github_api else config.github_api,
        "repo": list(names),
        "branch": "mlstarter/update",
        "commit-message": "Update the template",
        "pr-title": "Update the template",
        "pr-body": "The project's template has a new version.",
        "git-type": "cmd",
        # The whole history: an update's base is in it.
        "fetch-depth": 0,
        "author-name": "mlstarter cohort",
        "author-email": "cohort@mlstarter.invalid",
    }
    return yaml.safe_dump({k: v for k, v in settings.items() if v is not None}, sort_keys=False)
