"""Run the service on HOST and PORT until it is told to stop."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import uvicorn

from ..errors import ProjectError
from . import logs
from .app import create_app

STOP_SECONDS = 10  # for requests in flight, once a stop is asked for


def run(folder: Path) -> int:
    """Serve the promoted model in ``folder``; return the exit status.

    HOST (127.0.0.1) and PORT (8000) come from the environment. On SIGTERM or Ctrl-C no new
    request is taken and those in flight are finished.
    """
    host, port = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000")
    app = create_app(folder)
    listener = _listen(host, port)
    logs.configure()
    if sys.stderr.isatty():
        print(f"Open http://{host}:{listener.getsockname()[1]}/ (Ctrl-C stops it)", file=sys.stderr)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    uvicorn.Server(config).run(sockets=[listener])
    return 0


def _listen(host: str, port: str) -> socket.socket:
    """Return a listening socket, or say in one sentence why there is none."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, int(port)), family=family, backlog=2048)
    except (ValueError, OverflowError):
        raise ProjectError(f"PORT is {port!r}.", "Give a number from 1 to 65535.") from None
    except OSError as error:
        raise ProjectError(
            f"Cannot listen on {host} port {port}: {error.strerror}.",
            "Choose another port, as in: make serve PORT=8001",
        ) from None
