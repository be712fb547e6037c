"""A new edition of a template: generated parts of a README, and code that has moved."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlstarter import questions, sources
from mlstarter.new import create
from mlstarter.sources.assemble import TYPES
from mlstarter.update.merge.generated_blocks import same_blocks
from mlstarter.update.moved_code import new_places
from tests.update.story import QUESTIONS, Template, commit, git, update

pytestmark = pytest.mark.usefixtures("identity")

ROOT = Path(__file__).parents[2]
BEGIN, END = "<!-- results:begin -->\n", "<!-- results:end -->\n"
CHANGELOG = """# Changes

## 2.0.0

| 1.0.0 | 2.0.0 |
|---|---|
| `data/load.py` | `data.py` |
| `data/power.py` | `-` (the tool) |
| `docs/old.md` | `README.md`, `nowhere.md` |

## 1.0.0

| `data/load.py` | `never.py` |
"""


def built_in(dest: Path, kind: str, version: str) -> Path:
    """Make a project of the built-in template and return its folder."""
    template = sources.resolve(None, version)
    answers = questions.complete(questions.load(template), {"project_type": kind})
    return create.create(dest, template, answers).path


def tree(folder: Path) -> list[str]:
    return git(folder, "ls-files", "--stage").splitlines()


@pytest.mark.slow
@pytest.mark.parametrize("kind", TYPES)
def test_a_project_as_new_left_it_becomes_one_of_the_second_edition(
    tmp_path: Path, kind: str
) -> None:
    old, new = (built_in(tmp_path / v / "mine", kind, v) for v in ("0.1.0", "0.2.0"))
    modules = {path for path in git(old, "ls-files", "src").split() if "/sample/" not in path}

    outcome = update(old)

    assert (outcome.status, outcome.plan.conflicts) == (0, ())
    assert tree(old) == tree(new)
    changelog = (ROOT / "templates/CHANGELOG.md").read_text("utf-8")
    names = {path.split("/", 2)[2] for path in modules - set(git(old, "ls-files", "src").split())}
    assert {name for name in names if not name.endswith("__init__.py")} <= set(
        new_places(changelog)
    )


def readme(results: str, above: str = "", below: str = "words\n") -> str:
    return f"# Churn\n\n{above}{BEGIN}{results}{END}\n{below}"


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_what_a_command_wrote_into_the_readme_never_conflicts(
    template: Template, dest: Path, ending: str
) -> None:
    template.release("1.0.0", {"README.md": readme("", above="<!-- write -->\n")})
    template.release("2.0.0", {"README.md": readme("*No result yet.*\n", below="other words\n")})
    template.new(dest, "1.0.0")
    results = readme("| AUC |\n", above="<!-- write -->\n").replace("\n", ending)
    commit(dest, "Train", {"README.md": results})

    assert update(dest).status == 0
    expected = readme("| AUC |\n", below="other words\n").replace("\n", ending)
    assert (dest / "README.md").read_bytes().decode() == expected


def test_a_block_that_one_side_lacks_or_has_twice_is_left_to_git() -> None:
    ours = readme("mine\n").encode()
    for other in (b"# none\n", ours + ours):
        assert same_blocks(other, ours, ours) == (other, ours)
        assert same_blocks(ours, ours, other) == (ours, other)
    old, new = readme("old\n").encode(), readme("new\n").encode()
    assert same_blocks(old, ours, new) == (ours, ours)


@pytest.mark.slow
def test_a_conflict_says_where_the_code_went(template: Template, dest: Path) -> None:
    names = ("src/churn/data/load.py", "src/churn/data/power.py", "docs/old.md", "src/churn/a.py")
    files = {"CHANGELOG.md": CHANGELOG, "copier.yml": QUESTIONS + "_exclude: [CHANGELOG.md]\n"}
    template.release("1.0.0", {**files, **dict.fromkeys(names, "old\n")})
    new_paths = {"src/churn/data.py": "new\n", "README.md": "new\n"}
    template.release("2.0.0", {**dict.fromkeys(names), **new_paths})
    template.new(dest, "1.0.0")
    commit(dest, "Mine", dict.fromkeys(names, "old\nmine\n"))

    outcome = update(dest)

    assert outcome.status == 3
    reasons = {c.path: c.reason for c in outcome.plan.conflicts}
    assert reasons[names[0]].endswith("its code is now in src/churn/data.py")
    assert reasons[names[1]].endswith("the template has no such code any more (the tool)")
    assert reasons[names[2]].endswith("its code is now in README.md, nowhere.md")
    assert reasons[names[3]].endswith("yours is in place")
    assert {c.path: c.reason for c in outcome.plan.changes if c.kind == "conflicting"} == reasons


def test_a_table_that_somebody_else_wrote_is_bounded() -> None:
    assert new_places("| `a` | b |\n" * 5000 + f"| `{'x' * 300}` | y |\n") == {"a": "b"}
    assert new_places("| a | b |\n|---|---|\n") == {}


@pytest.mark.slow
@pytest.mark.parametrize("kind", TYPES)
def test_a_project_of_0_1_0_as_it_was_made_becomes_one_of_the_second_edition(
    dest: Path, kind: str
) -> None:
    template = sources.resolve(None, "0.1.0")
    answers = questions.complete(questions.load(template), {"project_type": kind})
    create.create(dest, template, answers)

    assert update(dest).status == 0
    assert git(dest, "status", "--porcelain") == ""
    names = {path.name for path in dest.glob("src/*/*.py")}
    assert {"fit.py", "lineage.py"} & names and "settings.py" not in names
    assert not list(dest.glob("src/*/data/*.py"))
