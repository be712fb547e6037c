"""`describe FILE PROJECT`: what it writes into a project, or the commands that bring it there."""

from __future__ import annotations

import shlex
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.conftest import Run
from tests.data.conftest import Write


@pytest.fixture
def shop(run: Run, here: Path, template: Path, sales: Write) -> Path:
    """Return a project that was made of a file of sales, which lies in its data/raw."""
    arguments = ("--template", template, "--yes", "--data-file", sales(), "-d", "target=gekauft")
    assert run("new", "shop", *arguments).returncode == 0
    return here / "shop"


def commands_in(output: str) -> list[str]:
    """Return the commands that an output shows, each on a line of its own."""
    return [line.strip() for line in output.splitlines() if line.startswith("  mlstarter")]


@pytest.mark.slow
def test_describe_shows_changes_before_it_writes_and_keeps_what_the_owner_wrote(
    run: Run, here: Path, template: Path, sales: Write
) -> None:
    arguments = ("--template", template, "--yes", "--data-file", sales(), "-d", "target=gekauft")
    assert run("new", "shop", *arguments).returncode == 0
    project = here / "shop"
    text = (project / "schema.toml").read_text()
    (project / "schema.toml").write_text(text.replace('title = "Art"', 'title = "Kind of sale"'))
    config = (project / "config.toml").read_text()
    (project / "data/raw/sales.csv").write_bytes(
        sales().read_bytes().replace(b";", b"\t").replace(b"betrag", b"Betrag")
    )
    output = run("describe", project / "data/raw/sales.csv", project)
    assert output.returncode == 0, output.stderr
    assert '+separator = "\\\\t"' in output.stdout or '+separator = "\\t"' in output.stdout
    assert "Add --yes" in output.stdout
    assert (project / "config.toml").read_text() == config
    result = run("describe", project / "data/raw/sales.csv", project, "--yes")
    assert result.returncode == 0, result.stderr
    assert "make train" in result.stdout
    data = tomllib.loads((project / "config.toml").read_text())["data"]
    assert data["separator"] == "\t"
    assert "# of a CSV file" in (project / "config.toml").read_text()
    schema = tomllib.loads((project / "schema.toml").read_text())
    assert {f["name"]: f["title"] for f in schema["features"]} == {
        "Betrag": "Betrag", "art": "Kind of sale", "größe": "Größe",
    }  # fmt: skip
    again = run("describe", project / "data/raw/sales.csv", project, "--yes")
    assert "Written: nothing" in again.stdout


@pytest.mark.slow
def test_from_the_sample_to_ones_own_file_by_the_commands_that_describe_shows(
    run: Run, here: Path, template: Path, sales: Write
) -> None:
    assert run("new", "shop", "--template", template, "--yes").returncode == 0
    file, project = sales(), here / "shop"
    output = run("describe", file, "shop", "-d", "target=gekauft")
    assert output.returncode == 0, output.stderr
    commands = commands_in(output.stdout)
    assert len(commands) == 2
    for command in commands:
        result = run(*shlex.split(command)[1:], "--yes")
        assert result.returncode == 0, result.stderr
        if command.startswith("mlstarter update"):
            assert f"Next: mlstarter describe FILE {project}" in result.stdout
    assert not (project / "features.sql").exists()  # the sample's, untouched: gone
    schema = tomllib.loads((project / "schema.toml").read_text())
    assert schema["target"]["name"] == "gekauft"
    assert (project / "data/raw/sales.csv").is_file()
    assert tomllib.loads((project / "config.toml").read_text())["data"]["separator"] == ";"


@pytest.mark.slow
def test_an_update_from_the_first_edition_ends_with_the_command_that_describes_the_table(
    run: Run, here: Path, sales: Write
) -> None:
    arguments = ("--ref", "0.1.0", "--yes", "--data-file", sales(), "-d", "target=gekauft")
    outcome = run("new", "shop", *arguments, "-d", "author_name=A", "-d", "author_email=")
    assert outcome.returncode == 0, outcome.stderr
    # In it schema.toml was the template's; what stands in it now is its owner's.
    output = run("update", "shop").stdout
    project = here / "shop"
    assert f"Next: mlstarter describe {project / 'data/raw/sales.csv'} {project}" in output
    assert not (project / "schema.toml").exists()


@pytest.mark.slow
@pytest.mark.parametrize("copy", ["--copy", "--no-copy"])
def test_a_file_from_elsewhere_is_not_called_kaggles(
    run: Run, here: Path, template: Path, sales: Write, copy: str
) -> None:
    kaggle = ("-d", "data_source=kaggle", "-d", "kaggle_dataset=owner/set", "-d", "target=gekauft")
    arguments = ("--type", "tabular", "--template", template, "--yes", *kaggle)
    assert run("new", "shop", *arguments).returncode == 0
    output = run("describe", sales(), "shop", copy)
    assert "fetches its data from Kaggle" in output.stdout, output.stderr
    for command in commands_in(output.stdout):
        result = run(*shlex.split(command)[1:], "--yes")
        assert result.returncode == 0, result.stderr
    data = tomllib.loads((here / "shop/config.toml").read_text())["data"]
    assert data["source"] == "local" and "kaggle" not in data
    path = "data/raw/sales.csv" if copy == "--copy" else "env:DATA_FILE"
    assert data["path"] == path and data["separator"] == ";"


@pytest.mark.slow
def test_a_file_that_lies_in_a_project_of_kaggle_stays_kaggles(
    run: Run, here: Path, template: Path, sales: Write
) -> None:
    kaggle = ("-d", "data_source=kaggle", "-d", "kaggle_dataset=owner/set", "-d", "target=gekauft")
    arguments = ("--type", "tabular", "--template", template, "--yes", *kaggle)
    assert run("new", "shop", *arguments).returncode == 0
    file = here / "shop/data/raw/set/sales.csv"
    file.parent.mkdir(parents=True)
    file.write_bytes(sales().read_bytes())
    output = run("describe", file, "shop")
    assert "fetches its data from Kaggle" not in output.stdout, output.stderr


@pytest.mark.slow
def test_a_project_of_another_task_or_split_is_brought_to_a_file_by_an_update(
    run: Run, shop: Path
) -> None:
    file, schema = shop / "data/raw/sales.csv", shop / "schema.toml"
    before = schema.read_text()
    own_answers = ("-d", "target=art", "-d", "task=multiclass", "-d", "split_rule=stratified")
    output = run("describe", file, "shop", "--yes", *own_answers)
    assert output.returncode == 0, output.stderr
    update, describe = commands_in(output.stdout)
    assert "--data task=multiclass --data split_rule=stratified" in update
    assert "--data target=art" in describe and "task=" not in describe
    assert schema.read_text() == before


@pytest.mark.slow
def test_a_column_of_another_kind_is_read_anew_and_comments_stay_where_nothing_changes(
    run: Run, shop: Path
) -> None:
    file, schema = shop / "data/raw/sales.csv", shop / "schema.toml"
    schema.write_text(f"# mine\n{schema.read_text()}")
    again = run("describe", file, "shop", "--yes")
    assert "Written: nothing" in again.stdout and schema.read_text().startswith("# mine")
    rows = [line.split(";") for line in file.read_text().splitlines()]
    rows[1:] = [[day, "viel" if len(x) > 4 else "wenig", *rest] for day, x, *rest in rows[1:]]
    file.write_text("\n".join(";".join(row) for row in rows))
    assert run("describe", file, "shop", "--yes").returncode == 0
    features = tomllib.loads(schema.read_text())["features"]
    assert next(f["kind"] for f in features if f["name"] == "betrag") == "category"
    file.write_text(file.read_text().replace("gekauft", "bezahlt"))
    refusal = run("describe", file, "shop", "--yes")
    assert "--data target=" in refusal.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ending", "answer"), [("parquet", "data_format"), ("csv.gz", "data_path")]
)
def test_a_project_gets_the_reader_of_another_kind_of_file_by_the_commands_that_describe_shows(
    run: Run, here: Path, shop: Path, sales: Write, ending: str, answer: str
) -> None:
    table = pd.read_csv(sales(), sep=";", decimal=",")
    other = here / f"other.{ending}"
    table.to_parquet(other) if ending == "parquet" else table.to_csv(other, index=False)
    output = run("describe", other, "shop", "--yes")
    assert output.returncode == 0, output.stderr
    update, describe = commands_in(output.stdout)
    assert "no reader" in output.stdout and f"--data {answer}=" in update
    for command in (update, describe):
        result = run(*shlex.split(command)[1:], "--yes")
        assert result.returncode == 0, result.stderr
    data = tomllib.loads((shop / "config.toml").read_text())["data"]
    assert (data["path"], data["format"]) == (f"data/raw/other.{ending}", ending.partition(".")[0])


def _project(folder: Path, answers: str, config: str) -> None:
    """Write what `describe` reads of a project."""
    folder.mkdir()
    (folder / ".copier-answers.yml").write_text(answers)
    (folder / "config.toml").write_text(f"[data]\n{config}")


@pytest.mark.slow
def test_texts_of_another_file_are_written_into_a_project_or_brought_by_an_update(
    run: Run, here: Path
) -> None:
    lines = [f"{'so good a' if i % 2 else 'a very bad'} film {i} it is;{i % 2}" for i in range(80)]
    rows = [f"{line};u{i // 4}" for i, line in enumerate(lines)]
    file = here / "new.csv"
    file.write_text("\n".join(["body;mood;user", *rows]))
    answers = "project_type: nlp\ndata_source: local\ntext_column: text\ntarget: label\n"
    config = 'source = "local"\npath = "data/raw/old.csv"\nseparator = ","\ntext = "text"\n'
    _project(here / "own", answers, f'{config}label = "label"\ngroup = ""\n')
    _project(here / "sample", "project_type: nlp\ndata_source: sample\n", 'source = "sample"\n')
    columns = ("-d", "text_column=body", "-d", "target=mood")
    assert "--data text_column=" in run("describe", file, here / "own", "--yes").stderr
    result = run("describe", file, here / "own", "--yes", *columns)
    assert result.returncode == 0, result.stderr
    data = tomllib.loads((here / "own/config.toml").read_text())["data"]
    assert (data["path"], data["separator"]) == ("data/raw/new.csv", ";")
    assert (data["text"], data["label"], data["group"]) == ("body", "mood", "user")
    copy = here / "own/data/raw/new.csv"
    assert copy.read_bytes() == file.read_bytes()
    assert "Written: nothing" in run("describe", copy, here / "own", "--yes").stdout
    output = run("describe", file, here / "sample", "--yes", *columns).stdout
    update = next(line for line in output.splitlines() if "mlstarter update" in line)
    assert "data_source=local" in update and "text_group=user" in update


@pytest.mark.slow
def test_recordings_of_other_words_are_brought_to_a_project_by_an_update(
    run: Run, here: Path
) -> None:
    for folder, text in (("more", "no"), ("new", "hello there")):
        (here / folder).mkdir()
        rows = [f"{i}.wav,{text},s{i}" for i in range(4)]
        (here / folder / "manifest.csv").write_text("\n".join(["path,text,speaker", *rows]))
        for i in range(4):
            (here / folder / f"{i}.wav").write_bytes(b"RIFF")
    answers = "project_type: asr\ndata_source: local\nspeech_task: commands\n"
    _project(here / "shop", answers, 'source = "local"\npath = "data/raw/old"\n')
    output = run("describe", here / "new", here / "shop", "--yes").stdout
    assert "--data speech_task=open" in output
    assert run("describe", here / "more", here / "shop", "--yes").returncode == 0
    data = tomllib.loads((here / "shop/config.toml").read_text())["data"]
    assert data["path"] == "data/raw/more"
    assert (here / "shop/data/raw/more/manifest.csv").is_file()


def test_describe_needs_a_project_where_it_is_to_write(run: Run, here: Path, sales: Write) -> None:
    (here / "empty").mkdir()
    result = run("describe", sales(), "empty", "-d", "target=gekauft")
    assert result.returncode == 1
    assert "is no project of mlstarter" in result.stderr
