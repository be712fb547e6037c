"""Whether what an encoding gives of a text's bytes can be words and signs, as people write them."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Sequence

WORD = re.compile(r"[^\s,;|\"()\[\]{}<>=:]*[^\x00-\x7f\s][^\s,;|\"()\[\]{}<>=:]*")
# What holds a letter that is not ASCII, where that is but a blank.
PIECE = re.compile(r"[^,;|\t\"]*[^\x00-\x7f][^,;|\t\"]*")
FEWEST_GOOD = 0.98  # of the words
# What stands between letters of a word without being one, dashes and dots among them.
INSIDE_WORDS = (
    "'`-.&@_/\u2019\u2018\u00b4\u2010\u2011\u00b7\u00ad\u200c\u200d\u2013\u2014\u2026\u05f3\u05f4"
)
# Quotation marks that open, and those that close; the middle ones of Germans open in English.
QUOTES = (
    ("\u201c", "\u201e\u201d"), ("\u201e", "\u201d"), ("\u00ab", "\u00bb"), ("\u2039", "\u203a"),
)  # fmt: skip
# Long vowels and repetitions of Japanese, Thai and Arabic: letters of words like any other.
REPETITIONS = "\u30fc\u3005\u309d\u309e\u30fd\u30fe\uff70\uff9e\uff9f\u0e46\u0640"
# Brand®, 20 °C, N°5, m²: signs that touch letters.
_BESIDE_LETTERS = re.compile(
    r"(?<=[^\W\d_])[\u00ae\u2122\u00a9](?![^\W\d_]|[^\x00-\x7f])"
    r"|\u00b0(?=[A-Za-z](?![^\W\d_]))|(?<![^\W\d_])[Nn]\u00b0(?![^\W\d_])"
    r"|(?<=[A-Za-z\u00b5])[\u00b2\u00b3](?![^\W\d_]|[^\x00-\x7f])"
)
# What texts in ASCII hold besides: of prices, units, typographers.
SIGNS = frozenset(
    "\u00a0\u202f\u20ac\u00a3\u00a5\u00a7\u00b0\u00b1\u00b2\u00b3\u00b5\u00bd\u00bc\u00be\u00a9\u00ae\u2122\u00d7\u00f7"
    "\u2013\u2014\u2026\u201c\u201d\u201e\u00ab\u00bb\u2022"
)
EAST_ASIA = "\u2e80"  # from here on
UNLIKELY = (
    "BOX DRAWINGS", "BLOCK", "LIGHT SHADE", "DARK SHADE", "HALFWIDTH HANGUL",
    "LATIN SMALL LIGATURE F",
)  # fmt: skip
SCRIPTS = (
    "LATIN", "CYRILLIC", "GREEK", "HEBREW", "ARABIC", "THAI", "CJK", "HANGUL", "HIRAGANA",
    "KATAKANA", "HALFWIDTH",
)  # fmt: skip
SAME = {
    "HIRAGANA": "CJK",
    "KATAKANA": "CJK",
    "KATAKANA-HIRAGANA": "CJK",
    "IDEOGRAPHIC": "CJK",
    "FULLWIDTH": "CJK",
}


def make_sense(texts: Sequence[str]) -> bool:
    """Say whether nearly all words that are not ASCII could be some."""
    words = {word for text in texts for word in WORD.findall(text)}
    if not words:  # blanks that do not break, between the groups of numbers
        return all(unicodedata.category(c) == "Zs" for text in texts for c in text if c > "\x7f")
    pairs = _pairs(texts)
    return sum(_makes_sense(word, pairs) for word in words) >= FEWEST_GOOD * len(words)


def sign_words(texts: Sequence[str]) -> int:
    """Return how many in four of the words that are not ASCII are so by common signs alone.

    Several such signs and nothing else are letters of another encoding.
    """
    words = {word for text in texts for word in WORD.findall(text)}
    alone = sum(
        all(letter in SIGNS for letter in word if letter > "\x7f")
        and (len(word) == 1 or any(letter <= "\x7f" for letter in word))
        for word in words
    )
    return round(4 * alone / len(words)) if words else 4


def _pairs(texts: Sequence[str]) -> frozenset[str]:
    """Return the quotation marks of which about as many open as close."""
    counts = {
        sign: sum(text.count(sign) for text in texts) for sign in "".join(map("".join, QUOTES))
    }
    even = (
        [first, *others]
        for first, others in QUOTES
        for sums in [sorted((counts[first], sum(map(counts.__getitem__, others))))]
        if sums[0] > 0.9 * sums[1]
    )
    return frozenset("".join(map("".join, even)))


def _makes_sense(text: str, pairs: frozenset[str]) -> bool:
    """Say whether a word could be one: letters of one script, and no sign within.

    ``pairs`` are quotation marks that the whole text opens and closes.
    """
    text = _BESIDE_LETTERS.sub(" ", text)
    for index, letter in enumerate(text):
        if letter < "\x80":
            continue
        category = unicodedata.category(letter)
        if category in ("Cc", "Cn", "Co", "Cs"):
            return False
        name = unicodedata.name(letter, "")
        if (category == "Lm" and letter not in REPETITIONS) or name.startswith(UNLIKELY):
            return False
        if category[0] in "LM":
            continue
        before, after = text[index - 1 : index], text[index + 1 : index + 2]
        # Scripts without blanks have their stops and commas between letters.
        is_stop = category[0] == "P" and max(before, after) > EAST_ASIA
        if letter in INSIDE_WORDS or is_stop:
            continue
        odd = category in ("So", "Sk", "No", "Nd") and (before.isalpha() or after.isalpha())
        ends = category in ("Pf", "Pi", "Sc") and letter not in pairs
        if odd or (before.isalpha() and (after.isalpha() or ends)):
            return False
    for part in re.findall(r"[^\W\d_]+", text):
        scripts = {_script(letter) for letter in part if letter != "\u00b5"}
        if len(scripts - {""}) > 1 or _odd_case(part):
            return False
    return True


def _script(letter: str) -> str:
    name = unicodedata.name(letter, "").partition(" ")[0]
    if name in ("FEMININE", "MASCULINE", "COMBINING"):
        return ""
    return SAME.get(name, name if name in SCRIPTS else "OTHER")


def _odd_case(word: str) -> bool:
    """Say whether a word has capitals after small letters, as only other encodings have."""
    return bool(re.search(r"[^\W\d_]", word)) and any(
        small.islower() and large.isupper() and (large > "\x7f" or small > "\x7f")
        for small, large in itertools.pairwise(word)
    )
