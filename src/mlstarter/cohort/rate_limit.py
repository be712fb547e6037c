"""Keeping to a rate: at most so many in so many seconds, over runs and threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mlstarter.cohort.stop import wait

Limit = tuple[int, float]
"""How many, in how many seconds."""

# A wait of so many seconds looks like a program that hangs.
_LONG = 60.0


@dataclass
class Pace:
    """Lets as many through as every limit allows.

    ``history`` returns when something was let through after a moment (seconds since 1970);
    ``record`` writes that it was now. Both default to memory. ``announce`` is told, once for all
    who wait, until when a wait of more than a minute lasts.
    """

    limits: Sequence[Limit]
    history: Callable[[float], list[float]] | None = None
    record: Callable[[], None] | None = None
    announce: Callable[[float], None] | None = None
    clock: Callable[[], float] = time.time
    stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _moments: list[float] = field(default_factory=list)
    _not_before: float = 0.0
    _last_announcement: float = 0.0

    def wait(self) -> None:
        """Return when the next one may go, having counted it; raises RunStopped."""
        while True:
            with self._lock:
                delay = self._delay()
                if delay <= 0:
                    self._moments.append(self.clock())
                    if self.record is not None:
                        self.record()
                    return
                self._announce(self.clock() + delay)
            wait(self.stop, delay)

    def _announce(self, moment: float) -> None:
        if self.announce is None or moment < max(self.clock(), self._last_announcement) + _LONG:
            return
        self._last_announcement = moment
        self.announce(moment)

    def hold(self, seconds: float) -> None:
        """Let nothing through for some seconds: the server asked for it."""
        with self._lock:
            self._not_before = max(self._not_before, self.clock() + seconds)

    def _delay(self) -> float:
        now = self.clock()
        delay = self._not_before - now
        for count, span in self.limits:
            recent = self._recent(now - span)
            if len(recent) >= count:
                delay = max(delay, recent[-count] + span - now)
        return delay

    def _recent(self, moment: float) -> list[float]:
        if self.history is not None:
            return self.history(moment)
        longest = max((span for _, span in self.limits), default=0.0)
        self._moments = [at for at in self._moments if at > self.clock() - longest]
        return [at for at in self._moments if at > moment]
