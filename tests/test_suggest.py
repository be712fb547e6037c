"""The near match for a mistyped word."""

from __future__ import annotations

import pytest

from mlstarter.suggest import did_you_mean


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("tabluar", 'did you mean "tabular"?'),
        ("Tabular", 'did you mean "tabular"?'),
        ("qwertz", None),
        # Refused for another reason: a choice that the other answers rule out.
        ("tabular", None),
    ],
)
def test_a_word_is_never_said_to_be_meant_for_itself(word: str, hint: str | None) -> None:
    assert did_you_mean(word, iter(["vision", "tabular"])) == hint
