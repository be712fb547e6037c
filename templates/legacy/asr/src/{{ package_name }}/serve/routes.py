"""``POST /predict``: an audio file in, words out; ``GET /example.wav``: one to try."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Request, Response

from .problems import RESPONSES, Problem
from .uploads import read_upload

if TYPE_CHECKING:
    from .service import Service

LARGEST = 12_000_000  # bytes: a minute of 16-bit stereo at 48 kHz
TYPES = frozenset(
    {
        *("audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"),
        *("audio/flac", "audio/x-flac", "audio/ogg", "application/ogg", "audio/mpeg", "audio/mp3"),
    }
)
AT_ONCE = 2  # clips that are decoded together: each may hold a minute of samples in memory

TEXT, NUMBER = {"type": "string"}, {"type": "number", "minimum": 0}
WORD = {
    "type": "object",
    "required": ["text", "start", "end", "confidence"],
    "properties": {"text": TEXT, "start": NUMBER, "end": NUMBER, "confidence": NUMBER},
}
RESULT: dict[str, Any] = {
    "type": "object",
    "required": ["text", "words", "greedy", "seconds", "warnings", "model"],
    "properties": {
        "text": {**TEXT, "description": "the best path through the lexicon"},
        "words": {"type": "array", "items": WORD},
        "greedy": {**TEXT, "description": "the letters without the lexicon"},
        "seconds": NUMBER,
        "warnings": {"type": "array", "items": TEXT},
        "model": TEXT,
    },
}
FORM = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "string", "format": "binary"}},
}


def add_routes(app: FastAPI, service: Service) -> None:
    """Add ``POST /predict`` and the example to the service."""
    limiter = CapacityLimiter(AT_ONCE)
    binary = {"schema": {"type": "string", "format": "binary"}}
    content = {**dict.fromkeys(sorted(TYPES), binary), "multipart/form-data": {"schema": FORM}}

    @app.post(
        "/predict",
        summary="Recognise the words in a recording",
        responses={200: {"content": {"application/json": {"schema": RESULT}}}, **RESPONSES},
        openapi_extra={"requestBody": {"required": True, "content": content}},
    )
    async def predict(request: Request) -> Response:
        predictor = service.predictor()
        body = await read_upload(request, TYPES, LARGEST)
        # Decoding and resampling take milliseconds to a second: not on the event loop.
        answer = await to_thread.run_sync(predictor.predict, body, limiter=limiter)
        answer["model"] = predictor.metadata["model"]["id"]
        return Response(json.dumps(answer), media_type="application/json")

    @app.get("/example.wav", summary="A recording to try", responses={503: RESPONSES[503]})
    async def example() -> Response:
        data = service.predictor().example
        if not data:
            raise Problem(404, "This model came without an example.")
        return Response(data, media_type="audio/wav")
