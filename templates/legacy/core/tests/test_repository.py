"""What git tracks: no credentials, nothing huge."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SECRET_NAME = re.compile(
    r"(^|/)(\.env(\..+)?|kaggle\.json|access_token|credentials(\.json)?|id_(rsa|ed25519)|.+\.(pem|key|p12))$"
)
SECRET_TEXT = re.compile(
    rb"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    rb"|\bKAGGLE_(KEY|API_TOKEN)[ \t]*[=:][ \t]*['\"]?[A-Za-z0-9_-]{16,}"
    rb"|\b(AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|hf_[A-Za-z0-9]{30,})\b"
)
LARGEST = 10_000_000  # bytes; a model or a sample above this belongs elsewhere


def tracked() -> list[Path]:
    """Return the files that git tracks, or skip where this is no repository."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("not a git repository")
    names = done.stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def test_no_secret_like_file_is_tracked() -> None:
    names = [path.relative_to(ROOT).as_posix() for path in tracked()]
    assert [n for n in names if SECRET_NAME.search(n) and n != ".env.example"] == []


def test_no_tracked_file_holds_a_credential() -> None:
    assert [path for path in tracked() if SECRET_TEXT.search(path.read_bytes())] == []


def test_no_tracked_file_is_too_large() -> None:
    assert [path for path in tracked() if path.stat().st_size > LARGEST] == []


@pytest.mark.parametrize("name", [".env", ".env.local", "kaggle.json", "x/access_token", "a.pem"])
def test_a_secret_like_name_is_recognised(name: str) -> None:
    assert SECRET_NAME.search(name)


@pytest.mark.parametrize("name", [".env", "kaggle.json", "data/raw/x.csv", "artifacts/model.onnx"])
def test_git_ignores_credentials_and_data(name: str) -> None:
    done = subprocess.run(["git", "check-ignore", "-q", name], cwd=ROOT, check=False)
    if done.returncode == 128:
        pytest.skip("not a git repository")
    assert done.returncode == 0
