"""`mlstarter doctor`: what is missing is said with how to mend it; secrets never are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mlstarter.checks.kaggle import kaggle_credentials
from tests.cli.conftest import Run

GOOD = "0123456789abcdef0123456789abcdef"


@pytest.mark.slow
def test_every_check_is_reported_and_json_says_the_same(run: Run) -> None:
    result = run("doctor", "--json")
    report = json.loads(result.stdout)
    names = [check["name"] for check in report["checks"]]
    assert (report["schema"], report["command"], result.stderr) == (1, "doctor", "")
    assert names == [
        "git", "git identity", "Python", "disk space", "container engine", "settings",
        "Kaggle credentials",
    ]  # fmt: skip
    text = run("doctor").stdout
    for check in report["checks"]:
        assert check["name"] in text
        if check["status"] != "ok":
            assert check["mend"] in text


def test_without_git_doctor_fails_and_says_how_to_mend_it(run: Run, tmp_path: Path) -> None:
    empty = tmp_path / "bin"
    empty.mkdir()
    result = run("doctor", "--json", env={"PATH": str(empty)})
    checks = {check["name"]: check for check in json.loads(result.stdout)["checks"]}
    assert result.returncode == 3
    assert checks["git"]["status"] == "failed"
    assert "install git" in checks["git"]["mend"]
    assert checks["container engine"]["status"] == "warning"


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("trust = [", "cannot be read"),
        ("trust = 3", "is not a list of sources"),
        ("trust = [1]", "is not a list of sources"),
        ('trust = ["ext::x"]', "is no address"),
        (f"x = {'9' * 5000}", "a number has too many digits"),
        ("\ufffd\0", "cannot be read"),
    ],
)
def test_settings_that_cannot_be_read_are_found(
    text: str, words: str, run: Run, tmp_path: Path
) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(text)
    result = run("doctor", "--json", env={"MLSTARTER_SETTINGS": str(settings)})
    checks = {check["name"]: check for check in json.loads(result.stdout)["checks"]}
    assert result.returncode == 3
    assert checks["settings"]["status"] == "failed"
    assert words in checks["settings"]["detail"]


def test_without_an_identity_doctor_gives_the_commands(run: Run, environ: dict[str, str]) -> None:
    (Path(environ["HOME"]) / ".gitconfig").unlink()
    result = run("doctor")
    assert result.returncode == 0
    assert 'git config --global user.name "Your Name"' in result.stdout


@pytest.fixture
def kaggle(tmp_path: Path) -> Path:
    folder = tmp_path / ".kaggle"
    folder.mkdir()
    return folder


def place(path: Path, text: str, mode: int = 0o600) -> None:
    path.write_text(text)
    path.chmod(mode)


def test_credentials_are_found_in_kagglehub_s_order(tmp_path: Path, kaggle: Path) -> None:
    def finding(environ: dict[str, str]) -> str:
        finding = kaggle_credentials(environ, tmp_path)
        assert finding.status == "ok"
        return finding.detail.removeprefix("found in ")

    pair = {"KAGGLE_USERNAME": "ada", "KAGGLE_KEY": GOOD}
    place(kaggle / "kaggle.json", json.dumps({"username": "ada", "key": GOOD}))
    assert finding({}) == "kaggle.json"
    assert finding(pair) == "KAGGLE_USERNAME and KAGGLE_KEY"
    place(kaggle / "access_token", GOOD)
    assert finding(pair) == "~/.kaggle/access_token"
    assert finding({**pair, "KAGGLE_API_TOKEN": GOOD}) == "KAGGLE_API_TOKEN"
    place(tmp_path / "token", GOOD + "\n")
    detail = finding({"KAGGLE_API_TOKEN": str(tmp_path / "token")})
    assert detail == "the file that KAGGLE_API_TOKEN names"


@pytest.mark.parametrize(
    ("environ", "file", "status", "detail"),
    [
        ({}, None, "warning", "none; the embedded data need none"),
        ({"KAGGLE_API_TOKEN": "short"}, None, "failed",
         "KAGGLE_API_TOKEN does not look like a Kaggle token"),
        ({"KAGGLE_USERNAME": "ada"}, None, "failed", "KAGGLE_KEY is not set, the other one is"),
        ({}, "{", "failed", "kaggle.json is not JSON or cannot be read"),
        ({}, '{"username": "ada"}', "failed", 'kaggle.json has no "key"'),
        ({}, "[]", "failed", 'kaggle.json has no "username"'),
    ],
)  # fmt: skip
def test_credentials_that_cannot_work_are_named(
    tmp_path: Path, kaggle: Path, environ: dict[str, str], file: str | None, status: str,
    detail: str,
) -> None:  # fmt: skip
    if file is not None:
        place(kaggle / "kaggle.json", file)
    finding = kaggle_credentials(environ, tmp_path)
    assert (finding.status, finding.detail) == (status, detail)
    assert finding.mend


def test_a_file_that_others_can_read_is_a_warning(tmp_path: Path, kaggle: Path) -> None:
    place(kaggle / "kaggle.json", json.dumps({"username": "ada", "key": GOOD}), 0o644)
    finding = kaggle_credentials({}, tmp_path)
    assert finding.status == "warning"
    assert finding.mend == f"chmod 600 {kaggle / 'kaggle.json'}"


@pytest.mark.slow
def test_no_credential_is_ever_printed(run: Run, environ: dict[str, str]) -> None:
    folder = Path(environ["HOME"]) / ".kaggle"
    folder.mkdir()
    place(folder / "kaggle.json", json.dumps({"username": "ada-l", "key": GOOD}), 0o644)
    for env in ({}, {"KAGGLE_API_TOKEN": GOOD[::-1]}, {"KAGGLE_KEY": GOOD}):
        for arguments in (("doctor",), ("doctor", "--json")):
            result = run(*arguments, env=env)
            report = result.stdout + result.stderr
            assert GOOD not in report
            assert GOOD[::-1] not in report
            assert "ada-l" not in report
