"""What runs around the model: it is exchanged without a restart, watched, and told the truth."""

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from . import observation, registry
from .errors import ProjectError
from .feedback import Report
from .inference import Model
from .monitoring import Monitor
from .request_log import RequestLog, configure, request_id

log = logging.getLogger(__package__)
SECONDS = 1.0  # between looks at model/ and models/stages.json


class MonitoredModel:
    """A model whose answers are counted."""

    def __init__(self, model: Model, monitor: Monitor) -> None:
        self.metadata, self._model, self._monitor = model.metadata, model, monitor

    def answer(self, *request: Any) -> Any:
        """Return what the model answers."""
        start = time.perf_counter()
        answer, observations = observation.answer(self._model, *request)
        seconds = time.perf_counter() - start
        answers = answer if isinstance(answer, list) else [answer]
        name = request_id.get()
        self._monitor.count_answers(name, self.metadata, answers, observations, seconds)
        return answer


class ModelSwitch:
    """Chooses which model answers: that of ``folder``, or the canary for its share."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.models = folder, folder.resolve().parent / registry.MODELS
        self.monitor = Monitor()
        self.model = Model(folder)  # as the service started: what comes later takes the same input
        self.load()

    def load(self) -> None:
        """Load the models that are to answer, and exchange them for those that did."""
        state, stages = self._state(), registry.read_stages(self.models)
        main = self._open(self.folder)
        canary = self._open(self.models / stages.canary) if stages.canary else None
        # In one step: a request that has begun keeps its model.
        self._choice, self._current_state = (main, canary, stages.percent), state
        self.monitor.serve(main.metadata, canary.metadata if canary else None)

    def choose(self) -> MonitoredModel:
        """Return the model for a request: for a share of them, at random, the canary."""
        main, canary, percent = self._choice
        return canary if canary and 100 * random.random() < percent else main

    @property
    def main(self) -> MonitoredModel:
        """The model that answers, canary aside."""
        return self._choice[0]

    async def follow(self) -> None:
        """Load again whenever model/ or the stages change; a bad model changes nothing."""
        failure = ""
        while True:
            await asyncio.sleep(SECONDS)
            try:
                if await asyncio.to_thread(self._state) == self._current_state:
                    continue
                await asyncio.to_thread(self.load)
            except (ProjectError, OSError, ValueError) as error:
                if str(error) != failure:  # it is tried again, as files may still be on their way
                    log.error("the model cannot be loaded: %s", error)
                    failure = str(error)
            else:
                failure = ""
                log.info("the models that answer were exchanged")

    @asynccontextmanager
    async def lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        """Follow the registry for as long as the service runs."""
        task = asyncio.create_task(self.follow())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    def _state(self) -> tuple[bytes, ...]:
        files = (self.folder / "metadata.json", self.models / registry.STAGES)
        return tuple(file.read_bytes() if file.is_file() else b"" for file in files)

    def _open(self, folder: Path) -> MonitoredModel:
        model = Model(folder)
        if contract(model.metadata) != contract(self.model.metadata):
            message = f"The model in {folder.name}/ takes other input, or answers other classes."
            raise ProjectError(message, "Restart the service to serve it.")
        return MonitoredModel(model, self.monitor)


def contract(metadata: dict[str, Any]) -> list[Any]:
    """Return what callers rely on: what goes in and what comes out."""
    features = metadata["input"].get("features", [])
    columns = [(feature["name"], feature["kind"], feature["required"]) for feature in features]
    return [columns, observation.vocabulary(metadata)]


def add_operations(app: FastAPI, switch: ModelSwitch) -> None:
    """Add `/metrics`, `/models`, `/model`, `POST /feedback`, and the log of requests."""
    monitor = switch.monitor
    app.add_middleware(RequestLog, monitor=monitor)
    configure()

    async def metrics(_: Request) -> Response:
        text = await asyncio.to_thread(monitor.text)
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    async def models(_: Request) -> Response:
        return JSONResponse(monitor.compare())

    async def model(_: Request) -> Response:
        return JSONResponse(switch.main.metadata)

    app.add_route("/metrics", metrics)
    app.add_route("/models", models)
    app.add_route("/model", model)

    @app.post("/feedback")
    async def feedback(report: Report) -> JSONResponse:
        """Say what was true of an earlier answer, by its X-Request-ID."""
        try:
            scores = monitor.score(report)
        except KeyError:
            detail = "No answer with this request id and row waits for feedback."
            return JSONResponse({"detail": detail}, 404)
        log.info("feedback", extra={"fields": {"feedback": report.model_dump(), "scores": scores}})
        return JSONResponse({"scores": scores})
