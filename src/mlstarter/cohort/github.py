"""GitHub as a place for repositories: its REST API, its limits, and its credential.

The wire format is https://docs.github.com/en/rest (version 2022-11-28). The tests hold it against
a stand-in that speaks that format, not against GitHub itself. The token is sent in a header and
handed to git by a helper that reads it from the environment: it is in no argument, no URL, no log.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.message import Message
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urljoin, urlsplit

from mlstarter import __version__
from mlstarter.cohort.config import Config
from mlstarter.cohort.push_log import Push
from mlstarter.cohort.rate_limit import Pace
from mlstarter.cohort.remotes import fill_pattern
from mlstarter.cohort.roster import Student
from mlstarter.cohort.transport import AccessDenied, RemoteFailed, Transport
from mlstarter.errors import EnvironmentProblem, NeedsAttention, UsageError

# What GitHub allows of requests that make content, and asks integrators to keep to:
# https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
CONTENT_LIMITS = ((80, 60.0), (500, 3600.0))
# How long to wait after a secondary limit that names no time, as the same page asks.
SECONDARY_PAUSE = 60.0
ATTEMPTS = 6
# Of a hundred repositories each.
MAX_PAGES = 100
MAX_REDIRECTS = 5
# A hundred entries each: no student pushes five thousand times in a term.
ACTIVITY_PAGES = 50
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
TIMEOUT = 30.0
VARIABLE = "MLSTARTER_FORGE_TOKEN"
_HELPER = f'!f() {{ echo username=x-access-token; echo "password=${VARIABLE}"; }}; f'


class NoAccount(NeedsAttention):
    """GitHub knows no account of the name that the roster gives a student."""

    outcome = "skipped"


@dataclass(frozen=True)
class Answer:
    """What the API said: the status and the decoded JSON (None for an empty body).

    ``next_page`` is the cursor ``after`` of the page that follows, "" for none.
    """

    status: int
    body: Any
    next_page: str = ""


@dataclass
class GitHubApi:
    """GitHub's REST API with its limits honoured.

    ``pace`` counts the requests that make content; ``sleep`` waits for other limits.
    """

    base: str
    token: str = field(repr=False)
    pace: Pace
    sleep: Callable[[float], None] = time.sleep
    pause: float = 1.0

    def get(self, path: str, **query: str) -> Answer:
        """Read a resource; 404 is an answer."""
        return self._persist("GET", path + (f"?{urlencode(query)}" if query else ""), None)

    def make(self, method: str, path: str, body: Mapping[str, Any]) -> Answer:
        """Make or change a resource, at the pace that GitHub asks for; 404 and 422 are answers."""
        self.pace.wait()
        return self._persist(method, path, json.dumps(body).encode())

    def _persist(self, method: str, path: str, body: bytes | None) -> Answer:
        pause = self.pause
        for _ in range(ATTEMPTS):
            try:
                status, headers, text = self._send(method, path, body)
            except OSError:
                # No answer: a broken connection, a name that cannot be looked up.
                self.sleep(pause)
                pause = min(pause * 2, SECONDARY_PAUSE)
                continue
            delay = _delay(status, headers, text, pause)
            if delay is None:
                answer = _answer(method, path, status, text)
                return replace(answer, next_page=_cursor(headers.get("link", "")))
            self.pace.hold(delay)
            self.sleep(delay)
            pause = min(pause * 2, SECONDARY_PAUSE)
        raise RemoteFailed(
            f"GitHub's API at {self.base} did not answer {method} {path.partition('?')[0]}.",
            hint="run the command again later; it goes on where it stopped",
        )

    def _send(
        self, method: str, path: str, body: bytes | None
    ) -> tuple[int, Mapping[str, str], bytes]:
        address = self.base.rstrip("/") + path
        for _ in range(MAX_REDIRECTS):
            status, headers, text = self._send_once(method, address, body)
            # A repository that was renamed answers with where it is now; never another host's.
            target = urljoin(address, headers.get("location", ""))
            if status not in {301, 302, 307, 308} or not _is_same_host(address, target):
                break
            address = target
        return status, headers, text

    def _send_once(
        self, method: str, address: str, body: bytes | None
    ) -> tuple[int, Mapping[str, str], bytes]:
        request = urllib.request.Request(  # noqa: S310 - the address is the user's own setting
            address,
            data=body,
            method=method,
            headers={
                "Accept": "application/vnd.github+json",
                "X-GitHub-Api-Version": "2022-11-28",
                "User-Agent": f"mlstarter/{__version__}",
                **({"Content-Type": "application/json"} if body is not None else {}),
            },
        )
        # Unredirected: a redirect to another host must not carry the token along.
        request.add_unredirected_header("Authorization", f"Bearer {self.token}")
        try:
            with _OPENER.open(request, timeout=TIMEOUT) as answer:
                return answer.status, _lower(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, _lower(error.headers), error.read()


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
            api = GitHubApi(config.github_api, token(config), pace)
        self.api = api
        # An empty helper first: nothing else may answer for this host, nor store the token.
        helpers = (("credential.helper", ""), ("credential.helper", _HELPER))
        self.transport = replace(
            transport,
            env={**transport.env, VARIABLE: api.token},
            config=(*transport.config, *helpers),
        )

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
        repository = self._repository(url)
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
            addresses += [f"{web}/{n}.git" for n in names if _is_full_name(n)]
            if len(rows) < 100:
                break
        return addresses

    def _repository(self, url: str) -> str:
        """Return the OWNER/NAME of an address that ``url`` or ``addresses`` gave."""
        path = urlsplit(url).path.strip("/").removesuffix(".git")
        return "/".join(quote(part) for part in path.split("/"))

    def ci_state(self, url: str, commit: str) -> str | None:
        """Return passed, failed or running as the check runs of a commit say, None for none."""
        repository = self._repository(url)
        answer = self.api.get(f"/repos/{repository}/commits/{commit}/check-runs", per_page="100")
        runs = answer.body.get("check_runs", []) if answer.status == 200 else []
        if not runs:
            return None
        if any(run.get("status") != "completed" for run in runs):
            return "running"
        good = {"success", "neutral", "skipped"}
        return "passed" if all(run.get("conclusion") in good for run in runs) else "failed"

    def open_change(self, url: str, branch: str, title: str, text: str) -> str:
        """Open a pull request, or return the one that there is, closed ones included."""
        repository = self._repository(url)
        org = repository.partition("/")[0]
        there = self.api.get(f"/repos/{repository}/pulls", head=f"{org}:{branch}", state="all")
        if there.status == 200 and there.body:
            return str(there.body[0]["html_url"])
        body = {"title": title, "body": text, "head": branch, "base": "main"}
        answer = self.api.make("POST", f"/repos/{repository}/pulls", body)
        if answer.status != 201:
            raise _refusal(f"open a pull request in {repository}", answer)
        return str(answer.body["html_url"])

    def pushes(self, url: str, since: datetime) -> Sequence[Push] | None:
        """Return what the repository's activity says, which GitHub dates by its own clock.

        https://docs.github.com/en/rest/repos/repos#list-repository-activities
        """
        path = f"/repos/{self._repository(url)}/activity"
        query = {"ref": "refs/heads/main", "per_page": "100", "direction": "desc"}
        pushes: list[Push] = []
        for _ in range(ACTIVITY_PAGES):
            try:
                answer = self.api.get(path, **query)
            except AccessDenied:
                return None
            if answer.status != 200 or not isinstance(answer.body, list):
                return None
            for activity in answer.body:
                push = _push(activity)
                if push is None:
                    return None
                pushes.append(push)
            if not answer.next_page or (pushes and pushes[-1].moment <= since):
                # The newest comes first.
                return pushes[::-1] or None
            query["after"] = answer.next_page
        return None

    def pages(self, url: str) -> Mapping[str, str]:
        """Return the addresses of the repository and of its CI."""
        repository = url.removesuffix(".git")
        return {"repository": repository, "ci": f"{repository}/actions"}


def _push(activity: Any) -> Push | None:
    """Return one entry of a repository's activity, None for what is not one."""
    if not isinstance(activity, Mapping):
        return None
    old, new, moment = (activity.get(key) for key in ("before", "after", "timestamp"))
    try:
        when = datetime.fromisoformat(str(moment))
    except ValueError:
        return None
    if when.tzinfo is None or not all(_COMMIT.fullmatch(str(commit)) for commit in (old, new)):
        return None
    return Push(when, str(old), str(new))


def _cursor(link: str) -> str:
    """Return the cursor that a Link header (RFC 8288) names for the next page, "" for none."""
    match = re.search(r'<([^>]*)>; *rel="next"', link)
    return parse_qs(urlsplit(match[1]).query).get("after", [""])[0] if match else ""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Leaves redirects to ``GitHubApi``, which keeps method and token, and stays on its host."""

    def redirect_request(self, *_: Any) -> None:
        """Follow none."""


_OPENER = urllib.request.build_opener(_NoRedirect)


def _is_same_host(one: str, other: str) -> bool:
    parts = [urlsplit(address) for address in (one, other)]
    return parts[0][:2] == parts[1][:2]


def _is_full_name(name: Any) -> bool:
    return isinstance(name, str) and re.fullmatch(r"[\w.-]+/[\w.-]+", name) is not None


def token(config: Config) -> str:
    """Return the token from the configured variable, GH_TOKEN, GITHUB_TOKEN or gh itself.

    Raises EnvironmentProblem where there is none.
    """
    names = (config.token_env,) if config.token_env else ("GH_TOKEN", "GITHUB_TOKEN")
    for name in names:
        if value := os.environ.get(name, "").strip():
            return value
    if config.token_env is None and shutil.which("gh") is not None:
        process = subprocess.run(
            ["gh", "auth", "token"], capture_output=True, text=True, check=False
        )
        if process.returncode == 0 and process.stdout.strip():
            return process.stdout.strip()
    raise EnvironmentProblem(
        "There is no token for GitHub.",
        hint=f"export {names[0]}=..., or sign in with `gh auth login`",
    )


def _lower(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def web_address(api: str) -> str:
    """Return the address that git uses where the API has the address ``api``."""
    if api.rstrip("/") == "https://api.github.com":
        return "https://github.com"
    parts = urlsplit(api)
    return f"{parts.scheme}://{parts.netloc}"


def _delay(status: int, headers: Mapping[str, str], text: bytes, pause: float) -> float | None:
    """Return how many seconds to wait before trying again, None where the answer counts."""
    is_limited = status == 429 or (
        status == 403
        and (headers.get("x-ratelimit-remaining") == "0" or b"rate limit" in text.lower())
    )
    if status >= 500:
        is_limited = True
    if not is_limited:
        return None
    after = headers.get("retry-after", "")
    if after.isdecimal():
        return float(after)
    reset = headers.get("x-ratelimit-reset", "")
    if headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
        return max(float(reset) - time.time(), 0.0) + 1.0
    return pause if status >= 500 else SECONDARY_PAUSE


def _answer(method: str, path: str, status: int, text: bytes) -> Answer:
    try:
        body = json.loads(text) if text else None
    except ValueError as error:
        raise RemoteFailed(
            f"GitHub's answer to {method} {path.partition('?')[0]} is not JSON.",
            hint="check github_api; is there a proxy in between?",
        ) from error
    if status in {401, 403}:
        raise AccessDenied(
            f"GitHub refused {method} {path.partition('?')[0]}: {_message(body)}.",
            hint="the token needs the scopes repo and admin:org (or Administration: write)",
        )
    if 300 <= status < 400:
        raise AccessDenied(
            f"GitHub's answer to {method} {path.partition('?')[0]} leads to another host, where "
            "the token does not go.",
            hint="check github_api",
        )
    return Answer(status, body)


def _refusal(what: str, answer: Answer) -> RemoteFailed:
    return RemoteFailed(
        f"GitHub would not {what}: {_message(answer.body)} (status {answer.status}).",
        hint="check the organisation and the token's permissions",
    )


def _message(body: Any) -> str:
    message = body.get("message") if isinstance(body, dict) else None
    return str(message or "no reason given").rstrip(".")
