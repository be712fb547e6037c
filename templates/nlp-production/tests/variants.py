"""What the tests of this level need to know of the type."""

from typing import Any

REQUEST: dict[str, Any] = {"json": {"texts": ["kalo mita rulo"]}}
LABEL: str | float = "birds"  # what may be true of it
WRONG: str | float = "neither"  # and what cannot
