"""Random template changes against random student edits: no line is lost, ever.

Each line of a student's is unique, so that it can be looked for. After a clean update it must be in
the resulting tree; after a conflict in the tree or in a stage of the index. Untracked and ignored
files stay byte for byte, and the preview is what happens.
"""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlstarter.errors import ProjectError
from mlstarter.git.identity import Identity
from mlstarter.git.merge_base import Pristine, find_base
from mlstarter.git.objects import ObjectSet
from mlstarter.git.process import Git
from mlstarter.git.quarantine import Quarantine
from mlstarter.git.repository import Repository
from mlstarter.git.template_commits import TemplateOrigin, Trailers, add_commit, add_template_commit
from mlstarter.new.first_commit import initialise
from mlstarter.project import Project
from mlstarter.tree import EXECUTABLE, REGULAR, Entry
from mlstarter.update.apply.application import apply_plan
from mlstarter.update.merge.plan import MergeRequest, Plan
from mlstarter.update.merge.planner import plan
from mlstarter.update.merge.three_way import MergeResult, merge_trees
from tests.update.story import snapshot, work_tree_equals

FULL = bool(os.environ.get("MLSTARTER_TEST_FULL"))
RECORD = ".copier-answers.yml"
BY = Identity("Ada", "ada@student.invalid")
WHEN = "1700000000 +0000"
PATHS = ["a.py", "b.py", "src/a.py", "src/b.py", "docs/a", "docs", "new.ign", "x/y.ign"]


@dataclass
class Side:
    """The files of one side: lines, modes, and the words that its edits are made of."""

    word: str
    files: dict[str, list[str]]
    executable: set[str] = field(default_factory=set)
    crlf: set[str] = field(default_factory=set)
    line_count: int = 0

    def line(self) -> str:
        self.line_count += 1
        return f"{self.word}-{self.line_count}"

    def entries(self) -> dict[str, Entry]:
        trees = {}
        for path, text in self.files.items():
            end = "\r\n" if path in self.crlf else "\n"
            mode = EXECUTABLE if path in self.executable else REGULAR
            trees[path] = Entry(mode, "".join(line + end for line in text).encode())
        return trees

    def clear(self, path: str) -> None:
        """Remove what cannot stand beside ``path``: files above it and below it."""
        for other in list(self.files):
            if other.startswith(path + "/") or path.startswith(other + "/"):
                del self.files[other]


Edit = Callable[[Side, int, int], None]


def pick(side: Side, number: int) -> str | None:
    names = sorted(side.files)
    return names[number % len(names)] if names else None


def insert(side: Side, which: int, where: int) -> None:
    if (path := pick(side, which)) is not None:
        text = side.files[path]
        text.insert(where % (len(text) + 1), side.line())


def replace(side: Side, which: int, where: int) -> None:
    if (path := pick(side, which)) is not None and side.files[path]:
        text = side.files[path]
        text[where % len(text)] = side.line()


def drop_line(side: Side, which: int, where: int) -> None:
    if (path := pick(side, which)) is not None and side.files[path]:
        text = side.files[path]
        del text[where % len(text)]


def rewrite(side: Side, which: int, where: int) -> None:
    if (path := pick(side, which)) is not None:
        side.files[path] = [side.line() for _ in range(1 + where % 4)]


def add(side: Side, which: int, where: int) -> None:
    path = PATHS[which % len(PATHS)]
    side.clear(path)
    side.files[path] = [side.line() for _ in range(1 + where % 4)]


def delete(side: Side, which: int, _where: int) -> None:
    if (path := pick(side, which)) is not None:
        del side.files[path]


def rename(side: Side, which: int, where: int) -> None:
    old, new = pick(side, which), PATHS[where % len(PATHS)]
    if old is not None and new not in side.files:
        text = side.files.pop(old)
        side.clear(new)
        side.files[new] = text


def chmod(side: Side, which: int, _where: int) -> None:
    if (path := pick(side, which)) is not None:
        side.executable ^= {path}


def windows(side: Side, which: int, _where: int) -> None:
    if (path := pick(side, which)) is not None:
        side.crlf ^= {path}


EDITS: list[Edit] = [insert, insert, replace, replace, drop_line, rewrite, add, add, delete,
                     rename, rename, chmod, windows]  # fmt: skip
edits = st.lists(
    st.tuples(st.sampled_from(EDITS), st.integers(0, 30), st.integers(0, 30)), max_size=8
)
loose = st.dictionaries(
    st.sampled_from([*PATHS, "free", "out/f.ign"]), st.integers(0, 9), max_size=3
)
starts = st.dictionaries(st.sampled_from(PATHS[:5]), st.integers(0, 12), min_size=1, max_size=5)


def edit_side(side: Side, what: list[tuple[Edit, int, int]]) -> Side:
    for edit, which, where in what:
        edit(side, which, where)
    return side


def template_tree(side: Side, version: str) -> dict[str, Entry]:
    record = f"_commit: {version}\n_src_path: t\n"
    ignore = "*.ign\n"
    return {
        **side.entries(),
        RECORD: Entry(REGULAR, record.encode()),
        ".gitignore": Entry(REGULAR, ignore.encode()),
    }


def project(folder: Path, first: dict[str, Entry], student: Side, *, squash: bool) -> Repository:
    """Make a repository: the pristine first commit, the student's commit, checked out."""
    shutil.copytree(empty_repository(), folder)
    objects = ObjectSet()
    root, _ = objects.add_files(first)
    origin = TemplateOrigin("t", "1")
    base = add_template_commit(objects, root, Trailers(origin, root), (), BY, WHEN)
    tree, _ = objects.add_files(template_tree(student, "1"))
    head = add_commit(objects, tree, () if squash else (base,), BY, BY, "Work\n", WHEN)
    objects.write(folder / ".git/objects")
    (folder / ".git/refs/heads/main").write_text(f"{head}\n")
    store = folder / ".git"
    git = Git(folder, {"GIT_DIR": str(store), "GIT_WORK_TREE": str(folder)})
    git.run("read-tree", "-u", "--reset", head)
    return Repository(git, folder, store, store, "sha1")


@functools.cache
def empty_repository() -> Path:
    """Return an empty repository to copy; making one costs more than a whole case."""
    folder = Path(tempfile.mkdtemp(prefix="mlstarter-empty-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    initialise(folder)
    return folder


def place_loose(folder: Path, files: dict[str, int]) -> dict[str, bytes]:
    """Write untracked files where nothing is yet; return what was written."""
    loose_files: dict[str, bytes] = {}
    for name, number in files.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.write(loose_files.setdefault(name, f"loose-{number}\n".encode()))
        except (FileExistsError, IsADirectoryError, NotADirectoryError):
            loose_files.pop(name, None)
    return loose_files


def words_in(texts: list[bytes]) -> set[str]:
    return {line.strip() for text in texts for line in text.decode().splitlines()}


@pytest.mark.slow
@pytest.mark.timeout(14_400)
@settings(
    max_examples=3000 if FULL else 60,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=not FULL,
    database=None,
)
@given(starts, edits, edits, edits, loose, st.booleans())
def test_no_line_of_a_students_is_ever_lost(
    start: dict[str, int],
    theirs: list[tuple[Edit, int, int]],
    mine: list[tuple[Edit, int, int]],
    theirs_later: list[tuple[Edit, int, int]],
    loose_counts: dict[str, int],
    squash: bool,
) -> None:
    base = {path: [f"base-{path}-{i}" for i in range(n)] for path, n in start.items()}
    old = Side("template", {path: list(text) for path, text in base.items()})
    with tempfile.TemporaryDirectory(prefix="mlstarter-case-") as name:
        folder = Path(name) / "p"
        old_tree = template_tree(old, "1")
        student = edit_side(Side("mine", {p: list(t) for p, t in base.items()}), mine)
        repository = project(folder, old_tree, student, squash=squash)
        loose_files = place_loose(folder, loose_counts)
        newer = edit_side(old, theirs)
        version = "1"
        for step in [[], theirs_later] if theirs_later else [[]]:
            newer = edit_side(newer, step)
            old_version, version = version, str(int(version) + 1)
            new_tree = template_tree(newer, version)
            if not assert_one_update(
                repository, old_version, old_tree, version, new_tree, loose_files
            ):
                break
            old_tree = new_tree


def assert_one_update(
    repository: Repository,
    old_version: str,
    old_tree: dict[str, Entry],
    version: str,
    new_tree: dict[str, Entry],
    loose_files: dict[str, bytes],
) -> bool:
    """Update once and check every promise; return whether another update can follow."""
    folder = repository.work_tree
    ours = repository.commit("HEAD")
    before = snapshot(folder)
    known_contents = [data for path, data in before.items() if path not in loose_files]
    student = {word for word in words_in(known_contents) if word.startswith("mine-")}
    origin = TemplateOrigin("t", old_version)
    base = find_base(repository, ours, origin, answers=(RECORD, before[RECORD]))
    result = plan(
        repository,
        MergeRequest(
            ours=ours,
            base=base or Pristine(origin, old_tree),
            new=Pristine(TemplateOrigin("t", version), new_tree),
            answers_file=RECORD,
            by=BY,
            when=WHEN,
        ),
    )
    try:
        assert snapshot(folder) == before
        try:
            apply_plan(result)
        except ProjectError as refusal:
            assert "does not track" in refusal.message
            assert snapshot(folder) == before
            assert repository.commit("HEAD") == ours
            return False
        lost_lines = student - words_after(repository, result, loose_files)
        assert not lost_lines, f"lost: {sorted(lost_lines)}"
        assert work_tree_equals(Project(folder, repository, ""), result)
        paths_told = {change.path for change in result.changes} | {
            change.old_path for change in result.changes
        }
        assert {change.path for change in result.files} <= paths_told
        return not result.conflicts
    finally:
        result.close()


def words_after(repository: Repository, result: Plan, loose_files: dict[str, bytes]) -> set[str]:
    """Return the words in an updated work tree, and in what a conflict keeps beside it."""
    folder, git = repository.work_tree, repository.git
    after = snapshot(folder)
    for path, data in loose_files.items():
        assert after[path] == data, f"{path} was not ours to touch"
    contents = [data for path, data in after.items() if path not in loose_files]
    if result.conflicts:
        stages = git.fields("ls-files", "-u", "-z")
        contents += [git.run("cat-file", "blob", line.split()[1]) for line in stages]
        assert (folder / ".git/MERGE_HEAD").exists()
    else:
        assert repository.commit("HEAD") == result.merge_commit
        assert not git.in_work_tree().fields("status", "--porcelain", "-z", "--untracked-files=no")
    return words_in(contents)


def test_the_property_would_notice_a_lost_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Merge against the wrong base on purpose: what the checks are for must fail them."""

    def wrong(
        quarantine: Quarantine,
        _base: str,
        ours: str,
        theirs: str,
        *,
        old_label: str,
        new_label: str,
    ) -> MergeResult:
        return merge_trees(quarantine, ours, ours, theirs, old_label=old_label, new_label=new_label)

    monkeypatch.setattr("mlstarter.update.merge.planner.merge_trees", wrong)
    inner = vars(test_no_line_of_a_students_is_ever_lost)["hypothesis"].inner_test
    with pytest.raises(AssertionError, match="lost: "):
        inner({"a.py": 9}, [(replace, 0, 8)], [(insert, 0, 0)], [], {}, False)
