"""Templates of other people: folders, git repositories, zips."""

from __future__ import annotations

import functools
import http.server
import os
import threading
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mlstarter import sources
from mlstarter.errors import TemplateError
from mlstarter.sources.address import parse, public
from tests.engines.helpers import commit, git, write_template

FILES = {"copier.yml": "n: 1\n", "run.sh!": "#!/bin/sh\n", "crlf.txt": "a\r\nb\r\n"}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A template with versions v1.0.0 and v1.1.0, a pre-release, and a commit after them."""
    folder = commit(write_template(tmp_path / "origin", FILES), "v1.0.0")
    commit(write_template(folder, {"new.txt": "1.1"}), "v1.1.0")
    commit(write_template(folder, {"next.txt": "2"}), "v2.0.0rc1")
    return commit(write_template(folder, {"later.txt": "x"}))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """A plain web server over ``tmp_path``; yields its address."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()


def test_a_plain_folder_has_no_version_and_is_read_where_it_lies(tmp_path: Path) -> None:
    folder = write_template(tmp_path / "t", FILES)

    template = sources.resolve(str(folder))

    assert (template.source, template.version, template.commit) == (str(folder), None, None)
    assert template.root == folder
    assert sources.versions(str(folder)) == []


def test_a_folder_inside_another_repository_is_a_plain_folder(tmp_path: Path) -> None:
    commit(write_template(tmp_path, {"course/t/copier.yml": "n: 1\n"}), "9.9.9")

    assert sources.resolve(str(tmp_path / "course" / "t")).version is None


def test_a_repository_gives_its_newest_version_without_pre_releases(repository: Path) -> None:
    template = sources.resolve(str(repository))

    assert template.version == "v1.1.0"
    assert template.commit == git(repository, "rev-parse", "v1.1.0^{commit}")
    assert (template.root / "new.txt").exists()
    assert not (template.root / "next.txt").exists()
    assert not (template.root / ".git").exists()
    assert [str(v) for v in sources.versions(str(repository))] == ["1.0.0", "1.1.0", "2.0.0rc1"]


@pytest.mark.parametrize("ref", ["v1.0.0", "1.0.0", "1.0"])
def test_a_version_is_found_with_and_without_its_letter(ref: str, repository: Path) -> None:
    template = sources.resolve(str(repository), ref)

    assert template.version == "v1.0.0"
    assert not (template.root / "new.txt").exists()


def test_a_branch_or_commit_is_recorded_as_git_describes_it(repository: Path) -> None:
    template = sources.resolve(str(repository), "main")

    assert template.version is not None
    assert template.version.startswith("v2.0.0rc1-1-g")
    assert sources.resolve(str(repository), template.version) == template


def test_a_dirty_working_copy_is_taken_as_it_stands_for_head(repository: Path) -> None:
    (repository / "later.txt").write_text("not committed")

    assert sources.resolve(str(repository), "HEAD").version is None
    assert sources.resolve(str(repository)).version == "v1.1.0"


@pytest.mark.slow
def test_a_url_is_fetched_into_a_mirror_and_brought_up_to_date(
    repository: Path, cache_dir: Path
) -> None:
    address = repository.as_uri()
    assert sources.resolve(address).version == "v1.1.0"
    commit(repository, "v3.0.0")

    # What another process would do: nothing of this one is remembered.
    from mlstarter.sources import mirror

    mirror.FETCHED_FOLDERS.clear()
    template = sources.resolve(address)

    assert template.version == "v3.0.0"
    assert template.source == address
    assert template.root.is_relative_to(cache_dir)


def test_line_ends_and_modes_do_not_depend_on_the_users_settings(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "gitconfig"
    config.write_text("[core]\n\tautocrlf = true\n\teol = crlf\n\thooksPath = /nowhere\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))

    root = sources.resolve(repository.as_uri(), "v1.0.0").root

    assert (root / "copier.yml").read_bytes() == b"n: 1\n"
    assert (root / "crlf.txt").read_bytes() == b"a\r\nb\r\n"
    assert os.access(root / "run.sh", os.X_OK)


@pytest.mark.slow
def test_submodules_are_part_of_a_template(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = commit(write_template(tmp_path / "inner", {"part.txt": "part"}), "1.0")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "protocol.file.allow")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "always")
    git(repository, "submodule", "add", "--quiet", inner.as_uri(), "sub")
    commit(repository, "v4.0.0")

    root = sources.resolve(repository.as_uri()).root

    assert (root / "sub" / "part.txt").read_text() == "part"
    assert not list(root.rglob(".git"))


def test_a_template_below_the_root_is_recorded_with_its_folder(tmp_path: Path) -> None:
    repository = commit(write_template(tmp_path / "r", {"a/b/copier.yml": "n: 1\n"}), "1.0")

    template = sources.resolve(str(repository), directory="a/b")

    assert template.source == f"{repository}#subdirectory=a/b"
    assert (template.root / "copier.yml").exists()
    assert sources.resolve(template.source, template.version) == template


@pytest.mark.parametrize("directory", ["../x", "/etc", "a/../../b"])
def test_a_directory_cannot_lead_out_of_the_template(directory: str, tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="not inside the template"):
        sources.resolve(str(write_template(tmp_path / "t", FILES)), directory=directory)


def test_shorthands_stand_for_https_addresses() -> None:
    assert parse("gh:owner/name").public_form == "https://github.com/owner/name.git"
    assert parse("gl:group/sub/name.git").public_form == "https://gitlab.com/group/sub/name.git"
    assert parse("git+https://x.example/t.git").public_form == "https://x.example/t.git"


def test_a_password_in_an_address_is_never_recorded_or_shown() -> None:
    address = "https://ada:s3cret@127.0.0.1:9/t.git"

    assert public(address) == "https://127.0.0.1:9/t.git"
    with pytest.raises(TemplateError) as failure:
        sources.resolve(address)
    assert "s3cret" not in f"{failure.value.message} {failure.value.hint}"


@pytest.mark.slow
def test_a_password_is_used_to_fetch_and_kept_nowhere(
    repository: Path, cache_dir: Path, tmp_path: Path
) -> None:
    """A web server that asks for a password and serves the repository as plain files."""
    git(repository, "update-server-info")
    seen: list[str] = []

    class PasswordHandler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=str(repository / ".git"))  # type: ignore[arg-type]

        def do_GET(self) -> None:
            if self.headers["Authorization"] != "Basic YWRhOnMzY3JldA==":
                self.send_response(401)
                self.send_header("WWW-Authenticate", "Basic")
                self.end_headers()
                return
            seen.append(self.path)
            self.path = self.path.removeprefix("/t.git")
            super().do_GET()

        def log_message(self, *_: object) -> None:
            pass

    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), PasswordHandler)
    threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
    place = f"127.0.0.1:{running.server_port}/t.git"

    template = sources.resolve(f"http://ada:s3cret@{place}")
    # What updates do in the same process: the recorded source has no password.
    again = sources.source_environment(template)
    running.shutdown()

    assert seen
    assert template.source == f"http://{place}"
    assert f"url.{cache_dir}" in again["GIT_CONFIG_KEY_0"]
    cache_files = [p for p in cache_dir.rglob("*") if p.is_file() and b"s3cret" in p.read_bytes()]
    assert cache_files == []


def test_what_is_not_there_is_one_line_with_the_nearest_name(tmp_path: Path) -> None:
    write_template(tmp_path / "template-cv", FILES)
    with pytest.raises(TemplateError, match="no such folder") as failure:
        sources.resolve(str(tmp_path / "templat-cv"))
    assert failure.value.hint == 'did you mean "template-cv"?'


def test_an_unknown_ref_is_named(repository: Path) -> None:
    with pytest.raises(TemplateError, match=r"no version, branch or commit v1\.1\.9") as failure:
        sources.resolve(str(repository), "v1.1.9")
    assert "v1.1.0" in (failure.value.hint or "")


def test_a_folder_without_a_template_says_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"neither copier\.yml nor cookiecutter\.json"):
        sources.resolve(str(write_template(tmp_path / "t", {"a.txt": ""})))


def test_two_question_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="two question files"):
        sources.resolve(str(write_template(tmp_path / "t", {"copier.yml": "", "copier.yaml": ""})))


def _zip(path: Path, members: dict[str, str], mode: int = 0o644) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            archive.writestr(info, content)
    return path


def test_a_zip_is_a_template_whether_it_has_one_top_folder_or_none(tmp_path: Path) -> None:
    one = _zip(tmp_path / "one.zip", {"t-main/cookiecutter.json": "{}"}, 0o755)
    none = _zip(tmp_path / "none.zip", {"copier.yml": "n: 1\n", "x": ""})

    assert sources.resolve(str(one)).engine == "cookiecutter"
    assert sources.resolve(str(none)).engine == "copier"
    assert os.access(sources.resolve(str(one)).root / "cookiecutter.json", os.X_OK)


@pytest.mark.parametrize("order", [1, -1])
def test_a_zip_may_name_folders_before_and_after_the_files_in_them(
    order: int, tmp_path: Path
) -> None:
    members = {"top/": "", "top/copier.yml": "n: 1\n", "top/docs/": "", "top/docs/a.md": "a\n"}
    path = _zip(tmp_path / "t.zip", dict(list(members.items())[::order]))

    assert (sources.resolve(str(path)).root / "docs" / "a.md").read_text() == "a\n"


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "names", [("a", "a"), ("a", "a/"), ("a/", "a"), ("a/b", "a"), ("a", "a/b")]
)
def test_a_zip_in_which_a_path_is_two_things_is_refused(
    names: tuple[str, str], tmp_path: Path
) -> None:
    path = _pack(tmp_path / "t.zip", [("copier.yml", b"n: 1\n"), *((name, b"") for name in names)])

    with pytest.raises(TemplateError, match=r"is there twice|lies below a file"):
        sources.resolve(str(path))


def test_a_zip_is_fetched_from_a_server(server: str, tmp_path: Path) -> None:
    _zip(tmp_path / "t.zip", {"copier.yml": "n: 1\n"})

    template = sources.resolve(f"{server}/t.zip")

    assert template.source == f"{server}/t.zip"
    assert (template.root / "copier.yml").exists()
    with pytest.raises(TemplateError, match="cannot be fetched: "):
        sources.resolve(f"{server}/absent.zip")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("account", "message"),
    [
        ("ada:s3cret@", None),
        ("ada:wr%C3%B6ng@", "takes no such user and password"),
        ("", "asks for a password"),
    ],
)
def test_a_zip_behind_a_password_gets_it_or_says_so(
    account: str, message: str | None, tmp_path: Path, cache_dir: Path
) -> None:
    archive = _zip(tmp_path / "t.zip", {"copier.yml": "n: 1\n"}).read_bytes()

    class PasswordHandler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            may_enter = self.headers["Authorization"] == "Basic YWRhOnMzY3JldA=="
            self.send_response(200 if may_enter else 401)
            self.end_headers()
            self.wfile.write(archive if may_enter else b"")

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), PasswordHandler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        place = f"127.0.0.1:{server.server_port}/t.zip"
        try:
            if message is None:
                assert sources.resolve(f"http://{account}{place}").source == f"http://{place}"
            else:
                with pytest.raises(TemplateError, match=message) as failure:
                    sources.resolve(f"http://{account}{place}")
                assert account.partition("@")[0] not in str(failure.value) or not account
        finally:
            server.shutdown()
    files = [path for path in cache_dir.rglob("*") if path.is_file()]
    assert not [path for path in files if b"s3cret" in path.read_bytes()]


@pytest.mark.parametrize("name", ["../out", "/abs", "a/../../out", "..\\out"])
def test_a_zip_cannot_write_outside_its_folder(name: str, tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="lead out of the template"):
        sources.resolve(str(_zip(tmp_path / "t.zip", {"copier.yml": "", name: "x"})))
    assert not list(tmp_path.rglob("out"))


def test_a_zip_with_links_and_a_broken_zip_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="lead out of the template"):
        sources.resolve(str(_zip(tmp_path / "t.zip", {"copier.yml": "/etc/passwd"}, 0o120777)))
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(TemplateError, match="cannot be unpacked"):
        sources.resolve(str(tmp_path / "broken.zip"))


def _pack(path: Path, members: list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


BOMBS: dict[str, list[tuple[str, bytes]]] = {
    "a ratio of a thousand": [("copier.yml", b""), ("x", b"\0" * 20_000_000)],
    "a size beyond the limit": [(f"x{n}", b"\0" * 30_000_000) for n in range(4)],
    "a path of many folders": [("copier.yml", b""), ("a/" * 80 + "x", b"")],
    "a long name": [("copier.yml", b""), ("x" * 300, b"")],
    "a file below a file": [("copier.yml", b""), ("a", b""), ("a/b", b"")],
    "a repository": [("copier.yml", b""), (".git/config", b"[core]\nfsmonitor = touch x\n")],
}


@pytest.mark.slow
@pytest.mark.parametrize("case", BOMBS)
def test_a_zip_beyond_its_bounds_is_refused(case: str, tmp_path: Path) -> None:
    with pytest.raises(TemplateError):
        sources.resolve(str(_pack(tmp_path / "t.zip", BOMBS[case])))


def test_a_zip_packed_in_another_way_is_refused(tmp_path: Path) -> None:
    path = _pack(tmp_path / "t.zip", [("copier.yml", b"a: 1\n")], zipfile.ZIP_LZMA)
    with pytest.raises(TemplateError):
        sources.resolve(str(path))


@pytest.mark.slow
def test_several_threads_ask_for_one_template_at_once(repository: Path) -> None:
    """As an update of a class does: none sees a mirror that another one is bringing up to date."""

    def ask(version: str) -> str | None:
        return sources.resolve(str(repository), version).version

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, ["v1.0.0", "v1.1.0"] * 16))
    assert answers == ["v1.0.0", "v1.1.0"] * 16
