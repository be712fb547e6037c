"""The page that students get says where their project is and how updates reach them."""

from __future__ import annotations

import pytest

from tests.cohort.conftest import Classroom


@pytest.mark.parametrize("mode", ["branch", "merge", "pr"])
def test_the_page_tells_what_a_student_of_this_course_does(
    classroom: Classroom, capsys: pytest.CaptureFixture[str], mode: str
) -> None:
    classroom.remote = "https://git.school.example/ml/{username}.git"
    settings = classroom.folder / "cohort.toml"
    settings.write_text(f'mode = "{mode}"\n')
    options = ("--deadline", "1 December, 18:00", "--contact", "ml@school.example")
    assert classroom.call("handout-text", *options) == 0
    page = capsys.readouterr().out
    assert page.startswith("# Your project in ml-test\n")
    assert "https://git.school.example/ml/<user name>.git" in page
    assert "git clone https://git.school.example/ml/USERNAME.git my-project" in page
    assert "**1 December, 18:00**" in page
    assert "ml@school.example" in page
    assert ("git merge origin/mlstarter/update-VERSION" in page) == (mode != "pr")
    assert ("pull request" in page) == (mode == "pr")
    assert ("git pull" in page) == (mode == "merge")
    # Only the project's own template is known to have these commands.
    assert "make setup" not in page
    assert "The README says how it goes on" in page
    assert "{{" not in page
    assert "\n\n\n" not in page
    # No line of the roster is in it.
    assert not any(word in page for word in ("Zyxwv", "s0001", "user-s0"))


@pytest.mark.parametrize(
    ("setting", "question", "answer"),
    [
        ((), "{type: bool, default: true}", "False"),
        (("-d", "site=true"), "{type: bool, default: true}", "True"),
        # Another template's question of that name means something else.
        ((), "{type: str, default: Berlin}", "Berlin"),
        ((), '{type: bool, default: true, when: "{{ seed == 2 }}"}', "False"),
    ],
)
def test_no_project_of_a_class_publishes_a_site_unasked(
    classroom: Classroom, setting: tuple[str, ...], question: str, answer: str
) -> None:
    questions = (classroom.template.root / "copier.yml").read_text()
    changes = {
        "copier.yml": f"{questions}site: {question}\n",
        "site.txt.jinja": "{{ site }}\n",
    }
    classroom.template.release("1.0.1", **changes)
    classroom.enrol(1)
    assert classroom.call("create", *setting) == 0
    assert classroom.read("s0001", "site.txt") == answer


def test_the_page_of_a_forge_names_its_address_and_needs_no_token(
    classroom: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    classroom.remote = "github:school/{student_id}"
    assert classroom.call("handout-text") == 0
    page = capsys.readouterr().out
    assert "git clone https://github.com/school/STUDENT_ID.git my-project" in page
    assert "deadline" not in page.lower()
