"""Checks of what a generated project's `fetch` unpacks, and of the files that it leaves alone.

Run beside `fetch_checks.py`, and as it is.
"""

# mypy: ignore-errors
# What it imports is in a project's environment alone.

from __future__ import annotations

import io
import json
import random
import stat
import zipfile
from pathlib import Path

import pytest
from fetch_checks import ROWS, contents, fetch, kaggle, root, zip_archive
from fetching.errors import ProjectError
from fetching.files import read_json
from kaggle_stand_in import Kaggle

__all__ = ["kaggle", "root"]  # fixtures


def test_an_interrupted_download_goes_on_where_it_stopped(kaggle: Kaggle, root: Path) -> None:
    noise = random.Random(0).randbytes(6 << 20)  # kagglehub writes in blocks of a megabyte
    kaggle.archive = zip_archive({"table.csv": noise})
    kaggle.faults = ["cut"] * 3
    with pytest.raises(ProjectError):
        fetch(root)
    kaggle.ranges.clear()
    fetch(root)
    (byte_range,) = filter(None, kaggle.ranges)
    assert int(byte_range.removeprefix("bytes=").rstrip("-")) > len(kaggle.archive) // 2
    assert (root / "data/raw/known/table.csv").read_bytes() == noise
    assert not list((root / "data/cache").iterdir()), "the archive is not kept"


def test_damage_is_found_without_an_announced_hash(kaggle: Kaggle, root: Path) -> None:
    kaggle.announce_hash = False
    kaggle.faults = ["damaged"] * 3
    with pytest.raises(ProjectError) as refusal:
        fetch(root)
    assert refusal.value.exit_status == 17


def link(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    return buffer.getvalue()


def bomb() -> bytes:
    """Claim two gigabytes in a small file: what the directory says is checked before a byte."""
    archive = zip_archive({"a.csv": b"0" * 100_000})
    place = archive.rindex(b"PK\x01\x02") + 24
    return archive[:place] + (2 << 30).to_bytes(4, "little") + archive[place + 4 :]


HOSTILE = {
    "climbs out": zip_archive({"../../outside.csv": b"x"}),
    "climbs out inside": zip_archive({"a/../../outside.csv": b"x"}),
    "absolute": zip_archive({"/elsewhere/outside.csv": b"x"}),
    "backslashes": zip_archive({"..\\outside.csv": b"x"}),
    "drive": zip_archive({"C:outside.csv": b"x"}),
    "link": link("table.csv"),
    "same name in other case": zip_archive({"a.csv": b"x", "A.csv": b"y"}),
    "bomb": bomb(),
}


@pytest.mark.parametrize("attack", HOSTILE)
def test_a_hostile_archive_is_refused_before_a_byte_is_written(
    attack: str, kaggle: Kaggle, root: Path
) -> None:
    kaggle.archive = HOSTILE[attack]
    with pytest.raises(ProjectError) as refusal:
        fetch(root)
    assert refusal.value.exit_status == 19
    assert contents(root) == {}
    assert not list(root.parent.rglob("outside.csv"))


def test_what_the_owner_keeps_beside_the_table_stays(kaggle: Kaggle, root: Path) -> None:
    fetch(root)
    beside = {"notes.md": b"mine", "table.csv.bak": b"old", "more/mine/backup.csv": b"id\n1\n"}
    for name, content in beside.items():
        path = root / "data/raw/known" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    request_count = len(kaggle.requests)
    fetch(root)
    assert len(kaggle.requests) == request_count, (
        "what lies beside the table is no reason to fetch it"
    )
    kaggle.version, kaggle.archive = 4, zip_archive({"renamed.csv": ROWS})
    fetch(root, update=True)
    files = {f"data/raw/known/{name}": content for name, content in beside.items()}
    files["data/raw/known/renamed.csv"] = ROWS
    assert {name: contents(root)[name] for name in contents(root) if name != "data.lock"} == files


def test_a_lock_names_no_file_outside_the_data(kaggle: Kaggle, root: Path) -> None:
    fetch(root)
    outside = root / "config.toml"
    outside.write_text("mine")
    lock = read_json(root / "data.lock")
    lock["files"] |= {"config.toml": "0", "data/raw/known/../../../config.toml": "0"}
    (root / "data.lock").write_text(json.dumps(lock))
    kaggle.version = 4
    fetch(root, update=True)
    assert outside.read_text() == "mine"
