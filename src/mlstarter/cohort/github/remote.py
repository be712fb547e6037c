"""Repositories of an organisation on GitHub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from mlstarter.cohort.config import Config
from mlstarter.cohort.github.activity import parse_activities
from mlstarter.cohort.github.address import full_name, is_full_name, web_address
from mlstarter.cohort.github.api import Answer, GitHubApi, explain
from mlstarter.cohort.github.credential import read_token, with_token
from mlstarter.cohort.github.limits import CONTENT_LIMITS
from mlstarter.cohort.push_log import Push
from mlstarter.cohort.rate_limit import Pace
from mlstarter.cohort.remotes import fill_pattern
from mlstarter.cohort.roster import Student
from mlstarter.cohort.server_answers import AccessDenied, RemoteFailed
from mlstarter.cohort.transport import Transport
from mlstarter.errors import NeedsAttention, UsageError

# Of a hundred repositories each.
MAX_PAGES = 100
# A hundred entries each: no student pushes five thousand times in a term.
ACTIVITY_PAGES = 50


class NoAccount(NeedsAttention):
    """GitHub knows no account of the name that the roster gives a student."""

    outcome = "skipped"


class GitHubRemote:
    """``github:ORG/{username}``: private repositories of an organisation."""

    def __init__(self, config: Config, transport: Transport, api: GitHubApi | None = None) -> None:
        pattern = config.remote.partition(":")[2]
        if pattern.count("/") != 1 or "{" not in pattern.partition("/")[2]:
            raise UsageError(
                f'"{config.remote}" is not github:ORG/NAME with a placeholder in NAME.',
                hint="write github:my-school/{username}",
            )
        self.pattern = pattern
        self.config = config
        if api is None:
            pace = Pace(CONTENT_LIMITS, stop=transport.stop)
            api = GitHubApi(config.github_api, read_token(config), pace)
        self.api = api
        self.transport = with_token(transport, api.token)

    def url(self, student: Student) -> str:
        """Return the address that git uses."""
        return f"{web_address(self.config.github_api)}/{fill_pattern(self.pattern, student)}.git"

    def create(self, student: Student) -> None:
        """Make a private repository."""
        org, name = fill_pattern(self.pattern, student).split("/")
        there = self.api.get(f"/repos/{quote(org)}/{quote(name)}")
        if there.status == 404:
            body = {"name": name, "private": True, "auto_init": False, "has_wiki": False}
            answer = self.api.make("POST", f"/orgs/{quote(org)}/repos", body)
            # 422: somebody made it in between, or its name is taken; a look tells which.
            if answer.status not in {201, 422}:
                raise _refusal(f"create the repository {org}/{name}", answer)
            if answer.status == 422:
                there = self.api.get(f"/repos/{quote(org)}/{quote(name)}")
                if there.status != 200:
                    raise _refusal(f"create the repository {org}/{name}", answer)

    def invite(self, url: str, student: Student) -> bool:
        """Invite a student, where a username is given; who is in already stays in.

        Raises NoAccount where GitHub knows no account of that name.
        """
        if not student.username:
            return False
        repository = full_name(url)
        path = f"/repos/{repository}/collaborators/{quote(student.username)}"
        answer = self.api.make("PUT", path, {"permission": "push"})
        if answer.status == 404:
            raise NoAccount(
                f"GitHub knows no account {student.username}; {student.student_id} was not let "
                f"into {repository}.",
                hint="correct the username in the roster, then run the command again",
            )
        if answer.status not in {201, 204}:
            raise _refusal(f"invite the student to {repository}", answer)
        return True

    def addresses(self) -> Sequence[str]:
        """Return every repository of the organisation that the token can see."""
        org = self.pattern.partition("/")[0]
        if "{" in org:
            return ()
        addresses: list[str] = []
        for page in range(1, MAX_PAGES + 1):
            answer = self.api.get(f"/orgs/{quote(org)}/repos", per_page="100", page=str(page))
            rows = answer.body if answer.status == 200 and isinstance(answer.body, list) else []
            names = [row.get("full_name") for row in rows if isinstance(row, dict)]
            web = web_address(self.config.github_api)
            addresses += [f"{web}/{n}.git" for n in names if is_full_name(n)]
            if len(rows) < 100:
                break
        return addresses

    def ci_state(self, url: str, commit: str) -> str | None:
        """Return passed, failed or running as the check runs of a commit say, None for none."""
        repository = full_name(url)
        answer = self.api.get(f"/repos/{repository}/commits/{commit}/check-runs", per_page="100")
        body = answer.body if answer.status == 200 and isinstance(answer.body, dict) else {}
        runs = _objects(body.get("check_runs"))
        if not runs:
            return None
        if any(run.get("status") != "completed" for run in runs):
            return "running"
        good = {"success", "neutral", "skipped"}
        return "passed" if all(run.get("conclusion") in good for run in runs) else "failed"

    def open_change(self, url: str, branch: str, title: str, text: str) -> str:
        """Open a pull request, or return the one that there is, closed ones included."""
        repository = full_name(url)
        org = repository.partition("/")[0]
        there = self.api.get(f"/repos/{repository}/pulls", head=f"{org}:{branch}", state="all")
        if there.status == 200 and (changes := _objects(there.body)):
            return self._change_page(repository, changes[0])
        body = {"title": title, "body": text, "head": branch, "base": "main"}
        answer = self.api.make("POST", f"/repos/{repository}/pulls", body)
        if answer.status != 201:
            raise _refusal(f"open a pull request in {repository}", answer)
        return self._change_page(repository, answer.body)

    def _change_page(self, repository: str, change: object) -> str:
        """Return the page of a pull request, that of all of them where the answer names none."""
        web = web_address(self.config.github_api)
        page = change.get("html_url") if isinstance(change, dict) else None
        # A renamed repository's page has its new name; it is of the same host.
        is_page = isinstance(page, str) and page.startswith(f"{web}/") and page.isprintable()
        return str(page) if is_page else f"{web}/{repository}/pulls"

    def pushes(self, url: str, since: datetime) -> Sequence[Push] | None:
        """Return what the repository's activity says, which GitHub dates by its own clock.

        https://docs.github.com/en/rest/repos/repos#list-repository-activities
        """
        path = f"/repos/{full_name(url)}/activity"
        query = {"ref": "refs/heads/main", "per_page": "100", "direction": "desc"}
        pushes: list[Push] = []
        for _ in range(ACTIVITY_PAGES):
            try:
                answer = self.api.get(path, **query)
            except AccessDenied:
                return None
            if answer.status != 200:
                return None
            page = parse_activities(answer.body)
            if page is None:
                return None
            pushes += page
            if not answer.next_page or (pushes and pushes[-1].moment <= since):
                # The newest comes first.
                return pushes[::-1] or None
            query["after"] = answer.next_page
        return None

    def pages(self, url: str) -> Mapping[str, str]:
        """Return the addresses of the repository and of its CI."""
        repository = url.removesuffix(".git")
        return {"repository": repository, "ci": f"{repository}/actions"}


def _objects(values: object) -> list[dict[str, Any]]:
    """Return the objects of a list that a server sent, none where it sent something else."""
    return (
        [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []
    )


def _refusal(what: str, answer: Answer) -> RemoteFailed:
    return RemoteFailed(
        f"GitHub would not {what}: {explain(answer.body)} (status {answer.status}).",
        hint="check the organisation and the token's permissions",
    )
