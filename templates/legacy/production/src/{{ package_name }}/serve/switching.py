"""A service that follows the registry: it exchanges its model while it runs."""

from __future__ import annotations

import asyncio
import logging
import random
from pathlib import Path
from typing import Any

from .. import registry
from ..errors import ProjectError
from .monitoring import Monitor, Watched
from .predictor import Predictor
from .service import Service

log = logging.getLogger(__name__)
SECONDS = 1.0  # between looks at the registry


class SwitchingService(Service):
    """Serves what models/served.json names; without a registry the model in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.models = folder.resolve().parent / registry.MODELS
        self.monitor = Monitor()
        self._fallback = folder
        self._canary: tuple[Any, float] | None = None
        served = registry.read(self.models)
        super().__init__(self.models / served.model if served else folder)

    def load(self) -> None:
        """Load what is served now and exchange it for what was; requests go on meanwhile."""
        served = registry.read(self.models)
        folder = self.models / served.model if served else self._fallback
        main = self._open(folder)
        canary = self._open(self.models / served.canary) if served and served.canary else None
        self.folder, self.metadata = folder, main.metadata
        self._predictor = main
        self._canary = (canary, served.percent) if served and canary else None
        self.monitor.serve(main.metadata, canary.metadata if canary else None)
        log.info("ready", extra={"fields": {"model": main.metadata["model"]["id"]}})

    async def keep(self) -> None:
        """Follow the registry for as long as the service runs; a bad model changes nothing."""
        seen: object = object()
        while True:
            served = await asyncio.to_thread(registry.read, self.models)
            if served != seen:
                seen = served
                await super().keep()
            await asyncio.sleep(SECONDS)

    def predictor(self) -> Any:
        """Return the model to ask: for a share of the requests the canary."""
        main = super().predictor()
        if self._canary and 100 * random.random() < self._canary[1]:
            return self._canary[0]
        return main

    def _open(self, folder: Path) -> Any:
        predictor = Predictor.load(folder)
        if _schema(predictor.metadata) != _schema(self.metadata):
            raise ProjectError("The model takes other input.", "Restart the service to serve it.")
        predictor.warm_up()
        return Watched(predictor, self.monitor)


def _schema(metadata: dict[str, Any]) -> list[Any]:
    """Return what callers rely on: what goes in and what comes out."""
    features = metadata["input"].get("features", [])
    return [
        [(feature["name"], feature["kind"], feature["required"]) for feature in features],
        metadata["output"].get("classes"),
        metadata["output"].get("words"),
    ]
