"""What a table says of recordings is read as a project reads it, or refused in one sentence."""

from __future__ import annotations

import ast
import hashlib
import random
import unicodedata
import wave
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mlstarter import questions
from mlstarter.data.errors import DataError
from mlstarter.data.folders import look, propose
from mlstarter.data.inspect import inspect
from mlstarter.data.proposal import propose as propose_table
from mlstarter.data.recordings import lines_of
from mlstarter.data.sounds import is_silent
from mlstarter.data.spoken_texts import normalise
from mlstarter.engines import render
from mlstarter.sources import Template

HEAD = "path,text,speaker\n"
ROWS = "".join(f"{i}.wav,hello {'abc'[i % 3]},s{i % 3}\n" for i in range(6))
LJ_SPEECH = "".join(f"LJ-{i}|Hello {'abcdef'[i]}|bob\n" for i in range(6))


def put(folder: Path, tables: Mapping[str, str | bytes], *recordings: str) -> Path:
    """Write tables, and recordings that hold nothing."""
    for name, content in {**dict.fromkeys(recordings, b""), **tables}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


WAVS = [f"{i}.wav" for i in range(6)]
USELESS: dict[str, tuple[dict[str, str | bytes], list[str], str]] = {
    "no rows": ({"manifest.csv": HEAD}, WAVS, "names no recordings"),
    "nothing": ({"manifest.csv": ""}, WAVS, "names no recordings"),
    "capitals": ({"manifest.csv": HEAD.title() + ROWS}, WAVS, "no column called path and none called text"),
    "blanks": ({"manifest.csv": "path, text, speaker\n" + ROWS}, WAVS, "no column called text; it has"),
    "a comma in a text": (
        {"manifest.csv": HEAD + ROWS + "0.wav,hello, there,s\n"}, WAVS, "line 8, has 4 cells, and its first line 3"
    ),
    "a recording twice": (
        {"manifest.csv": HEAD + ROWS + "0.wav,other,s2\n"}, WAVS, "line 8, lists 0.wav a second time, after line 2"
    ),
    "paths of a machine": (
        {"manifest.csv": HEAD + ROWS.replace("0.wav", "/home/me/0.wav")}, WAVS, "line 2, names a file by its whole path"
    ),
    "paths of Windows": (
        {"manifest.csv": HEAD + ROWS.replace("0.wav", r"C:\data\0.wav")}, WAVS, "line 2, names a file by its whole path"
    ),
    "backslashes": (
        {"manifest.csv": HEAD + "wav\\0.wav,hello,a\n"}, ["wav/0.wav"], "None of the 1 recordings"
    ),
    "no endings": ({"manifest.csv": HEAD + ROWS.replace(".wav", "")}, WAVS, "None of the 6 recordings"),
    "another case": ({"manifest.csv": HEAD + ROWS.upper()}, WAVS, "None of the 6 recordings"),
    "UTF-16": ({"manifest.csv": (HEAD + ROWS).encode("utf-16")}, WAVS, "is not UTF-8 throughout: byte 0xff in line 1"),
    "cp1252": (
        {"manifest.csv": (HEAD + ROWS + "6.wav,Käse,s\n").encode("cp1252")}, WAVS, "byte 0xe4 in line 8 does not fit"
    ),
    "quotes that are not closed": (
        {"manifest.csv": HEAD + '0.wav,"hello,s\n1.wav,so,s\n2.wav,""yes"",s\n3.wav,it"",s"\n'}, WAVS, "over several lines"
    ),
    "digits in another form": ({"manifest.csv": HEAD + "0.wav,ten m²,s\n"}, WAVS, "has digits"),
    "JSON lines": (
        {"manifest.json": '{"audio_filepath": "0.wav", "text": "so"}\n'}, WAVS, "manifest.json is in JSON"
    ),
    "AIFF": (
        {"manifest.csv": HEAD + "0.aiff,hello,s\n", "0.aiff": b"FORM\0\0\0\0AIFF"}, [], '"AIFF", and a project'
    ),
    "sounds of phones": (
        {"manifest.csv": HEAD + "0.m4a,so,s\n", "0.m4a": b"\0\0\0\x20ftypM4A "}, [], '"M4A", and a project'
    ),
    "digits": ({"manifest.csv": HEAD + ROWS + "7.wav,I have 2,s\n"}, WAVS, 'line 8: "I have 2" has digits'),
    "notes": ({"manifest.csv": HEAD + ROWS + "7.wav,so [laughs],s\n"}, WAVS, r'line 8: "\[laughs\]" in the text'),
    "signs of HTML": ({"manifest.csv": HEAD + ROWS + "7.wav,so &amp; so,s\n"}, WAVS, 'line 8: "&amp;" in the text'),
    "laughter": ({"manifest.csv": HEAD + ROWS + "7.wav,so (Laughs),s\n"}, WAVS, r'"\(Laughs\)" in the text'),
    "what nobody understood": ({"manifest.csv": HEAD + ROWS + "7.wav,so ((xx)),s\n"}, WAVS, r'"\(\(xx\)\)" in the'),
    "breath in braces": ({"manifest.csv": HEAD + ROWS + "7.wav,so {breath},s\n"}, WAVS, '"{breath}" in the text'),
    "a note among digits": ({"manifest.csv": HEAD + "0.wav,one [noise],s\n"}, WAVS, r'"\[noise\]" in the text'),
    "an ampersand": ({"manifest.csv": HEAD + ROWS + "7.wav,you & me,s\n"}, WAVS, 'line 8: "&" in "you & me"'),
    "numbers of two digits": ({"manifest.csv": HEAD + "0.wav,21,s\n1.wav,3,s\n"}, WAVS, 'line 2: "21" has digits'),
    "digits among commands": ({"manifest.csv": HEAD + "0.wav,up,s\n1.wav,3,s\n"}, WAVS, 'line 3: "3" has digits'),
    "pieces of one recording": (
        {"manifest.csv": "path,start,text\n0.wav,0,hello\n0.wav,1.5,there\n"}, WAVS, "0.wav a second time"
    ),
    "a speaker in two spellings": (
        {"manifest.csv": HEAD + ROWS.replace(",s1", ",Ada") + "6.wav,so,ada\n"}, WAVS, 'several ways: "Ada", "ada"'
    ),
    "sounds of old phones": (
        {"manifest.csv": HEAD + "0.amr,so,s\n", "0.amr": b"#!AMR\n\x3c"}, [], '"AMR", and a project'
    ),
    "a text for each": (
        {f"{i}.txt": "hello\n" for i in range(6)}, WAVS, "one text file for each recording"
    ),
    "LJSpeech with a fourth column": (
        {"metadata.csv": LJ_SPEECH.replace("|bob", "|Hello|angry")}, ["wavs/LJ-0.wav"], "line 1, has 4 cells"
    ),
    "a manifest of another name": ({"texts.csv": HEAD + ROWS}, WAVS, "no file that tells"),
    "LJSpeech with speakers": (
        {"metadata.csv": LJ_SPEECH}, [f"wavs/LJ-{i}.wav" for i in range(6)], 'third column of metadata.csv \\("bob"\\)'
    ),
    "another metadata.csv": (
        {"metadata.csv": "file_name,transcription\n0.wav,hi\n"}, WAVS, "not written as LJSpeech is"
    ),
    "LibriSpeech in wav": (
        {"84/1/84-1.trans.txt": "84-1-0000 SO IT IS\n"}, ["84/1/84-1-0000.wav"], "None of the 1 recordings"
    ),
}  # fmt: skip


@pytest.mark.parametrize("title", USELESS)
def test_what_a_project_would_not_read_is_said(tmp_path: Path, title: str) -> None:
    tables, recordings, reason = USELESS[title]
    with pytest.raises(DataError, match=reason) as failure:
        propose(look(put(tmp_path, tables, *recordings)), {})
    assert failure.value.hint


@pytest.mark.parametrize(("width", "zero"), [(1, 128), (2, 0), (3, 0)])
def test_a_silent_recording_with_a_text_is_named(tmp_path: Path, width: int, zero: int) -> None:
    put(tmp_path, {"manifest.csv": HEAD + "0.wav,hello,s\n1.wav,there,s\n"})
    for name, first in (("0.wav", zero + 1), ("1.wav", zero)):
        with wave.open(str(tmp_path / name), "wb") as file:
            file.setparams((1, width, 16_000, 0, "NONE", ""))
            file.writeframes(bytes([first, *[zero] * (width * 1_600 - 1)]))
    with pytest.raises(DataError, match=r"line 3: 1\.wav is silent throughout"):
        propose(look(tmp_path), {})


def _flac(frames: int, sample: bytes, largest_frame: int = 11) -> bytes:
    """Return the header of a flac file of 16 bits and one channel."""
    facts = 16_000 << 44 | 15 << 36 | frames
    sizes = b"\x10\0\x10\0\0\0\x0b" + largest_frame.to_bytes(3)
    digest = hashlib.md5(sample * frames, usedforsecurity=False).digest()
    return b"fLaC\0\0\0\x22" + sizes + facts.to_bytes(8) + digest + b"\0" * 40


def _wav(samples: bytes, kind: int = 1) -> bytes:
    """Return a wav file of two bytes a sample, with a piece of text before them."""
    form = kind.to_bytes(2, "little") + bytes([1, 0, 128, 62, 0, 0, 0, 125, 0, 0, 2, 0, 16, 0])
    pieces = b"fmt \x10\0\0\0" + form + b"LIST\x03\0\0\0abc\0"
    data = b"data" + len(samples).to_bytes(4, "little") + samples
    return b"RIFF" + len(pieces + data).to_bytes(4, "little") + b"WAVE" + pieces + data


def _ogg(sizes: list[int], samples: int) -> bytes:
    """Return a page of an ogg file: packets of these sizes, and how many samples end there."""
    head = b"OggS\0\0" + samples.to_bytes(8, "little") + bytes(12) + bytes([len(sizes)])
    return head + bytes(sizes) + b"\x0e" * sum(sizes)


NOISE = random.Random(0).randbytes(4_000)
FRAME = b"\xff\xfb\x90\xc4"
NAMES = b"ID3\x04\0\0\0\0\x0f\x50" + bytes(2_000)  # of which 2,000 bytes hold nothing


@pytest.mark.parametrize(
    ("content", "silent"),
    [
        (_wav(bytes(8_000)), True),
        (_wav(bytes(8_000), kind=3), True),
        (_wav(bytes(8_000), kind=65_534), True),
        (_wav(bytes(7_998) + b"\0\1"), False),
        (_wav(b""), False),
        (_flac(9_000, b"\0\0"), True),
        (_flac(9_000, b"\0\1"), False),
        (_flac(9_000, b"\0\0", 4_000), False),
        ((FRAME + bytes(413)) * 20, True),
        (NAMES + (FRAME + bytes(413)) * 20, True),
        (FRAME + NOISE, False),
        (NAMES + FRAME + NOISE, False),
        (b"OggS" + bytes(900), False),
        (_ogg([30, 90], 0) + _ogg([1] * 40, 9_000), True),
        (_ogg([30, 90], 0) + _ogg([3] * 200, 9_000), True),
        (_ogg([30, 90], 0) + _ogg([1] * 40, 9_000) + _ogg([1, 1, 40], 9_900), False),
        (_ogg([30, 90], 0), False),
        (_ogg([30, 90], 0) + _ogg([], 9_000), False),
        (_ogg([30, 90], 0) + b"OggS", False),
    ],
)
def test_silence_is_known_in_each_kind_of_file(
    tmp_path: Path, content: bytes, silent: bool
) -> None:
    (tmp_path / "a").write_bytes(content)
    assert is_silent(tmp_path / "a") == silent


def test_a_silent_recording_far_below_is_named(tmp_path: Path) -> None:
    rows = "".join(f"{i}.wav,hello,s{i % 3}\n" for i in range(150))
    put(tmp_path, {"manifest.csv": HEAD + rows, "149.wav": _wav(bytes(8_000)), "0.wav": b""})
    with pytest.raises(DataError, match=r"line 151: 149\.wav is silent"):
        propose(look(tmp_path), {})


def test_equal_recordings_are_said_and_those_of_two_texts_shown(tmp_path: Path) -> None:
    rows = "".join(f"{i}.wav,hello {'abc'[i % 3]},s{i}\n" for i in range(6))
    sounds = [NOISE[:9], NOISE[:8], NOISE[:9], NOISE[1:10], b"", b""]
    wavs = {f"{i}.wav": sound for i, sound in enumerate(sounds)}
    put(tmp_path, {"manifest.csv": HEAD + rows, **wavs})
    choices = {choice.key: choice for choice in propose(look(tmp_path), {})}
    assert choices["copies"].value == "1"
    expected = '2.wav is 0.wav, and is to say "hello c" and "hello a"'
    assert expected in choices["copies"].reason
    put(tmp_path, {"2.wav": NOISE[2:11]})
    assert "copies" not in {choice.key for choice in propose(look(tmp_path), {})}


@pytest.mark.parametrize(
    ("tables", "recording", "hint"),
    [
        ({"manifest.csv": HEAD + "\u00fc.wav,so,s\n"}, "u\u0308.wav", "another form of Unicode"),
        (
            {"manifest.csv": HEAD + "a,so,s\n"},
            "b/a.wav",
            "there is b/a.wav: name each file in full",
        ),
        ({"metadata.csv": "a.wav|so|so\n"}, "wavs/a.wav", "names wavs/1.wav by 1"),
        ({"metadata.csv": "a|so|so\n"}, "wav/a.wav", "there is wav/a.wav"),
        ({"Texts.csv": HEAD + "a.wav,so,s\n"}, "a.wav", "if Texts.csv does, call it manifest.csv"),
    ],
)
def test_the_file_that_is_meant_is_named(
    tmp_path: Path, tables: dict[str, str | bytes], recording: str, hint: str
) -> None:
    with pytest.raises(DataError) as failure:
        propose(look(put(tmp_path, tables, recording)), {})
    assert hint in str(failure.value.hint)


def test_a_table_of_recordings_is_no_table(tmp_path: Path) -> None:
    rows = "".join(f"{i}.wav,{'ab'[i % 2]},s{i % 3}\n" for i in range(40))
    put(tmp_path, {"manifest.csv": HEAD + rows}, "0.wav")
    with pytest.raises(
        DataError, match=r"manifest\.csv lists recordings, such as 0\.wav"
    ) as failure:
        propose_table(inspect(tmp_path / "manifest.csv", {}), {})
    assert "give its folder" in str(failure.value.hint)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("今天天气很好我们去公园", "letters"),
        ("สวัสดีครับทุกคน", "letters"),
        ("오늘 날씨가 좋다", ""),
        ("so", ""),
    ],
)
def test_words_without_blanks_between_them_are_told(tmp_path: Path, text: str, key: str) -> None:
    put(
        tmp_path,
        {"manifest.csv": HEAD + "".join(f"{i}.wav,{text},s{i}\n" for i in range(6))},
        *WAVS,
    )
    assert ("letters" in {choice.key for choice in propose(look(tmp_path), {})}) == bool(key)


def test_recordings_that_are_not_there_are_counted(tmp_path: Path) -> None:
    put(tmp_path, {"manifest.csv": HEAD + ROWS + "7.wav,so,s\n8.wav,so,s\n"}, *WAVS)
    (choice,) = [one for one in propose(look(tmp_path), {}) if one.key == "recordings"]
    assert choice.value == "2" and "7.wav (manifest.csv, line 8)" in choice.reason


def test_a_recording_whose_file_has_its_name_in_another_form_is_not_lost(tmp_path: Path) -> None:
    put(
        tmp_path, {"manifest.csv": HEAD + ROWS.replace("3.wav", "\u00fc.wav")}, *WAVS, "u\u0308.wav"
    )
    with pytest.raises(
        DataError, match=r"line 5: the file of \u00fc\.wav is called so in another form"
    ):
        propose(look(tmp_path), {})


def test_a_voice_without_a_name_would_be_in_two_parts(tmp_path: Path) -> None:
    put(tmp_path, {"manifest.csv": HEAD + ROWS.replace(",s1", ",", 1)}, *WAVS)
    with pytest.raises(
        DataError, match=r"manifest\.csv, line 3, names no speaker, and other lines"
    ):
        propose(look(tmp_path), {})


def test_names_above_the_lines_of_ljspeech_are_no_words(tmp_path: Path) -> None:
    rows = "".join(f"{i}|one two|one two\n" for i in range(6))
    files = [f"wavs/{i}.wav" for i in range(6)]
    put(tmp_path, {"metadata.csv": "id|text|normalized text\n" + rows}, *files)
    answers = {choice.key: choice.value for choice in propose(look(tmp_path), {})}
    assert "speech_task" not in answers  # digits, as every project begins with
    assert answers["recordings"] == "1"  # are not there


def test_a_text_is_of_the_first_column_of_texts_even_where_it_is_empty(
    tmp_path: Path, find: Any
) -> None:
    rows = "0.wav,,other,a\n1.wav,so,other,b\n2.wav\n"
    put(tmp_path, {"manifest.csv": "path,text,sentence,speaker\n" + rows}, *WAVS)
    assert [one.fields[1] for one in find(tmp_path)] == ["", "so", ""]
    assert [line.text for line in lines_of(tmp_path)] == ["", "so", ""]


def test_fewer_recordings_than_parts_are_said(tmp_path: Path) -> None:
    put(tmp_path, {"manifest.csv": HEAD + "0.wav,hello,a\n1.wav,,b\n2.wav,so,c\n"}, *WAVS)
    reasons = [choice.reason for choice in propose(look(tmp_path), {}) if choice.value == "2"]
    assert any("three parts need three" in reason for reason in reasons)


def test_a_table_without_speakers_is_told_so(tmp_path: Path) -> None:
    put(tmp_path, {"manifest.csv": "path,text,user\n0.wav,hi,ada\n1.wav,you,ben\n"}, *WAVS)
    (choice,) = [choice for choice in propose(look(tmp_path), {}) if choice.key == "speakers"]
    assert "no column is called speaker" in choice.reason


@pytest.mark.parametrize(
    "tables",
    [
        {"manifest.csv": "path,text,speaker,split\n0.wav,hi,ada,train\n1.wav,you,ben,test\n"},
        {
            "train.tsv": "path\tsentence\tspeaker\n0.wav\thi\tada\n",
            "test.tsv": "path\tsentence\tspeaker\n1.wav\tyou\tben\n",
        },
    ],
)
def test_parts_that_a_collection_names_are_not_passed_over(
    tmp_path: Path, tables: dict[str, str]
) -> None:
    put(tmp_path, tables, *WAVS)
    (choice,) = [choice for choice in propose(look(tmp_path), {}) if choice.key == "parts"]
    assert choice.value == '"test", "train"'
    assert 'split.rule = "given"' in choice.reason


@pytest.mark.slow
@pytest.mark.parametrize("task", ["open", "digits"])
def test_the_tool_and_a_project_read_the_same_words(working_template: Template, task: str) -> None:
    answers = {"project_type": "asr", "data_source": "local", "speech_task": task}
    tree = render(working_template, questions.complete(questions.load(working_template), answers))
    (code,) = [entry.data.decode() for name, entry in tree.items() if name.endswith("/text.py")]
    statements = [
        node
        for node in ast.parse(code).body
        if ast.unparse(node).startswith(("def normalise(", "APOSTROPHES ="))
    ]
    names: dict[str, Any] = {"unicodedata": unicodedata}
    exec(compile(ast.Module(statements, []), "text.py", "exec"), names)
    for text in ("Don\u2019t STOP", "seven-four", "cafe\u0301 \u200bété", "हाँ ไม่ 'so'", "m² ①", ""):
        assert normalise(text) == names["normalise"](text)


@pytest.fixture(scope="session")
def find(working_template: Template) -> Any:
    """Return the project's own function that finds recordings."""
    answers = {"project_type": "asr", "data_source": "local", "speech_task": "open"}
    tree = render(working_template, questions.complete(questions.load(working_template), answers))
    (code,) = [entry.data.decode() for name, entry in tree.items() if name.endswith("/layouts.py")]
    code = code.replace("from .errors import", "from builtins import ValueError as")
    names: dict[str, Any] = {"Recording": lambda *fields, place="": SimpleNamespace(fields=fields)}
    exec(code.replace("from .features import Recording", ""), names)
    return names["find"]


@pytest.mark.parametrize("sign", ["", "\u2028", "\x85", "\x0b", "\x1c"])
@pytest.mark.parametrize(
    "layout", ["manifest.csv", "validated.tsv", "metadata.csv", "84-1.trans.txt"]
)
def test_the_tool_and_a_project_read_the_same_lines(
    tmp_path: Path, find: Any, sign: str, layout: str
) -> None:
    texts = [f"so it{sign} is {'abc'[i % 3]}" for i in range(6)]
    table, pattern, name = {
        "manifest.csv": (HEAD, "{0}.wav,{1},s{0}\n", "{}.wav"),
        "validated.tsv": ("client_id\tpath\tsentence\n", "s{0}\t{0}.mp3\t{1}\n", "{}.mp3"),
        "metadata.csv": ("", "{0}|{1}|{1}\n", "wavs/{}.wav"),
        "84-1.trans.txt": ("", "{0} {1}\n", "{}.flac"),
    }[layout]
    rows = "".join(pattern.format(i, text) for i, text in enumerate(texts))
    put(tmp_path, {layout: table + rows}, *(name.format(i) for i in range(6)))
    # What macOS puts beside each file of a disk that is not its own.
    put(tmp_path, {"._84-1.trans.txt": b"\0\5\x16\7\0\2\0\0Mac OS X\xff"})
    propose(look(tmp_path), {"speech_task": "open"})
    recordings = [one.fields for one in find(tmp_path)]
    assert [(path, text.strip()) for path, text, *_ in recordings] == [
        (line.path, line.text.strip()) for line in lines_of(tmp_path)
    ]
    assert [text for _, text, *_ in recordings] == texts


@pytest.mark.parametrize(
    "names", [("train", "val", "test"), ("Train", "Dev", "Test"), ("training", "valid", "testing")]
)
def test_parts_are_known_by_their_common_names(
    tmp_path: Path, find: Any, names: tuple[str, ...]
) -> None:
    rows = "".join(f"{i}.wav,hi,s{i},{names[i % 3]}\n" for i in range(6))
    put(tmp_path, {"manifest.csv": "path,text,speaker,split\n" + rows}, *WAVS)
    parts = [one.fields[3] for one in find(tmp_path)]
    assert parts[:3] == ["train", "validation", "test"]
    (choice,) = [choice for choice in propose(look(tmp_path), {}) if choice.key == "parts"]
    assert "call one part" not in choice.reason


def test_a_part_that_is_lacking_is_said(tmp_path: Path) -> None:
    rows = "".join(f"{i}.wav,hi,s{i},{('train', 'test')[i % 2]}\n" for i in range(6))
    put(tmp_path, {"manifest.csv": "path,text,speaker,split\n" + rows}, *WAVS)
    (choice,) = [choice for choice in propose(look(tmp_path), {}) if choice.key == "parts"]
    assert choice.reason.endswith("and call one part validation")


@pytest.mark.parametrize(
    ("text", "task"),
    [
        ("three one four", None),
        ("3 1 4", None),
        ("Seven-four!", None),
        ("up", "commands"),
        ("Yes.", "commands"),
        ("hello there", "open"),
        ("नमस्ते दुनिया", "open"),
    ],
)
def test_the_task_is_proposed_by_what_is_said(tmp_path: Path, text: str, task: str | None) -> None:
    put(tmp_path, {"manifest.csv": f"{HEAD}0.wav,{text},s\n"}, *WAVS)
    choices = {choice.key: choice.value for choice in propose(look(tmp_path), {})}
    assert choices.get("speech_task") == task
    assert "speech_task" not in {
        c.key for c in propose(look(tmp_path), {"speech_task": "keywords"})
    }


@pytest.mark.parametrize(
    ("tables", "recordings"),
    [
        ({"train.tsv": 'sentence\tup\tpath\tclient_id\n"Hi\t2\ta.mp3\tx\n'}, ["clips/a.mp3"]),
        ({"metadata.csv": "LJ-1|Number 3.|Number three.\nLJ-2|So|So\n"}, ["wavs/LJ-1.wav"]),
        ({"84/1/84-1.trans.txt": "84-1-0000 SO IT IS\r\n"}, ["84/1/84-1-0000.flac"]),
        ({"manifest.csv": "path,text,speaker\n0.wav , hi, s\n"}, WAVS),
        ({"manifest.tsv": "file_name\ttranscription\tuser\n0.wav\thi, you\ta\n"}, WAVS),
    ],
)
def test_the_layouts_that_a_project_reads_are_no_error(
    tmp_path: Path, tables: dict[str, str | bytes], recordings: list[str]
) -> None:
    choices = {c.key: c.value for c in propose(look(put(tmp_path, tables, *recordings)), {})}
    assert choices["speech_task"] == "open"


@pytest.mark.parametrize(("speakers", "count"), [("a", "1"), ("ab", "2"), ("abc", None)])
def test_too_few_speakers_to_divide_are_said(
    tmp_path: Path, speakers: str, count: str | None
) -> None:
    rows = "".join(f"{i}.wav,hello,{speakers[i % len(speakers)]}\n" for i in range(6))
    put(tmp_path, {"manifest.csv": HEAD + rows}, *WAVS)
    choices = {choice.key: choice for choice in propose(look(tmp_path), {})}
    assert (choices["speakers"].value if "speakers" in choices else None) == count
