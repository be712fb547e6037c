"""``POST /predict``: rows as JSON in, predictions out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request, Response

from .guards import read_json
from .problems import RESPONSES
from .schema import body_schema, body_type

if TYPE_CHECKING:
    from .service import Service

TEXT, NUMBER, SHARE = {"type": "string"}, {"type": "number"}, {"type": "number", "maximum": 1}
PREDICTION: dict[str, Any] = {
    "type": "object",
    "required": ["prediction", "warnings"],
    "properties": {
        "prediction": {"type": ["string", "number"]},
        "probability": SHARE,
        "probabilities": {"type": "object", "additionalProperties": SHARE},
        "score": NUMBER,
        "threshold": NUMBER,
        "warnings": {"type": "array", "items": {"type": "object"}},
    },
}
RESULT: dict[str, Any] = {
    "type": "object",
    "required": ["predictions", "model"],
    "properties": {"predictions": {"type": "array", "items": PREDICTION}, "model": TEXT},
}


def add_routes(app: FastAPI, service: Service) -> None:
    """Add ``POST /predict`` to the service."""
    features = service.metadata["input"]["features"]
    schema = body_schema(body_type(features, service.metadata["input"]["max_rows"]))
    known = frozenset({"rows", *(feature["name"] for feature in features)})
    content = {"schema": schema, "example": service.metadata["example"]}

    @app.post(
        "/predict",
        summary="Predict for each row",
        responses={200: {"content": {"application/json": {"schema": RESULT}}}, **RESPONSES},
        openapi_extra={"requestBody": {"required": True, "content": {"application/json": content}}},
    )
    async def predict(request: Request) -> Response:
        predictor = service.predictor()
        body = await read_json(request, predictor.body, known)
        predictions = predictor.predict(body["rows"])
        answer = {"predictions": predictions, "model": predictor.metadata["model"]["id"]}
        return Response(json.dumps(answer), media_type="application/json")
