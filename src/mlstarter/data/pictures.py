"""A table that names pictures: its columns, and the one rule from its names to the files beside it.

The rule is found once, over all rows, and written down; the project does what it says.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

from mlstarter.data import picture_labels, words
from mlstarter.data.choices import Suggestion
from mlstarter.data.errors import DataError, OpenQuestion, Option
from mlstarter.data.folders import PICTURES, walk
from mlstarter.data.inspect import Inspection
from mlstarter.data.picture_answers import check_answers, problem_of_labels, split_choices
from mlstarter.data.picture_parts import parts_answer, split_folders, suggest_split
from mlstarter.data.show import excerpt, quote, some
from mlstarter.data.splits import group_columns

KEYS = ("columns", "roots", "strip", "suffix", "parts")
"""What ``[data]`` in config.toml says of pictures."""

QUESTIONS = frozenset(f"image_{key}" for key in KEYS)
"""What a template asks of the same; the answers are texts."""

DEFAULT_COLUMNS = ("file", "label")
MOST_CLASSES = 1_000
MOST_ROOTS = 100
MOST_NEAR = 20_000  # files near a table, among which pictures without endings are looked for
SAMPLE = 200  # names of a column that tell whether it names pictures


@dataclass(frozen=True, slots=True)
class PathRule:
    """What makes a name a path below the table's folder.

    ``strip`` folders are taken off at its beginning; then it stands between one of ``roots`` and
    ``suffix``.
    """

    roots: tuple[str, ...] = ("",)
    strip: int = 0
    suffix: str = ""

    def end(self, name: str) -> str:
        """Return the path of a name below its root."""
        return "/".join(PurePosixPath(name).parts[self.strip :]) + self.suffix

    def paths(self, name: str, files: Collection[str]) -> list[str]:
        """Return which of ``files`` a name is."""
        return [root + self.end(name) for root in self.roots if root + self.end(name) in files]


def path_text(name: object) -> str:
    """Return a name in NFC, with slashes."""
    return unicodedata.normalize("NFC", str(name).strip().replace("\\", "/"))


def files_beside(table: Path) -> dict[str, Path]:
    """Return the pictures below the table's folder, by their paths from there in NFC."""
    paths = (path for path in walk(table.parent) if path.suffix.lower() in PICTURES)
    return {path_text(path.relative_to(table.parent).as_posix()): path for path in paths}


def names_pictures(looked_at: Inspection) -> bool:
    """Say whether a column holds names of pictures that lie beside the table.

    They may lack their endings where each row has one of its own.
    """
    texts = [
        [PurePosixPath(path_text(cell)).name.casefold() for cell in cells[:SAMPLE] if cell]
        for cells in looked_at.table.columns.values()
        if all(isinstance(cell, str) for cell in cells[:SAMPLE])
    ]
    for names in texts:
        pictures = [name for name in names if PurePosixPath(name).suffix in PICTURES]
        if len(pictures) > len(names) / 2:
            beside = {path.rpartition("/")[2].casefold() for path in files_beside(looked_at.path)}
            return not beside.isdisjoint(pictures)
    unique = [{*names} for names in texts if len({*names}) == len(names)]
    near = islice(walk(looked_at.path.parent), MOST_NEAR) if unique else ()
    stems = {path_text(path.stem).casefold() for path in near if path.suffix.lower() in PICTURES}
    return any(_are_stems(names, stems) for names in unique)


def _are_stems(names: set[str], stems: set[str]) -> bool:
    """Say whether names are those of pictures: most of them, or all where they are numbers.

    Numbers of rows may be those of other pictures by chance.
    """
    common = len(names & stems)
    return 0 < common == len(names) or (
        common > len(names) / 2 and not all(map(str.isdecimal, names))
    )


def propose_pictures(
    looked_at: Inspection, answers: Mapping[str, Any]
) -> tuple[list[Suggestion], list[Path], DataError | None]:
    """Propose how a project reads a table of pictures.

    Return that, the pictures it lists, and why they cannot be learned from, or None. Raises
    DataError where no column names pictures, or no one rule leads from all names to files;
    OpenQuestion where several columns may hold the labels.
    """
    picture_labels.require_plain_csv(looked_at)
    files = files_beside(looked_at.path)
    columns = [part.strip() for part in str(answers.get("image_columns", "")).split(";")]
    columns = columns if columns[0] else _columns(looked_at, answers, files)
    if len(columns) < 2:
        hint = 'write "file; label", by their own names'
        raise DataError("image_columns names one column only.", hint=hint)
    picture_labels.check_names(looked_at, columns)
    picture_labels.check_labels(looked_at, columns[1])
    names = [path_text(cell) for cell in looked_at.table.columns[columns[0]]]
    rule = find_rule(names, files, looked_at.path.name, columns[0])
    cells = looked_at.table.columns[columns[1]]
    picture_labels.check_second_labels(names, cells, looked_at.path.name)
    paths = [rule.paths(name, files)[0] for name in names]
    parts = split_folders(path.split("/")[:-1] for path in paths)
    values = {
        "columns": "; ".join(columns) if tuple(columns) != DEFAULT_COLUMNS else "",
        "roots": "; ".join(rule.roots),
        "strip": str(rule.strip or ""),
        "suffix": rule.suffix,
        "parts": parts_answer(parts),
    }
    reasons = {
        "columns": f"{quote(columns[0])} names pictures beside the table",
        "roots": "where the names begin",
        "strip": "no folder here is called as the names begin",
        "suffix": "the ending that the names lack",
        "parts": "folders that are parts of a split",
    }
    choices = [Suggestion("image_layout", "table", f"it lists {len(names):,} pictures")]
    labels = [str(cell).strip() for cell in cells]
    places = [(*path.split("/")[:-1], one) for path, one in zip(paths, labels, strict=True)]
    split = suggest_split(places, parts)
    check_answers(looked_at, answers, columns, split, paths)
    if len(columns) > 2:
        split = Suggestion("image_split", "group", f"{quote(columns[2])} says whose it is")
    choices += split_choices(split, answers)
    if others := picture_labels.part_columns(looked_at, columns):
        why = "not read: put the pictures into folders of these names, and write those paths"
        choices.append(Suggestion("parts in columns", some(others), why))
    choices += [Suggestion(f"image_{key}", v, reasons[key]) for key, v in values.items() if v]
    problem = problem_of_labels(labels, answers, looked_at.path.name)
    return choices, [files[path] for path in dict.fromkeys(paths)], problem


def data_values(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return what answers about pictures are in ``[data]`` of config.toml."""

    def texts(key: str, default: str) -> list[str]:
        return [part.strip() for part in str(answers.get(f"image_{key}") or default).split(";")]

    values: dict[str, Any] = {}
    if answers.get("image_layout") == "table":
        values = {
            "columns": texts("columns", "; ".join(DEFAULT_COLUMNS)),
            "roots": texts("roots", ""),
            "strip": int(answers.get("image_strip") or 0),
            "suffix": str(answers.get("image_suffix", "")),
        }
    if parts := str(answers.get("image_parts", "")):
        pairs = (pair.split("=") for pair in parts.split(";"))
        values["parts"] = {folder.strip(): part.strip() for folder, part in pairs}
    return values


def find_rule(names: Sequence[str], files: Collection[str], table: str, column: str) -> PathRule:
    """Return the rule that leads from each of ``names`` to one of ``files``.

    The fewest folders are taken off, and an ending is added only where names have none. Where there
    is none, raises DataError that names the first line which the likeliest rule leaves out.
    """
    roots = defaultdict[str, set[str]](set)  # of each end of a path
    for file in files:
        steps = file.split("/")
        for i in range(len(steps)):
            roots["/".join(steps[i:])].add("".join(f"{step}/" for step in steps[:i]))
    distinct = list(dict.fromkeys(names))
    suffixes = ["", *sorted({PurePosixPath(file).suffix for file in files})]
    rules: list[PathRule] = []
    for strip in range(max(len(PurePosixPath(name).parts) for name in distinct)):
        some_rules = [_with_roots(PathRule((), strip, each), distinct, roots) for each in suffixes]
        complete = [rule for rule in some_rules if not _misses(rule, distinct, files)]
        if complete and (len(complete) == 1 or not complete[0].suffix):
            return complete[0]
        if complete:
            raise DataError(
                f"{excerpt(table)}, line 2: {quote(names[0])} is the name of {len(complete)} "
                f"pictures, with the endings {some(rule.suffix for rule in complete)}.",
                hint=f"write the endings into {quote(column)}",
            )
        rules += some_rules
    likeliest = min(rules, key=lambda rule: len(_misses(rule, distinct, files)))
    misses = _misses(likeliest, distinct, files)
    row = next(i for i, name in enumerate(names) if name in misses)
    count = len(likeliest.paths(names[row], files))
    what = "a picture that has another name too" if count == 1 else f"{count or 'no'} pictures"
    hint = (
        f"write each picture's path from the table's folder into {quote(column)}, with its ending"
    )
    end = likeliest.end(names[row]).casefold()
    if (
        not count
        and end
        and (near := min((f for f in files if f.casefold().endswith(end)), default=""))
    ):
        hint = (
            f"there is {excerpt(near, 80)}: write names in the small and capital letters of files"
        )
    raise DataError(
        f"{excerpt(table)}, line {row + 2:,}: {quote(names[row])} is the name of {what}.", hint=hint
    )


def _misses(rule: PathRule, names: Iterable[str], files: Collection[str]) -> set[str]:
    """Return the names that a rule does not lead to one file, which is no other's."""
    owners = defaultdict[str, list[str]](list)  # names by what each of them is
    for name in names:
        paths = rule.paths(name, files)
        owners[paths[0] if len(paths) == 1 else ""].append(name)
    return {name for path, group in owners.items() if not path or len(group) > 1 for name in group}


def _with_roots(
    rule: PathRule, names: Iterable[str], roots_of_end: Mapping[str, set[str]]
) -> PathRule:
    """Return a rule with the roots that its names begin in: the table's folder, if that will do."""
    roots = [roots_of_end.get(rule.end(name), set()) for name in names]
    if rule.strip:  # to take folders off a name and put others before it would be a guess
        return replace(rule, roots=("",))
    common, every = set.intersection(*roots), set[str]().union(*roots)
    if "" in common or not every:
        return replace(rule, roots=("",))
    return replace(rule, roots=tuple(sorted(common if len(common) == 1 else every))[:MOST_ROOTS])


def _columns(
    looked_at: Inspection, answers: Mapping[str, Any], files: Collection[str]
) -> list[str]:
    """Return the columns of file, label and group, the latter only where there is one."""
    ends = {path.rpartition("/")[2].casefold() for path in files}
    ends |= {PurePosixPath(name).stem for name in ends}

    def share(name: str) -> float:
        cells = {
            path_text(cell).rpartition("/")[2].casefold()
            for cell in looked_at.table.columns[name][:SAMPLE]
        }
        return len(cells & ends) / len(cells)

    shares = {name: share(name) for name in looked_at.table.columns}
    file = max(shares, key=lambda name: (shares[name], name == DEFAULT_COLUMNS[0]))
    if not shares[file]:
        raise DataError(
            f"No column of {excerpt(looked_at.path.name)} names pictures that lie beside it.",
            hint="put the table into the folder of the pictures that it lists",
        )
    candidates = [
        name
        for name, facts in looked_at.facts.items()
        if name != file and facts.is_feature and 1 < facts.distinct <= MOST_CLASSES
        if not words.says_whose(name)
    ]
    others = [name for name in looked_at.facts if name != file]
    labels = [name for name in others if name.casefold() in words.TARGETS] or [
        name for name in candidates if name.casefold() in words.LIKELY_TARGETS
    ]
    labels = labels[:1] or candidates
    picture_labels.check_one_hot(looked_at, file, labels)

    def columns_with(label: str) -> list[str]:
        is_grouped = answers.get("image_split", "group") == "group"
        groups = [name for name in group_columns(looked_at, label) if name != file]
        return [file, label, *groups[:is_grouped]]

    if not labels:
        raise DataError(
            f"No column of {excerpt(looked_at.path.name)} holds the classes of its pictures.",
            hint="add one, or make one folder for each class",
        )
    if len(labels) > 1:
        raise OpenQuestion(
            "image_columns",
            f"Which column of {excerpt(looked_at.path.name)} holds the classes: {some(labels)}?",
            "Which column holds the classes?",
            [Option("; ".join(columns_with(name)), excerpt(name)) for name in labels],
        )
    return columns_with(labels[0])
