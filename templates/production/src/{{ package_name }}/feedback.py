"""What really happened, reported later: the quality of the answers that were served."""

from collections import OrderedDict, defaultdict, deque
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from . import observation

WAITING = 10_000  # answers whose feedback can still come
WINDOW = 1000  # answers that a quality figure is made of
Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e30, le=1e30)]
Text = Annotated[str, Field(max_length=1000)]


class Report(BaseModel):
    """The body of `POST /feedback`: what was true of one answer, by its X-Request-ID."""

    model_config = ConfigDict(strict=True, extra="forbid")
    request_id: str = Field(max_length=64)
    row: int = Field(0, ge=0, le=100_000)
    label: Text | Number


class Feedback:
    """Joins answers with the truth by request id, in memory; the log keeps it for good."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[tuple[str, int], tuple[Mapping[str, Any], Any]] = OrderedDict()
        self._scores: dict[tuple[str, str], deque[float]] = defaultdict(
            lambda: deque(maxlen=WINDOW)
        )

    def remember(self, name: str, metadata: Mapping[str, Any], answers: Sequence[Any]) -> None:
        """Keep a request's answers until their feedback comes, or too many others did."""
        for row, answer in enumerate(answers):
            self._waiting[name, row] = metadata, answer
        while len(self._waiting) > WAITING:
            self._waiting.popitem(last=False)

    def score(self, report: Report) -> dict[str, float]:
        """Return the scores of one answer against what was true; each counts once.

        Raises ``KeyError`` where no such answer waits, ``ValueError`` for an impossible label.
        """
        place = report.request_id, report.row
        metadata, answer = self._waiting[place]
        scores = observation.score(answer, report.label, metadata)
        del self._waiting[place]
        for name, value in scores.items():
            self._scores[metadata["model"]["id"], name].append(value)
        return scores

    def quality(self) -> dict[tuple[str, str], tuple[float, int]]:
        """Return the mean of each model's scores over its latest answers, and their number."""
        return {key: (fmean(values), len(values)) for key, values in self._scores.items()}
