"""The page for demo day: what it shows, what it keeps to itself, and which pictures it takes."""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path

import pytest

from mlstarter.cohort.gallery import write_gallery
from mlstarter.cohort.png import SIGNATURE, NoPicture, plain_png
from mlstarter.errors import EnvironmentProblem
from tests.cohort.conftest import Classroom, document_of

EVIL = "<script>alert(1)</script>"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(
    width: int = 3, height: int = 2, *, colour: int = 2, pixels: bytes | None = None,
    extra: bytes = b"", interlace: int = 0,
) -> bytes:  # fmt: skip
    samples = {0: 1, 2: 3, 6: 4}[colour]
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, interlace)
    data = bytes(height * (1 + width * samples)) if pixels is None else pixels
    image = chunk(b"IDAT", zlib.compress(data))
    return SIGNATURE + chunk(b"IHDR", header) + extra + image + chunk(b"IEND", b"")


def report(**changes: object) -> str:
    document = {
        "schema": 2,
        "evaluated": True,
        "project": {"problem": f"Who leaves? {EVIL}", "site": "https://pages.example/churn/"},
        "result": "Finds 7 of 10 who leave.",
        "primary": "roc_auc",
        "metrics": {"roc_auc": {"value": 0.69, "low": 0.67, "high": 0.71}},
        "picture": "reports/main.png",
    }
    return json.dumps(document | changes)


@pytest.fixture
def exhibition(classroom: Classroom) -> Classroom:
    """Return a class in which one has a report and a picture, one an old report, one nothing."""
    classroom.hand_out()
    path = classroom.clone("s0001")
    (path / "reports").mkdir()
    (path / "reports" / "main.png").write_bytes(png(extra=chunk(b"tEXt", b"Author\0Ada Zyxwv0")))
    classroom.work("s0001", **{"reports/metrics.json": report()})
    old = {"schema": 1, "primary": "f1", "metrics": {"f1": {"value": 0.5}}}
    classroom.work("s0002", **{"reports/metrics.json": json.dumps(old)})
    return classroom


@pytest.mark.slow
def test_each_project_has_a_card_and_nothing_says_whose_it_is(
    exhibition: Classroom, tmp_path: Path
) -> None:
    into = tmp_path / "gallery"
    assert exhibition.call("gallery", "--into", into) == 0
    text = (into / "index.html").read_text()
    assert text.count('<li class="card">') == 3
    assert "Who leaves? &lt;script&gt;" in text
    assert EVIL not in text
    assert "Finds 7 of 10 who leave." in text
    assert "roc_auc: 0.690 [0.670, 0.710]" in text
    assert "f1: 0.500" in text
    assert 'href="https://pages.example/churn/"' in text
    assert "Zyxwv" not in text
    picture = (into / "pictures" / "s0001.png").read_bytes()
    assert plain_png(picture)[1:] == (3, 2)
    assert b"Zyxwv" not in picture
    assert sorted(path.name for path in into.rglob("*") if path.is_file()) == [
        "index.html",
        "s0001.png",
    ]
    assert text.count("<img") == 1
    assert not any(word in text for word in ("<script", "http://", "url(", "<link"))
    # It is made anew in place; with names where they are asked for.
    assert exhibition.call("gallery", "--into", into, "--names") == 0
    assert "Ada Zyxwv0 (s0001)" in (into / "index.html").read_text()


@pytest.mark.slow
def test_an_account_in_a_link_and_a_name_in_a_sentence_are_left_out(
    exhibition: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = {"problem": "ada ZYXWV0's churn", "site": "https://user-s0001.pages.example/x/"}
    exhibition.work("s0001", **{"reports/metrics.json": report(project=project)})
    capsys.readouterr()
    assert exhibition.call("gallery", "--into", tmp_path / "g", "--json") == 0
    text = (tmp_path / "g" / "index.html").read_text()
    assert "s0001&#39;s churn" in text
    assert "user-s0001" not in text + capsys.readouterr().out
    assert exhibition.call("gallery", "--into", tmp_path / "n", "--names") == 0
    assert "https://user-s0001.pages.example/x/" in (tmp_path / "n" / "index.html").read_text()


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("../../outside.png", None),
        ("/etc/passwd", None),
        ("reports", None),
        ("reports/none.png", None),
        ("reports/x.png", b"<svg onload=alert(1)>"),
        ("reports/x.png", png()[:-20]),
        ("reports/x.png", png(pixels=bytes(50_000_000))),
    ],
)
def test_a_picture_that_is_none_is_named_and_left_out(
    exhibition: Classroom,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    path: str,
    content: bytes | None,
) -> None:
    if content is not None:
        (exhibition.clone("s0001") / path).write_bytes(content)
    exhibition.work("s0001", **{"reports/metrics.json": report(picture=path)})
    capsys.readouterr()
    only = ("--only", "s0001")
    assert exhibition.call("gallery", *only, "--into", tmp_path / "g", "--json") == 0
    card = document_of(capsys.readouterr().out)["cards"][0]
    assert (card["picture"], card["complaint"].startswith(path)) == (False, True)
    assert not list((tmp_path / "g").rglob("*.png"))


@pytest.mark.slow
def test_a_gallery_of_before_stays_where_no_project_can_be_read(
    exhibition: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    into = tmp_path / "gallery"
    assert exhibition.call("gallery", "--into", into) == 0
    before = (into / "index.html").read_text()
    exhibition.server.rename(exhibition.folder / "away")
    assert exhibition.call("gallery", "--into", into) == 1
    assert f"{into} was left as it was" in capsys.readouterr().err
    assert (into / "index.html").read_text() == before


def test_a_folder_that_holds_anything_else_is_left_alone(
    exhibition: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    into = tmp_path / "thesis"
    into.mkdir()
    (into / "thesis.tex").write_text("mine\n")
    assert exhibition.call("gallery", "--into", into) == 2
    assert "holds thesis.tex" in capsys.readouterr().err
    assert [path.name for path in into.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize("colour", [0, 2, 6])
def test_a_picture_keeps_its_pixels_and_loses_the_rest(colour: int) -> None:
    plain = png(colour=colour)
    noisy = png(colour=colour, extra=chunk(b"eXIf", b"GPS") + chunk(b"acTL", bytes(8))) + b"behind"
    assert plain_png(noisy) == (plain, 3, 2)


def test_interlaced_pictures_are_counted_by_their_passes() -> None:
    # 3 x 2 in Adam7: passes 1, 4 (one pixel), 6 (two rows would start at 0: one row of 1), 7.
    sizes = [(1, 1), (1, 1), (1, 1), (3, 1)]
    data = bytes(sum(height * (1 + 3 * width) for width, height in sizes))
    assert plain_png(png(pixels=data, interlace=1))[1:] == (3, 2)
    with pytest.raises(NoPicture):
        plain_png(png(pixels=data[:-1], interlace=1))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        SIGNATURE,
        b"GIF89a" + bytes(100),
        png(width=5000, height=1),
        png(width=0, pixels=b""),
        png().replace(b"IDAT", b"IDAX"),
        png()[:40] + b"x" + png()[41:],
        png(pixels=bytes(3)),
        png() + bytes(2 * 1024 * 1024),
    ],
    # Without names the bytes are the name: two megabytes of it.
    ids=["empty", "signature", "gif", "wide", "flat", "kind", "sum", "short", "large"],
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(NoPicture):
        plain_png(content)


@pytest.mark.slow
def test_the_folder_of_a_gallery_stays_when_it_is_written_anew(
    exhibition: Classroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    into = tmp_path / "gallery"
    into.mkdir()
    monkeypatch.chdir(into)

    for name in (".", "../gallery", "../gallery/../gallery"):
        assert exhibition.call("gallery", "--into", name) == 0

    assert sorted(path.name for path in into.iterdir()) == ["index.html", "pictures"]
    assert into.samefile(".")


@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError])
def test_an_earlier_gallery_stays_where_a_new_one_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: type[BaseException]
) -> None:
    into = tmp_path / "pages" / "gallery"
    write_gallery("earlier", [], into)
    before = (into / "index.html").read_text()

    def fail(*_: object) -> None:
        raise stop

    monkeypatch.setattr("mlstarter.cohort.gallery.move_into_place", fail)
    with pytest.raises((KeyboardInterrupt, EnvironmentProblem)):
        write_gallery("new", [], into)

    assert (into / "index.html").read_text() == before
    assert (into / "pictures").is_dir()
    assert [path.name for path in into.parent.iterdir()] == ["gallery"]
