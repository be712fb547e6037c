"""Situations in which other tools lose work: each asserts both sides' content."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.history.story import (
    ANSWERS,
    QUESTIONS,
    Template,
    commit,
    git,
    lines,
    numbered,
    snapshot,
    update,
    write,
)

pytestmark = pytest.mark.usefixtures("identity")


@pytest.fixture
def template(tmp_path: Path) -> Template:
    return Template(tmp_path / "template")


@pytest.fixture
def dest(tmp_path: Path) -> Path:
    return tmp_path / "churn"


def test_both_sides_edits_in_one_file_end_in_one_merge_commit(
    template: Template, dest: Path
) -> None:
    template.release("1.0.0", {"train.py": numbered(20), "old.txt": "old\n"})
    template.release(
        "1.1.0", {"train.py": numbered(20, line20="theirs"), "old.txt": None, "new.txt": "new\n"}
    )
    template.new(dest, "1.0.0")
    mine = commit(dest, "Mine", {"train.py": numbered(20, line1="mine"), "notes.md": "mine\n"})

    done = update(dest)

    assert done.status == 0
    assert (dest / "train.py").read_text() == numbered(20, line1="mine", line20="theirs")
    assert (dest / "notes.md").read_text() == "mine\n"
    assert not (dest / "old.txt").exists()
    assert done.kinds == {"train.py": "merged", "new.txt": "added", "old.txt": "deleted"}
    parents = git(dest, "log", "-1", "--format=%P").split()
    assert parents[0] == mine
    message = git(dest, "log", "-1", "--format=%B")
    assert message.startswith("Update the template from 1.0.0 to 1.1.0\n")
    assert all(name in message for name in ("train.py", "new.txt", "old.txt"))
    assert git(dest, "log", "-1", "--format=%an", parents[1]).strip() == "mlstarter"
    assert git(dest, "log", "-1", "--format=%an %cn").strip() == "Ada Student Ada Student"
    git(dest, "fsck", "--strict")


def test_a_second_update_finds_its_base_in_the_first(template: Template, dest: Path) -> None:
    template.release("1.0.0", {"train.py": numbered(20)})
    template.release("1.1.0", {"train.py": numbered(20, line20="theirs 1")})
    template.new(dest, "1.0.0")
    commit(dest, "Mine", {"train.py": numbered(20, line1="mine")})
    update(dest)
    template.release("1.2.0", {"train.py": numbered(20, line20="theirs 2")})

    done = update(dest)

    assert not done.plan.base_rendered
    assert (dest / "train.py").read_text() == numbered(20, line1="mine", line20="theirs 2")
    assert update(dest).plan.up_to_date


def test_a_conflict_is_an_ordinary_merge_with_both_sides_named(
    template: Template, dest: Path
) -> None:
    template.release("1.0.0", {"train.py": numbered(9), "other.py": "a\n"})
    template.release("1.1.0", {"train.py": numbered(9, line5="theirs"), "other.py": "b\n"})
    template.new(dest, "1.0.0")
    before = commit(dest, "Mine", {"train.py": numbered(9, line5="mine")})

    done = update(dest)

    assert done.status == 3
    assert [c.path for c in done.plan.conflicts] == ["train.py"]
    assert "same lines" in done.plan.conflicts[0].reason
    text = (dest / "train.py").read_text()
    marked = lines(
        "<<<<<<< yours", "mine", "||||||| template-1.0.0", "line 5", "=======", "theirs",
        ">>>>>>> template-1.1.0",
    )  # fmt: skip
    assert marked in text
    assert (dest / "other.py").read_text() == "b\n"
    assert git(dest, "rev-parse", "HEAD").strip() == before
    assert "All conflicts fixed" not in git(dest, "status")
    assert git(dest, "diff", "--name-only", "--diff-filter=U").split() == ["train.py"]
    assert git(dest, "show", ":2:train.py") == numbered(9, line5="mine")
    assert git(dest, "show", ":3:train.py") == numbered(9, line5="theirs")
    assert git(dest, "show", ":1:train.py") == numbered(9)

    write(dest, {"train.py": numbered(9, line5="both")})
    git(dest, "add", "train.py")
    git(dest, "-c", "core.editor=true", "merge", "--continue")
    assert len(git(dest, "log", "-1", "--format=%P").split()) == 2
    assert (
        git(dest, "log", "-1", "--format=%s").strip() == "Update the template from 1.0.0 to 1.1.0"
    )
    assert update(dest).plan.up_to_date


def test_a_conflict_can_be_left_with_git_merge_abort(template: Template, dest: Path) -> None:
    template.release("1.0.0", {"train.py": numbered(9)})
    template.release("1.1.0", {"train.py": numbered(9, line5="theirs"), "deep/new.py": "n\n"})
    template.new(dest, "1.0.0")
    commit(dest, "Mine", {"train.py": numbered(9, line5="mine")})
    write(dest, {"untracked.txt": "stays\n"})
    before = snapshot(dest)

    assert update(dest).status == 3
    git(dest, "merge", "--abort")

    assert snapshot(dest) == before
    assert git(dest, "status", "--porcelain") == "?? untracked.txt\n"


def test_a_mergetool_resolves_the_conflict(template: Template, dest: Path) -> None:
    template.release("1.0.0", {"train.py": numbered(9)})
    template.release("1.1.0", {"train.py": numbered(9, line5="theirs")})
    template.new(dest, "1.0.0")
    commit(dest, "Mine", {"train.py": numbered(9, line5="mine")})
    update(dest)
    tool = 'mergetool.t.cmd=cat "$LOCAL" "$REMOTE" > "$MERGED"'
    git(dest, "-c", tool, "-c", "mergetool.t.trustExitCode=true", "mergetool", "-y", "--tool=t")
    text = (dest / "train.py").read_text()
    assert "mine" in text and "theirs" in text
    git(dest, "commit", "-q", "--no-edit")
    assert "# Conflicts" not in git(dest, "log", "-1", "--format=%B")


def test_an_edit_in_a_file_that_the_template_renamed_moves_along(
    template: Template, dest: Path
) -> None:
    template.release("1.0.0", {"src/train.py": numbered(30)})
    template.move("src/train.py", "src/fit.py")
    template.release("1.1.0", {"src/fit.py": numbered(30, line30="theirs")})
    template.new(dest, "1.0.0")
    commit(dest, "Mine", {"src/train.py": numbered(30, line2="mine")})

    done = update(dest)

    assert done.status == 0
    assert (dest / "src/fit.py").read_text() == numbered(30, line2="mine", line30="theirs")
    assert not (dest / "src/train.py").exists()
    renamed = next(c for c in done.plan.changes if c.path == "src/fit.py")
    assert (renamed.kind, renamed.old_path) == ("renamed", "src/train.py")


def test_a_file_that_the_student_moved_gets_the_templates_change(
    template: Template, dest: Path
) -> None:
    template.release("1.0.0", {"train.py": numbered(30)})
    template.release("1.1.0", {"train.py": numbered(30, line30="theirs")})
    template.new(dest, "1.0.0")
    git(dest, "mv", "train.py", "fit.py")
    commit(dest, "Move", {"fit.py": numbered(30, line2="mine")})

    assert update(dest).status == 0

    assert (dest / "fit.py").read_text() == numbered(30, line2="mine", line30="theirs")
    assert not (dest / "train.py").exists()


def test_an_edited_file_that_the_template_deleted_stays_as_a_conflict(
    template: Template, dest: Path
) -> None:
    template.release("1.0.0", {"train.py": numbered(9), "keep": "k\n"})
    template.release("1.1.0", {"train.py": None})
    template.new(dest, "1.0.0")
    commit(dest, "Mine", {"train.py": numbered(9, line1="mine")})

    done = update(dest)

    assert done.status == 3
    assert "the template deleted it" in done.plan.conflicts[0].reason
    assert (dest / "train.py").read_text() == numbered(9, line1="mine")


def test_a_file_that_the_student_deleted_and_the_template_changed_is_a_conflict(
    template: Template, dest: Path
) -> None:
    template.release("1.0.0", {"train.py": numbered(9), "gone.py": "unchanged\n"})
    template.release("1.1.0", {"train.py": numbered(9, line1="theirs")})
    template.new(dest, "1.0.0")
    commit(dest, "Delete", {"train.py": None, "gone.py": None})

    done = update(dest)

    assert done.status == 3
    assert "you deleted or moved it" in done.plan.conflicts[0].reason
    assert (dest / "train.py").read_text() == numbered(9, line1="theirs")
    assert not (dest / "gone.py").exists()


def test_a_binary_changed_on_both_sides_is_a_conflict_with_ours_in_place(
    template: Template, dest: Path
) -> None:
    old, mine, theirs = (bytes([n]) * 50 + b"\0\1" for n in (1, 2, 3))
    template.release("1.0.0", {"model.onnx": old, "one.bin": old})
    template.release("1.1.0", {"model.onnx": theirs, "one.bin": theirs})
    template.new(dest, "1.0.0")
    commit(dest, "Mine", {"model.onnx": mine})

    done = update(dest)

    assert done.status == 3
    assert [c.path for c in done.plan.conflicts] == ["model.onnx"]
    assert "not text" in done.plan.conflicts[0].reason
    assert (dest / "model.onnx").read_bytes() == mine
    assert (dest / "one.bin").read_bytes() == theirs
    stage = subprocess.run(
        ["git", "cat-file", "blob", ":3:model.onnx"], cwd=dest, capture_output=True, check=True
    )
    assert stage.stdout == theirs


def test_a_file_that_both_added_differently_is_a_conflict(template: Template, dest: Path) -> None:
    template.release("1.0.0", {"a": "a\n"})
    template.release("1.1.0", {"new.py": "theirs\n"})
    template.new(dest, "1.0.0")
    commit(dest, "Mine", {"new.py": "mine\n"})
    done = update(dest)
    assert done.status == 3
    assert "both added" in done.plan.conflicts[0].reason
    text = (dest / "new.py").read_text()
    assert "mine\n" in text and "theirs\n" in text


def test_a_file_made_executable_stays_so_and_takes_the_change(
    template: Template, dest: Path
) -> None:
    template.release("1.0.0", {"run.sh": numbered(9)})
    template.release("1.1.0", {"run.sh": numbered(9, line9="theirs")})
    template.new(dest, "1.0.0")
    (dest / "run.sh").chmod(0o755)
    commit(dest, "Executable")

    assert update(dest).status == 0

    assert (dest / "run.sh").read_text() == numbered(9, line9="theirs")
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


def test_a_folder_that_becomes_a_file_and_the_other_way_round(
    template: Template, dest: Path
) -> None:
    template.release("1.0.0", {"a/x": "x\n", "a/y": "y\n", "b": "b\n", "far.py": numbered(20)})
    template.release("1.1.0", {"a/x": None, "a/y": None, "b": None})
    (template.folder / "a").rmdir()
    write(template.folder, {"a": "file\n", "b/z": "z\n"})
    template.release("1.2.0", {})
    template.move("far.py", "deep/far.py").release("1.3.0", {})
    template.new(dest, "1.0.0")
    commit(dest, "Mine", {"far.py": numbered(20, line1="mine")})

    assert update(dest).status == 0

    assert (dest / "deep/far.py").read_text() == numbered(20, line1="mine")
    assert (dest / "a").read_text() == "file\n"
    assert (dest / "b/z").read_text() == "z\n"


def test_an_untracked_file_elsewhere_is_left_alone(template: Template, dest: Path) -> None:
    template.release("1.0.0", {".gitignore": "*.env\nout/\n", "a": "a\n"})
    template.release("1.1.0", {"a": "b\n"})
    template.new(dest, "1.0.0")
    write(dest, {"secret.env": "key\n", "out/model": "m\n", "draft.md": "d\n"})
    before = snapshot(dest)
    assert update(dest).status == 0
    after = snapshot(dest)
    for name in ("secret.env", "out/model", "draft.md"):
        assert after[name] == before[name]


def test_a_renamed_file_in_other_case_is_no_obstacle_to_itself(
    template: Template, dest: Path
) -> None:
    template.release("1.0.0", {"Readme.md": numbered(9)})
    template.move("Readme.md", "README.md")
    template.release("1.1.0", {})
    template.new(dest, "1.0.0")
    assert update(dest).status == 0
    assert sorted(p.name for p in dest.glob("[Rr]*")) == ["README.md"]


def test_crlf_files_of_a_student_take_the_templates_change(template: Template, dest: Path) -> None:
    template.release("1.0.0", {"train.py": numbered(20)})
    template.release("1.1.0", {"train.py": numbered(20, line20="theirs")})
    template.new(dest, "1.0.0")
    mine = numbered(20, line1="mine").replace("\n", "\r\n").encode()
    commit(dest, "Windows", {"train.py": mine})

    assert update(dest).status == 0

    expected = numbered(20, line1="mine", line20="theirs").replace("\n", "\r\n").encode()
    assert (dest / "train.py").read_bytes() == expected


def test_gitattributes_of_a_student_normalise_both_sides(template: Template, dest: Path) -> None:
    crlf = numbered(20).replace("\n", "\r\n").encode()
    template.release("1.0.0", {"run.bat": crlf, "a": "a\n"})
    theirs = numbered(20, line20="theirs").replace("\n", "\r\n").encode()
    template.release("1.1.0", {"run.bat": theirs})
    template.new(dest, "1.0.0")
    write(dest, {".gitattributes": "* text=auto\n*.bat text eol=crlf\n"})
    write(dest, {"run.bat": numbered(20, line1="mine").replace("\n", "\r\n").encode()})
    git(dest, "add", "--renormalize", ".")
    commit(dest, "Normalise")
    assert b"\r" not in git(dest, "show", "HEAD:run.bat").encode()

    assert update(dest).status == 0

    expected = numbered(20, line1="mine", line20="theirs")
    assert git(dest, "show", "HEAD:run.bat") == expected
    assert (dest / "run.bat").read_bytes() == expected.replace("\n", "\r\n").encode()
    for path in dest.glob("*"):
        os.utime(path, follow_symlinks=False)
    assert git(dest, "status", "--porcelain") == ""


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
    template.release("1.0.0", {"a.csv": numbered(500), "b.csv": numbered(400)})
    template.release("1.1.0", {"a.csv": numbered(500, line500="theirs"), "new.csv": numbered(300)})
    template.new(dest, "1.0.0")
    write(dest, {".gitattributes": "*.csv filter=big -text\n"})
    git(dest, "add", "--renormalize", ".")
    commit(dest, "Track data elsewhere", {"b.csv": numbered(400, line1="mine")})
    assert git(dest, "show", "HEAD:a.csv").startswith("pointer ")

    assert update(dest).status == 0

    assert (dest / "a.csv").read_text() == numbered(500, line500="theirs")
    assert (dest / "b.csv").read_text() == numbered(400, line1="mine")
    assert (dest / "new.csv").read_text() == numbered(300)
    for name in ("a.csv", "b.csv", "new.csv"):
        assert git(dest, "show", f"HEAD:{name}").startswith("pointer ")
    assert git(dest, "status", "--porcelain") == ""


def test_a_filtered_file_that_both_changed_is_a_conflict_with_ours_in_place(
    template: Template, dest: Path, identity: Path
) -> None:
    for side in ("clean", "smudge"):
        git(dest.parent, "config", "--file", str(identity), f"filter.rev.{side}", "tac")
    template.release("1.0.0", {"a.csv": numbered(50)})
    template.release("1.1.0", {"a.csv": numbered(50, line50="theirs")})
    template.new(dest, "1.0.0")
    write(dest, {".gitattributes": "*.csv filter=rev\n"})
    git(dest, "add", "--renormalize", ".")
    commit(dest, "Mine", {"a.csv": numbered(50, line1="mine")})

    done = update(dest)

    assert done.status == 3
    assert (dest / "a.csv").read_text() == numbered(50, line1="mine")
    assert "theirs" in git(dest, "show", ":3:a.csv")


def test_answers_edited_by_hand_are_new_answers(template: Template, dest: Path) -> None:
    write(template.folder, {"copier.yml": QUESTIONS + "zcolour: {type: str, default: red}\n"})
    template.release("1.0.0", {"a.txt.jinja": "{{ zcolour }}\n" + numbered(9)})
    template.release("1.1.0", {"a.txt.jinja": "{{ zcolour }}\n" + numbered(9, line9="theirs")})
    template.new(dest, "1.0.0")
    path = dest / ".copier-answers.yml"
    commit(dest, "By hand", {path.name: path.read_text().replace("red", "blue")})

    done = update(dest)

    assert done.status == 0
    assert (dest / "a.txt").read_text() == "blue\n" + numbered(9, line9="theirs")
    assert "zcolour: blue" in path.read_text()
    assert "_commit: 1.1.0" in path.read_text()


def test_a_comment_in_the_answers_file_is_not_lost(template: Template, dest: Path) -> None:
    template.release("1.0.0", {"a": "a\n"})
    template.release("1.1.0", {"a": "b\n"})
    template.new(dest, "1.0.0")
    path = dest / ".copier-answers.yml"
    commit(dest, "Comment", {path.name: path.read_text() + "# mine\n"})
    update(dest)
    assert "# mine" in path.read_text()
    assert "1.1.0" in path.read_text()


def test_new_answers_alone_are_a_merge_too(template: Template, dest: Path) -> None:
    template.release("1.0.0", {"a.txt.jinja": "{{ name }}\n" + numbered(9)})
    template.new(dest, "1.0.0", name="churn")
    commit(dest, "Mine", {"a.txt": "churn\n" + numbered(9, line9="mine")})

    done = update(dest, data={"name": "sales"})

    assert done.status == 0
    assert (dest / "a.txt").read_text() == "sales\n" + numbered(9, line9="mine")
    assert done.prepared.changed_answers == {"name": "sales"}
    assert "with other answers" in git(dest, "log", "-1", "--format=%s")


def test_a_new_question_takes_its_default_and_is_shown(template: Template, dest: Path) -> None:
    template.release("1.0.0", {"a": "a\n"})
    write(template.folder, {"copier.yml": QUESTIONS + "colour: {type: str, default: red}\n"})
    template.release("1.1.0", {"c.jinja": "{{ colour }}\n"})
    template.new(dest, "1.0.0")
    done = update(dest)
    assert done.prepared.new_answers == {"colour": "red"}
    assert (dest / "c").read_text() == "red\n"


def test_a_renamed_question_takes_the_old_ones_answer(template: Template, dest: Path) -> None:
    write(template.folder, {"copier.yml": QUESTIONS + "colour: {type: str, default: red}\n"})
    template.release("1.0.0", {"c.jinja": "{{ colour }}\n"})
    renamed = QUESTIONS + "tint: {type: str, default: \"{{ colour | default('red') }}\"}\n"
    template.release("1.1.0", {"copier.yml": renamed, "c.jinja": "{{ tint }}\n"})
    template.new(dest, "1.0.0", colour="blue")
    done = update(dest)
    assert done.prepared.new_answers == {"tint": "blue"}
    assert (dest / "c").read_text() == "blue\n"
    assert "colour" not in (dest / ".copier-answers.yml").read_text()


def test_a_project_made_with_the_answers_files_own_name_of_old_stays_readable(
    template: Template, dest: Path
) -> None:
    template.release(
        "1.0.0", {ANSWERS: "# Written by the template\n{{ _copier_answers|to_nice_yaml }}"}
    )
    template.new(dest, "1.0.0")
    template.release("1.1.0", {"a": "a\n"})
    assert update(dest).status == 0
    assert (dest / ".copier-answers.yml").read_text().startswith("# Written by the template\n")


def test_line_separators_and_odd_names_survive(template: Template, dest: Path) -> None:
    template.release("1.0.0", {'a b/\u00e4 "q".txt': numbered(9)})
    template.release("1.1.0", {'a b/\u00e4 "q".txt': numbered(9, line9="theirs"), "-dash": "d\n"})
    template.new(dest, "1.0.0")
    commit(dest, "Mine", {'a b/\u00e4 "q".txt': numbered(9, line1="mine")})
    assert update(dest).status == 0
    assert (dest / 'a b/\u00e4 "q".txt').read_text() == numbered(9, line1="mine", line9="theirs")
    assert (dest / "-dash").read_text() == "d\n"
