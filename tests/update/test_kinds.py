"""Every kind of file: binary, executable, link, other line endings, filtered, oddly named."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.update.configurations import VARIABLE
from tests.update.story import (
    QUESTIONS,
    Template,
    commit,
    git,
    lines,
    number_lines,
    update,
    write,
)

pytestmark = pytest.mark.usefixtures("identity")


@pytest.mark.slow
def test_a_binary_changed_on_both_sides_is_a_conflict_with_ours_in_place(
    template: Template, dest: Path
) -> None:
    old, mine, theirs = (bytes([n]) * 50 + b"\0\1" for n in (1, 2, 3))
    template.release("1.0.0", {"model.onnx": old, "one.bin": old})
    template.release("1.1.0", {"model.onnx": theirs, "one.bin": theirs})
    template.new(dest, "1.0.0")
    commit(dest, "Mine", {"model.onnx": mine})

    outcome = update(dest)

    assert outcome.status == 3
    assert [c.path for c in outcome.plan.conflicts] == ["model.onnx"]
    assert "not text" in outcome.plan.conflicts[0].reason
    assert (dest / "model.onnx").read_bytes() == mine
    assert (dest / "one.bin").read_bytes() == theirs
    stage = subprocess.run(
        ["git", "cat-file", "blob", ":3:model.onnx"], cwd=dest, capture_output=True, check=True
    )
    assert stage.stdout == theirs


def test_a_file_made_executable_stays_so_and_takes_the_change(
    template: Template, dest: Path
) -> None:
    template.release("1.0.0", {"run.sh": number_lines(9)})
    template.release("1.1.0", {"run.sh": number_lines(9, line9="theirs")})
    template.new(dest, "1.0.0")
    (dest / "run.sh").chmod(0o755)
    commit(dest, "Executable")

    assert update(dest).status == 0

    assert (dest / "run.sh").read_text() == number_lines(9, line9="theirs")
    assert (dest / "run.sh").stat().st_mode & stat.S_IXUSR


def test_a_template_that_makes_a_file_executable_says_so_on_disk(
    template: Template, dest: Path
) -> None:
    template.release("1.0.0", {"run.sh": "echo\n"})
    (template.folder / "run.sh").chmod(0o755)
    template.release("1.1.0", {})
    template.new(dest, "1.0.0")
    assert update(dest).status == 0
    assert (dest / "run.sh").stat().st_mode & stat.S_IXUSR


@pytest.mark.slow
def test_symbolic_links_are_merged_as_links(template: Template, dest: Path) -> None:
    write(template.folder, {"copier.yml": QUESTIONS + "_preserve_symlinks: true\n"})
    (template.folder / "link").symlink_to("a")
    template.release("1.0.0", {"a": "a\n", "b": "b\n"})
    (template.folder / "link").unlink()
    (template.folder / "link").symlink_to("b")
    template.release("1.1.0", {"file": "f\n"})
    template.new(dest, "1.0.0")
    (dest / "mine").symlink_to("a")
    commit(dest, "Mine")

    assert update(dest).status == 0

    assert str((dest / "link").readlink()) == "b"
    assert str((dest / "mine").readlink()) == "a"


@pytest.mark.slow
def test_a_folder_that_becomes_a_file_and_the_other_way_round(
    template: Template, dest: Path
) -> None:
    template.release("1.0.0", {"a/x": "x\n", "a/y": "y\n", "b": "b\n", "far.py": number_lines(20)})
    template.release("1.1.0", {"a/x": None, "a/y": None, "b": None})
    (template.folder / "a").rmdir()
    write(template.folder, {"a": "file\n", "b/z": "z\n"})
    template.release("1.2.0", {})
    template.move("far.py", "deep/far.py").release("1.3.0", {})
    template.new(dest, "1.0.0")
    commit(dest, "Mine", {"far.py": number_lines(20, line1="mine")})

    assert update(dest).status == 0

    assert (dest / "deep/far.py").read_text() == number_lines(20, line1="mine")
    assert (dest / "a").read_text() == "file\n"
    assert (dest / "b/z").read_text() == "z\n"


def test_a_renamed_file_in_other_case_is_no_obstacle_to_itself(
    template: Template, dest: Path
) -> None:
    template.release("1.0.0", {"Readme.md": number_lines(9)})
    template.move("Readme.md", "README.md")
    template.release("1.1.0", {})
    template.new(dest, "1.0.0")
    assert update(dest).status == 0
    assert sorted(p.name for p in dest.glob("[Rr]*")) == ["README.md"]


@pytest.mark.slow
def test_crlf_files_of_a_student_take_the_templates_change(template: Template, dest: Path) -> None:
    template.release("1.0.0", {"train.py": number_lines(20)})
    template.release("1.1.0", {"train.py": number_lines(20, line20="theirs")})
    template.new(dest, "1.0.0")
    mine = number_lines(20, line1="mine").replace("\n", "\r\n").encode()
    commit(dest, "Windows", {"train.py": mine})

    assert update(dest).status == 0

    # With core.autocrlf=input git itself keeps LF, and writes it.
    end = "\n" if os.environ.get(VARIABLE) == "crlf input" else "\r\n"
    expected = number_lines(20, line1="mine", line20="theirs").replace("\n", end).encode()
    assert (dest / "train.py").read_bytes() == expected


@pytest.mark.slow
def test_gitattributes_of_a_student_normalise_both_sides(template: Template, dest: Path) -> None:
    crlf = number_lines(20).replace("\n", "\r\n").encode()
    template.release("1.0.0", {"run.bat": crlf, "a": "a\n"})
    theirs = number_lines(20, line20="theirs").replace("\n", "\r\n").encode()
    template.release("1.1.0", {"run.bat": theirs})
    template.new(dest, "1.0.0")
    write(dest, {".gitattributes": "* text=auto\n*.bat text eol=crlf\n"})
    write(dest, {"run.bat": number_lines(20, line1="mine").replace("\n", "\r\n").encode()})
    git(dest, "add", "--renormalize", ".")
    commit(dest, "Normalise")
    assert b"\r" not in git(dest, "show", "HEAD:run.bat").encode()

    assert update(dest).status == 0

    expected = number_lines(20, line1="mine", line20="theirs")
    assert git(dest, "show", "HEAD:run.bat") == expected
    assert (dest / "run.bat").read_bytes() == expected.replace("\n", "\r\n").encode()
    for path in dest.glob("*"):
        os.utime(path, follow_symlinks=False)
    assert git(dest, "status", "--porcelain") == ""


@pytest.mark.slow
def test_a_union_merge_in_a_subfolders_gitattributes_keeps_both(
    template: Template, dest: Path
) -> None:
    template.release("1.0.0", {"docs/log.md": lines("a", "b")})
    template.release("1.1.0", {"docs/log.md": lines("a", "b", "theirs")})
    template.new(dest, "1.0.0")
    commit(
        dest,
        "Mine",
        {"docs/log.md": lines("a", "b", "mine"), "docs/.gitattributes": "*.md merge=union\n"},
    )
    assert update(dest).status == 0
    assert set((dest / "docs/log.md").read_text().split()) == {"a", "b", "mine", "theirs"}


@pytest.mark.slow
def test_a_filter_such_as_lfs_keeps_pointers_in_git_and_contents_on_disk(
    template: Template, dest: Path, identity: Path
) -> None:
    """A filter with the shape of Git LFS: git stores a pointer, the work tree the contents."""
    store = dest.parent / "store"
    store.mkdir()
    (dest.parent / "clean.py").write_text(
        "import hashlib, pathlib, sys\n"
        "d = sys.stdin.buffer.read()\n"
        "if d.startswith(b'pointer '): sys.stdout.buffer.write(d); sys.exit()\n"
        "h = hashlib.sha256(d).hexdigest()\n"
        f"pathlib.Path({str(store)!r}, h).write_bytes(d)\n"
        "sys.stdout.write('pointer ' + h + '\\n')\n"
    )
    (dest.parent / "smudge.py").write_text(
        "import pathlib, sys\n"
        "d = sys.stdin.read()\n"
        f"sys.stdout.buffer.write(pathlib.Path({str(store)!r}, d.split()[1]).read_bytes())\n"
    )
    for side in ("clean", "smudge"):
        git(
            dest.parent,
            "config",
            "--file",
            str(identity),
            f"filter.big.{side}",
            f"python3 {dest.parent}/{side}.py",
        )
    git(dest.parent, "config", "--file", str(identity), "filter.big.required", "true")
    template.release("1.0.0", {"a.csv": number_lines(500), "b.csv": number_lines(400)})
    template.release(
        "1.1.0", {"a.csv": number_lines(500, line500="theirs"), "new.csv": number_lines(300)}
    )
    template.new(dest, "1.0.0")
    write(dest, {".gitattributes": "*.csv filter=big -text\n"})
    git(dest, "add", "--renormalize", ".")
    commit(dest, "Track data elsewhere", {"b.csv": number_lines(400, line1="mine")})
    assert git(dest, "show", "HEAD:a.csv").startswith("pointer ")

    assert update(dest).status == 0

    assert (dest / "a.csv").read_text() == number_lines(500, line500="theirs")
    assert (dest / "b.csv").read_text() == number_lines(400, line1="mine")
    assert (dest / "new.csv").read_text() == number_lines(300)
    for name in ("a.csv", "b.csv", "new.csv"):
        assert git(dest, "show", f"HEAD:{name}").startswith("pointer ")
    assert git(dest, "status", "--porcelain") == ""


@pytest.mark.slow
def test_a_filtered_file_that_both_changed_is_a_conflict_with_ours_in_place(
    template: Template, dest: Path, identity: Path
) -> None:
    for side in ("clean", "smudge"):
        git(dest.parent, "config", "--file", str(identity), f"filter.rev.{side}", "tac")
    template.release("1.0.0", {"a.csv": number_lines(50)})
    template.release("1.1.0", {"a.csv": number_lines(50, line50="theirs")})
    template.new(dest, "1.0.0")
    write(dest, {".gitattributes": "*.csv filter=rev\n"})
    git(dest, "add", "--renormalize", ".")
    commit(dest, "Mine", {"a.csv": number_lines(50, line1="mine")})

    outcome = update(dest)

    assert outcome.status == 3
    assert (dest / "a.csv").read_text() == number_lines(50, line1="mine")
    assert "theirs" in git(dest, "show", ":3:a.csv")


@pytest.mark.slow
def test_line_separators_and_odd_names_survive(template: Template, dest: Path) -> None:
    template.release("1.0.0", {"a b/\u00e4 'q'.txt": number_lines(9)})
    template.release(
        "1.1.0", {"a b/\u00e4 'q'.txt": number_lines(9, line9="theirs"), "-dash": "d\n"}
    )
    template.new(dest, "1.0.0")
    commit(dest, "Mine", {"a b/\u00e4 'q'.txt": number_lines(9, line1="mine")})
    assert update(dest).status == 0
    assert (dest / "a b/\u00e4 'q'.txt").read_text() == number_lines(
        9, line1="mine", line9="theirs"
    )
    assert (dest / "-dash").read_text() == "d\n"
