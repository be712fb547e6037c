"""What is said in recordings: which task its words are of, and what in a text is not spoken so."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping

from mlstarter.data.choices import Suggestion
from mlstarter.data.errors import DataError
from mlstarter.data.picture_parts import PARTS
from mlstarter.data.plausibility import is_unspaced
from mlstarter.data.recordings import Line
from mlstarter.data.show import excerpt, quote, some
from mlstarter.data.sounds import copies
from mlstarter.data.spellings import spellings

VOCABULARIES: Mapping[str, frozenset[str]] = {
    "digits": frozenset(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    ),
    "commands": frozenset(["yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go"]),
}
"""The words that a project of each task knows from the start."""

FEWEST_SPEAKERS = 3
LETTERS_OF_A_WORD = 12  # hardly more, on average, where blanks stand between words
NOT_SPOKEN = (
    "laugh(?:s|ing|ter)?|cough(?:s|ing)?|sighs?|breath(?:s|es|ing)?|noise|music|applause|silence|"
    "pause|inaudible|unclear|unintelligible|crosstalk|background|lacht|lachen|unverständlich|"
    "husten|musik|rires?|inintelligible|risas?|ininteligible|música|смех|шум|неразборчиво"
)
NOTE = re.compile(
    r"<[^<>]+>|\[[^\[\]]+\]|\{[^{}]+\}|\(\([^()]*\)\)|&(?:amp|lt|gt|quot|nbsp|apos|#[0-9]{2,6});"
    rf"|[(*](?:{NOT_SPOKEN})[)*]",
    re.IGNORECASE,
)
"""What transcribers note beside the words; what stands in single brackets may be spoken."""

SPOKEN_SIGN = re.compile(r"[&%@$€£¥₹§°+=]")
"""Signs that are read aloud, each in more than one way, and that a project takes for no letters."""

APOSTROPHES = dict.fromkeys(map(ord, "\u2018\u2019\u02bc\u2032\u00b4`"), "'")


def normalise(text: str) -> str:
    """Return a text as a project reads it: its words in lower case, between single blanks."""
    text = unicodedata.normalize("NFKC", text.translate(APOSTROPHES)).lower()
    visible = [c for c in text if unicodedata.category(c) != "Cf"]
    letters = (c if unicodedata.category(c)[0] in "LMN" or c == "'" else " " for c in visible)
    return " ".join(filter(None, (word.strip("'") for word in "".join(letters).split())))


def suggest_speech(lines: list[Line], has_task: bool) -> list[Suggestion]:
    """Return what is said, by how many people where these are too few to be divided, and copies.

    Raises DataError for one speaker in two spellings, whose voice would be in two parts.
    """
    task = suggest_task(lines)
    choices = [task] if task is not None and not has_task else []
    usable_lines = [line for line in lines if line.text and line.path.is_file()]
    _require_speakers(usable_lines)
    if len(usable_lines) < FEWEST_SPEAKERS:
        why = "are there and have a text, and three parts need three: bring some hundred"
        choices.append(Suggestion("recordings", f"{len(usable_lines)}", why))
    speakers = {line.speaker for line in lines}
    if double := spellings(sorted(speakers)):
        raise DataError(
            f"Speakers of {excerpt(lines[0].table.name)} are spelt in several ways: "
            f"{some(double, 6)}.",
            hint="write each name in one way, or the voice is both learned and tested on",
        )
    if speakers == {""}:
        why = 'no column is called speaker: call it so, or set split.rule = "recording"'
        choices.append(Suggestion("speakers", "0", why))
    elif lines and len(speakers) < FEWEST_SPEAKERS:
        why = 'too few for three parts: set split.rule = "recording" in config.toml'
        choices.append(Suggestion("speakers", f"{len(speakers)}", why))
    parts = sorted({line.part for line in lines if line.part})
    if len(parts) > 1:
        part_names = {PARTS.get(part.lower()) for part in parts}
        lacking = [part for part in ("train", "validation", "test") if part not in part_names]
        why = 'named there, but divided by speaker: to keep them set split.rule = "given"'
        why += f", and call one part {lacking[0]}" if lacking else ""
        choices.append(Suggestion("parts", some(parts, 3), why))
    whole = [line.text for line in lines if " " not in line.text]
    if len("".join(whole)) > LETTERS_OF_A_WORD * len(lines) / 2 and is_unspaced("".join(whole)):
        why = 'words are not set apart by blanks: set primary = "cer" in config.toml'
        choices.append(Suggestion("letters", "compared", why))
    lines_without_files = [line for line in lines if not line.path.is_file()]
    if lines_without_files:
        first = f"{excerpt(lines_without_files[0].name, 80)} ({_place(lines_without_files[0])})"
        why = f"are not there, such as {first}: left out"
        choices.append(Suggestion("recordings", f"{len(lines_without_files):,}", why))
    return choices + _suggest_copies(lines)


def _require_speakers(lines: list[Line]) -> None:
    """Raise DataError where some speakers are named, and others are not."""
    unknown_lines = [line for line in lines if not line.speaker]
    if 0 < len(unknown_lines) < len(lines):
        raise DataError(
            f"{_place(unknown_lines[0])}, names no speaker, and other lines do: that voice would "
            "be both learned and tested on.",
            hint="name the speaker of each line, or leave that column out and set split.rule = "
            '"recording"',
        )


def _suggest_copies(lines: list[Line]) -> list[Suggestion]:
    """Return how many recordings equal others, with an example of two that say two things."""
    by_path = {line.path: line for line in lines if line.path.is_file()}
    groups = [[by_path[path] for path in same] for same in copies(by_path)]
    if not groups:
        return []
    why = "equal others: left out"
    for one, other, *_ in groups:
        if normalise(one.text) != normalise(other.text):
            why = (
                f"equal others, which are left out, all of them where texts differ: "
                f"{excerpt(other.name, 40)} is {excerpt(one.name, 40)}, and is to say "
                f"{quote(other.text, 30)} and {quote(one.text, 30)}"
            )
            break
    return [Suggestion("copies", f"{sum(map(len, groups)) - len(groups):,}", why)]


def suggest_task(lines: list[Line]) -> Suggestion | None:
    """Return which task the texts are of, or None for digits, which every project begins with."""
    # A header above lines that need none, as of LJSpeech, names a file that is not there.
    texts = [line.text for line in lines if line.path.is_file()] or [line.text for line in lines]
    words = Counter(word for text in texts for word in normalise(text).split())
    _refuse_notes(lines)
    digits = VOCABULARIES["digits"]
    if all(word in digits or (word.isdecimal() and len(word) == 1) for word in words):
        return None
    _refuse_digits(lines)
    for task, vocabulary in VOCABULARIES.items():
        if all(word in vocabulary for word in words):
            reason = f"only such words are said: {some(words, 3)}"
            return Suggestion("speech_task", task, reason)
    others = [word for word, _ in words.most_common() if word not in digits]
    return Suggestion("speech_task", "open", f"other words than digits are said: {some(others, 3)}")


def _place(line: Line) -> str:
    return f"{excerpt(line.table.name)}, line {line.number:,}"


def _refuse_digits(lines: list[Line]) -> None:
    """Raise DataError for digits that may be spoken in several ways."""
    for line in lines:
        if any(map(str.isdecimal, unicodedata.normalize("NFKC", line.text))):
            raise DataError(
                f"{_place(line)}: {quote(line.text)} has digits.",
                hint="write them as they are spoken: 21 can be said in several ways",
            )


def _refuse_notes(lines: list[Line]) -> None:
    """Raise DataError for what stands in a text and is not spoken so: notes, and signs."""
    for line in lines:
        if note := NOTE.search(line.text):
            raise DataError(
                f"{_place(line)}: {quote(note[0], 30)} in the text would be read as a word.",
                hint="take out what is not spoken: <noise>, [laughs], (laughs), &quot;",
            )
        if sign := SPOKEN_SIGN.search(line.text):
            raise DataError(
                f"{_place(line)}: {quote(sign[0])} in {quote(line.text, 40)} would be left out.",
                hint="write it as it is spoken: and, percent, at, euros",
            )
