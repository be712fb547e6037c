"""Words that mean something in a table, in the languages that tables are common in."""

from __future__ import annotations

import re

MISSING = frozenset(
    """
    NA N/A n/a na #N/A #NA <NA> NaN nan NAN -NaN -nan NULL null Null None none NONE nil Nil NIL NaT nat (null) (none) (blank)
    ? ?? - -- --- — – . .. ... : * / (D) (X) (Z) (S) (NA) \\N N.A. n.a. N.A n.a n.d. N.D. nd ND k.A. k. A. s/d S/D sin dato
    n/d N/D s/o NR N.V. n.v. TBD tbd blank Blank BLANK ***** 不明
    missing Missing MISSING unknown Unknown UNKNOWN empty undefined
    #VALUE! #DIV/0! #REF! #NAME? #NUM! #NULL! 1.#IND -1.#IND 1.#QNAN -1.#QNAN
    0000-00-00 00.00.0000 00/00/0000 9999-99-99
    0001-01-01 0001-01-01T00:00:00 01.01.0001 01/01/0001 9999-12-31 9999-12-31T00:00:00
    9999-12-31T23:59:59 9999-12-31T23:59:59.999999 31.12.9999 12/31/9999 31/12/9999
    """.split()
    + [
        f".{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
    ]  # of SAS, Stata
    + [
        "0000-00-00 00:00:00",
        "0001-01-01 00:00:00",
        "9999-12-31 00:00:00",
        "9999-12-31 23:59:59",
        "k. A.",
        "sin dato",
        "not available",
        "Not available",
        "not applicable",
        "#N/A N/A",
        "not reported",
        "Not Reported",
        "Not reported",
        "nicht bekannt",
        "keine Angabe",
        "sin datos",
        "no data",
        "No data",
        "No Data",
        "нет данных",
        "не указано",
    ]
)
"""What people write for "no value". It counts only in a column whose other cells are numbers or
times: in a column of text every word is a value."""

YES_NO = (
    ("yes", "no"), ("y", "n"), ("true", "false"), ("t", "f"), ("1", "0"), ("1.0", "0.0"), ("on", "off"),
    ("ja", "nein"), ("j", "n"), ("wahr", "falsch"), ("ja", "nee"), ("ja", "nej"), ("ja", "nei"),
    ("oui", "non"), ("o", "n"), ("vrai", "faux"), ("sí", "no"), ("si", "no"), ("s", "n"),
    ("verdadero", "falso"), ("sim", "não"), ("sim", "nao"), ("verdadeiro", "falso"), ("sì", "no"),
    ("vero", "falso"), ("da", "nu"), ("da", "ne"), ("tak", "nie"), ("t", "n"), ("prawda", "fałsz"),
    ("✓", "✗"), ("✔", "✘"), ("✓", "✘"), ("✔", "✗"), ("☑", "☐"),
    ("ano", "ne"), ("áno", "nie"), ("igen", "nem"), ("kyllä", "ei"), ("jah", "ei"), ("jā", "nē"),
    ("taip", "ne"), ("evet", "hayır"), ("evet", "hayir"), ("e", "h"), ("да", "нет"), ("д", "н"),
    ("так", "ні"), ("да", "не"), ("ναι", "όχι"), ("はい", "いいえ"), ("是", "否"), ("有", "无"),
    ("有", "無"), ("예", "아니요"), ("예", "아니오"), ("네", "아니요"), ("हाँ", "नहीं"), ("ใช่", "ไม่ใช่"),
    ("نعم", "لا"), ("כן", "לא"), ("có", "không"), ("ya", "tidak"), ("да", "жок"), ("بله", "خیر"),
)  # fmt: skip
"""Pairs of yes and no, in small letters."""

OTHER_PAIRS = (("o", "n"), ("s", "n"), ("t", "n"), ("e", "h"))
"""Those of one letter that may as well be north and south, woman and man, or anything else."""

POSITIVE_FIRST = (
    ("positive", "negative"), ("pos", "neg"), ("+", "-"), ("1", "-1"), ("success", "failure"), ("pass", "fail"),
    ("spam", "ham"), ("fraud", "legitimate"), ("fraud", "legit"), ("malignant", "benign"),
    ("sick", "healthy"), ("abnormal", "normal"), ("anomaly", "normal"), ("default", "paid"),
    ("churned", "stayed"), ("late", "on time"), ("positiv", "negativ"), ("positif", "négatif"),
    ("positivo", "negativo"),
)  # fmt: skip
"""Pairs of other words of which the first is what one looks for."""

UNITS = frozenset(
    """
    % ‰ kg g mg lb lbs oz m cm mm km mi miles ft in yd sec min hr hrs hours days ms °c °f ° km/h mph kwh kw hz khz
    mhz ghz mb gb tb kb ml cl dl m² m2 m³ cm² km² sqft sqm px bpm ha acres rpm hp ps cc kcal cal mmhg mg/dl
    k tsd mio mn mrd bn cr lakh lakhs bhp nm kmpl kmph km/kg years yrs months weeks pcs stk st. x
    mah mp dpi ppi fps mbps gbps db kva psi bar kpa hpa ppm gal
    """.split()
)
CURRENCIES = frozenset(
    """
    usd eur gbp chf jpy cny inr rub brl pln czk sek nok dkk huf try krw aud cad nzd zar mxn us$ r$ a$ c$ hk$ kr kr.
    zł kč ft lei rs rs. fr. sfr. руб руб. р. tl rm rp euro
    """.split()
)
TARGETS = frozenset(
    """
    target label labels class classes y outcome dependent churn churned survived default fraud is_fraud isfraud
    spam diagnosis sentiment subscribed cancelled canceled is_canceled exited attrition loan_status stroke
    ziel zielvariable klasse ergebnis cible classe objetivo clase bersaglio цель метка класс 目标 标签 类别
    目的変数 ラベル
    """.split()
)
"""Names of a column that is there to be predicted."""
LIKELY_TARGETS = TARGETS | frozenset(
    """
    result response disease income price saleprice sale_price quality rating species category approved bought
    purchased clicked resultado status grade score
    """.split()
)
"""Names of a column that may well be predicted, and may as well be a feature."""
IDENTIFIER = re.compile(
    r"(?i:(^|[\W_])(id|ids|key|uuid|guid|index|idx|nr|nbr|no|num|number|code|rownames|unnamed.*|"
    r"(index_)?level_[0-9]+(__)?)$)|^\w*[a-z]Id$|ID$|#$"
)
OWNER = re.compile(
    r"^(p|pt|subj?|cust|hh|fam|u)?id$|"  # an id of its own in each row is none of these
    r"(^|[\W_])(customer|client|user|patient|subject|person|member|account|student|author|speaker|"
    r"subj|cust|acct|visitor|reviewer|borrower|beneficiary|bene|donor|emp|vpn|"
    r"session|store|shop|household|device|sensor|machine|driver|player|group|participant|respondent|"
    r"employee|worker|pupil|animal|mouse|mice|cow|e-?mail|mrn|ssn|imei|vin|"
    r"kunden?|patient(in|en)?|proband(in|en)?|versuchsperson(en)?|vp|teilnehmer(in)?|mitarbeiter(in)?|"
    r"sch(ü|ue)ler(in)?|ger(ä|ae)te?|maschinen?|tier|élève|salarié|employé|cliente|paciente|"
    r"paziente|studente|alumn[oa]|alun[oa]|emplead[oa]|empregad[oa]|usuari[oa]|utente|klant|"
    r"pacjent(ka)?|klient|uczeń|hasta|müşteri|пациент|клиент|пользователь|студент)s?"
    r"([\W_]?(id|ids|nr|nbr|no|num|number|nummer|code|key|name|hash))?[.#]?$|(患者|顧客|会員|客户|客戶|用户|学生|病人)(id|番号|编号|号)?$",
    re.IGNORECASE,
)
"""Names of columns that say to whom or to what a row belongs."""
PLACE = re.compile("store|shop|session|device|sensor", re.IGNORECASE)
"""What of OWNER a person has several of: a group by these parts the rows of one person."""
WHOLE = re.compile(
    r"(^|[\W_])(record|encounter|case|stay|icustay|hadm|admission|lesion|slide|specimen|sample|study|family|mother|"
    r"child|twin|pair|horse|dog|cat|fish|bird|pig|sow|sheep|calf|herd|nest|document|doc|article|thread|"
    r"sentence|conversation|dialog(ue)?|ticket|claim|policy|loan|card|cc|invoice|order|trip|match|game|vehicle|car|truck|"
    r"bus|bike|engine|turbine|battery|unit|pump|motor|asset|equipment|well|tree|plot|batch|lot|wafer|run|trial|"
    r"experiment|recording|video|clip|image|molecule|serial|fall|kd|personal|auftrags?|rechnungs?|vertrags?|serien)"
    r"([\W_]?(id|nr|nbr|no|num|number|nummer|key|hash)\.?#?|#)$",
    re.IGNORECASE,
)
"""Names of columns that say of what a row is one part: without their id they may be anything."""
CODE = re.compile(
    r"(^|[\W_])(zip|(zip|postal|post|pin)[\W_]?code|plz|postleitzahl|code[\W_]?postal|c[oó]digo[\W_]?postal|cep|"
    r"((tele|cell|mobile)[\W_]?)?phone|telefono?|tel|msisdn|fax|isbn|ean|gtin|iban|version)s?([\W_]?(id|nr|no|number|code))?$",
    re.IGNORECASE,
)
"""Names of columns whose numbers are names: what is 50667 is not a fifth of 253335."""
TIME_NAME = re.compile(
    r"date|time|datum|zeit|fecha|jour|month|monat|mois|\bmes\b|\bday\b|created|updated|\bts\b|дата|время|日期|日付",
    re.IGNORECASE,
)
"""Names of columns that hold times, whatever the numbers in them look like."""
TOTAL = re.compile(
    r"(grand |sub)?totals?( general| général)?|sums?|summe|gesamt(summe)?|insgesamt|somme|suma|soma|"
    r"gesamtergebnis|total geral|totale( complessivo)?|eindtotaal|общий итог|итог|総計|"
    r"totaal|toplam|razem|celkem|yhteensä|итого|всего|合计|总计|合計|average|mean|mittelwert|"
    r"durchschnitt|moyenne|promedio|média|media",
    re.IGNORECASE,
)
"""What the row of totals below a table is called."""
NAME_OR_ADDRESS = re.compile(
    r"(^|[\W_])(name|address|street|adresse|anschrift|stra(ss|ß)e|nom|nombre|nome|dirección|endereço|indirizzo|"
    r"адрес|фио|имя)s?$|Name$|Address$|名$|名前|氏名|住所|地址|名称|名稱|单位|單位|이름|성명|주소",
    re.IGNORECASE,
)
"""Names of columns that hold names and addresses: of several words, and no texts."""
BIRTH = re.compile(r"birth|dob|geburt|naissance|nacimiento|рожден|生年|出生", re.IGNORECASE)


def says_whose(name: str) -> bool:
    """Say whether a column of this name says to whom or to what a row belongs."""
    return bool(OWNER.search(name) or WHOLE.search(name))


def pair_of(words: set[str], pairs: tuple[tuple[str, str], ...]) -> tuple[str, str] | None:
    """Return the pair that exactly these words (in small letters) are, or None."""
    return next((pair for pair in pairs if set(pair) == words), None)


def truth_of(words: set[str]) -> tuple[set[str], set[str]] | None:
    """Return which of several words (in small letters) mean yes and no, or None.

    A pair may stand with its initials and with what programs write: yes, no, y, n, true, 0.
    """
    for yes, no in YES_NO:
        if len(yes) < 2 or len(no) < 2 or not {yes, no} <= words:
            continue
        true = words & ({yes, yes[0], "true", "t", "1", "yes", "y"} - {no, no[0]})
        false = words & ({no, no[0], "false", "f", "0", "no", "n"} - {yes, yes[0]})
        if true | false == words and not true & false:
            return true, false
    return None


def _is_zero_and_one(*words: str) -> bool:
    try:
        return sorted(map(float, words)) == [0, 1]
    except ValueError:
        return False


def yes_of(values: list[str]) -> str | None:
    """Return which of two values means "yes", or None where the words do not say it."""
    small = {value.strip().casefold(): value for value in values}
    if len(values) != 2 or len(small) != 2:
        return None
    pair = pair_of(set(small), YES_NO) or pair_of(set(small), POSITIVE_FIRST)
    if pair is not None:
        return small[pair[0]] if pair not in OTHER_PAIRS else None
    first, second = small
    if _is_zero_and_one(first, second):  # 1.000e+00, as NumPy writes it
        return max(values, key=float)
    for one, other in ((first, second), (second, first)):
        # "no churn" and "churn", "not late" and "late": the negation is the no.
        if re.fullmatch(
            rf"(no|not|non|non-|kein|nicht|keine|sin|sans|не|нет)[ _-]?{re.escape(one)}", other
        ):
            return small[one]
    return None
