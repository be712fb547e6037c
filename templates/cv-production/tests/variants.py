"""What the tests of this level need to know of the type."""

import io
from typing import Any

import numpy as np
from PIL import Image

buffer = io.BytesIO()
Image.fromarray(np.full((12, 12), 100, np.uint8)).save(buffer, "PNG")
REQUEST: dict[str, Any] = {
    "content": buffer.getvalue(),
    "headers": {"Content-Type": "image/png"},
}
LABEL: str | float = "left"  # what may be true of it
WRONG: str | float = "neither"  # and what cannot
