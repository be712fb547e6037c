"""Reading and writing the project's files: TOML, JSON, CSV, and their digests."""

import csv
import hashlib
import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from .errors import ProjectError

Model = TypeVar("Model", bound=BaseModel)


def read_toml(model: type[Model], path: Path, absent: str) -> Model:
    """Return a TOML file; ``ProjectError`` names key and reason, or says ``absent``."""
    try:
        return model.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except FileNotFoundError:
        raise ProjectError(f"There is no {path.name} here.", absent) from None
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "a setting"
        reason = f"{key}: {first['msg'].removeprefix('Value error, ')}"
        raise ProjectError(f"{path.name}: {reason}", f"Change {key} in {path.name}.") from None
    except ValueError as error:  # no TOML, or no UTF-8
        raise ProjectError(f"{path.name} is not valid TOML: {error}", "Mend that line.") from None


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
    """Return the object in a JSON file."""
    return dict(json.loads(path.read_text(encoding="utf-8")))


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file; none where there is no file yet."""
    lines = path.read_text(encoding="utf-8-sig").split("\n") if path.is_file() else []
    return list(csv.DictReader(lines))


def append_row(path: Path, row: dict[str, Any]) -> None:
    """Append a row to a CSV file, with a header where it is new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write("" if path.read_bytes()[-1:] in (b"", b"\n") else "\n")  # as some editors end
        writer = csv.DictWriter(file, list(row), lineterminator="\n")
        if file.tell() == 0:
            writer.writeheader()
        writer.writerow(row)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes as 64 hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def digest(value: object) -> str:
    """Return the SHA-256 of a value that JSON can write, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def now() -> str:
    """Return the time in UTC, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")
