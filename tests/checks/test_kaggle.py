"""Kaggle's credentials: found in kagglehub's order, judged, never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlstarter.checks.kaggle import kaggle_credentials

GOOD = "KGAT_" + "a1b2c3d4" * 4


def place(home: Path, name: str, text: str, mode: int = 0o600) -> None:
    path = home / ".kaggle" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def test_without_any_it_is_a_warning_with_the_next_step(tmp_path: Path) -> None:
    finding = kaggle_credentials({}, tmp_path)
    assert (finding.status, "kaggle.com/settings" in finding.mend) == ("warning", True)


@pytest.mark.parametrize(
    ("environ", "status", "detail"),
    [
        ({"KAGGLE_API_TOKEN": GOOD}, "ok", "found in KAGGLE_API_TOKEN"),
        ({"KAGGLE_API_TOKEN": "short"}, "failed", "does not look like a Kaggle token"),
        ({"KAGGLE_API_TOKEN": f"{GOOD} x"}, "failed", "does not look like"),
        ({"KAGGLE_USERNAME": "ada", "KAGGLE_KEY": GOOD}, "ok", "KAGGLE_USERNAME and KAGGLE_KEY"),
        ({"KAGGLE_USERNAME": "ada"}, "failed", "KAGGLE_KEY is not set"),
        ({"KAGGLE_KEY": GOOD}, "failed", "KAGGLE_USERNAME is not set"),
    ],
)
def test_a_variable(environ: dict[str, str], status: str, detail: str, tmp_path: Path) -> None:
    finding = kaggle_credentials(environ, tmp_path)
    assert finding.status == status
    assert detail in finding.detail
    assert GOOD not in f"{finding.detail} {finding.mend}"


@pytest.mark.parametrize(
    ("name", "text", "mode", "status", "detail"),
    [
        ("access_token", GOOD, 0o600, "ok", "~/.kaggle/access_token"),
        ("access_token", GOOD, 0o644, "warning", "can be read by other users"),
        ("access_token.txt", GOOD, 0o600, "ok", "access_token.txt"),
        ("kaggle.json", "{", 0o600, "failed", "is not JSON"),
        ("kaggle.json", "[]", 0o600, "failed", 'has no "username"'),
        ("kaggle.json", '{"username": "ada"}', 0o600, "failed", 'has no "key"'),
        ("kaggle.json", f'{{"username": "ada", "key": "{GOOD}"}}', 0o600, "ok", "kaggle.json"),
        ("kaggle.json", f'{{"username": "ada", "key": "{GOOD}"}}', 0o604, "warning", "chmod"),
    ],
)
def test_a_file(name: str, text: str, mode: int, status: str, detail: str, tmp_path: Path) -> None:
    place(tmp_path, name, text, mode)
    finding = kaggle_credentials({}, tmp_path)
    assert finding.status == status
    assert detail in f"{finding.detail} {finding.mend}"
    assert GOOD not in f"{finding.detail} {finding.mend}"
