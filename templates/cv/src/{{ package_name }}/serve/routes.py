"""``POST /predict``: images in, labels and probabilities out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request, Response

from ..preprocess import MEDIA_TYPES, BadImage, decode
from .problems import RESPONSES, Problem
from .uploads import read_uploads

if TYPE_CHECKING:
    from .service import Service

LIMIT = 10_000_000  # bytes of a body
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
                    "prediction": {"type": "string"},
                    "probability": {"type": "number", "minimum": 0, "maximum": 1},
                    "probabilities": {"type": "object"},
                    "warnings": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
        "model": {"type": "string"},
    },
}


def add_routes(app: FastAPI, service: Service) -> None:
    """Add ``POST /predict`` to the service."""
    most: int = service.metadata["input"]["max_images"]
    binary = {"type": "string", "format": "binary"}
    example = service.metadata["example"]
    # In base64, because a JSON document cannot hold bytes; what is sent are the bytes.
    content: dict[str, Any] = {media_type: {"schema": binary} for media_type in sorted(MEDIA_TYPES)}
    content[example["media_type"]]["example"] = example["base64"]
    files = {"type": "array", "items": binary, "minItems": 1, "maxItems": most}
    form = {"type": "object", "required": ["file"], "properties": {"file": files}}
    content["multipart/form-data"] = {"schema": form}

    @app.post(
        "/predict",
        summary="Classify an image, or several as files of a form",
        responses={200: {"content": {"application/json": {"schema": RESULT}}}, **RESPONSES},
        openapi_extra={"requestBody": {"required": True, "content": content}},
    )
    async def predict(request: Request) -> Response:
        predictor = service.predictor()
        images = []
        for number, upload in enumerate(await read_uploads(request, MEDIA_TYPES, LIMIT, most), 1):
            try:
                images.append(decode(upload, predictor.size, predictor.channels))
            except BadImage as error:
                where = [{"where": f"file {number}", "message": str(error)}]
                raise Problem(422, str(error), where) from None
        answer = {
            "predictions": predictor.predict(images),
            "model": predictor.metadata["model"]["id"],
        }
        return Response(json.dumps(answer), media_type="application/json")
