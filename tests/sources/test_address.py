"""Addresses: one spelling, no credential in it, and trust of places rather than of texts."""

from __future__ import annotations

import os
import random
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from mlstarter import settings
from mlstarter.errors import MlstarterError, TemplateError, UsageError
from mlstarter.sources.address import parse, public, public_text
from mlstarter.sources.trust import is_trusted

TRUST_ENTRY = "https://git.example/our-school/"


@pytest.mark.parametrize(
    ("spelling", "normal_form"),
    [
        ("https://Git.Example:443/a/%2e%2e/b//c/./d.git", "https://git.example/b/c/d.git"),
        ("HTTPS://git.example./%7Eann/t", "https://git.example/~ann/t"),
        ("https://user:hunter2@git.example/t", "https://git.example/t"),
        ("git+https://git.example/t.git", "https://git.example/t.git"),
        ("git+ssh://git@git.example:22/t", "ssh://git@git.example/t"),
        ("ssh://git:hunter2@git.example/~/t", "ssh://git@git.example/~/t"),
        ("http://[0:0::1]:08/t", "http://[::1]:8/t"),
        ("https://b\u00fccher.example/t", "https://xn--bcher-kva.example/t"),
        ("https://\uff47it.example/t", "https://git.example/t"),
        ("gh:our-school/t", "https://github.com/our-school/t.git"),
        ("gl:group/sub/t.git", "https://gitlab.com/group/sub/t.git"),
        ("teacher@git.example:ml/t.git", "teacher@git.example:ml/t.git"),
        ("school:t.git", "school:t.git"),
        ("file:///srv/class%20one/t", "file:///srv/class%20one/t"),
        ("file:///srv/no-such/../t", "file:///srv/t"),
        ("file://localhost/srv/t", "file:///srv/t"),
        ("FILE://LocalHost/srv/a/../t", "file:///srv/t"),
        ("/srv/no-such/../t", "/srv/t"),
    ],
)
def test_an_address_has_one_spelling(spelling: str, normal_form: str) -> None:
    place = parse(spelling)

    assert place.address == place.public_form == normal_form
    assert parse(normal_form).address == normal_form


@pytest.mark.parametrize(
    "spelling",
    [
        "ext::sh -c 'touch x'",
        "fd::17",
        "git+ext::sh",
        "codecommit::eu://t",
        "ftp://git.example/t",
        "javascript://x/y",
        "-oProxyCommand=touch x:t",
        "ssh://-oProxyCommand=x/t",
        "ssh://-l@git.example/t",
        "host:-t",
        "https://git.example\\@evil.example/t",
        "https://git.example@evil@x/t",
        "https://git.example/a%2f..%2fb",
        "https://git.example/our-school/..%5cevil",
        "https://git.example/our-school/%252e%252e/evil",
        "https://git.example/our-school/..;/evil",
        "https://git.example/t#main",
        "https://git.example/t?token=hunter3",
        "https://git.ex%61mple/t",
        "https://git.example:99999/t",
        "https://:80/t",
        "https:///t",
        "https://git.example/t\nx",
        "file://host/t",
        "ssh://git.example/~/../t",
        "user:hunter2@git.example:t",
        "x-access-token:hunter2@git.example/t",
        "",
    ],
)
def test_what_servers_read_differently_or_what_runs_a_program_is_refused(spelling: str) -> None:
    with pytest.raises(TemplateError) as failure:
        parse(spelling)

    assert failure.value.hint
    assert "hunter2" not in failure.value.message
    assert "hunter3" not in failure.value.message


@pytest.mark.parametrize("inside", ["../x", "/x", "a/../../x", "..\\x", "C:/x", "a\nb"])
def test_a_folder_inside_does_not_climb_out(inside: str) -> None:
    with pytest.raises(TemplateError, match="not inside"):
        parse(TRUST_ENTRY + "t#subdirectory=" + inside)


@pytest.mark.parametrize(
    "source",
    [
        "https://{}@git.example/t.git",
        "https://user:{}@git.example/t.git",
        "https://user:a/{}@git.example/t.git",
        "git+https://oauth2:{}@git.example/t.git",
        "http://x-access-token:{}@git.example:8080/t.git",
        "ssh://git:{}@git.example/t.git",
        "git://user:{}@git.example/t.git",
        "ftp://user:{}@git.example/t.git",
        "https://git.example/t.zip?token={}",
        "https://git.example/t.git?private_token={}&x=1",
        "x-access-token:{}@git.example:org/t.git",
        "x-access-token:{}@git.example/org/t.git",
        "https://git.example/t.git#{}",
        "//user:{}@git.example/t.git",
        "gh:user:{}@owner/name",
        "gl:{}@owner/name",
    ],
)
def test_no_credential_is_recorded_or_shown(source: str) -> None:
    secret = "hunter2"
    source = source.format(secret)

    texts = [public(source), public_text(f"fatal: cannot read '{source}': no")]
    try:
        place = parse(source)
        texts += [place.public_form, repr(place), place.address]
    except TemplateError as error:
        texts += [error.message, str(error.hint)]

    assert not [text for text in texts if secret in text]


def trusts(entry: str, source: str) -> bool:
    return is_trusted(source, [entry])


@pytest.fixture(autouse=True)
def gitconfig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git configuration of the user's own; returns it."""
    file = tmp_path / "gitconfig"
    file.write_text("")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(file))
    return file


@pytest.mark.parametrize(
    ("entry", "source", "expected"),
    [
        (TRUST_ENTRY, "https://git.example/our-school/t", True),
        (TRUST_ENTRY, "https://git.example/our-school/t.git#subdirectory=a", True),
        (TRUST_ENTRY, "https://GIT.example:443//our-school/./t", True),
        (TRUST_ENTRY, "https://user:hunter2@git.example/our-school/t", True),
        ("HTTPS://Git.Example:443/our-school/", "https://git.example/our-school/t", True),
        (TRUST_ENTRY, "https://git.example/our-school/", False),
        (TRUST_ENTRY, "https://git.example/our-school-evil/t", False),
        (TRUST_ENTRY, "https://git.example/our-school/../evil/t", False),
        (TRUST_ENTRY, "https://git.example/our-school/%2e%2e/evil/t", False),
        (TRUST_ENTRY, "https://git.example/our-school/x/%2E./%2e%2E/evil", False),
        (TRUST_ENTRY, "https://git.example/our-school/..%2fevil", False),
        (TRUST_ENTRY, "https://git.example:8443/our-school/t", False),
        (TRUST_ENTRY, "http://git.example/our-school/t", False),
        (TRUST_ENTRY, "https://evil.example/https://git.example/our-school/t", False),
        (TRUST_ENTRY, "https://git.example@evil.example/our-school/t", False),
        (TRUST_ENTRY, "https://evil.example\\@git.example/our-school/t", False),
        (TRUST_ENTRY, "https://git.example/our-school/t?p=/../../evil", False),
        (TRUST_ENTRY, "ssh://git@git.example/our-school/t", False),
        ("https://git.example/our-school", "https://git.example/our-school-evil", False),
        ("https://git.example/our-school", "https://git.example/our-school/t", False),
        ("https://git.example/our/t", "https://git.example/our/t.git", True),
        ("gh:our-school/", "https://github.com/our-school/t", True),
        ("gh:our-school/t", "gh:our-school/t", True),
        ("https://github.com/our-school/", "gh:our-school/../evil/t", False),
        ("git@git.example:our/", "git@git.example:our/t", True),
        ("git@git.example:our/", "ssh://git@git.example/~/our/t", True),
        ("git@git.example:our/", "git@git.example:our/../evil", False),
        ("git@git.example:our/", "eve@git.example:our/t", False),
        ("git@git.example:/srv/our/", "ssh://git@git.example:22/srv/our/t", True),
        ("git@git.example:our/", "git@git.example:/our/t", False),
        ("https://git.example/", "https://git.example/any/t", True),
    ],
)
def test_trust_is_of_the_place_that_git_asks(entry: str, source: str, expected: bool) -> None:
    assert trusts(entry, source) is expected


def test_folders_are_compared_with_their_links_followed(tmp_path: Path) -> None:
    (tmp_path / "our" / "t").mkdir(parents=True)
    (tmp_path / "evil").mkdir()
    (tmp_path / "our" / "link").symlink_to(tmp_path / "evil")
    (tmp_path / "alias").symlink_to(tmp_path / "our")
    entry = f"{tmp_path}/our/"

    assert trusts(entry, str(tmp_path / "our" / "t"))
    assert trusts(entry, str(tmp_path / "alias" / "t"))
    assert trusts(f"{tmp_path}/alias/", (tmp_path / "our" / "t").as_uri())
    for outside in ("our/link", "our/../evil", "our/t/../../evil", "our-evil"):
        assert not trusts(entry, f"{tmp_path}/{outside}")
        assert not trusts(entry, f"file://{tmp_path}/{outside}")
    assert not trusts(entry, f"file://{tmp_path}/our/%2e%2e/evil")


def test_home_is_known_in_trust(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))

    assert trusts("~/templates/", f"{tmp_path}/templates/t")
    assert not trusts("~/templates/", f"{tmp_path}/templates-evil/t")


def test_the_users_own_rewriting_counts(gitconfig: Path) -> None:
    gitconfig.write_text(
        '[url "https://evil.example/"]\n\tinsteadOf = https://git.example/our-school/bad\n'
        '[url "git@git.example:"]\n\tinsteadOf = https://git.example/\n'
    )

    assert trusts(TRUST_ENTRY, "https://git.example/our-school/t")
    assert trusts("git@git.example:our-school/", "https://git.example/our-school/t")
    assert not trusts(TRUST_ENTRY, "https://git.example/our-school/bad/t")
    assert not trusts(TRUST_ENTRY, "https://git.example/our-school/badly")


@pytest.mark.parametrize("entry", ["ext::sh -c x", "https://", "ftp://x/"])
def test_an_entry_that_is_no_address_is_named(
    entry: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(f'trust = ["{entry}"]\n')
    monkeypatch.setenv("MLSTARTER_SETTINGS", str(file))

    with pytest.raises(UsageError, match="trust names"):
        settings.trusts("https://git.example/t")


PIECES = (
    *("https://", "http://", "ssh://", "git://", "file://", "ftp://", "git+", "ext::", "gh:"),
    *("git.example", "GIT.example", "evil.example", "git.example.", "[::1]", ":443", ":", ":x"),
    *("/", "//", "/our-school/", "our-school", "/..", "/.", "/%2e%2e", "/%2E.", "/%252e", "%2f"),
    *("\\", "@", "user@", "user:hunter2@", "?token=hunter2", "#subdirectory=", "#x", "..", ";"),
    *("~", "t.git", ".zip", " ", "\t", "\0", "\u00fc", "\u2024", "\uff0f", "-", "--", "%", "%zz"),
    *("\ud800", "\u202e", "C:\\", "a" * 300),
)


def test_no_address_raises_anything_else_or_is_trusted_wrongly() -> None:
    chance = random.Random(16)
    count = 2000 if os.environ.get("MLSTARTER_TEST_FULL") else 100
    trust_count = 0
    for number in range(count):
        parts = chance.choices(PIECES, k=chance.randint(1, 9))
        start = chance.choice(["", TRUST_ENTRY, "https://git.example/", "https://user:hunter2@"])
        source = start + "".join(parts)
        assert isinstance(public(source), str), number
        public_text(source)
        try:
            place = parse(source)
        except MlstarterError as error:
            assert error.hint
            continue
        assert parse(place.public_form).public_form == place.public_form, source
        assert "\0" not in place.address
        if is_trusted(source, [TRUST_ENTRY]):
            trust_count += 1
            url = urlsplit(place.address)
            assert (url.scheme, url.netloc) == ("https", "git.example"), source
            path = url.path
            for _ in range(4):
                path = unquote(path)
                assert path.startswith("/our-school/"), source
                assert ".." not in path.split("/"), source
    assert trust_count


def test_a_long_path_is_no_account() -> None:
    assert public("/srv/" + "deep/" * 500) == "/srv/" + "deep/" * 500
    assert public_text(f"no such folder: {'x' * 3000}") == f"no such folder: {'x' * 3000}"
