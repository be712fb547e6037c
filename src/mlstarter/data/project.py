"""A generated project that gets data: what it says of them now, and what would change."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from mlstarter.data.archives import is_archive
from mlstarter.data.picture_parts import DEFAULT_PARTS
from mlstarter.data.pictures import QUESTIONS, data_values
from mlstarter.data.place import Placement, copy_into
from mlstarter.data.reader import fits
from mlstarter.data.schema import Schema, read_schema, to_toml
from mlstarter.data.schema_comments import with_comments
from mlstarter.data.settings import KEYS, Settings, settings_in, with_values
from mlstarter.data.show import excerpt
from mlstarter.data.spoken_texts import VOCABULARIES
from mlstarter.data.tables import Table
from mlstarter.data.writing import config_data, merge, with_data, with_settings
from mlstarter.errors import ProjectError

CODE_KEYS = ("task", "split_rule", "split_column", "speech_task")
"""Answers that stand in the project's code and configuration, and not in schema.toml."""

TEXT_KEYS = {"text_column": "text", "target": "label", "text_group": "group"}
"""What ``[data]`` of a project of texts calls the columns that answers name."""

TEXT_SETTINGS = ("format", "encoding", "separator", "quote", "escape", "skip_lines", "table")
"""What it says of how their file is written."""

ANSWERS, CONFIG, SCHEMA = ".copier-answers.yml", "config.toml", "schema.toml"


@dataclass(frozen=True, slots=True)
class Changes:
    """New texts of a project's files, beside the old ones ("" where there is none)."""

    root: Path
    texts: Mapping[str, tuple[str, str]]

    @property
    def names(self) -> list[str]:
        """The files that change."""
        return [name for name, (old, new) in self.texts.items() if old != new]

    def text(self) -> str:
        """Return the changes as a patch."""
        lines: list[str] = []
        for name in self.names:
            old, new = (text.splitlines() for text in self.texts[name])
            lines += difflib.unified_diff(old, new, f"a/{name}", f"b/{name}", lineterm="")
        return "".join(f"{excerpt(line, 200)}\n" for line in lines)

    def write(self, place: Placement) -> None:
        """Copy the data into the project, then write the files, each whole or not at all."""
        if place.copy_path:
            copy_into(place, self.root)
        for name in self.names:
            partial = self.root / f".{name}.part"
            partial.write_text(self.texts[name][1], encoding="utf-8", newline="\n")
            partial.replace(self.root / name)


@dataclass(frozen=True, slots=True)
class DataProject:
    """A project's answers, and the files that say how its data are read."""

    root: Path
    answers: Mapping[str, Any]
    config: str
    schema: str
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_sample(self) -> bool:
        """Say whether the project has the sample, so that its files know no other data."""
        return bool(self.data.get("source", self.answers.get("data_source")) == "sample")

    def has_other_source(self, place: Placement) -> bool:
        """Say whether the project fetches its data from Kaggle, and a file lies elsewhere.

        What is inside the project may be Kaggle's: `fetch` puts it there, and so do owners.
        """
        is_outside = bool(place.copy_path) or place.recorded_path.startswith(("../", "env:"))
        return self.answers.get("data_source") == "kaggle" and is_outside

    def earlier_decisions(self, recorded_path: str) -> dict[str, Any]:
        """Return what was decided about the file at the same place, should it be asked again."""
        if self.data.get("path") != recorded_path or self.is_sample:
            return {}
        answers = {f"data_{key}": self.data[key] for key in KEYS if key in self.data}
        dates = read_schema(self.schema).dates if self.schema else ()
        formats = "; ".join(f"{date.name} = {date.format}" for date in dates if date.format)
        return answers | ({"date_formats": formats} if formats else {})

    @property
    def answers_of_owner(self) -> dict[str, Any]:
        """What its owner has stated, in the answers and in schema.toml."""
        answers = {
            name: value
            for name, value in self.answers.items()
            if value not in ("", None) and not name.startswith("data_") and name not in QUESTIONS
        }
        if self.is_sample:
            ours = (
                *("task", "target", "positive_class", "split_rule", "split_column", "row"),
                *("text_column", "text_group", "speech_task"),
            )
            return {n: v for n, v in answers.items() if n == "project_type" or n not in ours}
        keys = TEXT_KEYS.items() if answers.get("project_type") == "nlp" else ()
        answers |= {key: self.data[name] for key, name in keys if self.data.get(name)}
        if answers.get("speech_task") in VOCABULARIES:  # of which other recordings may be none
            del answers["speech_task"]
        if self.schema and (target := read_schema(self.schema).target).name:
            answers["target"] = target.name
            if target.positive and answers.get("task") in ("binary", "anomaly"):
                answers["positive_class"] = target.positive
        return answers

    def answers_about(self, recorded_path: str) -> dict[str, Any]:
        """Return what its owner has stated about the file that is there: no group is a choice."""
        is_same = self.data.get("path") == recorded_path and "group" in self.data
        return self.answers_of_owner | ({"text_group": self.data["group"]} if is_same else {})

    def answers_for_reader(self, settings: Settings) -> dict[str, str]:
        """Return the answers with which the template writes a reader of the file that is lacking.

        A table's project reads plain CSV, and of other formats, packed files and odd signs what its
        answers name.
        """
        answers: dict[str, str] = {}
        if self.answers.get("project_type") != "tabular":
            return answers
        if settings.format not in ("csv", self.answers.get("data_format")):
            answers["data_format"] = str(settings.format)
        lacking = (
            settings.rendered_keys()
            - with_values(Settings(), settings_in(self.answers)).rendered_keys()
        )
        answers |= {
            f"data_{key}": str(getattr(settings, key))
            for key in sorted(lacking & {*settings.non_defaults()})
        }
        is_kaggle = self.answers.get("data_source") == "kaggle"
        key = "data_file" if is_kaggle else "data_path"
        path = str(self.answers.get(key) or ("" if is_kaggle else "env:"))
        reads_packed = path.startswith("env:") or is_archive(Path(path))
        if is_archive(Path(settings.path)) and not reads_packed:
            name = Path(settings.path).name
            answers[key] = name if key == "data_file" else settings.path
        return answers

    def picture_changes(self, recorded_path: str, answers: Mapping[str, Any]) -> Changes:
        """Return what a description of pictures changes in config.toml.

        Raises ProjectError where the project's code knows no rule that its template knows by now.
        """
        values = {"path": recorded_path, **data_values(answers)}
        if "parts" in self.data:  # those of an earlier folder would be taken for classes
            values = {"parts": DEFAULT_PARTS, **values}
        if missing_keys := [key for key in values if key not in self.data]:
            raise ProjectError(
                f"[data] of {CONFIG} has no {', '.join(missing_keys)}: the project is of an older "
                "edition.",
                hint="run `mlstarter update` first",
            )
        return Changes(self.root, {CONFIG: (self.config, with_data(self.config, values))})

    def answers_to_change(self, own_answers: Mapping[str, Any]) -> dict[str, str]:
        """Return what is stated of the project's code and configuration, and differs from it."""
        keys = [
            key for key in CODE_KEYS if key in own_answers and self.answers.get(key) is not None
        ]
        return {
            key: str(own_answers[key]) for key in keys if str(own_answers[key]) != self.answers[key]
        }

    def other_changes(
        self, recorded_path: str, settings: Settings | None, columns: Mapping[str, str]
    ) -> Changes:
        """Return what changes for texts or recordings; ``columns`` are the answers that name them.

        ``settings`` are None for recordings.
        """
        values: dict[str, Any] = {"path": recorded_path}
        if settings is not None:
            values |= {
                key: value
                for key in TEXT_SETTINGS
                if (value := getattr(settings, key)) != getattr(Settings(), key) or key in self.data
            }
            values |= {TEXT_KEYS[key]: column for key, column in columns.items()}
        return Changes(self.root, {CONFIG: (self.config, with_data(self.config, values))})

    def changes(self, settings: Settings, schema: Schema, table: Table) -> Changes:
        """Return what a description changes; what the owner wrote about a column stays.

        Of a column whose cells in ``table`` do not fit what was written, the new reading is taken.
        """
        text = to_toml(schema)
        if self.schema:
            old = read_schema(self.schema)
            new = merge(old, schema, lambda column: fits(table, column))
            text = self.schema if new == old else with_comments(self.schema, to_toml(new))
        texts = {
            CONFIG: (self.config, with_settings(self.config, settings)),
            SCHEMA: (self.schema, text),
        }
        return Changes(self.root, texts)


def open_project(folder: Path) -> DataProject:
    """Read a generated project; raises ProjectError for a folder that is none."""
    root = folder.expanduser()
    try:
        document = yaml.safe_load((root / ANSWERS).read_text(encoding="utf-8"))
        config = (root / CONFIG).read_text(encoding="utf-8")
        answers = {k: v for k, v in (document or {}).items() if not str(k).startswith("_")}
    except (OSError, ValueError, AttributeError, yaml.YAMLError) as error:
        raise ProjectError(
            f"{excerpt(folder, 200)} is no project of mlstarter: it has no {ANSWERS} and {CONFIG} "
            "that can be read.",
            hint="give the project's folder: mlstarter describe FILE PROJECT",
        ) from error
    schema = root / SCHEMA
    text = schema.read_text(encoding="utf-8") if schema.is_file() else ""
    return DataProject(root, answers, config, text, config_data(config))
