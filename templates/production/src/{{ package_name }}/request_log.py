"""Each request gets an id, is counted, and is logged as one JSON object a line."""

import json
import logging
import re
import secrets
import sys
import time
from contextvars import ContextVar
from datetime import UTC, datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .monitoring import Monitor

request_id: ContextVar[str] = ContextVar("request_id", default="")
log = logging.getLogger(__package__)

# An id from a proxy is kept, so that its logs and ours can be joined; anything else is replaced.
SAFE_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})


class JsonFormatter(logging.Formatter):
    """Format a record as one line; ASCII only, so that no caller can write to the terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as a JSON object."""
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            "request_id": request_id.get(),
        }
        entry |= record.__dict__.get("fields", {})
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry)


def configure() -> None:
    """Send the project's log to standard output as JSON."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    log.handlers = [handler]
    log.setLevel(logging.INFO)


class RequestLog:
    """Middleware that names, counts and logs each request."""

    def __init__(self, app: ASGIApp, monitor: Monitor) -> None:
        self.app, self.monitor = app, monitor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        proposal = dict(scope["headers"]).get(b"x-request-id", b"")
        name = proposal.decode() if SAFE_ID.fullmatch(proposal) else secrets.token_hex(8)
        token, start, status = request_id.set(name), time.perf_counter(), 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", name.encode())]
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        except Exception:
            log.exception("the request failed")
            raise
        finally:
            seconds = time.perf_counter() - start
            # The route's own path, so that callers cannot make new series.
            path = scope["route"].path if scope.get("route") else "other"
            self.monitor.count_request(scope["method"], path, status, seconds)
            if status >= 400 or scope["path"] not in QUIET:
                fields = {"method": scope["method"], "path": scope["path"][:200]}
                fields |= {"status": status, "ms": round(1000 * seconds, 2)}
                log.info("request", extra={"fields": fields})
            request_id.reset(token)
