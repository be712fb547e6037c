"""From a file to a project: `new --data-file`, and `describe` of a file alone."""

from __future__ import annotations

import json
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Run
from tests.data.conftest import Write


def _git(folder: Path, *arguments: str) -> str:
    result = subprocess.run(
        ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", *arguments],
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return result.stdout.strip()


def _answers(project: Path) -> dict[str, object]:
    return yaml.safe_load((project / ".copier-answers.yml").read_text())  # type: ignore[no-any-return]


@pytest.mark.slow
def test_a_file_becomes_a_project_that_says_how_it_is_read(
    run: Run, here: Path, template: Path, sales: Write
) -> None:
    file = sales(encoding="cp1252")
    result = run(
        "new", "shop", "--template", template, "--yes", "--data-file", file, "-d", "target=gekauft"
    )
    assert result.returncode == 0, result.stderr
    assert "sales.csv: 200 rows, 5 columns" in result.stderr
    assert "positive_class  ja: it is the yes among" in result.stderr
    project = here / "shop"
    data = tomllib.loads((project / "config.toml").read_text())["data"]
    assert (data["path"], data["encoding"], data["separator"]) == (
        "data/raw/sales.csv",
        "cp1252",
        ";",
    )
    assert data["decimal"] == ","
    schema = tomllib.loads((project / "schema.toml").read_text())
    assert schema["target"] == {
        "name": "gekauft", "kind": "category", "title": "Gekauft", "positive": "ja",
    }  # fmt: skip
    assert [f["name"] for f in schema["features"]] == ["betrag", "art", "größe"]
    assert schema["dates"][0]["format"] == "%d.%m.%Y"
    assert (project / "data/raw/sales.csv").read_bytes() == file.read_bytes()
    answers = _answers(project)
    assert answers["data_path"] == "data/raw/sales.csv"
    assert (answers["split_rule"], answers["split_column"]) == ("time", "wann")
    assert "data_format" not in answers  # it keeps its default
    assert str(file.parent) not in "".join(
        path.read_text(errors="replace") for path in project.rglob("*") if path.is_file()
    )


@pytest.mark.slow
def test_the_first_commit_stays_the_render_and_the_description_is_the_users_own(
    run: Run, here: Path, template: Path, sales: Write
) -> None:
    arguments = ("--template", template, "--yes", "--data-file", sales(), "-d", "target=gekauft")
    assert run("new", "shop", *arguments).returncode == 0
    project = here / "shop"
    log = _git(project, "log", "--format=%an|%s").splitlines()
    assert log == ["Ada|Describe the data", "mlstarter|Render the template"]
    assert _git(project, "show", "--name-only", "--format=", "HEAD") == "schema.toml"
    assert _git(project, "status", "--porcelain") == ""
    # An update with another answer and another version of the template has nothing to say of it.
    (project / "schema.toml").write_text('# mine\n[target]\nname = "art"\n')
    _git(project, "commit", "-qam", "mine")
    result = run("update", project, "--yes", "--data", "target=art", "--data", "task=multiclass")
    assert result.returncode == 0, result.stderr
    assert (project / "schema.toml").read_text().startswith("# mine")


@pytest.mark.slow
def test_a_path_given_as_an_answer_is_looked_at_too(
    run: Run, here: Path, template: Path, sales: Write
) -> None:
    answers = ("-d", "data_source=local", "-d", f"data_path={sales()}", "-d", "target=gekauft")
    assert run("new", "shop", "--template", template, "--yes", "--no-git", *answers).returncode == 0
    assert _answers(here / "shop")["data_path"] == "data/raw/sales.csv"
    assert (here / "shop/schema.toml").is_file()
    later = ("-d", "data_source=local", "-d", "data_path=data/raw/later.csv")
    assert run("new", "late", "--template", template, "--yes", "--no-git", *later).returncode == 0
    assert not (here / "late/schema.toml").exists()


@pytest.mark.slow
def test_tracked_data_are_part_of_the_users_commit(
    run: Run, here: Path, template: Path, sales: Write
) -> None:
    arguments = ("--template", template, "--yes", "-d", "target=gekauft")
    result = run("new", "shop", *arguments, "--data-file", sales(), "--track-data")
    assert result.returncode == 0, result.stderr
    assert _git(here / "shop", "ls-files", "data") == "data/raw/sales.csv"
    assert _git(here / "shop", "status", "--porcelain") == ""


@pytest.mark.slow
def test_what_is_not_copied_is_found_beside_the_project_or_by_a_variable(
    run: Run, here: Path, template: Path, sales: Write
) -> None:
    arguments = ("--template", template, "--yes", "-d", "target=gekauft", "--no-copy")
    far = run("new", "far", *arguments, "--data-file", sales())
    assert far.returncode == 0, far.stderr
    assert _answers(here / "far")["data_path"] == "env:DATA_FILE"
    assert f"export DATA_FILE={sales()}" in far.stdout
    (here / "mine.csv").write_bytes(sales().read_bytes())
    assert run("new", "near", *arguments, "--data-file", "mine.csv").returncode == 0
    assert _answers(here / "near")["data_path"] == "../mine.csv"


@pytest.mark.slow
def test_a_tilde_is_the_home_folder(
    run: Run, here: Path, template: Path, sales: Write, environ: dict[str, str]
) -> None:
    (Path(environ["HOME"]) / "mine.csv").write_bytes(sales().read_bytes())
    arguments = (
        "--template",
        template,
        "--yes",
        "--data-file",
        "~/mine.csv",
        "-d",
        "target=gekauft",
    )
    assert run("new", "shop", *arguments).returncode == 0
    assert (here / "shop/data/raw/mine.csv").is_file()


AMBIGUOUS = "a;b;y\n" + "".join(f"1,{i % 900 + 100};{i % 3};{'xy'[i % 2]}\n" for i in range(60))


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("text", "answers", "message", "hint"),
    [
        (AMBIGUOUS, ["target=y"], '"1,100" in column "a"', 'add --data "data_decimal=." or'),
        (AMBIGUOUS, ["target=y", "data_decimal=,"], 'Which value of "y" counts as yes', "positive_class=x"),
        (AMBIGUOUS.replace("y\n", "z\n", 1), ["data_decimal=,"], "is to be predicted", "target=z"),
        (AMBIGUOUS, ["target=why", "data_decimal=,"], 'no column "why"', "its columns are"),
        (AMBIGUOUS, ["target=y", "data_decimal=,", "positive_class=q"], 'never "q"', 'it is "x", "y"'),
        (AMBIGUOUS, ["target=y", "data_decimal=;"], "data_decimal cannot be ';'", "choose from"),
        ("", [], "is empty", "holds a table"),
        ("a,y\n", ["target=y"], "no rows below its header", "holds a table"),
        ("a,y\n1,2\n", ["target=y"], "cannot be learned: constant", "choose another target"),
        ("a,y\n" + "1,\n2,\n" * 30, ["target=y"], "has no values", "choose another target"),
        ("a,y\n" + "1,yes\n2,no\n" * 5, ["target=y"], "10 rows", "at least 30"),
        ("a,y\n" + "1,no\n2,no\n" * 30 + "3,yes\n", ["target=y"], 'class "yes"', "bring more"),
        ("a,y\n" + "1,no\n2,yes\n" * 30, ["target=y", "task=regression"], "needs numbers", "state --data task="),
        ("a,y\n" + "1,no\n2,yes\n3,x\n" * 30, ["target=y", "task=binary"], "it has 3", "multiclass"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_or_known_is_one_sentence(
    run: Run, here: Path, template: Path, text: str, answers: list[str], message: str, hint: str
) -> None:
    (here / "t.csv").write_text(text)
    pairs = [part for pair in answers for part in ("-d", pair)]
    result = run("new", "shop", "--template", template, "--yes", "--data-file", "t.csv", *pairs)
    error = [line for line in result.stderr.splitlines() if line.startswith(("error:", "hint:"))]
    assert result.returncode in (1, 2)
    assert len(error) == 2
    assert message in error[0]
    assert hint in error[1]
    assert [path.name for path in here.iterdir()] == ["t.csv"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--data-file", "none.csv"], "There is no file none.csv."),
        (["--data-file", "t.xls"], "before 2007"),
        (["--data-file", "t.pkl"], "may run code"),
        (["--data-file", "folder"], "folder with tables"),
    ],
)
def test_a_file_of_another_kind_is_named(
    run: Run, here: Path, template: Path, arguments: list[str], message: str
) -> None:
    (here / "t.xls").write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 600)
    (here / "t.pkl").write_bytes(b"\x80\x04.")
    (here / "folder").mkdir()
    (here / "folder" / "a.csv").write_text("a,b\n1,2\n")
    result = run("new", "shop", "--template", template, "--yes", *arguments)
    assert result.returncode in (1, 2)
    assert message in result.stderr
    assert not (here / "shop").exists()


def test_the_address_of_a_kaggle_page_is_understood(run: Run, here: Path, template: Path) -> None:
    page = "https://www.kaggle.com/datasets/uciml/iris/data?select=Iris.csv"
    options = ("--template", template, "--yes", "--no-git")
    assert run("new", "one", *options, "--data-file", page).returncode == 0
    assert _answers(here / "one")["kaggle_dataset"] == "uciml/iris"
    kaggle = ("-d", "data_source=kaggle", "-d", "kaggle_dataset=https://www.kaggle.com/c/titanic")
    assert run("new", "two", *options, *kaggle).returncode == 0
    assert _answers(here / "two")["kaggle_competition"] == "titanic"


def test_describe_shows_what_a_file_is(run: Run, sales: Write) -> None:
    result = run("describe", sales())
    assert result.returncode == 0, result.stderr
    assert "read as csv, utf-8, separator semicolon" in result.stdout
    assert "target=gekauft" in result.stdout  # not known by its name: asked for
    result = run("describe", sales(), "--json", "-d", "target=gekauft")
    report = json.loads(result.stdout)
    assert (report["schema"], report["command"], report["rows"]) == (1, "describe", 200)
    assert report["settings"]["decimal"] == ","
    assert {"key": "task", "value": "binary"}.items() <= report["proposal"][2].items()


def test_describe_escapes_what_others_wrote(run: Run, here: Path) -> None:
    (here / "t.csv").write_text("\x1b[31mred\u202e,y\n" + "a\x1b]0;x\x07,yes\nb,no\n" * 40)
    result = run("describe", "t.csv", "-d", "target=y")
    assert result.returncode == 0, result.stderr
    assert "\x1b" not in result.stdout + result.stderr
    assert "\u202e" not in result.stdout + result.stderr


@pytest.mark.slow
def test_what_the_student_changed_in_a_sample_file_is_named_and_kept(
    run: Run, here: Path, template: Path, sales: Write
) -> None:
    assert run("new", "shop", "--template", template, "--yes").returncode == 0
    project = here / "shop"
    (project / "features.sql").write_text("SELECT 2\n")
    _git(project, "commit", "-qam", "mine")
    pairs = ("--data", "data_source=local", "--data", "data_path=data/raw/sales.csv")
    result = run("update", "shop", "--yes", *pairs)
    assert result.returncode == 3
    assert "features.sql" in result.stdout + result.stderr
    assert (project / "features.sql").read_text() == "SELECT 2\n"
    assert not (project / "schema.toml").exists()


@pytest.mark.slow
def test_the_commands_import_nothing_heavy_without_data(run: Run, template: Path) -> None:
    import sys

    script = (
        "import sys; from mlstarter.cli import run\n"
        f"run(['new', 'x', '--template', {str(template)!r}, '--yes', '--dry-run'])\n"
        "print({'duckdb', 'openpyxl', 'charset_normalizer', 'pandas', 'mlstarter.data.tables'} & set(sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-1] == "set()"


@pytest.mark.slow
def test_tracked_data_survive_a_clone_with_their_line_ends(
    run: Run, here: Path, sales: Write
) -> None:
    """The SHA-256 of the file is that of its bytes: git may not translate a line end."""
    file = sales()
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    arguments = ("--type", "tabular", "--yes", "--data-file", file, "-d", "target=gekauft")
    result = run("new", "shop", *arguments, "--track-data")
    assert result.returncode == 0, result.stderr
    for setting in ("true", "input", "false"):
        _git(here, "clone", "-q", "-c", f"core.autocrlf={setting}", "shop", setting)
        assert (here / setting / "data/raw/sales.csv").read_bytes() == file.read_bytes()
        assert _git(here / setting, "status", "--porcelain") == ""
