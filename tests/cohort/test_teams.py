"""Teams: a repository for several students, by every verb of `cohort`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cohort.conftest import Classroom
from tests.cohort.github_stand_in import TOKEN, GitHubStandIn
from tests.cohort.json_output import rows_of


@pytest.fixture
def teams(classroom: Classroom) -> Classroom:
    """Return a class of two teams, and one who has none yet."""
    classroom.remote = f"file://{classroom.server}/{{team}}.git"
    classroom.roster.write_text(
        "student_id,username,name,team\n"
        "s1,ann,Ann,red\ns2,bob,Bob,blue\ns3,cid,Cid,red\ns4,dan,Dan,\n"
    )
    return classroom


@pytest.mark.slow
def test_a_team_shares_one_repository_with_every_verb(
    teams: Classroom, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    status, rows = rows_of(teams, capsys, "create")
    assert status == 3
    assert [failure["student_id"] for failure in rows["failures"]] == ["s4"]
    assert sorted(path.name for path in teams.server.iterdir()) == ["blue.git", "red.git"]
    assert 'student_id = "red"' in teams.read("red", ".mlstarter.toml")
    assert sorted(path.name for path in teams.server.iterdir()) == ["blue.git", "red.git"]
    teams.template.release("1.1.0", **{"Makefile": "all:\n\techo new\n"})
    status, rows = rows_of(teams, capsys, "update")
    assert {key: rows[key]["outcome"] for key in ("red", "blue")} == {
        "red": "offered",
        "blue": "offered",
    }
    status, rows = rows_of(teams, capsys, "status")
    assert (rows["red"]["state"], rows["s4"]["state"]) == ("verified", "new")
    assert set(rows) == {"red", "blue", "s4", "failures"}
    teams.call("clone", "--into", tmp_path / "clones")
    assert sorted(path.name for path in (tmp_path / "clones").iterdir()) == ["blue", "red"]
    # By the team's name, or by a member's.
    for who in ("red", "s3"):
        assert set(rows_of(teams, capsys, "status", "--only", who)[1]) == {"red", "failures"}


@pytest.mark.slow
def test_a_team_is_taken_over_without_the_journal(
    teams: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    teams.call("create")
    for path in teams.folder.glob("journal.sqlite*"):
        path.unlink()
    status, rows = rows_of(teams, capsys, "adopt")
    assert (status, rows["red"]["outcome"], rows["s4"]["outcome"]) == (3, "adopted", "absent")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("s1,a,red,\ns2,b,Red,\n", 'the team "Red" differs only in case'),
        ("s1,a,red,\ns1,a,blue,\n", 'the student_id "s1" is there already in line 2'),
        ("s1,a,re\u0301d,\n", "may hold letters (a-z), digits"),
        ("red,a,red,\n", 'the team "red" has the name of the student in line 2'),
        ("s1,a,red,1\ns2,b,red,2\n", 'has another "variant" than line 2 of the same team'),
        ("s1,a,../red,\n", 'the team "../red" would lead out of its folder'),
    ],
)
def test_a_team_that_contradicts_itself_is_a_problem(
    teams: Classroom, capsys: pytest.CaptureFixture[str], rows: str, message: str
) -> None:
    teams.roster.write_text("student_id,username,team,variant\n" + rows)
    assert teams.call("check") == 3
    assert message in capsys.readouterr().out
    assert teams.call("create") == 2


def test_fields_that_make_one_address_are_named_for_what_they_are(
    teams: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    teams.remote = teams.remote.replace("{team}", "{team}-{section}")
    teams.roster.write_text("student_id,team,section\ns1,a-b,c\ns2,a,b-c\n")

    assert teams.call("check") == 3

    output = capsys.readouterr().out
    assert 'line 3: the team "a" gives the same address as line 2' in output
    assert "skipped" not in output


@pytest.mark.parametrize("verb", ["create", "status", "update"])
def test_a_team_in_another_case_gets_no_second_repository(
    teams: Classroom, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    teams.roster.write_text("student_id,team\ns1,red\n")
    assert teams.call("create") == 0
    teams.roster.write_text("student_id,team\ns1,Red\n")
    capsys.readouterr()

    assert teams.call(verb) == 2

    assert 'The roster says "Red", and the class has "red"' in capsys.readouterr().err
    assert not (teams.server / "Red.git").exists()


@pytest.mark.slow
def test_whoever_joins_a_team_later_is_let_in(
    teams: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCHOOL_TOKEN", TOKEN)
    teams.remote = "github:school/{team}"
    (teams.folder / "srv").mkdir()
    with GitHubStandIn(teams.folder / "srv") as hub:
        teams.extra = ("--github-api", hub.url, "--token-env", "SCHOOL_TOKEN")
        teams.call("create")
        assert hub.invitations == {"school/red": {"ann", "cid"}, "school/blue": {"bob"}}
        teams.roster.write_text(teams.roster.read_text().replace("Dan,", "Dan,blue"))
        assert teams.call("create") == 0
        assert hub.invitations == {"school/red": {"ann", "cid"}, "school/blue": {"bob", "dan"}}
        assert len(hub.calls("PUT")) == 4
