"""The same work for every student, some at a time, with one outcome each."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

from mlstarter.cohort.roster import Student
from mlstarter.errors import MlstarterError

T = TypeVar("T")


class UnexpectedFault(MlstarterError):
    """A fault of this program, met with one student's repository: the others go on."""

    def __init__(self, error: Exception) -> None:
        super().__init__(
            f"Something unexpected went wrong ({type(error).__name__}: {error}).",
            hint="run it with MLSTARTER_DEBUG=1 and --only for this student, and report it",
        )


@dataclass(frozen=True, slots=True)
class JobResult(Generic[T]):
    """What the work on one student gave: a result or an error."""

    student: Student
    result: T | None
    error: MlstarterError | OSError | None


def for_each(
    students: Sequence[Student],
    work: Callable[[Student], T],
    *,
    jobs: int,
    stop: threading.Event,
) -> Iterator[JobResult[T]]:
    """Do ``work`` for every student, ``jobs`` at a time; yield what comes of it, as it comes.

    An expected error is that student's outcome and no one else's. Once ``stop`` is set nothing
    new is begun and what runs is waited for. At most twice ``jobs`` results are held at a time,
    so memory does not grow with the class.
    """

    def one(student: Student) -> JobResult[T]:
        try:
            return JobResult(student, work(student), None)
        except (MlstarterError, OSError) as error:
            return JobResult(student, None, error)
        except Exception as error:
            if os.environ.get("MLSTARTER_DEBUG"):
                raise
            return JobResult(student, None, UnexpectedFault(error))

    queue = iter(students)
    with ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="cohort") as pool:
        running: set[Future[JobResult[T]]] = set()
        try:
            _fill(running, queue, pool, one, jobs, stop)
            while running:
                complete, running = wait(running, return_when=FIRST_COMPLETED)
                for future in complete:
                    yield future.result()
                _fill(running, queue, pool, one, jobs, stop)
        except BaseException:
            # Ctrl-C: whoever waits for a server gives up, and nothing new is begun.
            stop.set()
            raise


def _fill(
    running: set[Future[JobResult[T]]],
    queue: Iterable[Student],
    pool: ThreadPoolExecutor,
    one: Callable[[Student], JobResult[T]],
    jobs: int,
    stop: threading.Event,
) -> None:
    if not stop.is_set():
        running.update(
            pool.submit(one, student) for student in islice(queue, 2 * jobs - len(running))
        )
