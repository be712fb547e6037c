"""Errors as ``application/problem+json`` (RFC 9457), which never repeat what the caller sent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from .logs import request_id

MAX_ERRORS = 20
MEDIA_TYPE = "application/problem+json"

# What OpenAPI says about every error that `POST /predict` can give.
RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {
        "description": HTTPStatus(status).phrase,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for status in (400, 408, 413, 415, 422, 503)
}
TEXT = {"type": "string"}
ERROR = {"type": "object", "properties": {"where": TEXT, "message": TEXT}}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "request_id"],
    "properties": {
        **dict.fromkeys(("type", "title", "detail", "request_id"), TEXT),
        "status": {"type": "integer"},
        "errors": {"type": "array", "maxItems": MAX_ERRORS, "items": ERROR},
    },
}


class Problem(Exception):
    """A request that cannot be answered; ``status`` is the HTTP status, ``detail`` one sentence."""

    def __init__(
        self,
        status: int,
        detail: str,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.errors, self.headers = status, detail, errors, headers

    def response(self) -> Response:
        """Return the problem document, with at most the first 20 errors."""
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "request_id": request_id.get(),
        }
        if self.errors:
            body["errors"] = list(self.errors)[:MAX_ERRORS]
        return Response(json.dumps(body), self.status, dict(self.headers or {}), MEDIA_TYPE)


def from_validation(error: ValidationError, known: frozenset[str]) -> Problem:
    """Say which fields are wrong and why; a name that is not ours is never repeated."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    if found[0]["type"] == "json_invalid":
        return Problem(400, f"{found[0]['msg']}.")
    errors = []
    for item in found[:MAX_ERRORS]:
        path = [str(part) for part in item["loc"] if isinstance(part, int) or part in known]
        message = item["msg"]
        if item["type"] == "extra_forbidden":
            message = "Unknown field; GET /model lists the fields"
        errors.append({"where": ".".join(path) or "body", "message": message})
    return Problem(422, "The request does not fit the model's input.", errors)


def add_handlers(app: FastAPI) -> None:
    """Make every error of ``app`` a problem document."""

    async def on_problem(_: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return error.response()

    async def on_http(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        detail = HTTPStatus(error.status_code).description or "The request cannot be answered."
        return Problem(error.status_code, detail, headers=error.headers).response()

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(HTTPException, on_http)
