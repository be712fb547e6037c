"""What a table says of recordings is read as a project reads it, or refused in one sentence."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from mlstarter.data.errors import DataError
from mlstarter.data.folders import look, propose

HEAD = "path,text,speaker\n"
ROWS = "".join(f"{i}.wav,hello {'abc'[i % 3]},s{i % 3}\n" for i in range(6))
LJ_SPEECH = "".join(f"LJ-{i}|Hello {'abcdef'[i]}|bob\n" for i in range(6))


def put(folder: Path, tables: dict[str, str | bytes], *recordings: str) -> Path:
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
    "a text for each": (
        {f"{i}.txt": "hello\n" for i in range(6)}, WAVS, "one text file for each recording"
    ),
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


@pytest.mark.parametrize(
    ("text", "task"),
    [
        ("three one four", None),
        ("3 1 4", None),
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
