"""GitHub's REST API with its limits honoured."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from mlstarter import __version__
from mlstarter.cohort.github.activity import parse_cursor
from mlstarter.cohort.github.address import redirect_target
from mlstarter.cohort.github.limits import GitHubRetry, may_pass
from mlstarter.cohort.rate_limit import Pace
from mlstarter.cohort.server_answers import AccessDenied, RemoteFailed
from mlstarter.escape import shorten

ATTEMPTS = 6
LONGEST_PAUSE = 60.0
MAX_REDIRECTS = 5
TIMEOUT = 30.0
# A page of a hundred repositories is half a megabyte.
MAX_BYTES = 32 * 1024**2
# Characters of a server's own words that a sentence shows.
_LONGEST_REASON = 300


@dataclass(frozen=True)
class Answer:
    """What the API said: the status and the decoded JSON (None for an empty body).

    ``next_page`` is the cursor ``after`` of the page that follows, "" for none.
    """

    status: int
    body: Any
    next_page: str = ""


class BearerToken(AuthBase):
    """Signs a request with a token; as an own class, so that no ~/.netrc is put in its place."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the header."""
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


class PlainSession(requests.Session):
    """Sees no redirects: requests would read where one leads, even if told not to follow it."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002
        """Find none."""
        return None


class GitHubApi:
    """GitHub's REST API.

    ``base`` is its address. ``pace`` counts the requests that make content, and its ``stop`` ends
    every waiting. ``pause`` are the seconds before a second try; they double.
    """

    def __init__(self, base: str, token: str, pace: Pace, *, pause: float = 1.0) -> None:
        self.base = base
        self.token = token
        self.pace = pace
        self.retry = GitHubRetry(
            ATTEMPTS - 1, pace=pace, backoff_factor=pause, backoff_max=LONGEST_PAUSE
        )
        self._session = PlainSession()
        self._session.auth = BearerToken(token)
        self._session.headers.update(
            {
                "Accept": "application/vnd.github+json",
                "Accept-Encoding": "identity",
                "X-GitHub-Api-Version": "2022-11-28",
                "User-Agent": f"mlstarter/{__version__}",
            }
        )
        # As many connections as `--jobs` may have workers; tries are counted here.
        adapter = HTTPAdapter(pool_maxsize=64, max_retries=0)
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, adapter)

    def get(self, path: str, **query: str) -> Answer:
        """Read a resource; 404 is an answer."""
        return self._persist("GET", path + (f"?{urlencode(query)}" if query else ""), None)

    def make(self, method: str, path: str, body: Mapping[str, Any]) -> Answer:
        """Make or change a resource, at the pace that GitHub asks for; 404 and 422 are answers."""
        self.pace.wait()
        return self._persist(method, path, json.dumps(body).encode())

    def _persist(self, method: str, path: str, body: bytes | None) -> Answer:
        resource = path.partition("?")[0]
        retry = self.retry
        while True:
            response: BaseHTTPResponse | None = None
            error: Exception | None = None
            try:
                response, text = self._send(method, path, body)
            except requests.exceptions.SSLError as trouble:
                raise _no_address(self.base, "its certificate is not trusted") from trouble
            except (requests.ConnectionError, requests.Timeout, HTTPError, OSError) as trouble:
                if isinstance(trouble, ValueError):
                    raise _no_address(self.base, "it is no address") from trouble
                # No answer: a broken connection, a name that cannot be looked up.
                error = trouble
            else:
                if not may_pass(response.status, response.headers, text):
                    return _answer(f"{method} {resource}", response, text)
            silence = RemoteFailed(
                f"GitHub's API at {self.base} did not answer {method} {resource}.",
                hint="run the command again later; it goes on where it stopped",
            )
            retry = retry.after(silence, response, error)
            retry.sleep(response)

    def _send(self, method: str, path: str, body: bytes | None) -> tuple[BaseHTTPResponse, bytes]:
        """Send one request, and again where it is redirected on its own host."""
        address = self.base.rstrip("/") + path
        for _ in range(MAX_REDIRECTS):
            response, text = self._send_once(method, address, body)
            # A repository that was renamed answers with where it is now; never another host's:
            # the token must not go there. Method and body stay what they are.
            target = redirect_target(address, response.headers.get("location", ""))
            if response.status not in {301, 302, 307, 308} or target is None:
                break
            address = target
        return response, text

    def _send_once(
        self, method: str, address: str, body: bytes | None
    ) -> tuple[BaseHTTPResponse, bytes]:
        headers = {"Content-Type": "application/json"} if body is not None else None
        with self._session.request(
            method,
            address,
            data=body,
            headers=headers,
            timeout=TIMEOUT,
            stream=True,
        ) as answer:
            text = answer.raw.read(MAX_BYTES + 1)
            if len(text) > MAX_BYTES:
                raise RemoteFailed(
                    f"GitHub's answer is larger than {MAX_BYTES >> 20} MB.",
                    hint="check github_api; is there a proxy in between?",
                )
            return answer.raw, text


def _no_address(base: str, reason: str) -> RemoteFailed:
    return RemoteFailed(
        f"GitHub's API cannot be reached at {base}: {reason}.",
        hint="check github_api, such as https://api.github.com",
    )


def _answer(request: str, response: BaseHTTPResponse, text: bytes) -> Answer:
    """Return what a final answer says; raises AccessDenied or RemoteFailed where it says no."""
    try:
        body = json.loads(text) if text else None
    except (ValueError, RecursionError) as error:
        raise RemoteFailed(
            f"GitHub's answer to {request} is not JSON.",
            hint="check github_api; is there a proxy in between?",
        ) from error
    if response.status in {401, 403}:
        raise AccessDenied(
            f"GitHub refused {request}: {explain(body)}.",
            hint="the token needs the scopes repo and admin:org (or Administration: write)",
        )
    if 300 <= response.status < 400:
        raise AccessDenied(
            f"GitHub's answer to {request} leads to another host, where the token does not go.",
            hint="check github_api",
        )
    return Answer(response.status, body, parse_cursor(response.headers.get("link", "")))


def explain(body: Any) -> str:
    """Return GitHub's own reason of an answer, without a full stop."""
    message = body.get("message") if isinstance(body, dict) else None
    return shorten(str(message or "no reason given"), _LONGEST_REASON).rstrip(".")
