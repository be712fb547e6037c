"""A render as git stores it: asked once for a class, and never remembered where more counts."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from mlstarter.git.clean_filters import clean_for_git
from mlstarter.git.process import Git
from mlstarter.tree import REGULAR, Entry


def render(text: str) -> dict[str, Entry]:
    return {
        ".gitattributes": Entry(REGULAR, f"# {text}\n*.txt text\n".encode()),
        "a.txt": Entry(REGULAR, f"{text}\r\n".encode()),
    }


def bare(folder: Path, attributes: str = "") -> Git:
    subprocess.run(["git", "init", "--quiet", "--bare", str(folder)], check=True)
    if attributes:
        (folder / "info").mkdir(exist_ok=True)
        (folder / "info" / "attributes").write_text(attributes)
    return Git(folder, {"GIT_DIR": str(folder)})


def test_git_is_asked_once_for_the_same_files_of_a_class(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions: list[tuple[str, ...]] = []
    fields = Git.fields

    def count(git: Git, *args: str, stdin: bytes | None = None) -> list[str]:
        questions.append(args)
        return fields(git, *args, stdin=stdin)

    monkeypatch.setattr(Git, "fields", count)
    for name in ("one", "two", "three"):
        tree = render("a class") | {"name.md": Entry(REGULAR, name.encode())}
        clean = clean_for_git(bare(tmp_path / name), tree)
        assert clean["a.txt"].data == b"a class\n"
    assert len(questions) == 1


def test_a_repository_with_attributes_of_its_own_is_asked_itself(tmp_path: Path) -> None:
    tree = render("its own")
    assert clean_for_git(bare(tmp_path / "one"), tree)["a.txt"].data == b"its own\n"
    other = bare(tmp_path / "other", "*.txt -text\n")
    assert clean_for_git(other, tree)["a.txt"].data == b"its own\r\n"


def test_other_attributes_of_the_same_files_are_asked_for(tmp_path: Path) -> None:
    git = bare(tmp_path / "one")
    tree = render("others")
    assert clean_for_git(git, tree)["a.txt"].data == b"others\n"
    tree[".gitattributes"] = Entry(REGULAR, b"*.txt -text\n")
    assert clean_for_git(git, tree)["a.txt"].data == b"others\r\n"
