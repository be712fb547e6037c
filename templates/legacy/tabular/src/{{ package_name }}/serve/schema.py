"""The body of ``POST /predict``, made from the schema that training recorded."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

import numpy as np
from pydantic import ConfigDict, FailFast, Field, TypeAdapter
from typing_extensions import TypedDict

Row = dict[str, Any]
LARGEST = float(np.finfo(np.float32).max)  # the graph computes in float32
KINDS: dict[str, tuple[type, dict[str, Any]]] = {
    "number": (float, {"allow_inf_nan": False, "ge": -LARGEST, "le": LARGEST}),
    # Whole numbers that float32 holds exactly; JSON knows no difference between 3 and 3.0.
    "integer": (float, {"multiple_of": 1, "ge": -(2**24), "le": 2**24}),
    "category": (str, {"max_length": 200}),
    "boolean": (bool, {}),
}
# JSON's own types only: "3" is not a number, and 1 is not true.
CONFIG = ConfigDict(strict=True, extra="forbid")


def body_type(features: list[dict[str, Any]], max_rows: int) -> TypeAdapter[dict[str, Any]]:
    """Return the validator of ``{"rows": [...]}`` for these features.

    A feature that is not required may be absent or null: missing. Values outside what training
    saw are let through; the prediction then carries a warning.
    """
    make: Any = TypedDict  # called, it takes names that are not Python's
    row = make("Row", {item["name"]: _field(item) for item in features})
    few = Field(min_length=1, max_length=max_rows)
    rows = Annotated[list[row], few, FailFast()]  # type: ignore[valid-type]
    body = make("Rows", {"rows": rows})
    row.__pydantic_config__ = body.__pydantic_config__ = CONFIG
    return TypeAdapter(body)


def body_schema(body: TypeAdapter[dict[str, Any]]) -> dict[str, Any]:
    """Return the JSON schema of a body, with the row in its place, as OpenAPI wants it."""
    schema = body.json_schema()
    schema["properties"]["rows"]["items"] = schema.pop("$defs")["Row"]
    return schema


def _field(feature: dict[str, Any]) -> Any:
    kind, bounds = KINDS[feature["kind"]]
    described = Field(
        title=feature["title"],
        description=feature["description"] or None,
        examples=[feature["example"]],
        **bounds,
    )
    if feature["required"]:
        return Annotated[kind, described]
    return NotRequired[Annotated[kind | None, described]]
