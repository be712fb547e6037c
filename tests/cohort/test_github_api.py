"""The client of GitHub's REST API: limits, refusals, redirects, answers of other shapes."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from mlstarter.cohort.github.api import GitHubApi
from mlstarter.cohort.github.limits import CONTENT_LIMITS
from mlstarter.cohort.rate_limit import Pace
from mlstarter.cohort.server_answers import AccessDenied, RemoteFailed
from mlstarter.cohort.stop import RunStopped
from tests.cohort.github_stand_in import TOKEN, GitHubStandIn


class Clock(threading.Event):
    """A stop that nobody sets, and whose waiting takes no time."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.pauses: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.now += timeout or 0.0
        self.pauses.append(timeout or 0.0)
        return False


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return a clock, with pauses that no chance makes longer or shorter."""
    monkeypatch.setattr("mlstarter.cohort.retry.random.uniform", lambda *_: 1.0)
    return Clock()


@pytest.mark.parametrize(
    ("limit", "waits"),
    [
        ((429, {"Retry-After": "7"}, "Too many"), 7.0),
        ((403, {"Retry-After": "30"}, "You have exceeded a secondary rate limit"), 30.0),
        ((403, {}, "You have exceeded a secondary rate limit"), 60.0),
        ((403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1000"}, "API rate limit"), 1.0),
        ((502, {}, "Bad gateway"), 1.0),
    ],
)
def test_limits_are_waited_out_as_github_asks(
    hub: GitHubStandIn, clock: Clock, limit: tuple[int, dict[str, str], str], waits: float
) -> None:
    api = GitHubApi(hub.url, TOKEN, Pace([], stop=clock))
    hub.limits.append(limit)
    assert api.get("/repos/school/nobody").status == 404
    assert clock.pauses == [waits]


def test_a_limit_holds_the_requests_of_others_back(hub: GitHubStandIn, clock: Clock) -> None:
    pace = Pace([], stop=clock, clock=lambda: clock.now)
    hub.limits.append((429, {"Retry-After": "7"}, "Too many"))
    GitHubApi(hub.url, TOKEN, pace).get("/repos/school/nobody")
    clock.now = 3.0
    pace.wait()
    assert clock.pauses == [7.0, 4.0]


@pytest.mark.parametrize(
    "headers",
    [
        {"Retry-After": "99999999999"},
        {"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"},
        {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "99999999999999999999"},
    ],
)
def test_no_server_can_ask_for_more_than_its_longest_window(
    hub: GitHubStandIn, clock: Clock, headers: dict[str, str]
) -> None:
    hub.limits.append((429, headers, "Too many"))
    GitHubApi(hub.url, TOKEN, Pace([], stop=clock)).get("/repos/school/nobody")
    assert clock.pauses == [3660]


@pytest.mark.parametrize("words", ["soon", "9" * 5000, "Fri, 99 Foo 99999"])
def test_an_unreadable_retry_after_is_a_limit_without_a_time(
    hub: GitHubStandIn, clock: Clock, words: str
) -> None:
    hub.limits.append((429, {"Retry-After": words}, "Too many"))
    assert GitHubApi(hub.url, TOKEN, Pace([], stop=clock)).get("/repos/school/x").status == 404
    assert clock.pauses == [60.0]


def test_a_missing_permission_is_no_limit(hub: GitHubStandIn, clock: Clock) -> None:
    hub.limits.append((403, {}, "Resource not accessible by personal access token"))
    with pytest.raises(AccessDenied, match="not accessible"):
        GitHubApi(hub.url, TOKEN, Pace([], stop=clock)).get("/repos/school/nobody")
    assert clock.pauses == []


def test_a_stop_ends_a_waiting_retry_at_once(hub: GitHubStandIn) -> None:
    import time

    stop = threading.Event()
    api = GitHubApi(hub.url, TOKEN, Pace([], stop=stop))
    hub.limits.append((429, {"Retry-After": "3000"}, "Too many"))
    outcome: list[BaseException] = []

    def ask() -> None:
        try:
            api.get("/repos/school/nobody")
        except BaseException as error:
            outcome.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    while not hub.seen:
        time.sleep(0.01)
    start = time.monotonic()
    stop.set()
    thread.join(timeout=10)
    assert time.monotonic() - start < 2
    assert isinstance(outcome[0], RunStopped)


def test_the_token_is_not_replaced_by_a_netrc(
    hub: GitHubStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1\nlogin other\npassword other\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert GitHubApi(hub.url, TOKEN, Pace([])).get("/repos/school/nobody").status == 404
    assert hub.seen[0][2]["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    ("base", "message"),
    [
        ("ftp://127.0.0.1", "it is no address"),
        ("api.github.com", "it is no address"),
        ("http://[::1", "it is no address"),
        ("", "it is no address"),
    ],
)
def test_an_address_that_is_none_is_named(base: str, message: str) -> None:
    with pytest.raises(RemoteFailed, match=message):
        GitHubApi(base, TOKEN, Pace([])).get("/repos/school/nobody")


def test_a_redirect_to_what_is_no_address_is_refused(hub: GitHubStandIn) -> None:
    hub.limits.append((302, {"Location": "http://[broken"}, "moved"))
    with pytest.raises(AccessDenied, match="leads to another host"):
        GitHubApi(hub.url, TOKEN, Pace([])).get("/repos/school/nobody")


def test_an_answer_without_end_is_refused(
    hub: GitHubStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mlstarter.cohort.github.api.MAX_BYTES", 100)
    hub.limits.append((200, {}, "x" * 101))
    with pytest.raises(RemoteFailed, match="is larger than"):
        GitHubApi(hub.url, TOKEN, Pace([])).get("/repos/school/nobody")


def test_content_requests_keep_to_eighty_a_minute_and_five_hundred_an_hour() -> None:
    clock = Clock()
    pace = Pace(CONTENT_LIMITS, clock=lambda: clock.now, stop=clock)
    moments = []
    for _ in range(700):
        pace.wait()
        moments.append(clock.now)
    for start in moments:
        assert sum(start <= at < start + 60 for at in moments) <= 80
        assert sum(start <= at < start + 3600 for at in moments) <= 500
    assert moments[79] == 0.0
    assert moments[499] < 3600 <= moments[500]


def test_a_dropped_connection_is_tried_again_and_a_dead_server_named(
    hub: GitHubStandIn, clock: Clock
) -> None:
    api = GitHubApi(hub.url, TOKEN, Pace([], stop=clock))
    hub.faults.extend(["drop", "drop"])
    assert api.get("/repos/school/nobody").status == 404
    assert clock.pauses == [1.0, 2.0]
    hub.faults.extend(["drop"] * 6)
    with pytest.raises(RemoteFailed, match="did not answer GET /repos/school/nobody"):
        api.get("/repos/school/nobody")


def test_an_answer_that_is_cut_off_is_asked_for_again(
    hub: GitHubStandIn, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from urllib3.exceptions import IncompleteRead
    from urllib3.response import HTTPResponse

    read_whole, cuts = HTTPResponse.read, [1, 2]

    def read_cut(self: HTTPResponse, *arguments: Any, **options: Any) -> bytes:
        if cuts:
            cuts.pop()
            raise IncompleteRead(10, 20)
        return read_whole(self, *arguments, **options)

    monkeypatch.setattr(HTTPResponse, "read", read_cut)
    api = GitHubApi(hub.url, TOKEN, Pace([], stop=clock))
    assert api.get("/repos/school/nobody").status == 404
    assert clock.pauses == [1.0, 2.0]


def test_a_redirect_does_not_carry_the_token_along(hub: GitHubStandIn) -> None:
    other = GitHubStandIn(hub.root)
    with other:
        hub.limits.append((302, {"Location": f"{other.url}/repos/school/x"}, "moved"))
        api = GitHubApi(hub.url, TOKEN, Pace([]))
        with pytest.raises(AccessDenied):
            api.get("/repos/school/x")
    assert other.seen == []


BODIES: list[Any] = [None, [], {}, "text", 3, [3], [None], [{}], {"check_runs": 3}]
BODIES += [{"check_runs": [3]}, {"check_runs": None}, [{"html_url": 3}]]
HOSTILE_PAGES = ["javascript:alert(1)", "https://other.example/x", "http://127.0.0.1/\x1b[31m"]


@pytest.mark.parametrize("body", BODIES + [[{"html_url": page}] for page in HOSTILE_PAGES])
def test_an_answer_of_another_shape_is_no_crash(body: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from mlstarter.cohort.config import Config
    from mlstarter.cohort.github.api import Answer
    from mlstarter.cohort.github.remote import GitHubRemote
    from mlstarter.cohort.transport import Transport

    api = GitHubApi("http://127.0.0.1", TOKEN, Pace(CONTENT_LIMITS))
    monkeypatch.setattr(api, "get", lambda *_, **__: Answer(200, body))
    change = body[0] if isinstance(body, list) and body else body
    monkeypatch.setattr(api, "make", lambda *_: Answer(201, change))
    config = Config(course_run="x", remote="github:school/{username}", github_api=api.base)
    remote = GitHubRemote(config, Transport(), api)
    url = "http://127.0.0.1/school/ada.git"

    assert remote.addresses() == []
    assert remote.ci_state(url, "0" * 40) is None
    assert remote.open_change(url, "b", "t", "x") == "http://127.0.0.1/school/ada/pulls"


@pytest.mark.parametrize(
    "moment", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00", "2026-01-01", "x"]
)
def test_a_time_of_no_calendar_makes_an_activity_unreadable(moment: str) -> None:
    from mlstarter.cohort.github.activity import parse_activities

    activity = {"before": "0" * 40, "after": "1" * 40, "timestamp": moment}

    assert parse_activities([activity]) is None


def test_a_server_s_own_words_are_bounded() -> None:
    from mlstarter.cohort.github.api import explain

    assert len(explain({"message": "x" * 10_000})) < 400
