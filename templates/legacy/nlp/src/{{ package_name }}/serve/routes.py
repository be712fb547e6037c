"""``POST /predict``: texts as JSON in, predictions out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, NotRequired

from fastapi import FastAPI, Request, Response
from pydantic import ConfigDict, Field, TypeAdapter
from typing_extensions import TypedDict

from .guards import read_json
from .problems import RESPONSES

if TYPE_CHECKING:
    from .service import Service

PROBABILITY = {"type": "number", "minimum": 0, "maximum": 1}
RESULT: dict[str, Any] = {
    "type": "object",
    "required": ["predictions", "model"],
    "properties": {
        "predictions": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["prediction", "probability", "probabilities", "warnings"],
                "properties": {
                    "prediction": {"type": ["string", "null"]},
                    "probability": PROBABILITY,
                    "probabilities": {"type": "object", "additionalProperties": PROBABILITY},
                    "threshold": PROBABILITY,
                    "warnings": {"type": "array", "items": {"type": "string"}},
                    "parts": {"type": "array", "items": {"type": "object"}},
                },
            },
        },
        "model": {"type": "string"},
    },
}


def body_type(max_texts: int, max_chars: int) -> TypeAdapter[dict[str, Any]]:
    """Return the validator of ``{"texts": [...]}``, with "explain" for the weight of each word."""
    text = Annotated[str, Field(max_length=max_chars)]
    fields = {
        "texts": Annotated[list[text], Field(min_length=1, max_length=max_texts)],
        "explain": NotRequired[bool],
    }
    body = TypedDict("Texts", fields)  # type: ignore[misc]
    body.__pydantic_config__ = ConfigDict(strict=True, extra="forbid")  # type: ignore[attr-defined]
    adapter: TypeAdapter[Any] = TypeAdapter(body)
    return adapter


def add_routes(app: FastAPI, service: Service) -> None:
    """Add ``POST /predict`` to the service."""
    limits = service.metadata["input"]
    adapter = body_type(limits["max_texts"], limits["max_chars"])
    known = frozenset({"texts", "explain"})
    content = {"schema": adapter.json_schema(), "example": service.metadata["example"]}

    @app.post(
        "/predict",
        summary="Classify each text; null means that the model does not know",
        responses={200: {"content": {"application/json": {"schema": RESULT}}}, **RESPONSES},
        openapi_extra={"requestBody": {"required": True, "content": {"application/json": content}}},
    )
    async def predict(request: Request) -> Response:
        predictor = service.predictor()
        body = await read_json(request, adapter, known)
        explain = body.get("explain", False)
        answer = {
            "predictions": predictor.predict(body["texts"], explain),
            "model": predictor.metadata["model"]["id"],
        }
        return Response(json.dumps(answer), media_type="application/json")
