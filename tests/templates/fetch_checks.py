"""Checks of a generated project's `fetch` against a stand-in that speaks Kaggle's wire format.

Not collected here: `test_kaggle.py` runs them in the environment of such a project, whose package
is called `fetching`.
"""

# mypy: ignore-errors
# What it imports is in that environment alone.

from __future__ import annotations

import gzip
import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fetching import fetch as client
from fetching.errors import ProjectError
from fetching.files import read_json
from kaggle_stand_in import SIGNATURE, TOKEN, Kaggle, running

pytest.importorskip("kagglehub", reason="the data group is not installed")
DATASET = client.parse("ada/known")
ROWS = b"id,value\n" + b"".join(b"%d,%d\n" % (i, i * i) for i in range(5000))


def zip_archive(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture
def kaggle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kaggle]:
    from kagglesdk import kaggle_env

    for name in ("API_TOKEN", "USERNAME", "KEY", "API_ENVIRONMENT", "KERNEL_RUN_TYPE"):
        monkeypatch.delenv(f"KAGGLE_{name}", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    monkeypatch.setenv("KAGGLE_CONFIG_DIR", str(tmp_path / "home" / ".kaggle"))
    monkeypatch.setenv("KAGGLE_API_TOKEN", TOKEN)
    monkeypatch.setattr(client, "PAUSE", 0.0)
    archive = zip_archive({"table.csv": ROWS, "more/notes.txt": b"hello"})
    with running(Kaggle(archive=archive)) as stand_in:
        endpoints = kaggle_env._env_to_endpoint
        monkeypatch.setitem(endpoints, kaggle_env.KaggleEnv.PROD, stand_in.api)
        yield stand_in


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def fetch(
    root: Path, handle: client.ResourceHandle = DATASET, agree: bool = True, **options: float
) -> dict[str, Any]:
    lock: dict[str, Any] = client.fetch(handle, root, yes=agree, **options)
    return lock


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "cache" not in path.parts
    }


def test_a_dataset_lands_in_data_raw_with_a_lock_that_pins_its_version(
    kaggle: Kaggle, root: Path
) -> None:
    lock = fetch(root)
    assert (root / "data/raw/known/table.csv").read_bytes() == ROWS
    assert (root / "data/raw/known/more/notes.txt").read_bytes() == b"hello"
    assert lock["source"] == "kaggle:ada/known/versions/3"
    assert lock["licence"] == "CC0-1.0"
    assert set(lock["files"]) == {"data/raw/known/table.csv", "data/raw/known/more/notes.txt"}
    assert lock == read_json(root / "data.lock")
    assert kaggle.requests[-1][1]["datasetVersionNumber"] == 3
    assert not kaggle.leaks, "the storage was sent Kaggle's credentials"


def test_a_second_fetch_asks_nobody_and_a_clone_gets_the_locked_version(
    kaggle: Kaggle, root: Path
) -> None:
    fetch(root)
    request_count = len(kaggle.requests)
    fetch(root)
    assert len(kaggle.requests) == request_count
    kaggle.version = 4
    shutil.rmtree(root / "data")
    assert fetch(root)["source"].endswith("versions/3")
    assert fetch(root, update=True)["source"].endswith("versions/4")


@pytest.mark.parametrize(
    ("credentials", "works"),
    [
        ({"KAGGLE_API_TOKEN": TOKEN}, True),
        ({"KAGGLE_API_TOKEN": "token.txt"}, True),
        ({".kaggle/access_token": TOKEN}, True),
        ({"KAGGLE_USERNAME": "ada", "KAGGLE_KEY": TOKEN}, True),
        ({".kaggle/kaggle.json": json.dumps({"username": "ada", "key": TOKEN})}, True),
        # The first place that holds something counts, even if a later one is right.
        ({"KAGGLE_API_TOKEN": "wrong", ".kaggle/access_token": TOKEN}, False),
        ({".kaggle/access_token": "wrong", "KAGGLE_USERNAME": "ada", "KAGGLE_KEY": TOKEN}, False),
    ],
)
def test_credentials_are_looked_for_in_kagglehubs_order(
    credentials: dict[str, str],
    works: bool,
    kaggle: Kaggle,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("KAGGLE_API_TOKEN")
    monkeypatch.chdir(root)
    (root / "token.txt").write_text(TOKEN)
    for place, value in credentials.items():
        if place.startswith("."):
            path = Path.home() / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(value)
        else:
            monkeypatch.setenv(place, value)
    if works:
        assert fetch(root)["files"]
    else:
        with pytest.raises(ProjectError) as refusal:
            fetch(root)
        assert refusal.value.exit_status == 11


def no_credentials(kaggle: Kaggle, patch: pytest.MonkeyPatch) -> None:
    patch.delenv("KAGGLE_API_TOKEN")


def broken_credentials(kaggle: Kaggle, patch: pytest.MonkeyPatch) -> None:
    patch.delenv("KAGGLE_API_TOKEN")
    (Path.home() / ".kaggle").mkdir(parents=True)
    (Path.home() / ".kaggle/kaggle.json").write_text('{"username": "ada", "key": ' + TOKEN)


def full_disk(kaggle: Kaggle, patch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")._replace(free=100)
    patch.setattr(shutil, "disk_usage", lambda _: usage)


def nobody(kaggle: Kaggle, patch: pytest.MonkeyPatch) -> None:
    from kagglesdk import kaggle_env

    address = "http://127.0.0.1:9"
    patch.setitem(kaggle_env._env_to_endpoint, kaggle_env.KaggleEnv.PROD, address)


FAILURES = {
    "no credentials": (10, no_credentials),
    "wrong credentials": (11, lambda _, patch: patch.setenv("KAGGLE_API_TOKEN", f"x{TOKEN}")),
    "broken credentials": (11, broken_credentials),
    "rules not accepted": (12, lambda kaggle, _: setattr(kaggle, "rules_accepted", False)),
    "cut connection": (14, lambda kaggle, _: setattr(kaggle, "faults", ["cut"] * 3)),
    "no server": (14, nobody),
    "unavailable": (15, lambda kaggle, _: setattr(kaggle, "always", "503")),
    "no answer": (16, lambda kaggle, _: setattr(kaggle, "always", "silent")),
    "damaged": (17, lambda kaggle, _: setattr(kaggle, "faults", ["damaged"] * 3)),
    "not an archive": (17, lambda kaggle, _: setattr(kaggle, "archive", ROWS)),
    "no zip archive": (17, lambda kaggle, _: setattr(kaggle, "archive", gzip.compress(ROWS))),
    "half an archive": (17, lambda kaggle, _: setattr(kaggle, "archive", kaggle.archive[:-40])),
    "a locked archive": (
        17,
        lambda kaggle, _: setattr(kaggle, "archive", with_password_bit(kaggle.archive)),
    ),
    "full disk": (18, full_disk),
    "other bytes than locked": (20, lambda kaggle, _: change(kaggle)),
}


def with_password_bit(archive: bytes) -> bytes:
    """Set the bit of each entry that says: a password is needed."""
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        pieces = archive.split(mark)
        at = place - len(mark)
        entries = [piece[:at] + bytes([piece[at] | 1]) + piece[at + 1 :] for piece in pieces[1:]]
        archive = mark.join([pieces[0], *entries])
    return archive


def change(kaggle: Kaggle) -> None:
    kaggle.archive = zip_archive({"table.csv": ROWS + b"1,2\n"})


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failure_is_one_line_with_its_own_status_and_leaves_earlier_data(
    failure: str,
    kaggle: Kaggle,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    status, spoil = FAILURES[failure]
    fetch(root)
    (root / "data/raw/known/more/notes.txt").unlink()
    before = contents(root)
    spoil(kaggle, monkeypatch)
    with pytest.raises(ProjectError) as refusal:
        fetch(root, timeout=0.4)
    error = refusal.value
    assert error.exit_status == status
    assert "\n" not in str(error) and error.hint and "\n" not in error.hint
    assert contents(root) == before
    output = "".join([str(error), error.hint, *capfd.readouterr()])
    assert TOKEN not in output and SIGNATURE not in output
    assert error.__suppress_context__ or error.__context__ is None


@pytest.mark.parametrize("fault", ["503", "cut", "damaged", "silent"])
def test_a_passing_fault_is_tried_again(fault: str, kaggle: Kaggle, root: Path) -> None:
    kaggle.faults = [fault]
    fetch(root, timeout=0.4)
    assert (root / "data/raw/known/table.csv").read_bytes() == ROWS


@pytest.mark.parametrize(
    ("licence", "asks"),
    [
        ("CC0: Public Domain", False),
        ("CC-BY-4.0", False),
        ("Attribution 4.0 International (CC BY 4.0)", False),
        ("Attribution-ShareAlike 4.0 International (CC BY-SA 4.0)", False),
        ("DbCL-1.0", False),
        ("Database: Open Database, Contents: Database Contents", False),
        ("U.S. Government Works", False),
        ("Apache 2.0", False),
        ("Attribution-NonCommercial 4.0 International (CC BY-NC 4.0)", True),
        ("Reddit API Terms, as MIT", True),
        ("CC-BY-NC-SA-4.0", True),
        ("CC BY-ND 4.0", True),
        ("Data files © Original Authors", True),
        ("unknown", True),
    ],
)
def test_a_licence_that_limits_the_use_is_shown_and_asked_about(
    licence: str, asks: bool, kaggle: Kaggle, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kaggle.licence = licence
    if asks:
        with pytest.raises(ProjectError) as refusal:
            fetch(root, agree=False)
        assert refusal.value.exit_status == 21
        assert contents(root) == {}
        assert not kaggle.ranges, "nothing may be downloaded before somebody agreed"
    assert fetch(root, agree=asks)["licence"] == licence
    assert licence in capsys.readouterr().err


def test_a_competition_needs_an_account_and_its_rules(
    kaggle: Kaggle, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    titanic = client.parse("titanic")
    with pytest.raises(ProjectError) as refusal:
        fetch(root, titanic, agree=False)
    assert refusal.value.exit_status == 21
    assert next(iter(fetch(root, titanic)["files"])).startswith("data/raw/titanic/")
    assert kaggle.requests[-1][0].endswith("CompetitionApiService/DownloadDataFiles")
    monkeypatch.delenv("KAGGLE_API_TOKEN")
    shutil.rmtree(root / "data")
    with pytest.raises(ProjectError) as refusal:
        fetch(root, titanic)
    assert refusal.value.exit_status == 10


def test_a_public_dataset_needs_no_account(
    kaggle: Kaggle, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kaggle.needs_account = False
    monkeypatch.delenv("KAGGLE_API_TOKEN")
    assert fetch(root)["files"]


@pytest.mark.parametrize(
    "address",
    [
        "https://www.kaggle.com/datasets/ada/known",
        "https://www.kaggle.com/datasets/ada/known/data?select=table.csv",
        "kaggle.com/ada/known/",
        "https://www.kaggle.com/datasets/ada/known/versions/3#about",
    ],
)
def test_the_address_of_a_page_stands_for_its_data(
    address: str, kaggle: Kaggle, root: Path
) -> None:
    assert fetch(root, client.parse(address))["source"] == "kaggle:ada/known/versions/3"
    for page in ("https://www.kaggle.com/c/titanic/data", "kaggle.com/competitions/titanic/rules"):
        assert str(client.parse(page)) == "titanic"


@pytest.mark.parametrize("name", ["ada/missing", "ada/known/versions/9", "a b", "", "x/../y"])
def test_a_name_that_kaggle_does_not_know_is_said(name: str, kaggle: Kaggle, root: Path) -> None:
    with pytest.raises(ProjectError) as refusal:
        fetch(root, client.parse(name))
    assert refusal.value.exit_status == 13
