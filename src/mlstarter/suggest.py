"""The near match for a mistyped word."""

from __future__ import annotations

from collections.abc import Iterable


def near(word: str, words: Iterable[str]) -> str | None:
    """Return the entry of ``words`` that ``word`` most likely meant, or None.

    One that is among them is meant as it is: whatever is wrong with it is no slip of the fingers.
    Case is ignored, and so is the difference between hyphen and underscore.
    """
    from difflib import get_close_matches

    entries = list(words)
    if word in entries:
        return None
    plain = {entry.casefold().replace("_", "-"): entry for entry in entries}
    matches = get_close_matches(word.casefold().replace("_", "-"), plain, n=1, cutoff=0.6)
    return plain[matches[0]] if matches else None


def did_you_mean(word: str, words: Iterable[str]) -> str | None:
    """Return ``did you mean "..."?`` for a mistyped word, or None where nothing is near."""
    match = near(word, words)
    return None if match is None else f'did you mean "{match}"?'


def hint_for(word: str, words: Iterable[str], command: str) -> str:
    """Return the hint for a word that is not known: the near match, or the command to list all."""
    return did_you_mean(word, words) or f"`{command}` shows them all"


def listing(words: Iterable[object]) -> str:
    """Join words as a sentence does: ``a, b or c``."""
    items = [str(word) for word in words]
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} or {items[-1]}"
