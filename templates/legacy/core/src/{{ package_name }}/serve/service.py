"""The model that is served, and the moment from which it is."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from .bundle import read_metadata
from .predictor import Predictor
from .problems import Problem

log = logging.getLogger(__name__)


class Service:
    """The model that answers now; none until it is loaded and warm."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.metadata = read_metadata(folder)
        self._predictor: Predictor | None = None

    def load(self) -> None:
        """Load the model, answer its own example once, then begin to serve it."""
        predictor = Predictor.load(self.folder)
        predictor.warm_up()
        self._predictor = predictor
        log.info("ready", extra={"fields": {"model": predictor.metadata["model"]["id"]}})

    async def keep(self) -> None:
        """Load the model in a thread, so that /healthz answers meanwhile."""
        try:
            await asyncio.to_thread(self.load)
        except Exception as error:
            log.critical("the model cannot be loaded: %s", error, exc_info=error)

    def predictor(self) -> Predictor:
        """Return the model to ask; a request asks once and keeps to it."""
        if self._predictor is None:
            raise Problem(503, "The model is not loaded yet.", headers={"Retry-After": "1"})
        return self._predictor
