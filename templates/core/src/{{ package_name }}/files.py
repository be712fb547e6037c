"""Reading and writing the project's files: TOML, JSON, CSV, digests, and the commit they are of."""

import csv
import hashlib
import json
import os
import subprocess
import tempfile
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from .errors import ProjectError

Model = TypeVar("Model", bound=BaseModel)


def read_toml(model: type[Model], path: Path) -> Model:
    """Return a TOML file as a pydantic model; ``ProjectError`` names file, key and what fits."""
    try:
        return model.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except FileNotFoundError:
        hint = "Run the command in the project's own folder."
        raise ProjectError(f"{path.name} was not found here.", hint) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProjectError(f"{path.name} is not valid TOML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        where = f"{path.name}, {key}" if key else path.name
        if first["type"] == "extra_forbidden":
            message = f"{where}: there is no such key."
        elif first["type"] == "missing":
            message = f"{where}: this key is missing."
        else:
            reason = first["msg"].removeprefix("Value error, ")
            message = f"{where}: {reason[:1].lower()}{reason[1:]} (it is {first['input']!r:.80})."
        raise ProjectError(message, f"Change {path.name}.") from None


def write(path: Path, content: str | bytes) -> None:
    """Write a file in one step, so that it is never half-written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode() if isinstance(content, str) else content
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(0o644)  # mkstemp makes files that only their owner may read
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def write_json(path: Path, value: object) -> None:
    """Write indented JSON; NaN and infinity, which JSON lacks, raise ``ValueError``."""
    write(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: Path) -> dict[str, Any]:
    """Return a JSON file's object; where there is none, ``ProjectError``."""
    try:
        value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ProjectError(f"There is no {path.as_posix()} yet.", "Run: make train") from None
    return value


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file that `append_row` writes; none where there is no file."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def append_row(path: Path, row: dict[str, Any]) -> None:
    """Append a row to a CSV file, with a header where the file is new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = not path.is_file()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(row), lineterminator="\n")
        if new:
            writer.writeheader()
        writer.writerow(row)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest(value: object) -> str:
    """Return the SHA-256 of a value that JSON can write, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def now() -> str:
    """Return the time in UTC, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def commit() -> str | None:
    """Return the commit that is checked out, "-dirty" where files differ; None without git.

    What the commands write themselves does not count as a difference.
    """
    written = [f":!{name}" for name in ("reports", "model", "README.md", "MODEL_CARD.md")]
    try:
        head = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
        )
        changes = subprocess.run(["git", "diff", "--quiet", "HEAD", "--", ".", *written])
    except (OSError, subprocess.CalledProcessError):
        return None
    return head.stdout.strip() + ("-dirty" if changes.returncode else "")
