"""Whether words could be words of a language: what tells one encoding of a text from another."""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

# The letters beyond ASCII of languages, after the exemplar sets of Unicode's CLDR.
LATIN_ALPHABETS = (
    "äöüß", "àâæçéèêëîïôœùûüÿ", "áéíñóúüç", "àáâãçéêíóôõúü", "àèéìíîòóùú",
    "éëïóöüèá", "åäöéàü", "æøåéêóòôäö", "äöåšžéü", "áðéíóúýþæö", "äöõüšž", "āčēģīķļņšūžōŗ",
    "ąčęėįšųūž", "ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîșțşţ",
    "čćđšž", "çğı\u0307öşüâîûə", "çë", "àçéèíïóòúü", "âêîôûŵŷ", "ċġħż", "ĉĝĥĵŝŭ",
)  # fmt: skip
CYRILLIC = "абвгдежзийклмнопрстуфхцчшщьъ"
OTHER_ALPHABETS = (
    CYRILLIC + "ыэюяё", CYRILLIC.replace("ъ", "") + "юяґєії", CYRILLIC + "юя",
    "абвгдежзийклмнопрстуфхцчшыьэюяёіў", "абвгдђежзијклљмнњопрстћуфхцчџш",
    "абвгдѓежзѕијклљмнњопрстќуфхцчџш", "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",
    "אבגדהוזחטיךכלםמןנסעףפץצקרשת", "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيپچژگکی",
)  # fmt: skip
MARKS = "\u0300\u0301\u0303\u0309\u0323"  # of Vietnamese, each upon a vowel
VIETNAMESE = "àáâãèéêìíòóôõùúýăđĩũơư" + MARKS
THAI = "".join(map(chr, range(0x0E01, 0x0E5B)))
ALPHABETS = [frozenset(a) for a in (*LATIN_ALPHABETS, *OTHER_ALPHABETS, VIETNAMESE, THAI)]
# The everyday letters of an encoding of several bytes are those of its older, smaller form.
EVERYDAY = {"gb18030": "gb2312", "cp932": "shift_jis", "euc-jp": "euc_jp"}
# What stands between letters of a word without being one, dashes and dots among them; the long
# vowels and repetitions of Japanese, Thai and Arabic are letters like any other.
INSIDE_WORDS = (
    "'`-.&@_/\u2019\u2018\u00b4\u2010\u2011\u00b7\u00ad\u200c\u200d\u2013\u2014\u2026"
    "\u0640\u0e46\u30fc\u3005\u309d\u309e\u30fd\u30fe\uff70\uff9e\uff9f"
)
HEBREW_SIGNS = "\u05be\u05f3\u05f4"
AMID_DIGITS = "\u00d7\u00f7\u00b7\u00b0\u00b4\u2019"
# Quotation marks that open, and those that close; the middle ones of Germans open in English.
QUOTES = (
    ("\u201c", "\u201e\u201d"), ("\u201e", "\u201d"), ("\u00ab", "\u00bb"), ("\u2039", "\u203a"),
)  # fmt: skip
# Square metres, degrees, numbers, trade marks: signs that belong to the letters beside them.
WITH_LETTERS = re.compile(
    r"(?<=\w)[\u00b2\u00b3\u00b9\u00ae\u2122\u00a9](?!\w)"
    r"|\u00b0(?=[A-Za-z](?!\w))|(?<![^\W\d_])[Nn]\u00b0(?![^\W\d_])"
)
# What texts in ASCII hold besides: of prices, units, typographers.
SIGNS = frozenset(
    "\u20ac\u00a3\u00a5\u00a7\u00b0\u00b1\u00b2\u00b3\u00b5\u00bd\u00bc\u00be\u00a9\u00ae\u2122\u00d7\u00f7"
    "\u2013\u2014\u2026\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb\u2022"
)
NO_TEXT = re.compile("[\x7f-\x9f\ue000-\uf8ff]")  # controls and letters of one's own
UNLIKELY = ("BOX", "BLOCK", "LIGHT SHADE", "DARK SHADE", "HALFWIDTH HANGUL")
SCRIPTS = (
    "LATIN", "CYRILLIC", "GREEK", "HEBREW", "ARABIC", "THAI", "CJK", "HANGUL",
)  # fmt: skip
EAST_ASIAN = ("HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "IDEOGRAPHIC", "FULLWIDTH")

WITHOUT_BLANKS = ("THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN")  # as are those of East Asia


def is_unspaced(text: str) -> bool:
    """Say whether most letters of a text are of scripts that put no blanks between words."""
    count = sum(c > "\u2e80" or unicodedata.name(c, "").startswith(WITHOUT_BLANKS) for c in text)
    return count > 0.5 * len(text)


def odd_share(words: Iterable[str], encoding: str) -> float:
    """Return the share of the different words that could be none, in [0, 1]."""
    different = set(words)
    pairs = quotation_pairs(different)
    verdicts = [is_east_asian(word, encoding) or is_word(word, pairs) for word in different]
    return 1 - sum(verdicts) / len(verdicts) if verdicts else 0.0


def alphabet_share(words: Iterable[str]) -> float:
    """Return the share of the letters beyond ASCII that one language's alphabet has, in [0, 1].

    The best of the languages counts; East Asian letters belong to one.
    """
    letters = [c for word in words for c in word.lower() if c > "\x7f" and c not in "ªºµ"]
    letters = [c for c in letters if unicodedata.category(c)[0] in "LM"]
    wide = sum(letter > "\u2e80" for letter in letters)
    best = max(sum(letter in alphabet for letter in letters) for alphabet in ALPHABETS)
    return (wide + best) / len(letters) if letters else 1.0


def sign_share(words: Iterable[str]) -> float:
    """Return the share of the words that are not ASCII by common signs alone, in [0, 1]."""
    verdicts = [all(letter in SIGNS for letter in word if letter > "\x7f") for word in words]
    return sum(verdicts) / len(verdicts) if verdicts else 1.0


def quotation_pairs(words: Iterable[str]) -> frozenset[str]:
    """Return the quotation marks of which about as many open as close."""
    counts = Counter(letter for word in words for letter in word)
    pairs: set[str] = set()
    for first, others in QUOTES:
        fewer, more = sorted((counts[first], sum(counts[other] for other in others)))
        if fewer > 0.9 * more:
            pairs |= {first, *others}
    return frozenset(pairs)


def is_word(text: str, pairs: frozenset[str] = frozenset()) -> bool:
    """Say whether a word could be one: letters of one script, and no sign within.

    ``pairs`` are quotation marks that the whole text opens and closes.
    """
    text = WITH_LETTERS.sub(" ", text)
    for index, letter in enumerate(text):
        if letter < "\x80":
            continue
        category = unicodedata.category(letter)
        if category in ("Cc", "Cn", "Co", "Cs") or _is_unlikely(letter, category):
            return False
        before, after = text[index - 1 : index], text[index + 1 : index + 2]
        if letter in MARKS and unicodedata.normalize("NFD", before)[:1].lower() not in "aeiouy":
            return False
        if before.isdigit() and after.isdigit() and category != "Pd" and letter not in AMID_DIGITS:
            return False  # a blank or a dash of another encoding
        is_hebrew = letter in HEBREW_SIGNS and "\u05d0" <= before <= "\u05ea"
        if category[0] in "LM" or letter in INSIDE_WORDS or is_hebrew:
            continue
        is_odd = category in ("So", "Sk", "Sm", "No", "Nd") and before.isalpha()
        is_odd |= category in ("So", "Sk", "No", "Nd") and after.isalpha()
        ends = category in ("Pf", "Pi", "Sc") and letter not in pairs
        if is_odd or (before.isalpha() and (after.isalpha() or ends)):
            return False
    return not any(_mixes_scripts(part) or _odd_case(part) for part in _letter_runs(text))


def is_east_asian(text: str, encoding: str) -> bool:
    """Say whether a word is mostly of everyday letters of China, Japan or Korea."""
    letters = east_asian_letters(text)
    if not letters or any(unicodedata.category(letter) in ("Cn", "Co", "Cs") for letter in text):
        return False
    # A letter between those of ASCII is what an accent and the letter behind it look like.
    lone = len(re.findall(r"[A-Za-z][\u2e80-\uffef](?![\u2e80-\uffef])", text))
    halfwidth = sum("\uff66" <= letter <= "\uff9f" for letter in letters)
    common = halfwidth + sum(is_everyday(letter, encoding) for letter in letters)
    return common - lone >= 2 / 3 * len(letters)


def east_asian_letters(text: str) -> list[str]:
    """Return the letters of China, Japan and Korea in a text, without their punctuation."""
    return [c for c in text if c > "\u2e80" and unicodedata.category(c)[0] != "P"]


@functools.lru_cache(maxsize=50_000)
def is_everyday(letter: str, encoding: str) -> bool:
    """Say whether a letter is one of the first plane of an encoding's smaller, older form."""
    if encoding in ("cp949", "johab"):  # of syllables those of KS X 1001; of nothing else
        return "\uac00" <= letter <= "\ud7a3" and len(letter.encode("euc_kr", "ignore")) == 2
    smaller = EVERYDAY.get(encoding, "big5")
    data = letter.encode(smaller, "ignore")
    # The first plane of frequent characters ends there: GB 2312, Big5, Shift JIS, EUC-JP.
    last = {"gb2312": 0xD7, "big5": 0xC6, "shift_jis": 0x97, "euc_jp": 0xCF}.get(smaller, 0xFF)
    return len(data) == 2 and data[0] <= last


def _is_unlikely(letter: str, category: str) -> bool:
    name = unicodedata.name(letter, "")
    return name.startswith(UNLIKELY) or (category == "Lm" and letter not in INSIDE_WORDS)


def _letter_runs(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text)


def _mixes_scripts(part: str) -> bool:
    return len({_script(letter) for letter in part if letter != "µ"} - {""}) > 1


def _script(letter: str) -> str:
    name = unicodedata.name(letter, "").partition(" ")[0]
    if name in ("FEMININE", "MASCULINE", "COMBINING"):
        return ""
    return "CJK" if name in EAST_ASIAN else name if name in SCRIPTS else "OTHER"


def _odd_case(word: str) -> bool:
    """Say whether a word has capitals where only other encodings have them.

    After small letters, or one beyond ASCII second in a word that goes on in small letters.
    """
    pairs = itertools.pairwise(word)
    return any(
        small.islower() and large.isupper() and (large > "\x7f" or small > "\x7f")
        for small, large in pairs
    ) or (word[1:2] > "\x7f" and word[:2].isupper() and word[2:].islower())
