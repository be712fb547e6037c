"""Text of others, made harmless for the place where it is shown: terminal, Markdown, CSV, TOML.

HTML is escaped by Jinja2 (autoescape), after ``line``.
"""

from __future__ import annotations

import json
import math
import re
import shlex
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

# What a terminal acts on instead of showing it: control characters of both sets (C0 with ESC, C1),
# the marks that turn the direction of a text (https://trojansource.codes), separators of lines, and
# halves of characters, which no encoding takes. Tags (U+E0000) are invisible.
_HARMFUL = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069"
    r"\ud800-\udfff\ufeff\U000e0000-\U000e007f"
)
_IN_LINES = re.compile(f"[{_HARMFUL}]")
_IN_LINE = re.compile(rf"[{_HARMFUL}\t\n]")
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
# Spreadsheets take a cell that begins so as a formula, with full-width forms and after blanks too:
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = re.compile(r"[\s\x00\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")


def line(text: object) -> str:
    """Return text that stays one line, for a terminal or a table.

    What is harmful shows as ``\\x1b``; emoji and every script stay as they are.
    """
    return _IN_LINE.sub(_visible, str(text))


def lines(text: object) -> str:
    """Return text of several lines for a terminal: line ends and tabs stay, as in ``line``."""
    return _IN_LINES.sub(_visible, str(text).replace("\r\n", "\n"))


def shorten(text: str, limit: int = 100) -> str:
    """Return the first ``limit`` characters of a text that a message quotes, "..." for the rest."""
    return text if len(text) <= limit else f"{text[:limit]}..."


def json_text(text: str) -> str:
    """Return a JSON document with what is harmful in its strings written as ``\\uXXXX``."""
    return _IN_LINES.sub(_json_escape, text)


def markdown_code(text: object) -> str:
    """Return text as a code span of Markdown, in which nothing is markup.

    The fence is longer than any run of backticks in it
    (https://spec.commonmark.org/0.31.2/#code-spans).
    """
    plain = line(text)
    longest = max((len(run) for run in re.findall("`+", plain)), default=0)
    fence = "`" * (longest + 1)
    room = " " if plain[:1] in {"`", " "} or plain[-1:] in {"`", " "} else ""
    return f"{fence}{room}{plain}{room}{fence}"


def shell_word(text: object) -> str:
    """Return text as a shell takes it for one word, in commands that somebody may copy and run."""
    plain = line(text)
    return plain if shlex.quote(plain) == plain else shell_quote(plain)


def shell_quote(text: object) -> str:
    """Return text in quotes between which no shell runs anything.

    Between double ones it still runs what ``$(...)`` and backticks hold, so they only go around
    text without such signs; cmd.exe knows no others.
    """
    plain = line(text)
    return shlex.quote(plain) if re.search(r"""["$`\\!]""", plain) else f'"{plain}"'


def toml_value(value: Any) -> str:
    """Return a text, number, truth, list of texts or table of texts as TOML writes it, on one line.

    What cannot be seen is escaped (https://toml.io/en/v1.0.0#string), half of a character, which
    TOML cannot hold, becomes "?".
    """
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        pairs = (f"{toml_value(key)} = {toml_value(text)}" for key, text in value.items())
        return f"{{ {', '.join(pairs)} }}"
    plain = list(value) if isinstance(value, tuple) else value
    # JSON's texts, lists and finite numbers are TOML's.
    text = json.dumps(plain, ensure_ascii=False)
    return "".join(letter if letter.isprintable() else _toml_escape(letter) for letter in text)


def csv_cell(text: object) -> str:
    """Return a cell that no spreadsheet takes for a formula: such a one gets an apostrophe."""
    plain = str(text)
    return f"'{plain}" if _FORMULA.match(plain) else plain


def link_target(address: str | None) -> str | None:
    """Return an address that may become a link: https, with a host and no credential; else None."""
    # Characters that no address has (RFC 3986), or that cannot be seen where it is shown.
    if not address or not address.isprintable() or set(address) & set(' "<>\\'):
        return None
    try:
        parts = urlsplit(address)
        is_plain = parts.port != 0 and not parts.username and not parts.password
    except ValueError:
        return None
    return address if parts.scheme == "https" and parts.hostname and is_plain else None


def _visible(match: re.Match[str]) -> str:
    character = match[0]
    number = ord(character)
    if character in _SHORT:
        return _SHORT[character]
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _toml_escape(letter: str) -> str:
    code = ord(letter)
    if 0xD800 <= code <= 0xDFFF:
        return "?"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _json_escape(match: re.Match[str]) -> str:
    number = ord(match[0])
    if number < 0x10000:
        return f"\\u{number:04x}"
    number -= 0x10000
    return f"\\u{0xD800 + (number >> 10):04x}\\u{0xDC00 + (number & 0x3FF):04x}"
