"""What Prometheus can ask: requests, latency, answers, drift, feedback, the model's age."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from .drift import Drift, Observation
from .feedback import Feedback, Report

SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
SHARES = tuple(step / 20 for step in range(1, 21))


class Monitor(Collector):
    """Counts what happens; what must be computed is computed when Prometheus asks."""

    def __init__(self) -> None:
        self._registry, self._lock = CollectorRegistry(), Lock()
        options: dict[str, Any] = {"registry": self._registry}
        labels = ["method", "path", "status"]
        self._requests = Counter("http_requests", "Requests answered", labels, **options)
        self._labels = Counter("model_predictions", "Answers", ["model", "label"], **options)
        name, text = "model_prediction_value", "Probability, confidence or score"
        self._values = Histogram(name, text, ["model"], buckets=SHARES, **options)
        options["buckets"] = SECONDS
        name = "http_request_seconds"
        self._request_seconds = Histogram(name, "Time to answer", ["path"], **options)
        self._seconds = Histogram("model_seconds", "Time in the model", ["model"], **options)
        self._feedback, self._drift = Feedback(), Drift({})
        self._models: dict[str, Mapping[str, Any]] = {}
        self._registry.register(self)

    def serve(self, main: Mapping[str, Any], canary: Mapping[str, Any] | None) -> None:
        """Note the metadata of the models that answer; another model's drift is measured anew."""
        with self._lock:
            if self._models.get("main") != main:
                self._drift = Drift(main.get("reference", {}))
            self._models = {"main": main} | ({"canary": canary} if canary else {})

    def count_request(self, method: str, path: str, status: int, seconds: float) -> None:
        """Count a request to a route."""
        self._requests.labels(method, path, str(status)).inc()
        self._request_seconds.labels(path).observe(seconds)

    def count_answers(
        self,
        request_id: str,
        metadata: Mapping[str, Any],
        answers: Sequence[Any],
        observations: Sequence[Observation],
        seconds: float,
    ) -> None:
        """Count the answers to one request, and remember them for drift and feedback."""
        model = metadata["model"]["id"]
        self._seconds.labels(model).observe(seconds)
        with self._lock:  # pictures and recordings are answered by several threads
            self._feedback.remember(request_id, metadata, answers)
            for observation in observations:
                self._drift.add(observation)
        for observation in observations:
            for label in observation.labels:
                self._labels.labels(model, label).inc()
            if observation.value is not None:
                self._values.labels(model).observe(observation.value)

    def score(self, report: Report) -> dict[str, float]:
        """Return the scores of an answer, now that the truth is reported (see `feedback`)."""
        with self._lock:
            return self._feedback.score(report)

    def text(self) -> bytes:
        """Return all metrics in Prometheus's text format."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """Return what depends on the moment: age, drift and quality."""
        with self._lock:
            indices, qualities = self._drift.indices(), self._feedback.quality()
            models = dict(self._models)
        info = GaugeMetricFamily("model_info", "Models that answer", labels=["model", "role"])
        age = GaugeMetricFamily("model_age_seconds", "Time since training", labels=["model"])
        drift = GaugeMetricFamily("model_input_psi", "Stability index", labels=["feature"])
        labels = ["model", "metric"]
        quality = GaugeMetricFamily("model_feedback_quality", "Mean of feedback", labels=labels)
        count = GaugeMetricFamily("model_feedback_answers", "How many it is of", labels=labels)
        name, text = "model_expected_quality", "Interval on validation"
        expected = GaugeMetricFamily(name, text, labels=[*labels, "bound"])
        for role, metadata in models.items():
            model = metadata["model"]["id"]
            info.add_metric([model, role], 1)
            birth = datetime.fromisoformat(metadata["model"]["created"])
            age.add_metric([model], (datetime.now(UTC) - birth).total_seconds())
            for metric, score in metadata["validation"].items():
                for bound in ("low", "high"):
                    if score[bound] is not None:
                        expected.add_metric([model, metric, bound], score[bound])
        for feature, index in indices.items():
            drift.add_metric([feature], index)
        for key, (mean, number) in qualities.items():
            quality.add_metric(key, mean)
            count.add_metric(key, number)
        yield from (info, age, drift, quality, count, expected)

    def compare(self) -> dict[str, Any]:
        """Return the figures of each model that answers: the canary beside the main one."""
        with self._lock:
            qualities, models = self._feedback.quality(), dict(self._models)
        figures: dict[str, Any] = {}
        for role, metadata in models.items():
            model = metadata["model"]["id"]
            requests = self._value("model_seconds_count", model)
            answers = self._value("model_prediction_value_count", model)
            total, seconds = (
                self._value(f"model_{name}_sum", model) for name in ("prediction_value", "seconds")
            )
            figures[role] = {
                "model": model,
                "requests": requests,
                "mean_ms": 1000 * seconds / requests if requests else None,
                "mean_prediction": total / answers if answers else None,
                "quality": {name: q for (m, name), (q, _) in qualities.items() if m == model},
                "reported": {name: n for (m, name), (_, n) in qualities.items() if m == model},
            }
        return figures

    def _value(self, name: str, model: str) -> float:
        return self._registry.get_sample_value(name, {"model": model}) or 0.0
