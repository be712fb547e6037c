"""The built-in template comes out of the bundle, whatever happened to its cache."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mlstarter import sources
from mlstarter.errors import TemplateError
from mlstarter.sources import builtin
from tests.conftest import Require

RESOLVE = "from mlstarter import sources; print(sources.resolve().root)"


def _files(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


@pytest.mark.slow
def test_the_newest_version_is_taken_and_the_public_address_recorded() -> None:
    template = sources.resolve()

    assert template.source == "https://templates.mlstarter.invalid/mlstarter.git"
    assert template.version == str(sources.versions()[-1])
    assert template.engine == "copier"
    assert (template.root / "copier.yml").is_file()


@pytest.mark.slow
def test_the_recorded_source_and_version_give_the_same_template_again() -> None:
    template = sources.resolve()

    assert sources.resolve(template.source, template.version) == template


@pytest.mark.slow
def test_a_published_copy_is_recorded_and_still_served_from_the_bundle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address = "https://git.school.example/templates.git"
    monkeypatch.setenv("MLSTARTER_TEMPLATES_URL", address)

    template = sources.resolve()

    assert template.source == address
    assert sources.resolve(address, template.version).root == template.root


def test_a_project_newer_than_the_bundle_says_upgrade() -> None:
    with pytest.raises(TemplateError, match="newer than this mlstarter") as failure:
        sources.resolve(sources.SOURCE, "99.1.0")

    assert failure.value.hint == "in mlstarter's clone: git pull && pipx install --force '.[data]'"


def test_an_unknown_version_names_the_command_that_lists_them() -> None:
    with pytest.raises(TemplateError, match=r"no version zzz of the built-in") as failure:
        sources.resolve(None, "zzz")

    assert "mlstarter list versions" in (failure.value.hint or "")


@pytest.mark.slow
def test_processes_that_start_together_all_get_the_whole_template(cache_dir: Path) -> None:
    running = [
        subprocess.Popen([sys.executable, "-c", RESOLVE], stdout=subprocess.PIPE, text=True)
        for _ in range(5)
    ]
    roots = {process.communicate()[0].strip() for process in running}

    assert [process.returncode for process in running] == [0] * 5
    assert len(roots) == 1
    assert Path(roots.pop()).is_relative_to(cache_dir)
    assert not list(cache_dir.rglob(".building-*"))


@pytest.mark.slow
def test_a_second_use_starts_no_git(monkeypatch: pytest.MonkeyPatch) -> None:
    first = sources.resolve()
    monkeypatch.setenv("PATH", "/nowhere")

    assert sources.resolve() == first


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["file removed", "file cut short", "manifest gone", "pack gone"])
def test_a_damaged_cache_is_built_again(damage: str, cache_dir: Path) -> None:
    root = sources.resolve().root
    whole = _files(root)
    if damage == "file removed":
        (root / "copier.yml").unlink()
    elif damage == "file cut short":
        (root / "copier.yml").write_text("")
    elif damage == "manifest gone":
        (root.parent / "manifest.json").unlink()
    else:
        shutil.rmtree(root.parent)
        for pack in cache_dir.rglob("*.pack"):
            pack.chmod(0o600)
            pack.write_bytes(b"x" * pack.stat().st_size)

    again = sources.resolve().root

    assert _files(again) == whole


@pytest.mark.slow
def test_a_cache_that_cannot_be_written_is_replaced_by_a_temporary_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MLSTARTER_CACHE_DIR", str(tmp_path / "file" / "cache"))

    template = sources.resolve()

    assert (template.root / "copier.yml").is_file()


def test_no_place_for_a_cache_is_one_clear_line(tmp_path: Path, require: Require) -> None:
    """Both the cache and the temporary folder lie on a real disk of 64 KB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f"mount -t tmpfs -o size=64k tmpfs {disk}"
    if subprocess.run(
        [require("unshare"), "-rm", "sh", "-c", mount], check=False, capture_output=True
    ).returncode:
        pytest.skip("this machine does not let us mount a small disk")
    code = (
        "from mlstarter import sources\n"
        "from mlstarter.errors import EnvironmentProblem\n"
        "try:\n    sources.resolve()\n"
        "except EnvironmentProblem as error:\n    print(error.message, '|', error.hint)\n"
    )
    result = subprocess.run(
        ["unshare", "-rm", "sh", "-c", f'{mount} && exec "$0" -c "$1"', sys.executable, code],
        env={**os.environ, "MLSTARTER_CACHE_DIR": f"{disk}/c", "TMPDIR": str(disk)},
        check=False,
        capture_output=True,
        text=True,
    )

    assert "can be written: No space left on device." in result.stdout, (
        result.stdout + result.stderr
    )
    assert "MLSTARTER_CACHE_DIR" in result.stdout


def test_the_bundle_is_read_even_where_git_may_use_no_network_and_other_redirects_stand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "user.name")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "Ada")

    env = {**os.environ, **builtin.git_environment()}
    names = subprocess.run(
        ["git", "ls-remote", "--tags", sources.SOURCE],
        env=env,
        check=False,
        capture_output=True,
        text=True,
    )
    name = subprocess.run(
        ["git", "config", "user.name"], env=env, check=False, capture_output=True, text=True
    )
    network = subprocess.run(
        ["git", "ls-remote", "https://example.org/x.git"],
        env=env,
        check=False,
        capture_output=True,
        text=True,
    )

    assert f"refs/tags/{sources.versions()[-1]}" in names.stdout
    assert name.stdout.strip() == "Ada"
    assert "transport 'https' not allowed" in network.stderr
