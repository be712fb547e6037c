"""`create` makes a whole project or nothing."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mlstarter import questions, sources
from mlstarter.errors import EnvironmentProblem, MlstarterError, UsageError
from mlstarter.files import read_tree
from mlstarter.new.create import check_destination, create, enclosing_repository, plan
from mlstarter.questions import Answers
from mlstarter.sources import Template
from tests.conftest import Require
from tests.engines.helpers import git, write_template
from tests.processes import heed_signals

FILES = {
    "copier.yml": "n: 1\n",
    "a.txt.jinja": "{{ n }}\n",
    "run.sh!": "#!/bin/sh\n",
    "d/e.txt": "e",
    ".gitignore.jinja": "*.txt\n",
    "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers|to_nice_yaml -}}",
}


@pytest.fixture
def template(tmp_path: Path) -> Template:
    return sources.resolve(str(write_template(tmp_path / "template", FILES)))


@pytest.fixture
def answers(template: Template) -> Answers:
    return questions.complete(questions.load(template), {})


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The folder in which projects are made; tests look at everything that is in it."""
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def test_the_first_commit_is_the_render_and_nothing_is_left_to_commit(
    template: Template, answers: Answers, home: Path
) -> None:
    created_project = create(home / "one" / "two", template, answers)

    assert created_project.path == home / "one" / "two"
    assert git(created_project.path, "rev-parse", "HEAD") == created_project.commit
    assert git(created_project.path, "status", "--porcelain", "--ignored") == ""
    assert read_tree(created_project.path) == plan(template, answers, folder_name="two")
    assert created_project.files == len(read_tree(created_project.path)) == 5
    assert names(home / "one") == ["two"]


def test_an_empty_folder_stays_the_same_folder(
    template: Template, answers: Answers, home: Path
) -> None:
    inode = home.stat().st_ino

    create(home, template, answers)

    assert home.stat().st_ino == inode
    assert (home / ".git" / "HEAD").exists()
    assert not list(home.glob(".mlstarter*"))


def test_without_git_there_are_only_files(template: Template, answers: Answers, home: Path) -> None:
    created_project = create(home / "p", template, answers, git=False)

    assert created_project.commit is None
    assert not (created_project.path / ".git").exists()
    assert read_tree(created_project.path) == plan(template, answers, folder_name="p")


def test_a_path_that_leaves_a_repository_does_not_lie_in_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "repository").mkdir()
    git(home / "repository", "init", "--quiet")
    monkeypatch.chdir(home / "repository")

    assert enclosing_repository(Path("../p")) is None
    assert enclosing_repository(Path("p")) == home / "repository"


def test_nested_becomes_a_folder_of_the_repository_around_it(
    template: Template, answers: Answers, home: Path
) -> None:
    git(home, "init", "--quiet")

    created_project = create(home / "sub" / "p", template, answers, is_nested=True)

    assert created_project.commit is None
    assert enclosing_repository(created_project.path) == home
    # What it ignores is ignored; everything else waits to be committed, a link to no repository.
    assert git(home, "status", "--porcelain", "-uall").split() == [
        *("??", "sub/p/.copier-answers.yml", "??", "sub/p/.gitignore", "??", "sub/p/run.sh")
    ]


def test_nested_without_a_repository_is_refused(
    template: Template, answers: Answers, home: Path
) -> None:
    with pytest.raises(UsageError, match="no repository around"):
        create(home / "p", template, answers, is_nested=True)


def test_a_folder_that_holds_something_is_refused_and_left_alone(
    template: Template, answers: Answers, home: Path
) -> None:
    (home / "mine.txt").write_text("mine")

    with pytest.raises(UsageError, match="exists already and is not empty"):
        create(home, template, answers)
    with pytest.raises(UsageError, match="is a file"):
        create(home / "mine.txt", template, answers)
    with pytest.raises(UsageError, match="no folder can be made in it"):
        create(home / "mine.txt" / "p", template, answers)

    assert read_tree(home)["mine.txt"].data == b"mine"
    assert names(home) == ["mine.txt"]


def test_a_dangling_link_is_not_followed(template: Template, home: Path) -> None:
    (home / "link").symlink_to(home / "nowhere")

    with pytest.raises(UsageError, match="is a file"):
        check_destination(home / "link")


def test_what_comes_to_lie_there_meanwhile_is_left_alone(
    template: Template, answers: Answers, home: Path
) -> None:
    def intrude(_: str) -> None:
        (home / "p").mkdir(exist_ok=True)
        (home / "p" / "theirs").write_text("theirs")

    with pytest.raises(UsageError, match="in the meantime"):
        create(home / "p", template, answers, progress=intrude)

    assert names(home) == ["p"]
    assert names(home / "p") == ["theirs"]


def test_a_template_that_fails_leaves_no_folder_not_even_those_above(
    tmp_path: Path, home: Path
) -> None:
    faulty = write_template(tmp_path / "broken", {"copier.yml": "n: 1\n", "a.jinja": "{{ n"})

    with pytest.raises(MlstarterError):
        create(home / "a" / "b", sources.resolve(str(faulty)), {})

    assert names(home) == []


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


RUN = """
import sys
from pathlib import Path
from mlstarter import cli, questions, sources
from mlstarter.new import create
from mlstarter.errors import MlstarterError
template = sources.resolve(sys.argv[1])
answers = questions.complete(questions.load(template), {})
print("ready", flush=True)
try:
    create.create(Path(sys.argv[2]), template, answers)
except MlstarterError as error:
    print(error.message, "|", error.hint)
    sys.exit(error.exit_status)
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_at_any_moment_leaves_nothing_or_the_whole_project(
    number: signal.Signals, template: Template, home: Path, tmp_path: Path
) -> None:
    # Many files, so that most signals arrive in the middle.
    write_template(
        tmp_path / "template", {f"many/{n}.txt.jinja": f"{{{{ n }}}} {n}" for n in range(300)}
    )
    moments = 40 if os.environ.get("MLSTARTER_TEST_FULL") else 8
    outcomes: set[int] = set()
    for moment in range(10 * moments):
        # On a busy machine the first ones may all come too late: then more are tried.
        if moment >= moments and outcomes - {0, -number}:
            break
        dest = home / str(moment) / "p"
        process = subprocess.Popen(
            [sys.executable, "-c", RUN, template.source, str(dest)],
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=heed_signals,
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.5 * (moment % moments) / moments)
        process.send_signal(number)
        if moment % 2:
            time.sleep(0.005)
            process.send_signal(number)  # somebody who presses Ctrl-C twice
        process.communicate(timeout=60)
        outcomes.add(process.returncode)
        if process.returncode == 0:
            assert git(dest, "status", "--porcelain") == ""
            assert len(read_tree(dest)) == 305
        elif dest.exists():  # the signal came after the move into place
            assert git(dest, "status", "--porcelain") == ""
        else:
            assert not dest.parent.exists()
        assert not list(home.rglob(".mlstarter-*"))
    assert outcomes <= {0, 130, 128 + number, -number}
    assert outcomes - {0, -number}, "no signal came in the middle"


@pytest.mark.slow
@pytest.mark.parametrize("command", ["init", "read-tree"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_while_git_writes_leaves_nothing_that_git_wrote_afterwards(
    number: signal.Signals, command: str, template: Template, home: Path, tmp_path: Path
) -> None:
    real, mark, bin_ = shutil.which("git"), tmp_path / "begun", tmp_path / "bin"
    # One that is busy writing, as git is for some milliseconds.
    busy = f"""#!/bin/sh
    case " $* " in *" {command} "*)
        touch {mark}; i=0
        while [ $i -lt 10000 ]; do : > "$PWD/f$i" || exit 1; i=$((i+1)); done;;
    esac
    exec {real} "$@"
    """
    write_template(bin_, {"git!": busy})
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, template.source, str(home / "one" / "p")],
        env={**os.environ, "PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}"},
        stdout=subprocess.DEVNULL,
        preexec_fn=heed_signals,
    )
    while not mark.exists():
        assert process.poll() is None, f"git {command} was never called"
        time.sleep(0.001)
    process.send_signal(number)

    assert process.wait(timeout=60) == (130 if number == signal.SIGINT else 128 + number)
    time.sleep(1)  # a git that went on would have written by now
    assert names(home) == []


@pytest.mark.slow
def test_a_full_disk_is_one_clear_line_and_leaves_nothing(
    template: Template, home: Path, require: Require, tmp_path: Path
) -> None:
    write_template(tmp_path / "template", {"big.bin": os.urandom(200_000)})
    mount = f"mount -t tmpfs -o size=150k tmpfs {home}"
    if subprocess.run([require("unshare"), "-rm", "sh", "-c", mount], check=False).returncode:
        pytest.skip("this machine does not let us mount a small disk")
    script = f'{mount} && "$0" -c "$1" "$2" {home}/x/p; echo status $?; ls -A {home}'
    process = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script, sys.executable, RUN, template.source],
        check=False,
        capture_output=True,
        text=True,
    )

    assert process.stdout.splitlines() == [
        "ready",
        f"The disk that holds {home}/x is full. | "
        "free some space and run the command again; nothing was left behind",
        "status 1",
    ], process.stderr


@pytest.mark.slow
def test_no_permission_is_one_clear_line(template: Template, home: Path, require: Require) -> None:
    mount = f"mount -t tmpfs -o ro tmpfs {home}"
    if subprocess.run([require("unshare"), "-rm", "sh", "-c", mount], check=False).returncode:
        pytest.skip("this machine does not let us mount a read-only disk")
    process = subprocess.run(
        [
            *("unshare", "-rm", "sh", "-c", f'{mount} && "$0" -c "$1" "$2" {home}/p'),
            *(sys.executable, RUN, template.source),
        ],
        check=False,
        capture_output=True,
        text=True,
    )

    assert f"There is no permission to write in {home}." in process.stdout, process.stderr
    assert process.returncode == 1


def test_a_folder_that_may_not_be_read_is_one_clear_line(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    (home / "closed").mkdir(mode=0)

    with pytest.raises(EnvironmentProblem, match="no permission to read"):
        check_destination(home / "closed")


@pytest.mark.parametrize(
    "name", ["a\nb", "a\x1b[31m", "\udcff", "con", "AUX.txt", "what?", "a ", "b.", "x" * 256]
)
def test_a_name_that_some_system_cannot_hold_is_refused(home: Path, name: str) -> None:
    with pytest.raises((UsageError, OSError), match=r"cannot be called|too long"):
        check_destination(home / name)
    if len(name) < 256:
        (home / name).mkdir()
        # Who made the folder has a system that holds it.
        check_destination(home / name)


@pytest.mark.parametrize("name", [".git", ".GIT", "git~1", "a/.git/b", ".git./x"])
def test_a_project_does_not_lie_where_git_lives(
    name: str, template: Template, answers: Answers, home: Path
) -> None:
    with pytest.raises(UsageError, match="belongs to git"):
        check_destination(home / name)
    assert not list(home.iterdir())
