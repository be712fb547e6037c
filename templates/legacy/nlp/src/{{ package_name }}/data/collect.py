"""`fetch` of a text project: Kaggle, or the sentiment texts from the package index."""

from __future__ import annotations

import sys

from ..settings import load
from . import fetch, sentiment


def run(yes: bool = False, update: bool = False, timeout: float = 60.0) -> None:
    """Bring what config.toml names; the catalogues of Django need nothing."""
    config = load()
    if config.data.source == "sample" and config.texts.collection == "sentiment":
        if update or not sentiment.here():
            sentiment.fetch()
        print(f"The ratings are in {sentiment.RAW}/.", file=sys.stderr)
    else:
        fetch.run(yes=yes, update=update, timeout=timeout)
