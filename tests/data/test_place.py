"""Where data of one's own come to lie, and how config.toml names the place."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlstarter.data.errors import DataError
from mlstarter.data.place import copy_into, placement
from mlstarter.errors import UsageError


def test_data_are_copied_wholly_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (pictures := tmp_path / "in" / "pics").mkdir(parents=True)
    (pictures / "1.png").write_bytes(b"one")
    (pictures / "again").symlink_to(pictures)
    (file := tmp_path / "in" / "a.csv").write_text("a,b\n1,2\n")
    project = tmp_path / "shop"
    project.mkdir()
    for source in (pictures, file, file, pictures):  # the same again are no other ones
        copy_into(placement(source, project, copy=True), project)
    raw = project / "data" / "raw"
    assert sorted(p.relative_to(raw).as_posix() for p in raw.rglob("*")) == [
        "a.csv", "pics", "pics/1.png",
    ]  # fmt: skip
    file.write_text("a,b\n1,3\n")
    with pytest.raises(DataError, match="another file"):
        copy_into(placement(file, project, copy=True), project)

    (raw / "pics/2.png").write_bytes(b"two")  # of an earlier version: it would be read as well
    with pytest.raises(DataError, match="data/raw/pics is there already, and holds other files"):
        copy_into(placement(pictures, project, copy=True), project)

    def full(_: Path, to: Path) -> None:
        to.write_bytes(b"a,b")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfile", full)
    (raw / "a.csv").unlink()
    with pytest.raises(OSError, match="No space"):
        copy_into(placement(file, project, copy=True), project)
    assert [path.name for path in raw.iterdir()] == ["pics"]


def test_no_path_of_the_machine_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").mkdir()
    (file := tmp_path / "in" / 'a"b\n.csv').write_text("a,b\n1,2\n")
    project = tmp_path / "work" / "shop"
    assert placement(file, project, copy=True).recorded_path == "data/raw/a_b_.csv"
    assert placement(file, project, copy=False).recorded_path == "env:DATA_FILE"
    assert placement(file, tmp_path / "shop", copy=False).recorded_path.startswith("../in/")
    (project / "data").mkdir(parents=True)
    (inside := project / "data" / "x.csv").write_text("a,b\n")
    assert placement(inside, project, copy=True) == placement(inside, project, copy=False)
    assert placement(inside, project, copy=True).recorded_path == "data/x.csv"
    monkeypatch.setattr("mlstarter.data.place.COPY_BYTES", 3)
    assert placement(file, project, copy=True).recorded_path == "env:DATA_FILE"
    with pytest.raises(UsageError, match="larger than"):
        placement(file, project, copy=True, variables=False)
