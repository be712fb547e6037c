"""An address that cannot be taken apart is one sentence, wherever an address is taken."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mlstarter.errors import UsageError
from mlstarter.sources.address import split_url
from tests.conftest import Run
from tests.engines.helpers import write_template

pytestmark = pytest.mark.usefixtures("own_folders")

ADDRESSES = (
    "http://[::1", "https://[", "https://[x]/t.git", "https://host:port/t.git",
    "https://host:99999999/t.git", "https:///t.git", "http://[::1/t.zip", "https://a]b/t.git",
    "ssh://[::1/t.git", "git+https://[::1/t.git", "https://\u2100.org/t.git", "git@[::1:t.git",
)  # fmt: skip


def assert_one_sentence(outcome: tuple[int, str, str]) -> None:
    status, _, err = outcome
    errors = [line for line in err.splitlines() if line.startswith("error:")]
    assert (status in {1, 2}, len(errors)) == (True, 1), err
    assert "unexpected" not in err
    assert "Traceback" not in err


@pytest.mark.parametrize("address", ADDRESSES)
def test_of_a_template(address: str, mlstarter: Run) -> None:
    assert_one_sentence(mlstarter("list", "questions", "--template", address))


@pytest.mark.sampled
@pytest.mark.parametrize("address", ADDRESSES[:3])
def test_of_a_published_copy(address: str, mlstarter: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLSTARTER_TEMPLATES_URL", address)
    assert_one_sentence(mlstarter("list", "types"))


@pytest.mark.parametrize("address", ADDRESSES[:3])
def test_that_a_project_records(address: str, mlstarter: Run, tmp_path: Path) -> None:
    cruft = {"template": address, "commit": None, "context": {"cookiecutter": {"a": "b"}}}
    records = {
        ".copier-answers.yml": f"_src_path: {json.dumps(address)}\n_commit: 1.0.0\n",
        ".cruft.json": json.dumps(cruft),
    }
    for name, text in records.items():
        project = write_template(tmp_path / name.strip("."), {name: text, "a.txt": "a\n"})
        assert_one_sentence(mlstarter("update", project, "--check"))


@pytest.mark.parametrize("address", ADDRESSES[:3])
def test_that_a_template_is_published_at(address: str, mlstarter: Run, tmp_path: Path) -> None:
    folder = write_template(tmp_path / "t", {"copier.yml": "n: 1\n"})
    assert_one_sentence(mlstarter("template", "publish", address, folder, "--version", "0.1.0"))


@pytest.mark.parametrize("address", ADDRESSES[:2])
def test_that_the_settings_trust(
    address: str, mlstarter: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(f"trust = [{json.dumps(address)}]\n")
    monkeypatch.setenv("MLSTARTER_SETTINGS", str(settings))
    task = {"copier.yml": "n: 1\n_tasks: ['true']\n", "a.txt": "a\n"}
    folder = write_template(tmp_path / "t", task)
    assert_one_sentence(mlstarter("new", tmp_path / "p", "--template", folder, "--yes"))


@pytest.mark.parametrize("address", ["http://[::1/{username}.git", "https://host:x/{username}.git"])
def test_of_a_remote_of_a_class(address: str, mlstarter: Run, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("student_id,username\ns0001,ada\n")
    outcome = mlstarter("cohort", "create", roster, "--course-run", "ml", "--remote", address)
    assert_one_sentence(outcome)


@pytest.mark.parametrize(
    "address",
    ["http://[::1", "https://[", "https://h:x/", "https:///a", "https://h:99999", "http://h:0/"],
)
def test_of_anything_else(address: str) -> None:
    with pytest.raises(UsageError, match="The API") as failure:
        split_url(address, "The API")
    assert failure.value.hint
