"""How good one transcript was, now that it is known what was said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..wer import normalise, word_errors


def score(
    answer: Mapping[str, Any], label: str | float, output: Mapping[str, Any]
) -> dict[str, float] | None:
    """Return a recording's word error rate, None where the label is no text.

    Fillers are left out of the label, as they are out of the answer. The mean over recordings
    weighs each alike; the rate in the report weighs each word alike.
    """
    if not isinstance(label, str):
        return None
    said = (word for word in normalise(label).split() if word not in output["fillers"])
    return {"wer": word_errors(" ".join(said), answer["text"]).rate}
