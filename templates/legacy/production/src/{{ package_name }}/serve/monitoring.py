"""What Prometheus can ask: requests, latency, predictions, drift, feedback, the model's age."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request, Response
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .drift import Drift
from .feedback import REPORT, Feedback
from .guards import read_json
from .logs import log, request_id
from .observe import observe
from .problems import RESPONSES

if TYPE_CHECKING:
    from .predictor import Predictor
    from .switching import SwitchingService

SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
SHARES = tuple(step / 20 for step in range(1, 21))
FIELDS = frozenset(("request_id", "row", "label"))


class Monitor:
    """Counts what happens; what must be computed is computed when Prometheus asks."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        registry = self.registry
        self._requests = Counter(
            "http_requests",
            "Requests answered",
            ["method", "path", "status"],
            registry=registry,
        )
        self._seconds = Histogram(
            "http_request_seconds", "Time to answer", ["path"], buckets=SECONDS, registry=registry
        )
        self._labels = Counter(
            "model_predictions", "Predictions made", ["model", "label"], registry=registry
        )
        self._values = Histogram(
            "model_prediction_value",
            "Probability or score",
            ["model"],
            buckets=SHARES,
            registry=registry,
        )
        self._model_seconds = Histogram(
            "model_seconds", "Time in the model", ["model"], buckets=SECONDS, registry=registry
        )
        self.feedback = Feedback()
        self.drift = Drift({})
        self._served: dict[str, Mapping[str, Any]] = {}
        self._children: dict[tuple[str, ...], Any] = {}
        self.registry.register(self)

    def serve(self, main: Mapping[str, Any], canary: Mapping[str, Any] | None) -> None:
        """Say which models answer from now on; drift is measured anew for another model."""
        if self._served.get("main") != main:
            self.drift = Drift(main.get("reference", {}))
        self._served = {"main": main} | ({"canary": canary} if canary else {})

    def answered(self, method: str, path: str, status: int, seconds: float) -> None:
        """Count a request; ``path`` is a route's own, so that callers cannot make new series."""
        self._child(self._requests, method, path, str(status)).inc()
        self._child(self._seconds, path).observe(seconds)

    def predicted(
        self, metadata: Mapping[str, Any], inputs: Any, predictions: list[Any], seconds: float
    ) -> None:
        """Count the answers to one request and remember them for drift and feedback."""
        model = metadata["model"]["id"]
        self._child(self._model_seconds, model).observe(seconds)
        self.feedback.remember(request_id.get(), model, predictions)
        for seen in observe(inputs, predictions):
            for label in seen.labels:
                self._child(self._labels, model, label).inc()
            if seen.value is not None:
                self._child(self._values, model).observe(seen.value)
            self.drift.add(seen)

    def collect(self) -> Iterator[Metric]:
        """Return what depends on the moment: age, drift and quality."""
        info = GaugeMetricFamily("model_info", "Models that answer", labels=["model", "role"])
        age = GaugeMetricFamily("model_age_seconds", "Time since training", labels=["model"])
        for role, metadata in self._served.items():
            model, made = metadata["model"]["id"], metadata["model"]["created"]
            info.add_metric([model, role], 1)
            age.add_metric(
                [model], (datetime.now(UTC) - datetime.fromisoformat(made)).total_seconds()
            )
        drift = GaugeMetricFamily(
            "model_input_psi", "Population stability index", labels=["feature"]
        )
        for name, value in self.drift.indices().items():
            drift.add_metric([name], value)
        yield from (info, age, drift, *self._qualities())

    def _qualities(self) -> Iterator[Metric]:
        """Return what feedback says of each model, beside what validation promised."""
        quality = GaugeMetricFamily(
            "model_feedback_quality", "Mean score of what was reported", labels=["model", "metric"]
        )
        count = GaugeMetricFamily(
            "model_feedback_answers", "How many it is the mean of", labels=["model", "metric"]
        )
        for labels, (mean, number) in self.feedback.quality().items():
            quality.add_metric(labels, mean)
            count.add_metric(labels, number)
        expected = GaugeMetricFamily(
            "model_expected_quality",
            "Interval of the score on validation",
            labels=["model", "metric", "bound"],
        )
        for metadata in self._served.values():
            for name, figures in metadata.get("validation", {}).items():
                for bound in ("low", "high"):
                    expected.add_metric([metadata["model"]["id"], name, bound], figures[bound])
        yield from (quality, count, expected)

    def compare(self) -> dict[str, Any]:
        """Return the figures of each model that answers, for a canary beside the main one."""
        figures: dict[str, Any] = {}
        for role, metadata in self._served.items():
            model = metadata["model"]["id"]
            quality = self.feedback.quality().items()
            scores = {name: mean for (m, name), (mean, _) in quality if m == model}
            figures[role] = {
                "model": model,
                "requests": self._value("model_seconds_count", model),
                "mean_ms": 1000 * self._mean("model_seconds", model),
                "mean_prediction": self._mean("model_prediction_value", model),
                "quality": scores,
            }
        return figures

    def _mean(self, name: str, model: str) -> float:
        return self._value(f"{name}_sum", model) / max(1, self._value(f"{name}_count", model))

    def _value(self, name: str, model: str) -> float:
        return self.registry.get_sample_value(name, {"model": model}) or 0.0

    def _child(self, metric: Any, *labels: str) -> Any:
        """Return a metric's child; looking it up by prometheus_client costs a lock and a check."""
        key = (metric._name, *labels)
        if key not in self._children:
            self._children[key] = metric.labels(*labels)
        return self._children[key]


class Watched:
    """A predictor whose answers are counted."""

    def __init__(self, predictor: Predictor, monitor: Monitor) -> None:
        self._predictor, self._monitor = predictor, monitor

    def __getattr__(self, name: str) -> Any:
        return getattr(self._predictor, name)

    def predict(self, inputs: Any, *options: Any) -> Any:
        """Return what the predictor says."""
        start = time.perf_counter()
        answer: Any = self._predictor.predict(inputs, *options)
        seconds = time.perf_counter() - start
        predictions = answer if isinstance(answer, list) else [answer]
        self._monitor.predicted(self._predictor.metadata, inputs, predictions, seconds)
        return answer


class CountRequests:
    """Middleware that counts every answer by its route."""

    def __init__(self, app: ASGIApp, monitor: Monitor) -> None:
        self.app, self.monitor = app, monitor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        start, status = time.perf_counter(), 500

        async def count(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        await self.app(scope, receive, count)
        path = getattr(scope.get("route"), "path", "other")
        self.monitor.answered(scope["method"], path, status, time.perf_counter() - start)


def add_monitoring(app: FastAPI, service: SwitchingService) -> None:
    """Add ``GET /metrics``, ``GET /models`` and ``POST /feedback``."""
    monitor = service.monitor
    app.add_middleware(CountRequests, monitor=monitor)
    body = {"schema": REPORT.json_schema(), "example": {"request_id": "abc", "label": "..."}}

    @app.get("/metrics", summary="For Prometheus", include_in_schema=False)
    async def metrics() -> Response:
        return Response(generate_latest(monitor.registry), media_type=CONTENT_TYPE_LATEST)

    @app.get("/models", summary="The model that answers and its canary, side by side")
    async def models() -> Response:
        return Response(json.dumps(monitor.compare()), media_type="application/json")

    @app.post(
        "/feedback",
        summary="Say what was true of an earlier prediction (its X-Request-ID)",
        responses={**RESPONSES, 404: RESPONSES[400]},
        openapi_extra={"requestBody": {"required": True, "content": {"application/json": body}}},
    )
    async def feedback(request: Request) -> Response:
        report = await read_json(request, REPORT, FIELDS, limit=10_000)
        scores = monitor.feedback.give(report, service.metadata["output"])
        log.info("feedback", extra={"fields": {"feedback": dict(report), "scores": scores}})
        return Response(json.dumps({"scores": scores}), media_type="application/json")
