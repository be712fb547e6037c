"""Addresses of GitHub: where git finds what the API names."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urljoin, urlsplit


def web_address(api: str) -> str:
    """Return the address that git uses where the API has the address ``api``."""
    if api.rstrip("/") == "https://api.github.com":
        return "https://github.com"
    parts = urlsplit(api)
    return f"{parts.scheme}://{parts.netloc}"


def is_full_name(name: Any) -> bool:
    """Whether a value of an answer is OWNER/NAME."""
    return isinstance(name, str) and re.fullmatch(r"[\w.-]+/[\w.-]+", name) is not None


def full_name(url: str) -> str:
    """Return the OWNER/NAME, quoted, of the address of a repository."""
    path = urlsplit(url).path.strip("/").removesuffix(".git")
    return "/".join(quote(part) for part in path.split("/"))


def redirect_target(address: str, location: str) -> str | None:
    """Return where a Location header leads from an address; None for another scheme or host."""
    try:
        target = urljoin(address, location)
        return target if urlsplit(address)[:2] == urlsplit(target)[:2] else None
    except ValueError:
        return None
