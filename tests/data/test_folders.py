"""A folder of pictures or recordings is looked at before a project is made of it."""

from __future__ import annotations

import shutil
import unicodedata
from pathlib import Path

import pytest

from mlstarter.data.errors import DataError
from mlstarter.data.folders import PICTURES, check, look, propose
from mlstarter.data.sounds import RECORDINGS
from tests.cli.conftest import Run


def put(folder: Path, *names: str) -> None:
    """Write files that bear these names and hold nothing."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")


def many(pattern: str) -> list[str]:
    """Return as many names as a class needs pictures."""
    return [pattern.format(i) for i in range(10)]


USELESS = [
    ("cv", ["notes.txt", "a/.hidden.png"], "holds no pictures"),
    ("cv", ["one.wav", "a/two.wav"], "holds no pictures"),
    ("cv", ["one.png", "two.jfif"], "lies in a folder that names its class"),
    ("cv", ["train/one.png", "Testing/two.png", "dev/3.png"], "names its class"),
    ("cv", ["cats/one.png", "cats/two.HEIC"], "are of one class: cats"),
    ("cv", ["train/cats/one.png", "test/cats/two.webp"], "are of one class: cats"),
    ("cv", [unicodedata.normalize(form, f"{form}/café/1.png") for form in ("NFC", "NFD")], "one class"),
    ("cv", [*many("train/images/{}.jpg"), *many("valid/images/{}.jpg")], "names its class"),
    ("cv", [*many("JPEGImages/{}.jpg")], "names its class"),
    ("cv", ["cats/train/one.png", "dogs/train/two.png"], "names its class"),
    ("cv", [*many("cats/{}.png"), "dogs/1.png"], '"dogs" of .* has 1 pictures, and at least 10'),
    ("cv", [*many("Cat/{}.png"), *many("cat/{}.png")], 'several ways: "Cat", "cat"'),
    ("cv", [*many("cat/{}.png"), *many("cat /{}.png")], 'several ways: "cat", "cat "'),
    ("cv", [*many("a/{}.png"), *many("@eaDir/{}.png"), *many("__MACOSX/b/{}.png")], "one class: a"),
    ("cv", [*many("a/images/{}.png"), *many("a/masks/{}.png")], '"images", "masks" of .* files of a kind'),
    ("cv", [*many("JPEGImages/{}.jpg"), *many("SegmentationClass/{}.png")], "names for files of a kind"),
    ("cv", [*many("train2017/{}.jpg"), *many("val2017/{}.jpg")], "names its class"),
    ("cv", [*many("a/{}.png"), *many("b/{}.png"), "b/3_mask.png"], 'masks beside .*: "3_mask"'),
    ("cv", [*many("seg_train/a/{}.png"), *many("seg_test/b/{}.png"), *many("seg_pred/{}.png")], '"seg_pred" of'),
    ("cv", [*many("train/a/{}.png"), *many("train/b/{}.png"), *many("test/c/{}.png")], '"c" of .* no pictures to learn'),
    ("cv", [*many("HAM_images_part_1/{}.jpg"), *many("HAM_images_part_2/{}.jpg")], "name pieces of"),
    ("cv", [*many("cat/batch_1/{}.jpg"), *many("dog/batch_2/{}.jpg")], '"batch_1", "batch_2" of .* name pieces'),
    ("cv", [*many("images_001/images/{}.png"), *many("images_002/images/{}.png")], "names its class"),
    (
        "cv",
        [name for form in ("color", "segmented") for c in "ab" for name in many(f"{form}/{c}/{{}}.png")],
        '"color", "segmented" of .* in several forms',
    ),
    (
        "cv",
        [name for form in ("Original Images", "Augmented_Images") for c in "ab" for name in many(f"{form}/{c}/{{}}.png")],
        "in several forms",
    ),
    ("cv", [*many("cat/{}.png"), *many("dog/{}.png"), *many("dog/pug/{}.png")], 'The folder "dog" of .*"pug"'),
    ("asr", ["a/one.png"], "holds no recordings"),
    ("asr", ["one.wav", "a/two.flac", "readme.txt"], "no file that tells what is said"),
    ("asr", ["one.wav", "train_manifest.json"], "train_manifest.json is in JSON"),
    ("asr", ["cv/en/clips/one.mp3", "cv/en/validated.tsv"], 'lies in the folder "cv/en"'),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "names", "reason"), USELESS)
def test_what_nothing_can_be_learned_from_is_said(
    tmp_path: Path, kind: str, names: list[str], reason: str
) -> None:
    put(tmp_path, *names)
    with pytest.raises(DataError, match=reason):
        check(tmp_path, kind)


@pytest.mark.parametrize("pattern", ["{}.{{}}.jpg", "train/{}_{{}}.jpg", "all/{}-{{}}.jpg"])
def test_classes_that_the_names_of_files_tell_are_named(tmp_path: Path, pattern: str) -> None:
    put(tmp_path, *many(pattern.format("cat")), *many(pattern.format("dog")))
    with pytest.raises(DataError) as failure:
        check(tmp_path, "cv")
    assert 'files begin with "cat", "dog": make a folder of each' in str(failure.value.hint)


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("cv", [*many("a/{}.png"), *many("b/{}.tif")]),
        ("cv", [*many("Train/a/{}.png"), *many("Train/b/{}.png"), "loose.png"]),
        ("cv", [*many("a/{}.tga"), *many("b/{}.J2K"), "b/three.psd"]),
        ("cv", [*many("VALIDATION/a/{}.QOI"), *many("Valid/b/{}.dib")]),
        ("cv", [*many("mask/{}.png"), *many("no mask/{}.png"), "mask/mask_1.png"]),
        ("cv", [*many("crash test/{}.png"), *many("train station/{}.png")]),
        ("cv", [*many("part 1/a/{}.png"), *many("part 2/b/{}.png")]),
        ("cv", [*many("color/{}.png"), *many("grayscale/{}.png")]),
        ("cv", [*many("original/a/{}.png"), *many("original/b/{}.png")]),
        ("cv", [*many("1/{}.png"), *many("2/{}.png")]),
        ("cv", [*many("type_1/{}.png"), *many("type_2/{}.png")]),
        ("asr", ["manifest.csv", "one.wav"]),
        ("asr", ["manifest.csv", "manifest.json", "one.wav"]),
        ("asr", ["validated.tsv", "clips/one.mp3"]),
        ("asr", ["metadata.csv", "wavs/one.wav"]),
        ("asr", ["manifest.tsv", "one.OGA", "two.caf"]),
        ("asr", ["84/121/84-121.trans.txt", "84/121/84-121-0000.flac"]),
    ],
)
def test_what_can_be_read_is_not_refused(tmp_path: Path, kind: str, names: list[str]) -> None:
    put(tmp_path, *names)
    check(tmp_path, kind)
    endings = RECORDINGS if kind == "asr" else PICTURES
    files = [name for name in names if Path(name).suffix.lower() in endings]
    assert look(tmp_path).count(endings) == len(files) > 0


def test_a_table_of_pictures_lies_beside_them(tmp_path: Path) -> None:
    put(tmp_path, "labels.csv", "labels.xlsx")
    with pytest.raises(DataError, match="no pictures beside"):
        check(tmp_path / "labels.csv", "cv")
    with pytest.raises(DataError, match="neither a folder of pictures nor a CSV"):
        check(tmp_path / "labels.xlsx", "cv")
    put(tmp_path, "images/one.png")
    check(tmp_path / "labels.csv", "cv")


@pytest.mark.parametrize(
    ("names", "kind", "message", "hint"),
    [
        (many("train/pos/{}.txt"), "", "is a folder of texts", "one CSV file"),
        (["neg.txt", "pos.txt"], "nlp", "is a folder of texts", "one CSV file"),
        (["train.csv", "test.csv", "readme.txt"], "", "is a folder with tables", "one of them"),
        (many("cat/{}.png"), "nlp", "is a folder of pictures, and a project of type nlp", "--type"),
        (["1.wav", "manifest.csv"], "tabular", "is a folder of recordings", "--type"),
    ],
)
def test_a_folder_that_a_type_is_not_made_from_says_what_it_holds(
    tmp_path: Path, names: list[str], kind: str, message: str, hint: str
) -> None:
    put(tmp_path, *names)
    with pytest.raises(DataError, match=message) as refusal:
        propose(look(tmp_path), {"project_type": kind})
    assert hint in str(refusal.value.hint)


@pytest.mark.sampled
@pytest.mark.parametrize(
    "arguments",
    [
        ["new", "shop", "--yes", "--type", "cv", "-d", "data_source=local", "-d", "data_path=../pictures"],
        ["new", "shop", "--yes", "--type", "cv", "--data-file", "pictures"],
        ["new", "shop", "--yes", "--data-file", "pictures"],
        ["describe", "pictures"],
    ],
)  # fmt: skip
def test_new_and_describe_say_so_and_make_nothing(
    run: Run, here: Path, template: Path, arguments: list[str]
) -> None:
    put(here / "pictures", "cats/one.png", "cats/two.png")
    source = ["--template", template] if arguments[0] == "new" else []
    result = run(*arguments, *source)
    assert result.returncode == 1
    error, hint = [line for line in result.stderr.splitlines() if ": " in line][-2:]
    assert error == "error: All pictures of pictures are of one class: cats."
    assert hint.startswith("hint: bring pictures of another class")
    assert [path.name for path in here.iterdir()] == ["pictures"]
    put(here / "pictures", *many("dogs/{}.png"), *many("cats/{}.png"))
    assert run(*arguments, *source).returncode == 0


@pytest.mark.sampled
def test_a_table_that_lists_pictures_makes_a_project(run: Run, here: Path, template: Path) -> None:
    put(here, "study/a/one.png", "study/b/two.png")
    (here / "study/labels.csv").write_text("file,label\n" + "a/one.png,x\nb/two.png,y\n" * 20)
    command = ["new", "shop", "--yes", "--type", "cv", "--template", template]
    pairs = ["-d", "data_source=local", "-d", "data_path=../study/labels.csv"]
    for arguments in (["--data-file", "study/labels.csv"], pairs):
        result = run(*command, *arguments)
        assert result.returncode == 0, result.stderr
        copies = [path.name for path in (here / "shop/data").rglob("*.*")]
        assert sorted(copies) == (
            ["labels.csv", "one.png", "two.png"] if pairs != arguments else []
        )
        shutil.rmtree(here / "shop")


@pytest.mark.slow
def test_pictures_that_are_not_there_yet_may_be_named(run: Run, here: Path, template: Path) -> None:
    pairs = ["-d", "data_source=local", "-d", "data_path=data/raw/pictures"]
    result = run("new", "shop", "--yes", "--type", "cv", *pairs, "--template", template)
    assert result.returncode == 0, result.stderr


def test_the_classes_are_shown_that_folders_name(tmp_path: Path) -> None:
    put(tmp_path, *many("2023/cats/{}.png"), *many("2024/cats/{}.png"), *many("2024/dogs/{}.jpg"))
    put(tmp_path, "loose.png", *many("train/{}.png"))
    (tmp_path / "2023/cats/gone.png").symlink_to("nowhere.png")
    choices = {choice.key: choice for choice in propose(look(tmp_path), {})}
    assert choices["classes"].value == "2"
    assert choices["classes"].reason.startswith("cats (20), dogs (10), called by the folders")
    assert 'not by those above them ("2023", "2024")' in choices["classes"].reason
    assert choices["without class"].value == "11"


def test_folders_above_those_of_classes_may_be_patients(tmp_path: Path) -> None:
    put(tmp_path, *(f"{8000 + i}/{label}/{i}.png" for i in range(24) for label in "01"))
    (classes,) = (choice for choice in propose(look(tmp_path), {}) if choice.key == "classes")
    assert "if each of those is a patient or a place, state image_split=group" in classes.reason


def test_a_table_beside_pictures_without_classes_is_named(tmp_path: Path) -> None:
    put(tmp_path, *many("train/{}.jpg"), "labels.csv")
    with pytest.raises(DataError) as failure:
        check(tmp_path, "cv")
    assert "if labels.csv names them, give that file" in str(failure.value.hint)


def test_upper_and_lower_letters_are_two_classes(tmp_path: Path) -> None:
    put(tmp_path, *many("A/{}.png"), *many("a/{}.png"))
    assert len(look(tmp_path).classes) == 2
    check(tmp_path, "cv")


@pytest.mark.parametrize(
    ("names", "value", "reason"),
    [
        (["training_set/{}/1.png", "test_set/{}/1.png"], "given", "test_set and training_set"),
        (["1_train/{}/1.png", "2_test/{}/1.png"], "given", "1_train and 2_test"),
        (["Train2017/{}/1.png", "images-test/{}/1.png"], "given", "folders called"),
        (["train/{}/1.png", "test/1.png"], "stratified", "test part names no classes"),
        (["train/{}/1.png", "val/{}/1.png"], "stratified", "none for test: all pictures"),
        (["train/{}/1.png", "test/a/1.png"], "stratified", 'test part lacks "b"'),
        (["train/{}/1.png", "test/{}/1.png", "val/b/1.png"], "stratified", 'validation part lacks "a"'),
    ],
)  # fmt: skip
def test_a_split_of_the_folders_is_kept_where_it_has_all_classes(
    tmp_path: Path, names: list[str], value: str, reason: str
) -> None:
    put(tmp_path, *(name.format(c) for name in names for c in "ab"))
    for label in "ab":
        put(tmp_path, *many(names[0].format(label).replace("1.png", "x{}.png")))
    choices = {choice.key: choice for choice in propose(look(tmp_path), {})}
    assert choices["image_split"].value == value
    assert reason in choices["image_split"].reason
