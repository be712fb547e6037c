"""``POST /predict``: images in, labels and probabilities out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Request, Response

from ..preprocess import MEDIA_TYPES, BadImage, Pixels, decode
from .problems import RESPONSES, Problem
from .uploads import read_uploads

if TYPE_CHECKING:
    from .service import Service

LIMIT = 10_000_000  # bytes of a body
SMALL = 50_000  # bytes that are decoded in a millisecond or two: a thread would cost more
AT_ONCE = 2  # large bodies that are decoded together: each may hold an image of 24 million pixels
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
    limiter = CapacityLimiter(AT_ONCE)
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
        uploads = await read_uploads(request, MEDIA_TYPES, LIMIT, most)
        if sum(map(len, uploads)) <= SMALL:
            images = decode_all(uploads, predictor.size, predictor.channels)
        else:
            images = await to_thread.run_sync(
                decode_all, uploads, predictor.size, predictor.channels, limiter=limiter
            )
        answer = {
            "predictions": predictor.predict(images),
            "model": predictor.metadata["model"]["id"],
        }
        return Response(json.dumps(answer), media_type="application/json")


def decode_all(uploads: list[bytes], size: int, channels: int) -> list[Pixels]:
    """Return every upload as the model reads it, or name the one that is no image."""
    images = []
    for number, upload in enumerate(uploads, 1):
        try:
            images.append(decode(upload, size, channels))
        except BadImage as error:
            where = [{"where": f"file {number}", "message": str(error)}]
            raise Problem(422, str(error), where) from None
    return images
