"""What GitHub allows, and how it says that it was too much.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

from __future__ import annotations

import time
from typing import Any, Self

from urllib3.response import BaseHTTPResponse

from mlstarter.cohort.rate_limit import Pace
from mlstarter.cohort.retry import LONGEST_WAIT, StoppableRetry
from mlstarter.cohort.stop import wait

# Of requests that make content, which integrators are asked to keep to: how many, in how many
# seconds.
CONTENT_LIMITS = ((80, 60.0), (500, 3600.0))
# How long to wait after a secondary limit that names no time, as the same page asks.
SECONDARY_PAUSE = 60.0


def may_pass(status: int, headers: Any, body: bytes) -> bool:
    """Whether the same request may succeed later: a limit, or a fault of the server's.

    GitHub answers 403 for a limit and for a missing permission; the header tells a limit, or, of
    a secondary one without any header, the words of the answer alone.
    """
    if status == 403:
        is_spent = headers.get("x-ratelimit-remaining") == "0"
        return is_spent or "retry-after" in headers or b"rate limit" in body.lower()
    return status == 429 or status >= 500


class GitHubRetry(StoppableRetry):
    """Waits as GitHub's headers ask, and keeps everybody else's requests back meanwhile."""

    def __init__(self, *arguments: Any, pace: Pace, **options: Any) -> None:
        super().__init__(*arguments, stop=options.pop("stop", pace.stop), **options)
        self.pace = pace

    def new(self, **changes: Any) -> Self:
        """Return a copy with some changes."""
        return super().new(pace=self.pace, **changes)

    def requested_delay(self, response: BaseHTTPResponse) -> float | None:
        """Return the seconds until the limit is over; None where the server itself is at fault."""
        delay = super().requested_delay(response)
        reset = response.headers.get("x-ratelimit-reset", "")
        if delay is not None:
            return delay
        if response.headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
            return min(max(float(reset) - time.time(), 0.0) + 1.0, LONGEST_WAIT)
        return SECONDARY_PAUSE if response.status < 500 else None

    def sleep(self, response: BaseHTTPResponse | None = None) -> None:
        """Wait before the next try; raises RunStopped."""
        delay = self.delay(response)
        if response is not None:
            self.pace.hold(delay)
        wait(self.stop, delay)
