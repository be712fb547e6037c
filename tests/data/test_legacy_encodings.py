"""Files of the encodings before Unicode, in many languages and with the signs of everyday tables."""

from __future__ import annotations

import random

import pytest

from mlstarter.data import encodings
from mlstarter.data.errors import DataError, OpenQuestion

# Written for this test: a few lines of a table in each language.
TEXTS = {
    "de": "Wohnfläche m²;Kaufpreis €;Ort\n117;427.828,46 €;Köln\n30;98.816,14 €;Zürich\n",
    "de-sentences": "Größe „L“ gewählt;Fußgänger überholt\nMüller®;10 °C kühler als üblich\n",
    "fr": "température °C;ville\n12,5;Besançon\n9,1;Évry – « très chaud »\n8;Orléans\n",
    "es": "niños;año;opinión\n½ kilo;España;está «muy» rico\n3;Cádiz;mañana volveré\n",
    "it": "città;perché\nForlì;è più caro di così\nCefalù;qualità bassa, però comodo\n",
    "pt": "não;coração;informação\nSão João;três maçãs;você também\nBelém;avó;ótimo\n",
    "sv": "längd m³;färg;måndag\n5;blå;på öppet köp\n7;grön;får jag återkomma?\n",
    "da": "værelser;kommune;år\n3;Ærø;både små og store\n5;Køge;også på søndage\n",
    "nl": "reünie;geïnteresseerd\nééntje;coöperatie\nfinanciën;knieën van België\n",
    "fi": "lämpötila;väri;määrä\n5;sininen;äiti lähti töihin\n8;keltainen;hyvää yötä\n",
    "pl": "miasto;10 °C\nŁódź;40\nKraków;52\nGdańsk;61\nŻywiec;mała, ale świetna\n",
    "cs": "město;10 °C\nPlzeň;příliš žluťoučký\nČeské Budějovice;děkuji, přišlo včas\n",
    "hu": "város;10 °C\nGyőr;kitűnő volt\nPécs;sűrű erdő, hűvös nyár\nTörök;őszi\n",
    "ro": "oraş;preţ\nBucureşti;mâncare bună şi ieftină\nIaşi;locuinţă în oraş\n",
    "tr": "şehir;açıklama\nİstanbul;çok güzel bir ürün\nİzmir;kargo geç geldi, yavaş\nMuğla;ağır\n",
    "ru": "город;отзыв\nМосква;очень хорошо\nСамара;совсем плохо, 10 °C\nУфа;№ 5 не работает\n",
    "uk": "місто;відгук\nКиїв;дуже добре, дякую\nЛьвів;її щось не влаштувало\n",
    "el": "πόλη;γνώμη\nΑθήνα;πολύ καλό προϊόν\nΠάτρα;άργησε η παράδοση\n",
    "he": "עיר;דעה\nחיפה;מוצר טוב מאוד\nאילת;המשלוח איחר\n",
    "ar": "مدينة;رأي\nالقاهرة;منتج جيد جدا\nبيروت;وصل متأخرا\n",
    "lt": "miestas;nuomonė\nVilnius;labai gražus žaislas\nŠiauliai;siuntinys vėlavo, ačiū\n",
    "ja": "都市;意見\n東京;とても良い商品でした\n大阪;サービスが遅かった\n",
    "zh": "城市;评论\n北京;这个手机很好，我很喜欢\n上海;酒店太差了，很失望\n",
    "ko": "도시;의견\n서울;아주 좋은 상품입니다\n부산;배송이 늦었어요\n",
    "th": "เมือง;ความเห็น\nกรุงเทพ;สินค้าดีมาก\nเชียงใหม่;ส่งช้า\n",
}
CODECS = {
    "de": ("cp1252",), "de-sentences": ("cp1252", "mac-roman"),
    "fr": ("cp1252", "mac-roman"), "es": ("cp1252", "cp850"),
    "it": ("cp1252", "cp850"), "pt": ("cp1252", "cp850", "mac-roman"), "sv": ("cp1252", "cp850"),
    "da": ("cp1252", "cp850"), "nl": ("cp1252", "cp850"), "fi": ("cp1252", "cp850"),
    "pl": ("cp1250",), "cs": ("cp1250",), "hu": ("cp1250",), "ro": ("cp1250",),
    "tr": ("cp1254",), "ru": ("cp1251",), "uk": ("cp1251", "koi8-u"),
    "el": ("cp1253", "iso8859-7"), "he": ("cp1255",), "ar": ("cp1256",), "lt": ("cp1257",),
    "ja": ("cp932", "euc-jp"), "zh": ("gb18030",), "ko": ("cp949",), "th": ("cp874",),
}  # fmt: skip
FILES = [(language, codec) for language, codecs in CODECS.items() for codec in codecs]


def _readings(data: bytes) -> list[str]:
    """Return the text that is taken without a question, or those that the owner is shown."""
    try:
        return [data.decode(encodings.detect(data, "f.csv"))]
    except OpenQuestion as question:
        return [data.decode(option.value) for option in question.options]


@pytest.mark.parametrize(("language", "codec"), FILES, ids=["-".join(file) for file in FILES])
def test_no_other_text_than_the_right_one_is_taken(language: str, codec: str) -> None:
    readings = _readings(TEXTS[language].encode(codec))
    assert TEXTS[language] in readings
    if codec.startswith("cp125"):  # of today's programs: the likeliest stands first
        assert readings[0] == TEXTS[language]


def test_signs_beside_letters_do_not_turn_a_file_into_another_language() -> None:
    # mac-latin2 reads these bytes as "Wohnflšche (m≤)" and "MŁnster".
    text = "Wohnfläche (m²);Ort\n" + "117;Köln\n30;München\n52;Münster\n" * 20
    assert _readings(text.encode("cp1252"))[0] == text


@pytest.mark.parametrize("text", ["1\xa0200;x", "9–12;x", "3×4;x", "“good”;bad…", "don’t;it’s"])
def test_signs_alone_are_read_as_today_s_programs_write_them(text: str) -> None:
    lines = f"a;b\n{text}\n" * 3
    assert _readings(lines.encode("cp1252"))[0] == lines


def test_the_samples_show_what_tells_the_readings_apart() -> None:
    text = "ville;Ávila\nPérez;Núñez\n"
    with pytest.raises(OpenQuestion) as failure:
        encodings.detect(text.encode("cp1252"), "f.csv")
    titles = [option.title.partition("  ")[0] for option in failure.value.options]
    assert len(set(titles)) == len(titles)


def test_what_no_encoding_makes_sense_of_is_refused() -> None:
    chance = random.Random(1)
    cells = [bytes(chance.choices(range(0xA0, 0x100), k=9)) for _ in range(40)]
    with pytest.raises(DataError, match="makes sense"):
        encodings.detect(b"\n".join(cells), "f.csv")
