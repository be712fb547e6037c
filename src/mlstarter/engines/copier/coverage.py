"""What the renderer of this process leaves to Copier itself: said before anything is rendered.

A template that is not listed here is rendered in this process, and a fault there is a fault: no
second engine is tried.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from packaging.version import InvalidVersion, Version

from mlstarter.engines.copier.config import CopierConfig
from mlstarter.engines.machine_reads import PLAIN_CONF, strings_in
from mlstarter.engines.texts import texts_below
from mlstarter.errors import TemplateError

# The Copier whose behaviour is reproduced; a template that asks for a newer one gets Copier.
COPIER_LEVEL = Version("9.19")
# What pyproject.toml asks for, so that no older one is installed.
OLDEST_COPIER = Version("9.11")
_LOOP = re.compile(r"\byield\b")
_CONF = re.compile(rf"_copier_conf\b(?!\s*\.\s*(?:{'|'.join(sorted(PLAIN_CONF))})\b)")
_ONLY_COPIER_KNOWS = re.compile(r"\bnow\s*\(|\b_external_data\b")
_INCLUSION = re.compile(r"\b(?:include|import|extends)\b")


def beyond_quick_renderer(config: CopierConfig, *, is_trusted: bool) -> str | None:
    """Return what only Copier itself renders of a template, None where that is nothing.

    Args:
        config: the template's ``copier.yml``.
        is_trusted: whether it is trusted. For one that is not, a text that reads from the machine
            is refused when it is rendered, whatever renders it.
    """
    for setting in ("tasks", "external_data"):
        if config.settings.get(setting):
            return f"_{setting}"
    if config.foreign_extensions:
        return "_jinja_extensions"
    if (level := _min_version(config)) is not None and level > COPIER_LEVEL:
        return f"_min_copier_version {level}"
    if any(_loops(config, name) for name in _names(config.root)):
        return "a loop over file names (yield)"
    if is_trusted:
        return next(_machine_texts(config), None)
    return None


def _min_version(config: CopierConfig) -> Version | None:
    text = config.settings.get("min_copier_version")
    try:
        return None if text is None else Version(str(text))
    except InvalidVersion as error:
        raise TemplateError(
            f"The template asks for the Copier version {text!r}, which is none.",
            hint="tell its author",
        ) from error


def require_copier(config: CopierConfig) -> None:
    """Refuse a template that asks for a newer Copier than is installed.

    Raises:
        TemplateError: it does, or asks for what is no version.
    """
    oldest = _min_version(config)
    # mlstarter itself asks for that much, and looking up what is installed takes longer.
    if oldest is None or oldest <= OLDEST_COPIER:
        return
    from importlib.metadata import version

    version_here = version("copier")
    if oldest > Version(version_here):
        raise TemplateError(
            f"The template asks for Copier {oldest}, and {version_here} is installed here.",
            hint="upgrade Copier where mlstarter is installed, or take an older version of the "
            "template with --ref",
        )


def _names(root: Path) -> Iterator[str]:
    """Yield every name below a template's folder."""
    import os

    for _, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name != ".git"]
        yield from folders
        yield from files


def _loops(config: CopierConfig, name: str) -> bool:
    if "yield" not in name:
        return False
    options = config.settings.get("envops") or {}
    start = options.get("block_start_string", "{%")
    return start in name and _LOOP.search(name) is not None


def _machine_texts(config: CopierConfig) -> Iterator[str]:
    """Yield what describes Copier's own call, which no other process can tell."""
    settings = {
        name: value
        for name, value in config.settings.items()
        if name not in {"tasks", "migrations"} and not name.startswith("message_")
    }
    texts = [("copier.yml", text) for text in strings_in(settings)]
    files = list(texts_below(config.root, lambda _: True))
    texts += [(path, text) for path, text in files if path.endswith(config.suffix)]
    if any(_INCLUSION.search(text) for _, text in texts):
        # A file that is only copied may be included by one that is rendered.
        texts += files
    for path, text in texts:
        for pattern in (_CONF, _ONLY_COPIER_KNOWS):
            if match := pattern.search(text):
                yield f"{match[0]} in {path}"
