"""The application: health, the model's description, the page and the type's `POST /predict`."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Response

from .bundle import read_metadata
from .logs import RequestLog
from .predictor import Predictor
from .problems import SCHEMA, Problem, add_handlers
from .routes import add_routes

log = logging.getLogger(__name__)

PAGE = Path(__file__).parent / "page"
MEDIA_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
# Nothing from another host, no script or style inside the page.
PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self' data: blob:; media-src blob:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


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

    def predictor(self) -> Predictor:
        """Return the model to ask; a request asks once and keeps to it."""
        if self._predictor is None:
            raise Problem(503, "The model is not loaded yet.", headers={"Retry-After": "1"})
        return self._predictor


def create_app(folder: Path) -> FastAPI:
    """Return the service of the promoted model in ``folder``."""
    service = Service(folder)
    project = service.metadata["project"]

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # In the background, so that /healthz answers while the model warms up.
        loading = asyncio.create_task(asyncio.to_thread(service.load))
        loading.add_done_callback(_log_failure)
        yield
        await asyncio.wait([loading])

    app = FastAPI(
        title=project["name"],
        version=project["version"],
        lifespan=lifespan,
        docs_url=None,  # its scripts come from another host
        redoc_url=None,
    )
    app.add_middleware(RequestLog)
    add_handlers(app)
    add_routes(app, service)  # first: routes are tried in order, and this one is asked most
    _add_health(app, service)
    _add_page(app)
    app.openapi().setdefault("components", {}).setdefault("schemas", {})["Problem"] = SCHEMA
    return app


def _log_failure(loading: asyncio.Task[None]) -> None:
    if not loading.cancelled() and (error := loading.exception()):
        log.critical("the model cannot be loaded: %s", error, exc_info=error)


def _add_health(app: FastAPI, service: Service) -> None:
    model = json.dumps(service.metadata)

    @app.get("/healthz", summary="The process answers")
    async def healthz() -> Response:
        return Response('{"status":"ok"}', media_type="application/json")

    @app.get("/readyz", summary="The model is loaded and warm")
    async def readyz() -> Response:
        service.predictor()
        return Response('{"status":"ready"}', media_type="application/json")

    @app.get("/model", summary="What the model is, expects and was measured at")
    async def describe() -> Response:
        return Response(model, media_type="application/json")


def _add_page(app: FastAPI) -> None:
    files = {path.name: path for path in PAGE.iterdir() if path.suffix in MEDIA_TYPES}
    pages = {name: (path.read_bytes(), MEDIA_TYPES[path.suffix]) for name, path in files.items()}

    @app.get("/", include_in_schema=False)
    @app.get("/page/{name}", include_in_schema=False)
    async def page(name: str = "index.html") -> Response:
        if name not in pages:
            raise Problem(404, "The page has no such file.")
        content, media_type = pages[name]
        return Response(content, headers=PAGE_HEADERS, media_type=media_type)
