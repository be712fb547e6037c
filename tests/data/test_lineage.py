"""What a project records of its data is the SHA-256 of their bytes, whatever kind of file it is."""

from __future__ import annotations

import gzip
import hashlib
import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import copier
import pandas as pd
import pytest

from mlstarter.sources.assemble import assemble
from tests.data.real_files import PLAIN
from tests.data.real_workbooks import DATABASES, WORKBOOKS

ROOT = Path(__file__).parents[2]
PACKAGE = "records_its_data"
CONTENTS: dict[str, Any] = {
    "a.csv": PLAIN.encode(),
    "crlf.csv": PLAIN.replace("\n", "\r\n").encode("utf-8-sig"),
    "a.csv.gz": gzip.compress(PLAIN.encode(), mtime=0),
    "a.xlsx": WORKBOOKS["times"].content,
    "a.parquet": DATABASES["timestamps with a zone"].content,
    "a.db": DATABASES["times as texts"].content,
}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the template as it stands."""
    folder = tmp_path_factory.mktemp("assembled") / "template"
    assemble(ROOT / "templates", folder)
    return folder


class OwnProject:
    """A project over data of its owner's, never at_training."""

    def __init__(self, folder: Path, kind: str) -> None:
        self.folder, self.package = folder, f"{PACKAGE}_{kind}"

    def module(self, name: str) -> ModuleType:
        """Return a module of the project."""
        return importlib.import_module(f"{self.package}.{name}")

    def digests_of(self, path: str) -> dict[str, str]:
        """Return what metadata.json says of the data at ``path``: as a set, and as lineage."""
        config = self.folder / "config.toml"
        lines = config.read_text("utf-8").splitlines()
        at = next(i for i, line in enumerate(lines) if line.startswith("path = "))
        lines[at] = f"path = {json.dumps(path)}"
        config.write_text("\n".join(lines) + "\n", encoding="utf-8")
        settings, data = self.module("config").load_config(), self.module("data")
        digest = data.data_digest(settings)
        rows = pd.DataFrame(index=range(60))
        lineage = self.module("lineage").current(settings, digest)
        return {"dataset": data.describe(settings, rows)["sha256"], "lineage": lineage["data"]}


@pytest.fixture(params=["tabular", "nlp"])
def project(
    request: pytest.FixtureRequest, template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[OwnProject]:
    """Yield a project of each type whose data are what its owner gives."""
    kind = request.param
    project_of_type = OwnProject(tmp_path / "p", kind)
    answers = {
        "project_type": kind,
        "package_name": project_of_type.package,
        "data_source": "local",
    }
    answers |= {"data_path": "data/raw/a", "target": "y", "text_column": "colour"}
    copier.run_copy(str(template), project_of_type.folder, data=answers, defaults=True, quiet=True)
    monkeypatch.chdir(project_of_type.folder)
    monkeypatch.syspath_prepend(str(project_of_type.folder / "src"))
    yield project_of_type
    for name in [name for name in sys.modules if name.partition(".")[0] == project_of_type.package]:
        del sys.modules[name]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.mark.slow
def test_the_digest_is_that_of_the_bytes(project: OwnProject) -> None:
    raw = project.folder / "data/raw"
    raw.mkdir(parents=True, exist_ok=True)
    digests = set()
    for name, content in CONTENTS.items():
        if callable(content):
            content(raw / name)
        else:
            (raw / name).write_bytes(content)
        recorded_digests = project.digests_of(f"data/raw/{name}")
        expected = sha256((raw / name).read_bytes())
        assert recorded_digests == {"dataset": expected, "lineage": expected}
        digests.add(expected)
    assert len(digests) == len(CONTENTS)


@pytest.mark.slow
def test_a_change_of_one_byte_is_refused_where_a_model_is_evaluated(project: OwnProject) -> None:
    file = project.folder / "a.csv"
    file.write_text(PLAIN, encoding="utf-8")
    config, data, lineage = map(project.module, ("config", "data", "lineage"))
    project.digests_of("a.csv")
    settings = config.load_config()
    at_training = lineage.current(settings, data.data_digest(settings))
    lineage.check(at_training, lineage.current(settings, data.data_digest(settings)))
    for change in (file.read_bytes() + b"\n", file.read_bytes().replace(b"r", b"s", 1)):
        file.write_bytes(change)
        with pytest.raises(project.module("errors").ProjectError, match="a change of the data"):
            lineage.check(at_training, lineage.current(settings, data.data_digest(settings)))
