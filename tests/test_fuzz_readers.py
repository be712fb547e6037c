"""Readers of what others wrote, given thousands of files that are nearly right.

Each input is a valid file with seeded faults. A reader returns or raises one of our own errors, is
done in under a second, and touches nothing but what it was given. ``MLSTARTER_TEST_FULL=1`` takes
2,000 inputs a reader.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from mlstarter.errors import MlstarterError

INPUTS = 2000 if os.environ.get("MLSTARTER_TEST_FULL") else 100

MARKER = b"""\
# Written by mlstarter: the layers that lie over the template.

[[layers]]
name = "school"
digest = "sha256:0123"

[cohort]
course_run = "ml-2026"
student_id = "s001"
"""
ROSTER = b"""\
student_id,username,name,section,team
s001,ada-l,"Ada Lovelace",A,owls
s002,chuck-b,Charles Babbage,B,
"""
COHORT = b"""\
course_run = "ml-2026-autumn"
remote = "file:///srv/class/{student_id}.git"
mode = "branch"
layer = ["school"]

[answers]
project_name = "churn-{student_id}"
seed = 3
"""
COPIER = b"""\
# Changes here will be overwritten by Copier
_commit: 1.0.0
_src_path: https://github.com/owner/template.git
project_name: churn
seed: 3
tags: [a, b]
nested: {a: 1, b: [x]}
"""
CRUFT = json.dumps(
    {
        "template": "https://github.com/owner/template.git",
        "commit": "abc",
        "checkout": "1.0.0",
        "context": {"cookiecutter": {"name": "churn", "_x": 1}},
        "directory": None,
    },
    indent=2,
).encode()
METRICS = json.dumps(
    {
        "schema": 1,
        "primary": "roc_auc",
        "metrics": {"roc_auc": {"value": 0.69, "low": 0.67, "high": 0.71}},
        "baselines": {"trivial": {"roc_auc": 0.5}},
        "difference": {"significant": True, "against": "trivial"},
    },
    indent=2,
).encode()

# What takes parsers and those who use their result by surprise.
PIECES = [
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\x1b[2J", b"\r", b"\n", b"\xe2\x80\xae", b'"', b"'''",
    b"[" * 5000, b"{" * 5000, b'{"a":' * 3000, b"- " * 500, b"&a [*a]", b"*a", b"<<: *a",
    b"!!python/object/apply:os.system [id]", b"!!binary x", b"!!timestamp x", b"!!bool x",
    b"!!int ''", b"!!float z", b"!!set {a}", b"!!omap [a: 1]", b"2024-99-99", b"1:1:1:1", b"~",
    b"9" * 5000, b"-1e400", b"NaN", b"Infinity", b"0x" + b"f" * 5000, b"1_0", b"true", b"null",
    b"a." * 4000, b"[[layers]]\n" * 50, b"[cohort]\n", b"x = ", b"=1+1", b"../../../etc/passwd",
    b"{student_id}", b"{name}", b"\\ud800", b'"\\ud800"', b"\xf0\x9f\x99\x82", b"a" * 70_000, b",",
    b";", b"file://", b"ext::sh -c id", b"--upload-pack=id", b": ", b"#", b"%YAML 1.2\n---\n",
]  # fmt: skip


def inputs(valid: bytes, seed: str) -> Iterator[bytes]:
    """Yield ``INPUTS`` files made from a valid one: bytes changed, lines moved, pieces put in."""
    chance = random.Random(seed)
    yield valid
    yield b""
    for _ in range(INPUTS - 2):
        data = bytearray(valid)
        for _ in range(chance.choice((1, 1, 2, 3, 8))):
            at = chance.randrange(len(data) + 1)
            match chance.randrange(6):
                case 0:
                    data[at:at] = chance.choice(PIECES)
                case 1 if data:
                    data[at : at + chance.randrange(1, 12)] = chance.choice(PIECES)
                case 2 if data:
                    data[min(at, len(data) - 1)] = chance.randrange(256)
                case 3:
                    del data[at : at + chance.randrange(1, 30)]
                case 4:
                    lines = bytes(data).split(b"\n")
                    chance.shuffle(lines)
                    data = bytearray(b"\n".join(lines))
                case _:
                    # The value of one line becomes something else.
                    lines = bytes(data).split(b"\n")
                    number = chance.randrange(len(lines))
                    for mark in (b": ", b" = ", b","):
                        head, separator, _ = lines[number].partition(mark)
                        if separator:
                            lines[number] = head + mark + chance.choice(PIECES)
                            break
                    data = bytearray(b"\n".join(lines))
        yield bytes(data)


def read_marker(data: bytes, _: Path) -> object:
    from mlstarter.layer_records import read_marker as reader

    return reader(data)


def read_roster(data: bytes, folder: Path) -> object:
    from mlstarter.cohort.remotes import address_problems
    from mlstarter.cohort.roster import read_roster as reader

    path = folder / "roster.csv"
    path.write_bytes(data)
    roster = reader(path, ["project_name"])
    wrong = {problem.line for problem in roster.problems}
    good = [student for student in roster.students if student.line not in wrong]
    return address_problems("file:///srv/{student_id}.git", good)


def read_cohort(data: bytes, folder: Path) -> object:
    from mlstarter.cohort.config import load_config
    from mlstarter.cohort.remotes import open_remote
    from mlstarter.cohort.transport import Transport

    path = folder / "cohort.toml"
    (folder / "school").mkdir(exist_ok=True)
    path.write_bytes(data)
    config = load_config(path, {})
    if not config.remote.startswith("github:"):
        open_remote(config, Transport())
    return config


def read_copier(data: bytes, _: Path) -> object:
    return _record(".copier-answers.yml", data)


def read_cruft(data: bytes, _: Path) -> object:
    return _record(".cruft.json", data)


def _record(name: str, data: bytes) -> object:
    from mlstarter.project import read_record
    from mlstarter.sources import is_same_source
    from mlstarter.versions import is_behind, is_older, parse_version

    record = read_record({name: data}.get, (name,))
    if record is not None:
        is_same_source(record.source, "https://github.com/owner/template.git")
        is_older(record.version, "2.0.0")
        is_behind(record.version, "2.0.0")
        parse_version(record.version)
        record.origin.source.encode("utf-8")
    return record


def read_metrics(data: bytes, _: Path) -> object:
    from mlstarter.cohort.board import board
    from mlstarter.cohort.status import Standing, _primary
    from mlstarter.reports import read_report

    standing = Standing("s1", "", "", "verified", **_primary(read_report(data)))
    return board("c", [standing], {}, datetime(2026, 12, 1)).encode("utf-8")


def check_metrics(data: bytes, folder: Path) -> object:
    return _check("reports/metrics.json", data, folder)


def check_answers(data: bytes, folder: Path) -> object:
    return _check(".copier-answers.yml", data, folder)


def check_readme(data: bytes, folder: Path) -> object:
    return _check("README.md", data, folder)


def _check(name: str, data: bytes, folder: Path) -> object:
    from mlstarter.checks.page import page
    from mlstarter.checks.portfolio import Portfolio, answers_file, baseline, readme, results

    (folder / "reports").mkdir(exist_ok=True)
    (folder / name).write_bytes(data)
    project = Portfolio(folder)
    findings = [check(project) for check in (readme, answers_file, results, baseline)]
    return page("x", findings).encode("utf-8")


def read_attributes(data: bytes, _: Path) -> object:
    from mlstarter.git.attributes import flatten

    return flatten({".gitattributes": data, "a b/.gitattributes": data})


def read_trailers(data: bytes, _: Path) -> object:
    from mlstarter.git.template_commits import parse_trailers

    return parse_trailers(data.decode("utf-8", "surrogateescape"))


TRAILERS = b"Render\n\nTemplate-Source: x\nTemplate-Version: 1.0.0\nTemplate-Tree: abc\n"
ATTRIBUTES = b'* text=auto\n"a b" -text\n[attr]m diff\n*.py merge=union conflict-marker-size=9\n'
README = b"# Title\n\n<!-- write: what it is for -->\n\n<!-- a note -->\n"
READERS: dict[str, tuple[Callable[[bytes, Path], Any], bytes]] = {
    "marker": (read_marker, MARKER),
    "roster": (read_roster, ROSTER),
    "cohort.toml": (read_cohort, COHORT),
    "copier answers": (read_copier, COPIER),
    "cruft answers": (read_cruft, CRUFT),
    "metrics on the board": (read_metrics, METRICS),
    "metrics in check": (check_metrics, METRICS),
    "answers in check": (check_answers, COPIER),
    "README in check": (check_readme, README),
    "attributes": (read_attributes, ATTRIBUTES),
    "trailers": (read_trailers, TRAILERS),
}


@pytest.mark.parametrize("name", READERS)
def test_a_reader_ends_in_time_and_in_our_own_errors(name: str, tmp_path: Path) -> None:
    reader, valid = READERS[name]
    folder = tmp_path / "inside"
    folder.mkdir()
    for number, data in enumerate(inputs(valid, name)):
        start = time.process_time()
        try:
            reader(data, folder)
        except MlstarterError as error:
            assert error.message
        except Exception as error:
            raise AssertionError(f"input {number} of {name}: {data[:300]!r}") from error
        assert time.process_time() - start < 1, data[:300]
    assert [path.name for path in tmp_path.iterdir()] == ["inside"]


@pytest.mark.parametrize("name", READERS)
def test_what_is_valid_is_read(name: str, tmp_path: Path) -> None:
    reader, valid = READERS[name]
    assert reader(valid, tmp_path) is not None


@pytest.mark.parametrize(
    "data",
    [
        b"<!-- write: " * 80_000,
        b"<!--" + b" " * 900_000,
        b"[" * 60_000,
        b"{a: " * 15_000,
        b"a.b" * 20_000 + b" = 1",
        b"a = " + b"[" * 30_000,
        b"a = '" + b"." * 60_000 + b"'",
        b"x: 1" + b":1" * 30_000,
        b"? " * 30_000,
        b"\n" * 60_000 + b"a",
        b'"' * 60_000,
    ],
    ids=lambda data: data[:12].decode(),
)
@pytest.mark.parametrize("name", READERS)
def test_no_reader_takes_more_time_than_the_size_of_its_input(
    name: str, data: bytes, tmp_path: Path
) -> None:
    reader, _ = READERS[name]
    start = time.process_time()
    try:
        reader(data, tmp_path)
    except MlstarterError as error:
        assert error.message
    assert time.process_time() - start < 1
