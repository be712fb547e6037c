"""The parts of an update, each against git itself or the file system."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlstarter.changelog import between
from mlstarter.git.attributes import flatten
from mlstarter.git.objects import Leaf, ObjectSet, object_id
from mlstarter.update.apply.worktree import find_obstacle, move_in
from mlstarter.versions import parse_version
from tests.update.story import git, write

pytestmark = pytest.mark.usefixtures("identity")


def attributes_of(folder: Path, paths: list[str]) -> str:
    process = subprocess.run(
        ["git", "check-attr", "-z", "--stdin", "--all"],
        cwd=folder, input="\0".join(paths).encode() + b"\0", capture_output=True, check=True,
    )  # fmt: skip
    rows = process.stdout.decode().split("\0")
    matches = list(zip(rows[::3], rows[1::3], rows[2::3], strict=False))
    return "\n".join(sorted(map(str, matches)))


def test_flattened_attributes_mean_what_the_files_meant(tmp_path: Path) -> None:
    files = {
        ".gitattributes": b"# top\n[attr]big -diff -merge -text\n*.csv big\n*.md merge=union\n"
        b'/only.txt eol=lf\ndocs/*.md text\n"with space.txt" eol=crlf\n',
        "docs/.gitattributes": b"*.md -merge\n/api.md eol=lf\nsub/*.txt text\nguide/** ident\n",
        "docs/deep/.gitattributes": b"*.md merge=union\n*.csv text\n",
        "odd [x]/.gitattributes": b'*.md eol=crlf\n"b c.md" -text\n',
    }
    paths = [
        "a.csv", "a.md", "only.txt", "x/only.txt", "docs/a.md", "docs/api.md", "docs/x/api.md",
        "docs/sub/a.txt", "docs/deep/sub/a.txt", "docs/guide/a/b", "docs/deep/a.md",
        "docs/deep/er/a.md", "docs/deep/a.csv", "with space.txt", "odd [x]/a.md", "odd x/a.md",
        "odd [x]/b c.md", "odd [x]/y/b c.md",
    ]  # fmt: skip
    tree, flat = tmp_path / "tree", tmp_path / "flat"
    for folder in (tree, flat):
        folder.mkdir()
        git(folder, "init", "-q")
        write(folder, dict.fromkeys(paths, "x\n"))
    write(tree, files)
    (flat / ".git/info").mkdir(exist_ok=True)
    (flat / ".git/info/attributes").write_bytes(flatten(files))
    assert attributes_of(flat, paths) == attributes_of(tree, paths)


names = st.text("ab.-_ é", min_size=1, max_size=3).filter(lambda n: n not in (".", ".."))
paths = st.lists(names, min_size=1, max_size=3).map("/".join)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.dictionaries(paths, st.binary(max_size=20), min_size=1, max_size=8))
def test_trees_and_packs_are_what_git_writes(files: dict[str, bytes]) -> None:
    import tempfile

    plain_files = {p: d for p, d in files.items() if not any(q.startswith(p + "/") for q in files)}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        git(folder, "init", "-q", "--bare", ".")
        objects = ObjectSet()
        leaves = {p: Leaf(0o100644, objects.add("blob", d)) for p, d in plain_files.items()}
        tree = objects.add_tree(leaves)
        objects.write(folder / "objects")
        lines = "".join(f"100644 {leaf.oid}\t{path}\0" for path, leaf in leaves.items())
        env = {**os.environ, "GIT_INDEX_FILE": str(folder / "i")}
        run = ["git", "update-index", "--add", "-z", "--index-info"]
        subprocess.run(run, cwd=folder, input=lines.encode(), env=env, check=True)
        expected = subprocess.run(
            ["git", "write-tree"], cwd=folder, env=env, check=True, capture_output=True, text=True
        ).stdout.strip()
        assert tree == expected
        git(folder, "fsck", "--strict")


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
@pytest.mark.parametrize("count", [3, 400])
def test_a_pack_passes_gits_own_check(tmp_path: Path, algorithm: str, count: int) -> None:
    git(tmp_path, "init", "-q", "--bare", f"--object-format={algorithm}", ".")
    objects = ObjectSet(algorithm)
    oids = [objects.add("blob", b"x" * size) for size in range(0, count * 7, 7)]
    objects.write(tmp_path / "objects")
    objects.write(tmp_path / "objects")  # again: what is there stays
    packs = list((tmp_path / "objects/pack").glob("*.idx"))
    assert len(packs) == (1 if count > 24 else 0)
    for pack in packs:
        git(tmp_path, "verify-pack", str(pack))
    git(tmp_path, "fsck", "--strict")
    for oid, size in zip(oids, range(0, count * 7, 7), strict=True):
        assert oid == object_id("blob", b"x" * size, algorithm)
    assert git(tmp_path, "cat-file", "-s", oids[-1]).strip() == str((count - 1) * 7)


def test_a_path_that_is_file_and_folder_is_refused() -> None:
    leaf = Leaf(0o100644, "0" * 40)
    with pytest.raises(ValueError, match="both a file and a folder"):
        ObjectSet().add_tree({"a": leaf, "a/b": leaf})


def test_where_case_does_not_count_a_rename_is_not_in_its_own_way(tmp_path: Path) -> None:
    """A hard link under the other spelling looks to us as it does on such a file system."""
    (tmp_path / "Readme.md").write_text("r\n")
    assert find_obstacle(tmp_path, "README.md", {"Readme.md"}) is None
    os.link(tmp_path / "Readme.md", tmp_path / "README.md")
    assert find_obstacle(tmp_path, "README.md", {"Readme.md"}) is None
    assert find_obstacle(tmp_path, "README.md", {"other"}) == "README.md"
    (tmp_path / "README.md").unlink()
    (tmp_path / "README.md").write_text("another file\n")
    assert find_obstacle(tmp_path, "README.md", {"Readme.md"}) == "README.md"


def test_what_is_in_the_way_is_found_at_every_depth(tmp_path: Path) -> None:
    write(tmp_path, {"file": "f\n", "folder/inside": "i\n"})
    (tmp_path / "empty/er").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "folder")
    (tmp_path / "dangling").symlink_to("nowhere")
    for path, obstacle in {
        "new/file": None,
        "file": "file",
        "file/below": "file",
        "folder": "folder/inside",
        "folder/new": None,
        "empty": None,
        "link/inside": "link",
        "dangling": "dangling",
    }.items():
        assert find_obstacle(tmp_path, path, ()) == obstacle, path
    assert find_obstacle(tmp_path, "folder", {"folder/inside"}) is None
    assert find_obstacle(tmp_path, "file/below", {"file"}) is None


def test_moving_in_never_overwrites(tmp_path: Path) -> None:
    write(tmp_path, {"new": "new\n", "there": "there\n"})
    with pytest.raises(FileExistsError):
        move_in(tmp_path / "new", tmp_path / "there")
    assert (tmp_path / "there").read_text() == "there\n"
    move_in(tmp_path / "new", tmp_path / "deep/er/new")
    assert (tmp_path / "deep/er/new").read_text() == "new\n"
    assert not (tmp_path / "new").exists()


def test_where_hard_links_do_not_exist_it_still_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_args: object, **_options: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    write(tmp_path, {"new": "new\n", "there": "there\n"})
    with pytest.raises(FileExistsError):
        move_in(tmp_path / "new", tmp_path / "there")
    move_in(tmp_path / "new", tmp_path / "else")
    assert (tmp_path / "else").read_text() == "new\n"
    assert (tmp_path / "there").read_text() == "there\n"


LOG = """\
# Changes

## 1.2.0 - 2026-11-20

- c

## [1.1.0]

- b

## v1.0.0

- a
"""


@pytest.mark.parametrize(
    ("old", "new", "matches"),
    [
        ("1.0.0", "1.2.0", ["## 1.2.0 - 2026-11-20\n\n- c", "## [1.1.0]\n\n- b"]),
        ("v1.1.0", "v1.2.0", ["## 1.2.0 - 2026-11-20\n\n- c"]),
        ("1.0.0", "1.1.0", ["## [1.1.0]\n\n- b"]),
        ("1.1.0-2-gabc1234", "1.2.0", ["## 1.2.0 - 2026-11-20\n\n- c"]),
        ("1.2.0", "1.2.0", []),
    ],
)
def test_the_changelog_between_two_versions(old: str, new: str, matches: list[str]) -> None:
    assert between(LOG, old, new) == "\n\n".join(matches)


def test_what_git_describes_is_after_its_tag() -> None:
    post_release, tag, later = (parse_version(v) for v in ("1.0.0-3-gabc", "1.0.0", "1.0.1"))
    assert post_release and tag and later
    assert tag < post_release < later
    assert parse_version("main") is None
    assert parse_version(None) is None
