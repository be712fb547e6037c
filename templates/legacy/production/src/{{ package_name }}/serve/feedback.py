"""What really happened, told later: the quality of the predictions that were served."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Annotated, Any, NotRequired

from pydantic import ConfigDict, Field, TypeAdapter
from typing_extensions import TypedDict

from .problems import Problem
from .scores import score

REMEMBERED = 10_000  # predictions whose feedback can still come
WINDOW = 1000  # answers that a quality figure is made of


class Report(TypedDict):
    """The body of ``POST /feedback``."""

    __pydantic_config__ = ConfigDict(strict=True, extra="forbid")  # type: ignore[misc]
    request_id: Annotated[str, Field(max_length=64)]
    row: NotRequired[Annotated[int, Field(ge=0, le=100_000)]]
    label: (
        Annotated[str, Field(max_length=1000)]
        | Annotated[float, Field(allow_inf_nan=False, ge=-1e30, le=1e30)]
    )


REPORT: TypeAdapter[Report] = TypeAdapter(Report)


class Feedback:
    """Joins predictions with the truth by request id, in memory; the log keeps it for good."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[tuple[str, int], tuple[str, Mapping[str, Any]]] = OrderedDict()
        self._scores: dict[str, dict[str, deque[float]]] = defaultdict(
            lambda: defaultdict(lambda: deque(maxlen=WINDOW))
        )

    def remember(
        self, request_id: str, model: str, predictions: Sequence[Mapping[str, Any]]
    ) -> None:
        """Keep the predictions of a request until their feedback comes, or too many others did."""
        for row, prediction in enumerate(predictions):
            self._waiting[request_id, row] = model, prediction
        while len(self._waiting) > REMEMBERED:
            self._waiting.popitem(last=False)

    def give(self, report: Report, output: Mapping[str, Any]) -> dict[str, float]:
        """Score one prediction against its label and return the scores; each counts once.

        Raises
        ------
        Problem
            404 where no such prediction waits, 422 where the label is none of the model's.
        """
        place = report["request_id"], report.get("row", 0)
        if place not in self._waiting:
            raise Problem(404, "No prediction with this request id and row waits for feedback.")
        model, prediction = self._waiting[place]
        found = score(prediction, report["label"], output)
        if found is None:
            raise Problem(422, "The label is none that this model can predict.")
        del self._waiting[place]
        for name, value in found.items():
            self._scores[model][name].append(value)
        return found

    def quality(self) -> dict[tuple[str, str], tuple[float, int]]:
        """Return the mean of each score of each model over its latest answers, and their number."""
        return {
            (model, name): (fmean(values), len(values))
            for model, scores in self._scores.items()
            for name, values in scores.items()
        }
