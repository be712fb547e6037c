"""The project's own service without what protects it: no log, no request id, no limit on a body.

What is left is FastAPI, the check of the body against the model's schema, and the prediction.
"""

import importlib
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import uvicorn

package = os.environ["BENCHMARK_PACKAGE"]


async def read(request: Any, _limit: int, reader: Callable[[Any], Awaitable[Any]]) -> Any:
    """Read a body however large it is and however long it takes."""
    return await reader(request)


if __name__ == "__main__":
    guards = importlib.import_module(f"{package}.serve.guards")
    guards.read = read  # type: ignore[attr-defined]
    app = importlib.import_module(f"{package}.serve.app").create_app(
        Path(os.environ["BENCHMARK_MODEL"])
    )
    app.user_middleware.clear()
    port = int(os.environ["PORT"])
    uvicorn.run(app, host="127.0.0.1", port=port, log_config=None, access_log=False)
