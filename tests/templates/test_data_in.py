"""Data from Kaggle and from files of one's own, through generated projects to the end.

A stand-in speaks Kaggle's wire format over real HTTP; the files that it serves are generated, with
the columns of the real ones (`kaggle_data.py`). Every project borrows the environment of the shared
one.
"""

from __future__ import annotations

import io
import json
import random
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.templates.conftest import Generate
from tests.templates.kaggle_data import FILES, archive
from tests.templates.projects import Project, request

ROOT = Path(__file__).parents[2]
PRESETS: dict[str, Any] = tomllib.loads((ROOT / "templates/presets.toml").read_text("utf-8"))
# Starts the project's own command line with Kaggle's address changed to the stand-in's.
SHIM = """
import sys
from importlib import import_module
from kagglesdk import kaggle_env
kaggle_env._env_to_endpoint[kaggle_env.KaggleEnv.PROD] = sys.argv[1]
import_module(f"{sys.argv[2]}.fetch").PAUSE = 0
sys.exit(import_module(f"{sys.argv[2]}.cli").main(sys.argv[3:]))
"""
# How much better than nothing a preset's model has to be on the generated rows.
BANDS = {
    "census-income": ("roc_auc", 0.75, 1.0),
    "hotel-bookings": ("roc_auc", 0.62, 1.0),
    "card-fraud": ("roc_auc", 0.8, 1.0),
    "california-housing": ("rmse", 0.0, 45_000.0),
    "forest-cover": ("macro_f1", 0.4, 1.0),
    "telco-churn": ("roc_auc", 0.68, 1.0),
    "us-flights": ("roc_auc", 0.62, 1.0),
}
QUICK = ("card-fraud", "california-housing", "forest-cover", "hotel-bookings")
pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("tabular")]


@pytest.fixture
def borrow(generate: Generate, tabular_project: Project, data_packages: str, tmp_path: Path) -> Any:
    """Return a function that generates a project and runs it in the shared environment."""

    def make(name: str, **answers: str) -> Project:
        root = generate("tabular", name, **answers)
        package = next((root / "src").glob("*/__init__.py")).parent.name
        home = tmp_path / "home"
        home.mkdir(exist_ok=True)
        environment = {
            **tabular_project.environment, "PYTHONPATH": f"{root / 'src'}:{data_packages}",
            "HOME": str(home), "KAGGLE_CONFIG_DIR": str(home / ".kaggle"),
        }  # fmt: skip
        return Project(root, package, tabular_project.python, environment)

    return make


def preset_project(borrow: Any, name: str) -> Project:
    answers = {key: str(value) for key, value in PRESETS[name]["answers"].items()}
    project: Project = borrow(name, preset=name, **answers)
    return project


def command(project: Project, kaggle: Any, *words: str, token: str = "", check: bool = True) -> Any:
    environment = {"KAGGLE_API_TOKEN": token} if token else {}
    return project.run(
        project.python, "-c", SHIM, kaggle.api, project.package, *words,
        check=check, environment=environment,
    )  # fmt: skip


def test_every_kaggle_preset_of_tables_has_generated_data_and_a_band() -> None:
    kaggle_presets = {
        name
        for name, preset in PRESETS.items()
        if preset["type"] == "tabular" and preset["answers"]["data_source"] == "kaggle"
    }
    assert kaggle_presets == set(FILES) == set(BANDS)
    assert {PRESETS[name]["answers"]["task"] for name in kaggle_presets} == {
        "binary", "multiclass", "regression"
    }  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [name if name in QUICK else pytest.param(name, marks=pytest.mark.full) for name in BANDS],
)
def test_a_preset_runs_from_fetch_to_a_promoted_model(
    name: str, borrow: Any, kaggle: Any, stand_in: ModuleType
) -> None:
    project = preset_project(borrow, name)
    kaggle.archive = archive(name)
    kaggle.licence = PRESETS[name]["answers"]["data_licence"]
    command(project, kaggle, "fetch", "--yes", token=stand_in.TOKEN)
    for step in ("train", "evaluate", "promote"):
        project.command(step)
    metric, low, high = BANDS[name]
    results = project.metrics()
    assert results["primary"] == PRESETS[name]["answers"].get("metric", "cost")
    assert low < results["metrics"][metric]["value"] < high
    assert results["dataset"]["licence"] == kaggle.licence
    assert results["dataset"]["version"]
    assert project.metadata()["dataset"]["sample"] is False
    features = {feature["name"] for feature in project.metadata()["input"]["features"]}
    exclusions = tomllib.loads((project.root / "schema.toml").read_text("utf-8")).get("exclude", {})
    assert features and not features & set(exclusions)
    assert not any(why.startswith("leak?") for why in exclusions.values()), "an unknown leak"
    lock = json.loads((project.root / "data.lock").read_text("utf-8"))
    assert lock["source"].startswith("kaggle:" + PRESETS[name]["answers"]["kaggle_dataset"])
    project.run(project.python, "-m", "pytest", "-q", "tests/test_data.py")


@pytest.mark.parametrize(
    ("status", "spoil", "token"),
    [
        (10, {}, ""),
        (11, {}, "wrong"),
        (12, {"rules_accepted": False}, "right"),
        (15, {"always": "503"}, "right"),
        (16, {"always": "silent"}, "right"),
        (19, {"archive": b""}, "right"),
        (21, {"licence": "CC-BY-NC-4.0"}, "right"),
    ],
)
def test_each_failure_of_fetch_ends_the_command_with_its_status_and_two_lines(
    status: int, spoil: dict[str, Any], token: str, borrow: Any, kaggle: Any, stand_in: ModuleType
) -> None:
    project = preset_project(borrow, "california-housing")
    kaggle.archive = archive("california-housing", 200)
    for name, value in spoil.items():
        setattr(kaggle, name, value)
    if status == 19:
        kaggle.archive = zip_archive({"../outside.csv": "x"})
    right = {"right": stand_in.TOKEN}.get(token, token)
    run = command(project, kaggle, "fetch", "--timeout", "0.5", token=right, check=False)
    assert run.status == status, run.output
    lines = [line for line in run.output.splitlines() if line.startswith(("error:", "hint:"))]
    assert [line.split(":")[0] for line in lines] == ["error", "hint"]
    assert "Traceback" not in run.output
    assert stand_in.TOKEN not in run.output and stand_in.SIGNATURE not in run.output
    assert not list((project.root / "data").rglob("*.csv"))


def test_a_really_full_disk_is_said_and_keeps_earlier_data(
    borrow: Any, kaggle: Any, stand_in: ModuleType, tmp_path: Path
) -> None:
    project = preset_project(borrow, "california-housing")
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a small disk can be mounted by root only")
    try:
        script = (
            "import sys, shutil; from kagglesdk import kaggle_env;"
            "kaggle_env._env_to_endpoint[kaggle_env.KaggleEnv.PROD] = sys.argv[1];"
            "from pathlib import Path; from importlib import import_module;"
            "fetch = import_module(sys.argv[2] + '.fetch'); roomy = shutil.disk_usage('/');"
            "shutil.disk_usage = lambda _: roomy;"  # so that the disk itself says no, late
            "fetch.fetch(fetch.parse('a/b'), Path(sys.argv[3]), yes=True)"
        )
        environment = {"KAGGLE_API_TOKEN": stand_in.TOKEN}
        words = (project.python, "-c", script, kaggle.api, project.package, small)
        kaggle.archive = zip_archive({"a.csv": b"1,2"})
        project.run(*words, environment=environment)
        (small / "data.lock").unlink()
        kaggle.archive = zip_archive({"a.csv": random.Random(0).randbytes(3 << 20)})
        run = project.run(*words, environment=environment, check=False)
        assert "The disk is too full" in run.output
        assert (small / "data/raw/b/a.csv").read_bytes() == b"1,2"
    finally:
        subprocess.run(["umount", str(small)], check=True)


def zip_archive(files: dict[str, bytes | str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive_file:
        for name, content in files.items():
            archive_file.writestr(name, content)
    return buffer.getvalue()


def own_checks(project: Project, tests: str) -> None:
    """Run a project's own tests of what its data need, and its linter and type checker."""
    for words in (["pytest", "-q", tests], ["ruff", "check", "."], ["mypy"]):
        project.run(project.python, "-m", *words)


def describe(project: Project, file: str, *words: str) -> None:
    """Say what a file is with the tool, as a message of the project advises."""
    command = (sys.executable, "-m", "mlstarter", "describe", project.root / file, project.root)
    project.run(*command, "--yes", *words)


def test_a_competition_is_fetched_described_and_trained(
    borrow: Any, kaggle: Any, stand_in: ModuleType
) -> None:
    project = borrow(
        "titanic", data_source="kaggle", kaggle_competition="titanic", data_file="train.csv",
        target="Survived", positive_class="1", exclude_columns="PassengerId = identifier",
    )  # fmt: skip
    kaggle.archive = competition()
    command(project, kaggle, "fetch", "--yes", token=stand_in.TOKEN)
    run = project.command("train", check=False)
    assert "mlstarter describe" in run.output and "Traceback" not in run.output
    describe(project, "data/raw/titanic/train.csv")
    for step in ("train", "promote"):
        project.command(step)
    names = {feature["name"] for feature in project.metadata()["input"]["features"]}
    assert {"Sex", "Age", "Fare"} <= names and "PassengerId" not in names
    own_checks(project, "tests/test_fetch.py")


def competition() -> bytes:
    rng = random.Random(1)

    def row(i: int, with_label: bool) -> str:
        sex, fare = rng.choice(("male", "female")), round(rng.lognormvariate(3, 1), 4)
        survival = int(rng.random() < (0.75 if sex == "female" else 0.2))
        label = f"{survival}," if with_label else ""
        return f'{i},{label}"Mr {i}, Ada ""Bob""",{sex},{rng.choice(("", "22", "40"))},{fare}\n'

    train = "".join(row(i, True) for i in range(1, 892))
    test = "".join(row(i, False) for i in range(892, 1092))
    sample = "".join(f"{i},0\n" for i in range(892, 1092))
    return zip_archive(
        {
            "train.csv": "PassengerId,Survived,Name,Sex,Age,Fare\n" + train,
            "test.csv": "PassengerId,Name,Sex,Age,Fare\n" + test,
            "gender_submission.csv": "PassengerId,Survived\n" + sample,
        }
    )


AWKWARD = ("a b", "Ünïcode ✓", "class", "__proto__", 'q"uote', "SELECT", "dotted.name", "$dollar$",
           "constructor", "<b>bold</b>", "a", "a")  # fmt: skip


def test_awkward_names_work_through_training_export_service_and_report(
    borrow: Any, tmp_path: Path
) -> None:
    project = borrow(
        "awkward", data_source="local", data_path="my data.csv", data_encoding="utf-16",
        target="Wie geht's?", positive_class="gut; so",
    )  # fmt: skip
    rng = random.Random(0)
    head = [*AWKWARD, "Wie geht's?"]
    lines = ["\t".join('"' + name.replace('"', '""') + '"' for name in head)]
    for _ in range(900):
        values = [rng.randint(0, 30) for _ in AWKWARD[1:]]
        good = rng.random() < (0.8 if values[2] > 15 else 0.3)
        kind = rng.choice(("x <i>", "ü;", "Ж"))
        lines.append("\t".join([kind, *map(str, values), "gut; so" if good else "schlecht"]))
    (project.root / "my data.csv").write_bytes("\r\n".join(lines).encode("utf-16"))
    describe(project, "my data.csv")
    for step in ("fetch", "train", "evaluate", "promote"):
        project.command(step)
    names = [feature["name"] for feature in project.metadata()["input"]["features"]]
    assert {*AWKWARD, "a_2"} == set(names)
    with project.serve() as address:
        example = request(f"{address}/model")[1]["example"]
        status, answer = request(f"{address}/predict", example)
        assert status == 200, answer
        assert answer["predictions"][0]["prediction"] in ("gut; so", "schlecht")
        assert set(example["rows"][0]) <= set(names)
    assert "<b>bold</b>" not in (project.root / "reports/report.html").read_text("utf-8")


def test_an_update_brings_what_own_files_need_and_keeps_the_students_work(
    tabular_project: Project, tmp_path: Path
) -> None:
    project = tabular_project.clone(tmp_path / "mine")
    if "_commit" not in (project.root / ".copier-answers.yml").read_text("utf-8"):
        pytest.skip("the project was not made by `mlstarter new`")
    readme = project.root / "README.md"
    readme.write_text(readme.read_text("utf-8") + "\nWhose churn is it?\n", "utf-8")
    project.git("commit", "--quiet", "--all", "--message", "Ask a question")
    rng = random.Random(0)
    lines = ["months;calls;plan;left"]
    for _ in range(600):
        months, calls = rng.randint(1, 60), rng.randint(0, 9)
        has_left = rng.random() < (0.7 if calls > 5 else 0.2)
        lines.append(f"{months};{calls};{rng.choice('abc')};{'yes' if has_left else 'no'}")
    (project.root / "mine.csv").write_text("\n".join(lines), "utf-16")
    answers = {"data_source": "local", "data_path": "mine.csv", "target": "left"}
    answers["data_encoding"] = "utf-16"  # as `describe` advises
    settings = [word for key, value in answers.items() for word in ("--data", f"{key}={value}")]
    project.run(sys.executable, "-m", "mlstarter", "update", *settings)
    assert readme.read_text("utf-8").endswith("\nWhose churn is it?\n")
    describe(project, "mine.csv", "--data", "positive_class=yes")
    for step in ("fetch", "train", "evaluate", "promote"):
        project.command(step)
    assert 0.6 < project.metrics()["metrics"]["roc_auc"]["value"] < 0.9
    assert project.metrics()["dataset"]["name"] == "mine.csv"
    own_checks(project, "tests/test_data.py")


def test_readme_report_and_service_say_that_a_project_runs_on_the_sample(
    tabular_project: Project,
) -> None:
    warning = "still the template's data"
    assert warning in (tabular_project.root / "README.md").read_text("utf-8")
    assert warning in (tabular_project.root / "reports/report.html").read_text("utf-8")
    with tabular_project.serve() as address:
        assert request(f"{address}/model")[1]["dataset"]["sample"] is True
