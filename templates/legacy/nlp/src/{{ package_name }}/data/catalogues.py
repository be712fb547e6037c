"""Language identification from Django's message catalogues, read from the installed package.

Short interface strings, translated by people; BSD-3-Clause. They are read at training time and
are no part of this repository.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from ..errors import ProjectError
from .texts import Texts

# Languages in Latin script with nearly complete catalogues, one variant each, but for Portuguese.
# Among them are pairs that even people confuse in so few words: pt and pt_BR, hr and sr_Latn,
# nb, nn and da, es and gl, hsb and dsb, id and ms.
LOCALES = (
    *("af", "az", "ca", "cs", "da", "de", "dsb", "eo", "es", "et", "eu", "fi"),
    *("fr", "ga", "gd", "gl", "hr", "hsb", "hu", "id", "it", "lt", "lv", "ms"),
    *("nb", "nl", "nn", "pl", "pt", "pt_BR", "ro", "sk", "sq", "sr_Latn", "sv", "tr"),
)
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z%]|\{[^}]*\}|<[^>]*>|&\w+;|https?://\S+")
LETTERS = 10  # texts with fewer say too little


@cache  # the package does not change while a command runs, and takes seconds to parse
def read() -> Texts:
    """Return the translations: label is the language, group the English message.

    A text that a language has twice is kept once.
    """
    rows: dict[tuple[str, str], tuple[str, str]] = {}
    for path in files():
        language = name(path.parts[-3])
        for message, translation in entries(path.read_text(encoding="utf-8")):
            text = clean(translation)
            if sum(map(str.isalpha, text)) >= LETTERS:
                rows.setdefault((language, text.lower()), (text, clean(message).lower()))
    return Texts(
        texts=[text for text, _ in rows.values()],
        labels=[language for language, _ in rows],
        groups=[message for _, message in rows.values()],
    )


def name(locale: str) -> str:
    """Return what Django calls the language of a locale, in English."""
    from django.conf.locale import LANG_INFO

    return str(LANG_INFO[locale.lower().replace("_", "-")]["name"])


def files() -> list[Path]:
    """Return the catalogues of the chosen locales; raise ``ProjectError`` without Django."""
    try:
        import django
    except ModuleNotFoundError:
        raise ProjectError(
            "The package django, whose texts are the data, is missing.", "make setup"
        ) from None
    root = Path(django.__file__).parent
    found = root.glob("**/locale/*/LC_MESSAGES/django.po")
    return sorted(path for path in found if path.parts[-3] in LOCALES)


def entries(catalogue: str) -> Iterator[tuple[str, str]]:
    """Yield message and translation of a gettext catalogue, leaving out plurals and empty ones.

    Format: https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html
    """
    for block in catalogue.split("\n\n"):
        parts: dict[str, str] = {}
        key = ""
        for line in block.splitlines():
            match = re.fullmatch(r'(msg\w+(?:\[\d\])?)\s+(".*")|(".*")', line.strip())
            if match:
                key = match[1] or key
                parts[key] = parts.get(key, "") + str(ast.literal_eval(match[2] or match[3]))
        if parts.get("msgid") and parts.get("msgstr"):
            yield parts["msgid"], parts["msgstr"]


def clean(text: str) -> str:
    """Return a text without what every language has alike: placeholders, tags, addresses."""
    return " ".join(PLACEHOLDER.sub(" ", text).split())
