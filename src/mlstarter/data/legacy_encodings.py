"""In which of the encodings before Unicode a text is: by all of its words that are not ASCII.

One is taken by itself only where no other makes sense of the file, and its letters are those of
one language; else its owner chooses among samples.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import cached_property

from mlstarter.data import plausibility
from mlstarter.data.errors import DataError, OpenQuestion, Option
from mlstarter.data.requirements import require
from mlstarter.data.show import excerpt

# Of encodings that give the same text the first is named.
CANDIDATES = (
    "cp1252", "iso8859-15", "cp1250", "iso8859-2", "cp1251", "koi8-u", "koi8-r", "cp1253", "cp1254",
    "cp1255", "cp1256", "cp1257", "cp1258", "cp874", "cp850", "cp852", "cp866", "cp855", "cp437",
    "cp737", "cp775", "cp857", "cp862", "cp864", "cp865", "iso8859-3", "iso8859-4", "iso8859-5",
    "iso8859-6", "iso8859-7",
    "iso8859-8", "iso8859-9", "iso8859-10", "iso8859-13", "iso8859-14", "iso8859-16", "mac-roman",
    "mac-latin2", "mac-cyrillic", "mac-greek", "mac-turkish", "mac-iceland", "cp1125", "cp858",
    "cp860", "cp861", "cp863", "cp869", "kz1048",
)  # fmt: skip
SEVERAL_BYTES = ("gb18030", "big5", "cp950", "cp932", "euc-jp", "cp949", "johab", "shift_jis_2004")
EVERYDAY_LEAD = 0.3  # more of the letters are everyday ones than in any other encoding
MOSTLY_EVERYDAY = 0.9
SAMPLE_SIZE = 4_000  # different words that are looked at
MOST_ODD_WORDS = 0.5  # of the words that the right encoding gives
SLACK, MOST_SLACK = 0.1, 0.3  # less plausible than the best reading, and perhaps the right one
# What programs write today: only these are ever taken without a question, where nothing else fits
# and so many of the letters are of one language.
COMMON = {
    *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258"),
    *("iso8859-2", "iso8859-15", "koi8-r", "koi8-u", "cp874", "cp850", "cp852", "cp866"),
    *SEVERAL_BYTES,
}
LEAST_ALPHABET_SHARE, FEWEST_WORDS = 0.9, 4  # the latter where it is not cp1252
FEWEST_CHOICES = 8  # that the owner is given
_WORD = re.compile(r"[^\s,;|\"()\[\]{}<>=:]*[^\x00-\x7f\s][^\s,;|\"()\[\]{}<>=:]*")


@dataclass(frozen=True)
class Decoding:
    """The lines that are not ASCII, as one encoding reads them."""

    encoding: str
    lines: tuple[str, ...]

    @cached_property
    def words(self) -> set[str]:
        """Return the different words that are not ASCII."""
        return {word for text in self.lines for word in _WORD.findall(text)}

    @cached_property
    def odd_share(self) -> float:
        """Return the share of the words that could be none, in [0, 1]."""
        return plausibility.odd_share(self.words, self.encoding)

    @cached_property
    def alphabet_share(self) -> float:
        """Return the share of the letters that one language has, in [0, 1]."""
        return plausibility.alphabet_share(self.words)

    @property
    def implausibility(self) -> float:
        """Return how much speaks against this reading, from 0: words that are none, odd letters."""
        return self.odd_share + 1 - self.alphabet_share


def detect_legacy(data: bytes, name: str) -> str:
    """Return the encoding of a file that is no Unicode, by Python's name of it.

    Raises DataError where none makes sense of it, OpenQuestion where several may: the likeliest
    stands first.
    """
    lines = _lines(data)
    readings = sorted(_readings(data, lines), key=lambda reading: reading.implausibility)
    if not readings or readings[0].odd_share > MOST_ODD_WORDS:
        raise DataError(
            f"No known encoding makes sense of all of {excerpt(name)}.",
            hint="save it as UTF-8, or name its encoding with --data data_encoding=...",
        )
    # Of a few words one that is odd says little, though more than nothing.
    slack = min(MOST_SLACK, max(SLACK, 1 / max(1, len(readings[0].words))))
    most = readings[0].implausibility + slack
    likely = [reading for reading in readings if reading.implausibility <= most]
    clear = likely[0] if len(likely) == 1 else _of_several_bytes(likely)
    if clear and _is_certain(clear):
        return clear.encoding
    others = sorted(readings[len(likely) :], key=lambda reading: reading.odd_share)
    choices = [*_by_rank(lines, likely), *others[: max(0, FEWEST_CHOICES - len(likely))]]
    words = _distinguishing_words(choices)
    samples = {each.encoding: _sample(each, words) for each in choices}
    texts = "; ".join(f"{encoding} {sample}" for encoding, sample in list(samples.items())[:4])
    raise OpenQuestion(
        "data_encoding",
        f"{excerpt(name)} is not UTF-8, and {len(samples)} encodings may be right: {texts}.",
        "Which of these can be read?",
        [Option(encoding, f"{sample}  ({encoding})") for encoding, sample in samples.items()],
    )


def _is_certain(reading: Decoding) -> bool:
    """Say whether a reading that no other comes near may be taken without a question."""
    if reading.encoding not in COMMON or reading.alphabet_share < LEAST_ALPHABET_SHARE:
        return False
    letter_words = [word for word in reading.words if re.search(r"(?![\x00-\x7f])[^\W\d_]", word)]
    is_everyday = reading.encoding == "cp1252" or reading.encoding in SEVERAL_BYTES
    return is_everyday or len(letter_words) >= FEWEST_WORDS


def _readings(data: bytes, lines: list[bytes]) -> list[Decoding]:
    """Return the different readings of the lines, by every encoding that the whole file fits."""
    readings: dict[tuple[str, ...], Decoding] = {}
    for encoding in (*SEVERAL_BYTES, *CANDIDATES):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        texts = tuple(line.decode(encoding) for line in lines)
        if not any(plausibility.NO_TEXT.search(text) for text in texts):
            readings.setdefault(texts, Decoding(encoding, texts))
    return list(readings.values())


def _lines(data: bytes) -> list[bytes]:
    """Return the different lines that are not ASCII; no encoding has a line's end in a letter."""
    lines: dict[bytes, None] = {}
    for line in data.splitlines():
        if not line.isascii():
            lines[line[:2_000]] = None
            if len(lines) >= SAMPLE_SIZE:
                break
    return list(lines)


def _of_several_bytes(readings: list[Decoding]) -> Decoding | None:
    """Return the reading of several bytes a letter that is clearly of everyday letters, or None."""
    several = [each for each in readings if each.encoding in SEVERAL_BYTES]
    scores = sorted(((_everyday(each), each) for each in several), key=lambda pair: -pair[0])
    if len(scores) < len(readings) or scores[0][0] < scores[1][0] + EVERYDAY_LEAD:
        return None
    return scores[0][1]


def _everyday(reading: Decoding) -> float:
    """Return the share of letters that are everyday ones; kana count twice."""
    letters = plausibility.east_asian_letters("".join(reading.lines))
    kana = sum("\u3040" <= letter <= "\u30ff" for letter in letters)
    common = sum(plausibility.is_everyday(letter, reading.encoding) for letter in letters)
    return (common + kana) / max(len(letters), 1)


def _by_rank(lines: list[bytes], readings: list[Decoding]) -> list[Decoding]:
    """Sort readings: few odd words, one alphabet, then by charset-normalizer's coherence."""
    normalizer = require("charset_normalizer", "Telling encodings apart")
    names = [each.encoding for each in readings]
    matches = normalizer.from_bytes(b"\n".join(lines), cp_isolation=names)
    scores = {_plain(match.encoding): match.coherence - match.chaos for match in matches}
    return sorted(
        readings,
        key=lambda each: (
            -_everyday(each) if _everyday(each) > MOSTLY_EVERYDAY else 0.0,
            round(each.implausibility, 2),
            -round(4 * plausibility.sign_share(each.words)),
            each.encoding not in COMMON,
            -scores.get(_plain(each.encoding), -1.0),
            names.index(each.encoding),
        ),
    )


def _plain(encoding: str) -> str:
    return codecs.lookup(encoding).name


def _distinguishing_words(readings: list[Decoding]) -> list[tuple[int, int]]:
    """Return line and place of words that readings read differently, the likeliest two first."""
    places: list[tuple[int, int]] = []
    for other in range(1, len(readings)):
        one, two = readings[0], readings[other]
        for line, texts in enumerate(zip(one.lines, two.lines, strict=True)):
            pairs = zip(*map(_WORD.findall, texts), strict=False)
            place = next((i for i, (first, second) in enumerate(pairs) if first != second), None)
            if place is not None:
                places.append((line, place))
                break
    return list(dict.fromkeys(places))[:3]


def _sample(reading: Decoding, places: list[tuple[int, int]]) -> str:
    """Return the words at these places of the lines, as one encoding reads them."""
    lines = {line: _WORD.findall(reading.lines[line]) for line, _ in places}
    words = [lines[line][place] for line, place in places if place < len(lines[line])]
    return '"' + " ".join(excerpt(word, 16) for word in words or reading.lines[:1]) + '"'
