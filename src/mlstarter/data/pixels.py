"""Tables in which each row holds the grey values of a picture's pixels."""

from __future__ import annotations

import re
from collections.abc import Collection

from mlstarter.data.errors import DataError

FEWEST_PIXELS = 64
_PIXEL = re.compile(r"(?:pixel|pix|px|p)[ _-]?[0-9]+|[0-9]+x[0-9]+", re.IGNORECASE)


def refuse_pixels(names: Collection[str], file: str) -> None:
    """Raise DataError for a table of pictures, each a row of its pixels' grey values."""
    pixels = [name for name in names if _PIXEL.fullmatch(name)]
    if len(pixels) >= FEWEST_PIXELS and len(pixels) * 2 > len(names):
        raise DataError(
            f"{file} holds pictures, each a row of {len(pixels):,} pixels, and those are read from "
            "Kaggle alone.",
            hint="save each row as a picture in a folder of its label, and give the folder above "
            "them; or state --type tabular, to learn from the numbers",
        )
