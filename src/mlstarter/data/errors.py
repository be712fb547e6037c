"""What is wrong with a data file, and what only its owner can decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlstarter import escape
from mlstarter.errors import AnswersError, MlstarterError


class DataError(MlstarterError):
    """A data file cannot be read, or holds nothing that could be learned."""


@dataclass(frozen=True, slots=True)
class Option:
    """One reading of something in the file: its value for the key and what it looks like."""

    value: str
    title: str


class OpenQuestion(AnswersError):
    """Something that has several readings: the owner is asked, never a guess taken.

    ``key`` is what ``--data`` calls it; ``options`` are the readings, the likeliest first, or
    none where any text will do.
    """

    def __init__(self, key: str, message: str, question: str, options: Sequence[Option]) -> None:
        flags = (escape.shell_quote(f"{key}={option.value}") for option in options[:4])
        choices = " or ".join(f"--data {flag}" for flag in flags)
        super().__init__(message, hint=f"add {choices or f'--data {key}=...'}")
        self.key = key
        self.question = question
        self.options = tuple(options)
