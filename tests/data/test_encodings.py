"""In which encoding a file is: found over all of it, refused where a byte does not fit."""

from __future__ import annotations

import itertools

import pytest

from mlstarter.data import encodings
from mlstarter.data.errors import DataError, OpenQuestion

RUSSIAN = "текст,да\nочень хорошо,да\nсовсем плохо,нет\nфильм ужасный,нет\n"
JAPANESE = "とても良い映画でした,はい\nすこし悪い商品です,いいえ\n"
GERMAN = "größe;groß\nmüßig;weiß\nkühl;Straße\n"


@pytest.mark.parametrize(
    ("text", "codec", "name"),
    [
        ("a,b\n1,2\n", "ascii", "utf-8"),
        (RUSSIAN, "utf-8", "utf-8"),
        (RUSSIAN, "utf-8-sig", "utf-8-sig"),
        (RUSSIAN, "utf-16", "utf-16"),
        ("größe,y\n1,2\n" * 9, "utf-16-le", "utf-16-le"),
        ("größe,y\n1,2\n" * 9, "utf-16-be", "utf-16-be"),
        ("größe,y\n1,2\n" * 9, "utf-32", "utf-32"),
        (GERMAN, "cp1252", "cp1252"),
        (JAPANESE, "cp932", "cp932"),
        (JAPANESE, "iso2022_jp", "iso2022_jp"),
        ("Łódź,Kraków\nŻywiec,Gdańsk\n", "cp1250", "cp1250"),
        ("ville;Angoulême\ncœur;Nîmes\n", "cp1252", "cp1252"),
    ],
)
def test_an_encoding_that_alone_makes_sense_is_taken(text: str, codec: str, name: str) -> None:
    assert encodings.detect(text.encode(codec), "f.csv") == name
    assert text.encode(codec).decode(name).removeprefix("\ufeff") == text


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (RUSSIAN, "cp1251"), (RUSSIAN, "koi8-u"), (RUSSIAN, "cp866"), (JAPANESE, "euc-jp"),
        ("衣服很差15,坏\n手机很好,好\n电影满意,好\n", "gb18030"), ("ville;Ávila\nPérez;Núñez\n", "cp1252"),
        ("아주 좋은 영화,예\n나쁜 상품,아니요\n", "cp949"),
    ],
)  # fmt: skip
def test_where_several_fit_their_samples_are_shown_and_the_owner_chooses(
    text: str, codec: str
) -> None:
    with pytest.raises(OpenQuestion) as failure:
        encodings.detect(text.encode(codec), "f.csv")
    assert failure.value.key == "data_encoding"
    first = failure.value.options[0]
    assert text.encode(codec).decode(first.value) == text  # the likeliest stands first
    assert any(word in first.title for word in text.replace(",", " ").replace(";", " ").split())
    assert f'--data "data_encoding={first.value}"' in str(failure.value.hint)


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (RUSSIAN.encode().replace("плохо".encode(), b"\xff" + "плохо".encode()), "line 3"),
        ("größe;straße\nüber;schön\n".encode() + "Ärger;müde\n".encode("cp1252"), "line 3"),
        ("a;é\n".encode("utf-8-sig") + b"\xe9;b\n", "line 2"),
        ("größe".encode("utf-16") + b"\x00", "line 1"),
    ],
)
def test_a_byte_that_does_not_fit_is_refused_with_its_line(data: bytes, line: str) -> None:
    with pytest.raises(DataError, match=line):
        encodings.detect(data, "f.csv")


def test_what_is_no_text_is_said_to_be_none() -> None:
    with pytest.raises(DataError, match="no text"):
        encodings.detect(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xfe", "f.csv")
    with pytest.raises(DataError, match="no encoding called"):
        encodings.check(b"a", "klingon", "f.csv")


@pytest.mark.parametrize(
    ("words", "codec"),
    [
        (("temp (°C)", "area (m²)"), "cp1252"),
        (("Größe (°F)", "Fuß"), "cp1252"),
        (("µg/m³", "Zürich"), "cp1252"),
        (("Brand®", "Foo™", "Café"), "cp1252"),
        (("£12.50", "£3.99"), "cp1252"),
        (("12 €", "CO²"), "cp1252"),
        (("“good” – it’s", "this—that", "wait…what"), "cp1252"),
        (("“good” – it's", "this—that"), "cp1252"),
        (("«oui»", "«non»"), "cp1252"),
        (("1\u00a0200,50", "12\u00a0000,00"), "cp1252"),
        (("“one” it’s", "„zwei“"), "mac-roman"),
        (("これは良い映画でした。データもある", "とても、すばらしい。はい"), "cp932"),
        (("这部电影非常好看，我喜欢。真的", "“很好”的酒店！下次再来"), "gb18030"),
        (("「좋다」는 말",), "cp949"),
    ],
)
def test_signs_beside_letters_do_not_rule_out_the_encoding_that_has_them(
    words: tuple[str, ...], codec: str
) -> None:
    text = "\n".join(words) + "\n"
    try:
        encoding = encodings.detect(text.encode(codec), "f.csv")
    except OpenQuestion as question:
        encoding = question.options[0].value
        assert not question.options[0].title.startswith('""')
    assert text.encode(codec).decode(encoding) == text


WORDS = {
    "cp932": ("データ", "ユーザー", "人々", "カメラ", "ｶﾒﾗ", "とても良い"),
    "euc-jp": ("データ", "すこし", "ｶﾒﾗ", "人々"),
    "cp874": ("เด็กๆ", "ดี", "ไม่ใช่"),
    "cp1255": ("צה״ל", "ירושלים", "חיפה", "כן"),
    "cp1125": ("Київ", "Їжак", "ґанок", "Львів"),
    "mac-roman": ("l’été", "Orléans", "œuf", "«oui»", "§5", "Noël"),
    "cp850": ("CO²", "Straße", "Nr.º", "naïve", "20°C"),
}


@pytest.mark.parametrize("codec", WORDS)
def test_of_few_words_none_is_read_otherwise_without_a_question(codec: str) -> None:
    for count in (1, 2, 3):
        for words in itertools.combinations(WORDS[codec], count):
            text = "\n".join(["x", *words]) + "\n"
            data = text.encode(codec)
            try:
                assert data.decode(encodings.detect(data, "f.csv")) == text
            except OpenQuestion as question:
                assert text in [data.decode(option.value) for option in question.options]
            except DataError as refusal:
                assert "no encoding fits the whole file" in str(refusal)
