"""Rewrite the expressions in a template's text and leave everything else byte for byte."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_STRING = r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'"""


@dataclass(frozen=True)
class Delimiters:
    """What begins and ends an expression, a statement and a comment."""

    variable: tuple[str, str] = ("{{", "}}")
    block: tuple[str, str] = ("{%", "%}")
    comment: tuple[str, str] = ("{#", "#}")

    @classmethod
    def of(cls, options: Mapping[str, object]) -> Delimiters:
        """Return the delimiters that the keyword arguments of ``jinja2.Environment`` set."""
        default = cls()

        def pair(name: str, fallback: tuple[str, str]) -> tuple[str, str]:
            start = options.get(f"{name}_start_string", fallback[0])
            return str(start), str(options.get(f"{name}_end_string", fallback[1]))

        return cls(
            pair("variable", default.variable),
            pair("block", default.block),
            pair("comment", default.comment),
        )

    def expression(self, code: str, *, trim: str = "") -> str:
        """Return a tag that writes the value of ``code``; ``trim="-"`` takes blanks after it."""
        return f"{self.variable[0]} {code} {trim}{self.variable[1]}"

    def has_jinja(self, text: str) -> bool:
        """Say whether Jinja would do anything with ``text``."""
        return any(start in text for start, _ in (self.variable, self.block, self.comment))


def rewrite(text: str, delimiters: Delimiters, change: Callable[[str, bool], str]) -> str:
    """Return ``text`` with the inside of each tag replaced by ``change(inside, is_block)``.

    Comments, and what stands between ``raw`` and ``endraw``, stay as they are.
    """
    parts: list[str] = []
    position = 0
    kinds = (delimiters.variable, delimiters.block, delimiters.comment)
    opening = re.compile("|".join(re.escape(start) for start, _ in kinds))
    while match := opening.search(text, position):
        start = match.group()
        end = next(end for begin, end in kinds if begin == start)
        parts.append(text[position : match.start()])
        if start == delimiters.comment[0]:
            close = text.find(end, match.end())
        else:
            close = _closing(text, match.end(), end)
        if close < 0:
            parts.append(text[match.start() :])
            return "".join(parts)
        inside = text[match.end() : close]
        position = close + len(end)
        if start == delimiters.comment[0]:
            parts.append(start + inside + end)
        elif start == delimiters.block[0] and inside.strip("+- \t\r\n") == "raw":
            endraw = re.compile(
                re.escape(start) + r"[-+]?\s*endraw\s*[-+]?" + re.escape(end)
            ).search(text, position)
            stop = endraw.end() if endraw else len(text)
            parts.append(text[match.start() : stop])
            position = stop
        else:
            parts.append(start + change(inside, start == delimiters.block[0]) + end)
    parts.append(text[position:])
    return "".join(parts)


def outside_strings(code: str, pattern: str, change: Callable[[re.Match[str]], str]) -> str:
    """Replace ``pattern`` in an expression, but not inside its string literals."""
    either = re.compile(f"(?P<string>{_STRING})|(?:{pattern})")
    return either.sub(lambda m: m.group() if m.group("string") is not None else change(m), code)


def _closing(text: str, position: int, end: str) -> int:
    """Return where a tag ends; one in a string literal does not count."""
    token = re.compile(f"{_STRING}|{re.escape(end)}", re.DOTALL)
    while match := token.search(text, position):
        if match.group() == end:
            return match.start()
        position = match.end()
    return text.find(end, position)
