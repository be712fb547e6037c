"""Read a request's body without trusting it: its type, its size and how slowly it comes.

Slow *headers* cannot be guarded here: whoever faces the internet puts a proxy in front.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from fastapi import Request
from pydantic import TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect
from starlette.types import Message

from .problems import Problem, from_validation

T = TypeVar("T")
BODY_SECONDS = 10.0
CLOSE = {"Connection": "close"}  # the rest of a refused body is not worth reading


def media_type(request: Request) -> str:
    """Return the content type without its parameters, in lower case."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def refuse_type(expected: str) -> Problem:
    """Return the answer to a body of a type that is not served."""
    return Problem(415, f"Send the body as {expected}.", headers=CLOSE)


async def read(request: Request, limit: int, reader: Callable[[Request], Awaitable[T]]) -> T:
    """Run ``reader`` over at most ``limit`` bytes; 413 above, 408 after `BODY_SECONDS`."""
    too_large = Problem(413, f"The body is larger than {limit} bytes.", headers=CLOSE)
    received = 0

    async def receive() -> Message:
        nonlocal received
        message = await request.receive()
        received += len(message.get("body", b""))
        if received > limit:  # a chunked body does not say its size beforehand
            raise too_large
        return message

    if int(request.headers.get("content-length", 0)) > limit:
        raise too_large
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await reader(Request(request.scope, receive))
    except TimeoutError:
        detail = f"The body took longer than {BODY_SECONDS:g} s."
        raise Problem(408, detail, headers=CLOSE) from None
    except ClientDisconnect:
        raise Problem(400, "The body ended early.", headers=CLOSE) from None


async def read_json(
    request: Request,
    adapter: TypeAdapter[T],
    known: frozenset[str],
    limit: int = 1_000_000,
) -> T:
    """Return the JSON body as ``adapter`` describes it.

    Parameters
    ----------
    adapter:
        A pydantic type that forbids unknown fields and bounds every list, string and number.
    known:
        Field names that an error message may repeat.
    limit:
        Largest body, in bytes.
    """
    if media_type(request) != "application/json":
        raise refuse_type("application/json")
    body = await read(request, limit, Request.body)
    try:
        return adapter.validate_json(body)
    except ValidationError as error:
        raise from_validation(error, known) from None
