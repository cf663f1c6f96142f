from __future__ import annotations

import time

import pytest

from stream.detection.number_words import NumberData
from stream.detection.numbers import Number, find_numbers
from stream.detection.resources import load_yaml
from stream.detection.text import Text
from stream.detection.wordtable import WordDataError, load_words

COUNTED = [
    ("digits", "وصل 37 جنديا إلى القاعدة", 37, 37),
    ("arabic-indic digits", "وصل ٤٨ جنديا إلى القاعدة", 48, 48),
    ("groups of three", "عاد 1,250 نازحا إلى بيوتهم", 1250, 1250),
    ("arabic thousands mark", "عاد ١٬٢٥٠ نازحا", 1250, 1250),
    ("decimal millions", "نحتاج إلى 2.4 مليون سلة", 2400000, 2400000),
    ("decimal comma", "فر 3,5 ملايين شخص", 3500000, 3500000),
    ("digits and thousand", "فر 60 ألف شخص", 60000, 60000),
    ("thousand and more in digits", "فر 35 ألفا و200 شخص", 35200, 35200),
    ("masculine unit", "أربعة رجال", 4, 4),
    ("feminine unit", "تسع نساء", 9, 9),
    ("eleven", "أحد عشر عاملا", 11, 11),
    ("eleven, feminine", "إحدى عشرة عاملة", 11, 11),
    ("twelve", "اثني عشر عاملا", 12, 12),
    ("thirteen, feminine", "ثلاث عشرة طالبة", 13, 13),
    ("fifteen", "خمسة عشر طالبا", 15, 15),
    ("twenty", "عشرون طالبا", 20, 20),
    ("twenty five", "خمسة وعشرين طالبا", 25, 25),
    ("and apart from its word", "خمسة و عشرين طالبا", 25, 25),
    ("ninety nine", "تسع وتسعون سفينة", 99, 99),
    ("hundred", "مئة سلة", 100, 100),
    ("hundred, old spelling", "مائة سلة", 100, 100),
    ("two hundred in construct", "مئتي سلة", 200, 200),
    ("three hundred in one word", "ثلاثمائة سلة", 300, 300),
    ("three hundred in two words", "ثلاث مئة سلة", 300, 300),
    ("hundreds, units and tens", "أربعمئة وستة وثلاثون سلة", 436, 436),
    ("hundred and digits", "مئة و12 سلة", 112, 112),
    ("thousand", "ألف سلة", 1000, 1000),
    ("two thousand", "ألفي سلة", 2000, 2000),
    ("three thousand two hundred", "ثلاثة آلاف ومئتي سلة", 3200, 3200),
    ("thousand and hundreds", "ألف وسبعمئة سلة", 1700, 1700),
    ("two million", "مليوني سلة", 2000000, 2000000),
    ("million and a half", "مليون ونصف مليون سلة", 1500000, 1500000),
    ("half a million", "نصف مليون سلة", 500000, 500000),
    ("dozens", "عشرات الحافلات", 20, None),
    ("the dozens", "نقل العشرات منهم", 20, None),
    ("hundreds, open", "مئات الحافلات", 200, None),
    ("thousands, open", "آلاف الحافلات", 2000, None),
    ("tens of thousands", "عشرات الآلاف من السكان", 20000, None),
    ("hundreds of thousands", "مئات آلاف السكان", 200000, None),
    ("more than", "أكثر من 70 سلة", 70, None),
    ("no less than", "ما لا يقل عن عشر سلال", 10, None),
    ("at least, after the noun", "15 شاحنة على الأقل", 15, None),
    ("at least, after the number", "15 على الأقل من الشاحنات", 15, None),
    ("about", "نحو 90 شاحنة", 90, 90),
    ("about, word", "زهاء ثلاثين شاحنة", 30, 30),
    ("up to", "ما يصل إلى 40 شاحنة", 40, 40),
    ("between", "ما بين 20 و30 شاحنة", 20, 30),
    ("between, bare", "بين خمسة وعشرة عمال", 5, 10),
    ("between thousands", "بين 300 ألف و500 ألف شخص", 300000, 500000),
    ("to", "5 إلى 6 عمال", 5, 6),
    ("dash", "7-8 عمال", 7, 8),
    ("or", "ثلاثة أو أربعة عمال", 3, 4),
    ("range in millions", "2 إلى 3 ملايين شخص", 2000000, 3000000),
    ("and joined to digits", "وأيضا و14 عاملا", 14, 14),
    ("year-like count with accusative", "وصل 1950 شخصا", 1950, 1950),
    ("definite", "العمال الأربعة", 4, 4),
]


@pytest.mark.parametrize(("name", "phrase", "low", "high"), COUNTED, ids=[case[0] for case in COUNTED])
def test_counts(name: str, phrase: str, low: int, high: int | None) -> None:
    """A number that counts is found once, with its lowest and highest value."""
    counted = [n for n in find_numbers(Text(phrase)) if n.counted]
    assert [(n.low, n.high) for n in counted] == [(low, high)]


NOT_COUNTED = [
    ("year", "في عام 2015"),
    ("bare year", "منذ 2014 عندما بدأ النزاع"),
    ("written date", "بتاريخ 14/4/2018"),
    ("time of day", "عند الساعة 4:30 صباحا"),
    ("day of month", "في 17 نيسان"),
    ("day of month with of", "في 17 من شباط"),
    ("age", "وعمره 25 عاما"),
    ("days", "قبل ثلاثة أيام"),
    ("hours before their noun", "الساعات ال24 الماضية"),
    ("kilometres", "على بعد 30 كيلومترا"),
    ("money", "خمسة ملايين دولار"),
    ("per cent sign", "بنسبة 20%"),
    ("per cent words", "20 في المئة من السكان"),
    ("telephone", "اتصل على 0501234567"),
    ("resolution", "القرار 2254"),
    ("brigade", "اللواء 155"),
    ("aircraft", "طائرات إف 16"),
    ("aircraft with a dash", "طائرات سو-24"),
    ("year in words", "عام ألفين وسبعة"),
    ("monday", "يوم الاثنين"),
    ("one of", "أحد الجنود"),
    ("ordinal", "الأسبوع الرابع"),
    ("not", "لست متأكدا"),
]


@pytest.mark.parametrize(("name", "phrase"), NOT_COUNTED, ids=[case[0] for case in NOT_COUNTED])
def test_counts_nothing(name: str, phrase: str) -> None:
    """Dates, times, ages, measures, money, labels and look-alikes count nothing."""
    assert not [n for n in find_numbers(Text(phrase)) if n.counted]


def test_a_moved_figure_is_two_numbers() -> None:
    """Behind a verb of rising, "from A to B" is no range."""
    assert [(n.low, n.high) for n in find_numbers(Text("ارتفع العدد من 20 إلى 38 عاملا"))] == [(20, 20), (38, 38)]


def test_span_takes_in_the_words_that_qualify_it() -> None:
    """The span holds "more than" and the whole range, so that evidence can be quoted."""
    text = Text("شارك ما بين 20 و30 عاملا")
    (number,) = find_numbers(text)
    assert text.raw_text(number.first, number.last) == "ما بين 20 و30"
    assert number == Number(1, 5, 20, 30, approximate=False, counted=True)


def test_about_is_approximate() -> None:
    """The words "About" keeps the value and marks it."""
    assert [n.approximate for n in find_numbers(Text("نحو 90 شاحنة و12 سيارة"))] == [True, False]


@pytest.mark.parametrize(
    "phrase", ["خمسة و" * 20000, "1,234," * 20000, "بين 3 و" * 20000, "ألف و" * 20000, "7-" * 40000]
)
def test_time_is_linear(phrase: str) -> None:
    """A text made to be slow takes no longer than another of its length."""
    text = Text(phrase)
    start = time.process_time()
    find_numbers(text)
    assert time.process_time() - start < 2


def test_word_list_is_validated() -> None:
    """An unknown entry is refused with the file and the entry."""
    content = dict(load_yaml("numbers.yaml"), dozens=["عشرات"])
    with pytest.raises(WordDataError, match=r"numbers\.yaml: entry dozens"):
        load_words("numbers.yaml", NumberData, content)
