"""Trying again what may pass: the one retry, for git and for a forge's API.

Imported where something failed, or where a forge is spoken to: urllib3 takes its time to load.
"""

from __future__ import annotations

import random
import threading
from typing import Any, Self

from urllib3.exceptions import InvalidHeader, MaxRetryError
from urllib3.response import BaseHTTPResponse
from urllib3.util import Retry

from mlstarter.cohort.stop import wait

# A server that asks for more is tried after this: GitHub's longest window is an hour.
LONGEST_WAIT = 3660
# A class that comes back all at once is what a busy server needs least.
_SPREAD = 0.25


class StoppableRetry(Retry):
    """urllib3's policy, with pauses that double from the first one on and that a stop ends.

    Every method is tried again: what is sent here either reads or says what shall be there.
    Give ``total`` (how often after the first try), ``backoff_factor`` (the first pause, in
    seconds) and ``backoff_max``. ``sleep`` raises RunStopped where ``stop`` is set meanwhile.
    """

    def __init__(self, *arguments: Any, stop: threading.Event, **options: Any) -> None:
        options.setdefault("allowed_methods", None)
        super().__init__(*arguments, **options)
        self.stop = stop

    def new(self, **changes: Any) -> Self:
        """Return a copy with some changes, as urllib3 makes one for every try."""
        return super().new(stop=self.stop, **changes)

    def after(
        self,
        failure: Exception,
        response: BaseHTTPResponse | None = None,
        cause: Exception | None = None,
    ) -> Self:
        """Return what is left after a failed try; raises ``failure`` where nothing is.

        ``response`` is what the server answered, ``cause`` why it did not.
        """
        try:
            # Any method will do: without one urllib3 takes a cut answer for the last word.
            return self.increment("GET", response=response, error=cause)
        except MaxRetryError as exhaustion:
            raise failure from cause or exhaustion

    def get_backoff_time(self) -> float:
        """Return the next pause in seconds, up to a quarter more or less than twice the last."""
        pause: float = self.backoff_factor * 2 ** (max(len(self.history), 1) - 1)
        return min(pause, self.backoff_max) * random.uniform(1 - _SPREAD, 1 + _SPREAD)  # noqa: S311

    def requested_delay(self, response: BaseHTTPResponse) -> float | None:
        """Return the seconds that a response asks to wait, None where it names none.

        At most ``LONGEST_WAIT``.
        """
        try:
            delay = self.get_retry_after(response)
        except (InvalidHeader, ValueError, OverflowError):
            return None
        return None if delay is None else min(delay, LONGEST_WAIT)

    def sleep(self, response: BaseHTTPResponse | None = None) -> None:
        """Wait as long as the response asks for, else for the next pause; raises RunStopped."""
        wait(self.stop, self.delay(response))

    def delay(self, response: BaseHTTPResponse | None) -> float:
        """Return the seconds to wait before the next try."""
        seconds = self.requested_delay(response) if response is not None else None
        return self.get_backoff_time() if seconds is None else seconds
