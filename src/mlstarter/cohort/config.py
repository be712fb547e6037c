"""What a cohort is: ``cohort.toml``, every key of which is also a flag."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from mlstarter.bounds import MAX_RECORD_BYTES
from mlstarter.cohort.identifiers import complaint
from mlstarter.cohort.remote_pattern import normal_pattern
from mlstarter.data_files import Unusable, load_toml
from mlstarter.errors import UsageError
from mlstarter.escape import shorten
from mlstarter.files import read_file
from mlstarter.suggest import did_you_mean, listing

MODES = ("branch", "merge", "pr")
# Whose work it is stays out of every repository of a class.
PERSONAL = frozenset({"author_name", "author_email"})
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """One run of one course.

    Attributes:
        course_run: a name such as ``ml-2026-autumn``; journals and variants belong to it.
        remote: the pattern of a repository's address, see ``remotes.py``.
        template, ref: the template's source and version; None for the built-in one, the newest.
        mode: how updates are delivered, one of ``MODES``.
        layer: folders of the school's own files, laid over every project in this order.
        answers: answers for everybody; text may name {student_id}, {team}, {section}, {variant}.
        secret_env: the environment variable that holds the key of the variants.
        token_env: the environment variable that holds the forge's token.
        github_api: the address of GitHub's REST API (GitHub Enterprise has one of its own).
    """

    course_run: str
    remote: str
    template: str | None = None
    ref: str | None = None
    mode: str = "branch"
    layer: tuple[Path, ...] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)
    secret_env: str | None = None
    token_env: str | None = None
    github_api: str = "https://api.github.com"

    def secret(self) -> bytes | None:
        """Return the key of the variants, None where none is configured.

        Raises UsageError where the variable is named but empty.
        """
        if self.secret_env is None:
            return None
        value = os.environ.get(self.secret_env, "")
        if not value:
            raise UsageError(
                f"The variable {self.secret_env} (secret_env), which holds the key of the "
                "variants, is not set.",
                hint=f"export {self.secret_env}=..., the same in every run of this course",
            )
        return value.encode()


def load_config(path: Path | None, flags: Mapping[str, Any]) -> Config:
    """Read ``cohort.toml`` and lay the flags that are not None over it.

    Raises UsageError for a file that cannot be read, a key that is unknown or missing, and a wrong
    address.
    """
    values: dict[str, Any] = _read(path) if path is not None else {}
    base = path.parent if path is not None else Path()
    layers = values.get("layer", ())
    layers = [layers] if isinstance(layers, str) else list(layers)
    values["layer"] = tuple(base / layer for layer in layers)
    answers = {**values.get("answers", {}), **flags.get("answers", {})}
    values |= {key: value for key, value in flags.items() if value not in (None, ())}
    values["answers"] = answers
    for key in ("course_run", "remote"):
        if not values.get(key):
            flag = f"--{key.replace('_', '-')}"
            raise UsageError(f"{key} is not set.", hint=f"set it in cohort.toml, or with {flag}")
    _check(values)
    values["remote"] = normal_pattern(values["remote"], Path() if flags.get("remote") else base)
    return Config(**values)


def _read(path: Path) -> dict[str, Any]:
    try:
        values = load_toml(read_file(path, MAX_RECORD_BYTES))
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}.",
            hint="name the course's settings with --config",
        ) from error
    except Unusable as error:
        raise UsageError(
            f"{path} cannot be used: {error}.",
            hint="mend it; the guide for instructors shows one",
        ) from error
    for key, value in values.items():
        _check_key(path, key)
        _check_kind(path, key, value)
    return values


def _check_key(path: Path, key: str) -> None:
    keys = [entry.name for entry in fields(Config)]
    if key not in keys:
        raise UsageError(
            f'{path} has a key that is not known: "{shorten(key)}".',
            hint=did_you_mean(key, keys) or f"keys are {listing(keys)}",
        )


def _check_kind(path: Path, key: str, value: Any) -> None:
    if key == "answers":
        good = isinstance(value, dict)
    else:
        texts = value if key == "layer" and isinstance(value, list) else [value]
        good = all(isinstance(text, str) and "\0" not in text for text in texts)
    if not good:
        raise UsageError(
            f"{path} has a wrong value for {key}.",
            hint="answers is a table, every other key a text in quotes; layer may be a list",
        )


def _check(values: Mapping[str, Any]) -> None:
    if (trouble := complaint(str(values["course_run"]))) is not None:
        raise UsageError(
            f'The course_run "{shorten(str(values["course_run"]))}" {trouble}.',
            hint="write a name such as ml-2026-autumn",
        )
    for key in ("secret_env", "token_env"):
        if values.get(key) is not None and not _VARIABLE.fullmatch(str(values[key])):
            raise UsageError(
                f'{key} is "{shorten(str(values[key]))}", which is no name of a variable.',
                hint=f'write a name such as {key} = "COURSE_KEY", and export that variable',
            )
    mode = values.get("mode", "branch")
    if mode not in MODES:
        raise UsageError(f'There is no mode "{mode}".', hint=f"choose {listing(MODES)}")
    for layer in values["layer"]:
        if not layer.is_dir():
            raise UsageError(f"The layer {layer} is not a folder.", hint="name a folder of files")
    personal = sorted(PERSONAL & set(values["answers"]))
    if personal:
        raise UsageError(
            f'"{personal[0]}" cannot be answered for a class: names stay out of repositories.',
            hint=f"leave {personal[0]} out; students may fill it in themselves",
        )
