"""Reading and writing the project's files: TOML, JSON, CSV, digests, and the commit they are of."""

import csv
import hashlib
import json
import subprocess
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from .errors import ProjectError

Model = TypeVar("Model", bound=BaseModel)


def read_toml(model: type[Model], path: Path, absent: str) -> Model:
    """Return a TOML file as a pydantic model; ``ProjectError`` names file, key and what fits, and
    says ``absent`` where there is no file."""
    try:
        return model.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except FileNotFoundError:
        message, hint = f"There is no {path.name} here.", absent
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message, hint = f"{path.name} is not valid TOML: {error}", "Mend that line."
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "the file"
        reason = first["msg"].removeprefix("Value error, ")
        value = f", not {first['input']!r:.60}" if first["loc"] else ""
        message, hint = f"{path.name}: {key}: {reason}{value}", f"Change {key} in {path.name}."
    raise ProjectError(message, hint)


def write(path: Path, content: str | bytes) -> None:
    """Write a file in one step, so that it is never half-written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_bytes(content.encode() if isinstance(content, str) else content)
    temporary.replace(path)


def write_json(path: Path, value: object) -> None:
    """Write indented JSON; NaN and infinity, which JSON lacks, raise ``ValueError``."""
    write(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: Path) -> dict[str, Any]:
    """Return a JSON file's object; where there is none, ``ProjectError``."""
    if not path.is_file():
        raise ProjectError(f"There is no {path.as_posix()} yet.", "Run: make train")
    return dict(json.loads(path.read_text(encoding="utf-8")))


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file; none where there is no file yet."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def append_row(path: Path, row: dict[str, Any]) -> None:
    """Append a row to a CSV file, with a header where it is new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(row), lineterminator="\n")
        if file.tell() == 0:
            writer.writeheader()
        writer.writerow(row)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes as 64 hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def digest(value: object) -> str:
    """Return the SHA-256 of a value that JSON can write, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def now() -> str:
    """Return the time in UTC, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def commit() -> str | None:
    """Return the commit that is checked out, "-dirty" where it was changed; None without git.

    What the commands write themselves is no change.
    """
    written = [f":!{name}" for name in ("reports", "model", "README.md", "MODEL_CARD.md")]
    command, quiet = ["git", "rev-parse", "--short", "HEAD"], subprocess.DEVNULL
    try:
        head = subprocess.check_output(command, stderr=quiet, text=True).strip()
        changed = subprocess.call(["git", "diff", "--quiet", "HEAD", "--", ".", *written])
    except (OSError, subprocess.CalledProcessError):
        return None
    return f"{head}-dirty" if changed else head
