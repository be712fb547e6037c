"""A stand-in for GitHub: the REST routes that a cohort uses, in GitHub's own wire format.

It is written from https://docs.github.com/en/rest (version 2022-11-28) and serves the git side
itself, with the token as password. What it cannot show is that GitHub behaves as documented.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.cohort.git_server import GitHandler, GitServer

TOKEN = "ghs_" + "0123456789abcdef" * 2


class GitHubStandIn(GitServer):
    """GitHub with one organisation, ``school``.

    Attributes:
        limits: answers that the next REST requests get instead: (status, headers, message).
        invited: repository -> usernames; pulls: repository -> open pull requests.
        checks: commit -> the check runs that CI reported.
        activity: repository -> what was pushed to it, the oldest first; a page has two entries.
        seen: (method, path, headers, body) of each REST request.
        unknown: accounts that do not exist.
        renamed: the former names of repositories, which redirect to the new ones.
    """

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        server = self

        class Handler(GitHubHandler):
            owner = server

        self.http.RequestHandlerClass = Handler
        self.accounts = {"x-access-token": TOKEN}
        self.limits: list[tuple[int, dict[str, str], str]] = []
        self.invitations: dict[str, set[str]] = {}
        self.pulls: dict[str, list[dict[str, Any]]] = {}
        self.activity: dict[str, list[dict[str, Any]]] = {}
        self.checks: dict[str, list[dict[str, Any]]] = {}
        self.seen: list[tuple[str, str, dict[str, str], Any]] = []
        self.no_accounts: set[str] = set()
        self.new_names: dict[str, str] = {}

    def calls(self, method: str) -> list[str]:
        """Return the paths of the REST requests with a method."""
        return [path for verb, path, _, _ in self.seen if verb == method]

    def rename(self, old: str, new: str, *, redirect: bool = True) -> None:
        """Rename a repository; its old name redirects until somebody takes it."""
        (self.root / f"{old}.git").rename(self.root / f"{new}.git")
        if redirect:
            self.new_names[old] = new


class GitHubHandler(GitHandler):
    """Answers REST requests and hands the rest to git."""

    owner: GitHubStandIn

    def serve(self, body: bytes) -> None:
        if not self.path.startswith(("/orgs/", "/repos/", "/repositories/")):
            self.serve_git(body)
            return
        document = json.loads(body) if body else None
        headers = {name.lower(): value for name, value in self.headers.items()}
        with self.owner.lock:
            self.owner.seen.append((self.command, self.path, headers, document))
            limit = self.owner.limits.pop(0) if self.owner.limits else None
        if headers.get("authorization") != f"Bearer {TOKEN}":
            self.reply(401, {"message": "Bad credentials"})
        elif limit is not None:
            status, extra, message = limit
            self.reply(status, {"message": message}, extra)
        else:
            self.route(document)

    def serve_git(self, body: bytes) -> None:
        """Answer git, with a redirect where a repository was renamed."""
        for old, new in self.owner.new_names.items():
            if self.path.startswith(f"/{old}.git/"):
                location = self.path.replace(f"/{old}.git/", f"/{new}.git/", 1)
                self.answer(301, b"", {"Location": f"{self.owner.url}{location}"})
                return
        super().serve(body)

    def route(self, document: Any) -> None:
        address = urlsplit(self.path)
        for old, new in self.owner.new_names.items():
            if re.match(rf"/repos/{re.escape(old)}(?:/|$)", address.path):
                # https://docs.github.com/en/rest/using-the-rest-api/best-practices (redirects)
                status = 301 if self.command == "GET" else 307
                location = self.path.replace(f"/repos/{old}", f"/repositories/{new}", 1)
                location_header = {"Location": f"{self.owner.url}{location}"}
                self.reply(status, {"message": "Moved Permanently"}, location_header)
                return
        self.path = self.path.replace("/repositories/", "/repos/", 1)
        address = urlsplit(self.path)
        routes = (
            ("POST", r"/orgs/(?P<org>[^/]+)/repos", self.make_repository),
            ("GET", r"/orgs/(?P<org>[^/]+)/repos", self.list_repositories),
            ("GET", r"/repos/(?P<name>[^/]+/[^/]+)", self.show_repository),
            ("PUT", r"/repos/(?P<name>[^/]+/[^/]+)/collaborators/(?P<user>[^/]+)", self.invite),
            ("GET", r"/repos/(?P<name>[^/]+/[^/]+)/pulls", self.list_pulls),
            ("POST", r"/repos/(?P<name>[^/]+/[^/]+)/pulls", self.open_pull),
            ("GET", r"/repos/(?P<name>[^/]+/[^/]+)/activity", self.list_activity),
            ("GET", r"/repos/[^/]+/[^/]+/commits/(?P<sha>[0-9a-f]+)/check-runs", self.list_checks),
        )
        for method, pattern, answer in routes:
            match = re.fullmatch(pattern, address.path)
            if method == self.command and match:
                answer(document=document, query=parse_qs(address.query), **match.groupdict())
                return
        self.reply(404, {"message": "Not Found"})

    def make_repository(self, org: str, document: Any, **_: Any) -> None:
        if org != "school":
            self.reply(404, {"message": "Not Found"})
            return
        name = f"{org}/{document['name']}"
        if (self.owner.root / f"{name}.git").exists():
            errors = [{"resource": "Repository", "code": "custom", "field": "name"}]
            self.reply(422, {"message": "Repository creation failed.", "errors": errors})
            return
        self.owner.make(f"{name}.git")
        self.reply(201, self.repository(name) | {"private": document["private"]})

    def list_repositories(self, org: str, query: dict[str, list[str]], **_: Any) -> None:
        names = sorted(path.stem for path in (self.owner.root / org).glob("*.git"))
        size, page = int(query["per_page"][0]), int(query["page"][0])
        rows = [self.repository(f"{org}/{name}") for name in names[size * (page - 1) : size * page]]
        self.reply(200, rows)

    def show_repository(self, name: str, **_: Any) -> None:
        if (self.owner.root / f"{name}.git").exists():
            self.reply(200, self.repository(name))
        else:
            self.reply(404, {"message": "Not Found"})

    def repository(self, name: str) -> dict[str, Any]:
        address = f"{self.owner.url}/{name}"
        return {"full_name": name, "html_url": address, "clone_url": f"{address}.git"}

    def invite(self, name: str, user: str, **_: Any) -> None:
        if user in self.owner.no_accounts:
            self.reply(404, {"message": "Not Found"})
            return
        invitations = self.owner.invitations.setdefault(name, set())
        status = 204 if user in invitations else 201
        invitations.add(user)
        self.reply(status, {"id": 1} if status == 201 else None)

    def list_pulls(self, name: str, query: dict[str, list[str]], **_: Any) -> None:
        branch = query["head"][0].partition(":")[2]
        pulls = self.owner.pulls.get(name, [])
        self.reply(200, [pull for pull in pulls if pull["head"]["ref"] == branch])

    def open_pull(self, name: str, document: Any, **_: Any) -> None:
        pulls = self.owner.pulls.setdefault(name, [])
        number = len(pulls) + 1
        pull = {
            "number": number,
            "html_url": f"{self.owner.url}/{name}/pull/{number}",
            "title": document["title"],
            "body": document["body"],
            "head": {"ref": document["head"]},
            "base": {"ref": document["base"]},
        }
        pulls.append(pull)
        self.reply(201, pull)

    def list_checks(self, sha: str, **_: Any) -> None:
        runs = self.owner.checks.get(sha, [])
        self.reply(200, {"total_count": len(runs), "check_runs": runs})

    def list_activity(self, name: str, query: dict[str, list[str]], **_: Any) -> None:
        if name not in self.owner.activity:
            self.reply(404, {"message": "Not Found"})
            return
        assert query["ref"] == ["refs/heads/main"]
        newest_first = self.owner.activity[name][::-1]
        start = int(query.get("after", ["0"])[0])
        link = {}
        if start + 2 < len(newest_first):
            address = f"{self.owner.url}/repositories/1/activity?after={start + 2}"
            link["Link"] = f'<{address}>; rel="next"'
        self.reply(200, newest_first[start : start + 2], link)

    def reply(self, status: int, body: Any, extra: dict[str, str] | None = None) -> None:
        content = b"" if body is None else json.dumps(body).encode()
        self.answer(status, content, {"Content-Type": "application/json", **(extra or {})})
