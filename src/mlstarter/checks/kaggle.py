"""Are there Kaggle credentials, and are they well-formed? They are never printed or sent.

The places are looked at in kagglehub's order, because it takes the first one it finds:
https://github.com/Kaggle/kagglehub#authenticate
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from mlstarter.checks.finding import Finding
from mlstarter.operating_system import is_posix

NAME = "Kaggle credentials"
SETTINGS = "https://www.kaggle.com/settings"
CREATE = f"create a token at {SETTINGS}"


def kaggle_credentials(
    environ: Mapping[str, str] | None = None, home: Path | None = None
) -> Finding:
    """Check the credentials that kagglehub would use in this environment."""
    environ = os.environ if environ is None else environ
    folder = (Path.home() if home is None else home) / ".kaggle"
    config = Path(environ.get("KAGGLE_CONFIG_DIR") or folder)
    finding = (
        _token_variable(environ)
        or _token_file(folder)
        or _pair(environ)
        or _json_file(config / "kaggle.json")
    )
    return finding or Finding(
        NAME,
        "warning",
        "none; the embedded data need none",
        f"{CREATE} and save it as ~/.kaggle/access_token",
    )


def _token_variable(environ: Mapping[str, str]) -> Finding | None:
    value = environ.get("KAGGLE_API_TOKEN", "")
    if not value:
        return None
    where = "KAGGLE_API_TOKEN"
    path = Path(value)
    # A token or the path of a file that holds one, as kagglesdk reads it.
    try:
        if path.is_file():
            where, value = "the file that KAGGLE_API_TOKEN names", _read(path)
    except OSError:
        return Finding(
            NAME, "failed", "the file that KAGGLE_API_TOKEN names cannot be read", CREATE
        )
    return _judge(value, where)


def _token_file(folder: Path) -> Finding | None:
    for name in ("access_token", "access_token.txt"):
        path = folder / name
        if path.is_file():
            value = _read(path)
            if value:
                return (
                    _judge(value, f"~/.kaggle/{name}") if not _is_shared(path) else _exposure(path)
                )
    return None


def _pair(environ: Mapping[str, str]) -> Finding | None:
    user, key = environ.get("KAGGLE_USERNAME", ""), environ.get("KAGGLE_KEY", "")
    if not user and not key:
        return None
    if not user or not key:
        lacking = "KAGGLE_KEY" if user else "KAGGLE_USERNAME"
        return Finding(NAME, "failed", f"{lacking} is not set, the other one is", f"set {lacking}")
    return _judge(key, "KAGGLE_USERNAME and KAGGLE_KEY")


def _json_file(path: Path) -> Finding | None:
    if not path.is_file():
        return None
    name = "kaggle.json"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Finding(NAME, "failed", f"{name} is not JSON or cannot be read", CREATE)
    if not isinstance(document, dict):
        document = {}
    for field in ("username", "key"):
        if not isinstance(document.get(field), str) or not document[field].strip():
            return Finding(NAME, "failed", f'{name} has no "{field}"', CREATE)
    return _exposure(path) if _is_shared(path) else _judge(document["key"], name)


def _judge(secret: str, where: str) -> Finding:
    secret = secret.strip()
    if len(secret) < 16 or any(c.isspace() or not c.isprintable() for c in secret):
        return Finding(NAME, "failed", f"{where} does not look like a Kaggle token", CREATE)
    return Finding(NAME, "ok", f"found in {where}")


def _is_shared(path: Path) -> bool:
    if not is_posix():
        return False
    return bool(path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))


def _exposure(path: Path) -> Finding:
    return Finding(NAME, "warning", f"{path.name} can be read by other users", f"chmod 600 {path}")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
