"""Templates behind a server: passwords nobody sees, redirects that trust follows, ssh accounts."""

from __future__ import annotations

import os
import shlex
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest

from mlstarter import sources
from mlstarter.authoring.publish import publish
from mlstarter.cohort.transport import Transport
from mlstarter.errors import MlstarterError, TemplateError
from mlstarter.sources.trust import is_trusted
from tests.cohort.git_server import GitServer
from tests.engines.helpers import commit, git, write_template

SECRET = "hunter2 $HOME'%"


@pytest.fixture
def template(tmp_path: Path) -> Path:
    return commit(write_template(tmp_path / "t", {"copier.yml": "n: 1\n"}), "1.0.0")


@pytest.fixture
def server(tmp_path: Path, template: Path) -> Iterator[GitServer]:
    """A git server with the template as ``our/t.git``, open to ``ann`` with SECRET."""
    with GitServer(tmp_path / "srv") as running:
        running.accounts["ann"] = SECRET
        bare = running.make("our/t.git", "ann")
        git(template, "push", "--quiet", str(bare), "main", "1.0.0")
        yield running


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git in front of git, which writes down every command it or a child of it starts."""
    real = shutil.which("git")
    log = tmp_path / "commands"
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "git").write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" >> {shlex.quote(str(log))}\n'
        f'GIT_TRACE={shlex.quote(str(log))} exec {real} "$@"\n'
    )
    (folder / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return log


def with_password(server: GitServer, path: str = "/our/t.git") -> str:
    return server.url.replace("http://", f"http://ann:{quote(SECRET, safe='')}@") + path


@pytest.mark.slow
def test_a_password_is_in_no_argument_list_and_is_not_kept(
    server: GitServer, commands: Path, cache_dir: Path, template: Path
) -> None:
    address = with_password(server)

    resolution = sources.resolve(address)
    (template / "more.txt").write_text("more")
    publish(template, address, "1.1.0")

    assert (resolution.source, resolution.version) == (f"{server.url}/our/t.git", "1.0.0")
    run = commands.read_text(errors="replace")
    assert "fetch" in run
    assert "push" in run
    assert "remote-http" in run
    cache_files = [path.read_bytes() for path in cache_dir.rglob("*") if path.is_file()]
    for secret in (SECRET, quote(SECRET, safe="")):
        assert secret not in run
        assert not [data for data in cache_files if secret.encode() in data]


@pytest.mark.slow
def test_a_wrong_password_is_not_repeated_in_the_message(server: GitServer) -> None:
    address = server.url.replace("http://", "http://ann:hunter3@") + "/our/t.git"

    with pytest.raises(TemplateError) as failure:
        sources.resolve(address)

    assert "hunter3" not in failure.value.message
    assert "Authentication failed" in failure.value.message


@pytest.mark.slow
def test_a_redirect_leads_out_of_what_is_trusted(server: GitServer, template: Path) -> None:
    class Redirect(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(301)
            target = "our/t.git" if "evil" in self.path else "trusted/t.git"
            self.send_header("Location", f"{server.url}/{target}/{self.path.partition('t/')[2]}")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server.accounts["ann"] = "x"
    bare = server.make("trusted/t.git", "ann")
    git(template, "push", "--quiet", str(bare), "main", "1.0.0")
    front = ThreadingHTTPServer(("127.0.0.1", 0), Redirect)
    threading.Thread(target=front.serve_forever, args=(0.01,), daemon=True).start()
    base = f"http://127.0.0.1:{front.server_port}"
    server.accounts["nobody"] = ""
    try:
        for name in ("good/t", "evil/t"):
            sources.resolve(f"http://ann:x@127.0.0.1:{front.server_port}/{name}")
    finally:
        front.shutdown()
        front.server_close()

    assert not is_trusted(f"{base}/good/t", [f"{base}/"])
    entries = [f"{base}/", f"{server.url}/trusted/"]
    assert is_trusted(f"{base}/good/t", entries)
    assert not is_trusted(f"{base}/evil/t", entries)


@pytest.mark.parametrize(
    "address", ["git@host.invalid:ml.git", "teacher@host.invalid:ml.git", "school:ml.git"]
)
def test_an_ssh_address_of_any_account(
    address: str, template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(template), "ml.git")
    stand_in = tmp_path / "ssh.sh"
    stand_in.write_text(
        f'#!/bin/sh\nfor last; do :; done\ncd {shlex.quote(str(tmp_path))} && exec sh -c "$last"\n'
    )
    stand_in.chmod(0o755)
    monkeypatch.setenv("GIT_SSH_COMMAND", str(stand_in))
    monkeypatch.setenv("GIT_SSH_VARIANT", "simple")

    resolution = sources.resolve(address)
    (template / "more.txt").write_text("more")
    publish(template, address, "1.1.0")

    assert (resolution.source, resolution.version) == (address, "1.0.0")
    assert git(tmp_path / "ml.git", "tag").split() == ["1.0.0", "1.1.0"]


def test_a_bare_repository_is_found_as_git_clone_finds_it(template: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(template), "bare.git")
    git(template, "bundle", "create", "--quiet", str(tmp_path / "bundle"), "--all")

    for name in ("bare.git", "bare", "bundle"):
        resolution = sources.resolve(str(tmp_path / name))
        assert resolution.version == "1.0.0"
        assert sources.resolve(resolution.source, resolution.version) == resolution
        assert [str(version) for version in sources.versions(str(tmp_path / name))] == ["1.0.0"]


@pytest.mark.parametrize("damage", ["empty ref", "no objects", "bad object", "no HEAD"])
def test_a_damaged_mirror_is_made_anew(damage: str, template: Path, cache_dir: Path) -> None:
    sources.resolve(template.as_uri())
    commit(write_template(template, {"new.txt": "n"}), "1.1.0")
    (mirror,) = (cache_dir / "git").glob("*.git")
    if damage == "empty ref":
        (mirror / "refs" / "tags").mkdir(parents=True, exist_ok=True)
        (mirror / "refs" / "tags" / "1.0.0").write_text("")
    elif damage == "no objects":
        shutil.rmtree(mirror / "objects")
    elif damage == "no HEAD":
        (mirror / "HEAD").unlink()
    else:
        for path in (mirror / "objects").rglob("*"):
            if path.is_file():
                path.chmod(0o644)
                path.write_bytes(b"")
    shutil.rmtree(cache_dir / "trees")
    from mlstarter.sources.mirror import FETCHED_FOLDERS

    FETCHED_FOLDERS.clear()

    resolution = sources.resolve(template.as_uri())

    assert resolution.version == "1.1.0"
    assert (resolution.root / "new.txt").exists()


@pytest.mark.slow
def test_a_mirror_stays_while_the_network_is_away(server: GitServer, cache_dir: Path) -> None:
    sources.resolve(with_password(server))
    from mlstarter.sources.mirror import FETCHED_FOLDERS

    FETCHED_FOLDERS.clear()
    server.faults.extend([503] * 4)

    with pytest.raises(TemplateError):
        sources.resolve(with_password(server))

    assert len(list((cache_dir / "git").glob("*.git"))) == 1


def test_a_default_branch_that_was_renamed_is_followed(tmp_path: Path) -> None:
    folder = commit(write_template(tmp_path / "t", {"copier.yml": "n: 1\n"}))
    sources.resolve(folder.as_uri())
    from mlstarter.sources.mirror import FETCHED_FOLDERS

    git(folder, "checkout", "--quiet", "-b", "trunk")
    commit(write_template(folder, {"new.txt": "n"}))
    FETCHED_FOLDERS.clear()
    assert (sources.resolve(folder.as_uri()).root / "new.txt").exists()

    git(folder, "branch", "-D", "main")
    git(folder, "branch", "-m", "stem")
    commit(write_template(folder, {"newer.txt": "n"}))
    FETCHED_FOLDERS.clear()
    assert (sources.resolve(folder.as_uri(), "HEAD").root / "newer.txt").exists()


def test_the_words_of_ssh_say_why_there_is_no_answer(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in = tmp_path / "ssh.sh"
    stand_in.write_text("#!/bin/sh\necho 'Host key verification failed.' >&2\nexit 255\n")
    stand_in.chmod(0o755)
    monkeypatch.setenv("GIT_SSH_COMMAND", str(stand_in))
    address = "git@host.invalid:ml.git"

    for attempt in (
        lambda: sources.resolve(address),
        lambda: publish(template, address, "1.1.0"),
        lambda: Transport(attempts=1).refs(f"ssh://{address.replace(':', '/')}"),
    ):
        with pytest.raises(MlstarterError, match="Host key verification failed"):
            attempt()


@pytest.mark.parametrize(("ref", "words"), [("", 'commit "".'), ("x" * 5000, "xxx....")])
def test_a_version_that_is_empty_or_endless_is_said_to_be_one(
    ref: str, words: str, template: Path
) -> None:
    with pytest.raises(TemplateError) as failure:
        sources.resolve(str(template), ref)

    assert failure.value.message.endswith(words)
    assert len(failure.value.message) < 500
