from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from stream.detection.date_words import DateData
from stream.detection.dates import DateMention, find_dates
from stream.detection.hijri import hijri_month, hijri_to_gregorian, hijri_year_of
from stream.detection.resources import load_yaml
from stream.detection.text import Text
from stream.detection.wordtable import WordDataError, load_words

PUBLISHED = datetime(2018, 5, 16, 14, 0, tzinfo=timezone(timedelta(hours=3)))  # a Wednesday


def found(phrase: str, published: datetime = PUBLISHED) -> list[DateMention]:
    """The dates of a phrase."""
    return find_dates(Text(phrase), published)


# name, phrase, first day, last day (the same when None), precision
ONE = [
    # weekdays
    ("weekday today", "وصل الوفد الأربعاء", "2018-05-16", None, "day"),
    ("weekday yesterday", "وصل الوفد الثلاثاء", "2018-05-15", None, "day"),
    ("weekday tomorrow is last week's", "وصل الوفد الخميس", "2018-05-10", None, "day"),
    ("weekday spelt with hamza", "وصل الوفد يوم الإثنين", "2018-05-14", None, "day"),
    ("weekday of the Levant press", "وصل الوفد الثلثاء", "2018-05-15", None, "day"),
    ("evening of weekday", "وصل الوفد مساء الأحد", "2018-05-13", None, "day"),
    ("dawn of weekday", "وصل الوفد فجر السبت", "2018-05-12", None, "day"),
    ("afternoon of weekday", "وصل الوفد بعد ظهر الجمعة", "2018-05-11", None, "day"),
    ("late on weekday", "وصل الوفد في وقت متأخر من مساء الاثنين", "2018-05-14", None, "day"),
    ("weekday with and", "تفقد الموقع والأحد عاد", "2018-05-13", None, "day"),
    ("weekday with for", "ودعا للجمعة أنصاره", "2018-05-11", None, "day"),
    ("last weekday", "وصل الوفد الأحد الماضي", "2018-05-13", None, "day"),
    ("last same weekday", "وصل الوفد الأربعاء الماضي", "2018-05-09", None, "day"),
    ("coming weekday", "الاجتماع يوم الاثنين المقبل", "2018-05-21", None, "day"),
    ("coming same weekday", "الاجتماع الأربعاء القادم", "2018-05-23", None, "day"),
    ("future verb", "سيصل الوفد إلى العاصمة الجمعة", "2018-05-18", None, "day"),
    ("future particle", "سوف يجتمعون السبت", "2018-05-19", None, "day"),
    ("scheduled", "من المقرر أن تنعقد الجلسة الخميس", "2018-05-17", None, "day"),
    ("future verb, today", "سيلتقي الوزيران الأربعاء", "2018-05-16", None, "day"),
    ("future verb behind", "ويوم السبت سيتوجه إلى روما", "2018-05-19", None, "day"),
    ("nearer past cue wins", "سيزور روما كما قال متحدث الثلاثاء", "2018-05-15", None, "day"),
    ("car is no future verb", "انفجرت سيارة الأحد", "2018-05-13", None, "day"),
    ("night of two days", "غارات ليل الاثنين الثلاثاء", "2018-05-14", "2018-05-15", "day"),
    ("night of two days with dash", "غارات ليل السبت - الأحد", "2018-05-12", "2018-05-13", "day"),
    ("night of one day", "غارات ليل السبت", "2018-05-12", None, "day"),
    ("two days", "في يومي الأحد والاثنين", "2018-05-13", "2018-05-14", "day"),
    ("two days joined", "عقدت اللجنة الاثنين والثلاثاء جلساتها", "2018-05-14", "2018-05-15", "day"),
    ("from until", "استمرت من مساء الأحد حتى فجر الاثنين", "2018-05-13", "2018-05-14", "day"),
    ("weekday with written date", "وصل الثلاثاء 15 أيار/مايو 2018", "2018-05-15", None, "day"),
    ("weekday with date in brackets", "وصل الأحد (13 مايو)", "2018-05-13", None, "day"),
    ("weekday of last week", "وصل الخميس من الأسبوع الماضي", "2018-05-10", None, "day"),
    ("weekday tomorrow, no verb", "جلسة طارئة للبرلمان الخميس", "2018-05-17", None, "day"),
    ("weekday ahead with a present verb", "يلتقي المبعوث قادة الفصائل السبت", "2018-05-19", None, "day"),
    ("weekday behind with a present verb", "يلتقي المبعوث قادة الفصائل الثلاثاء", "2018-05-15", None, "day"),
    ("starting from", "تغلق السفارة أبوابها اعتبارا من الأحد", "2018-05-20", None, "day"),
    # counted from another day
    ("day after an event", "أغلقت المدارس بعد يوم من سقوط القذائف", "2018-05-15", None, "day"),
    ("two days after an event", "عاد السكان بعد يومين على انسحاب المسلحين", "2018-05-14", None, "day"),
    ("one day after an event", "عاد السكان بعد يوم واحد من الهدنة", "2018-05-15", None, "day"),
    ("hours after an event", "بعد عشرين ساعة من إعلان الهدنة تجدد القصف", "2018-05-15", None, "day"),
    ("days of a thing that lasts", "بعد أربعة أيام من المعارك انسحبت الميليشيا", "2018-05-13", "2018-05-16", "day"),
    ("morrow of", "استقال الوزير غداة اغتيال القائد", "2018-05-15", None, "day"),
    ("eve of", "اجتمع القادة عشية انطلاق المفاوضات", "2018-05-17", None, "day"),
    ("morrow with a weekday", "غداة الاثنين عاد الهدوء", "2018-05-14", None, "day"),
    ("for the fifth day", "تواصل القصف لليوم الخامس على التوالي", "2018-05-12", "2018-05-16", "day"),
    ("for the third night", "تجددت الغارات لليلة الثالثة تواليا", "2018-05-14", "2018-05-16", "day"),
    ("for the second week", "يستمر الحصار للأسبوع الثاني", "2018-05-09", "2018-05-16", "week"),
    ("for the twelfth day", "إضراب عن الطعام لليوم الثاني عشر", "2018-05-05", "2018-05-16", "day"),
    # a limit ahead
    ("before the end of a month", "ستنسحب القوات قبل نهاية يوليو", "2018-05-16", "2018-07-31", "week"),
    ("before the end of the year", "ستنسحب القوات قبل نهاية العام", "2018-05-16", "2018-12-31", "month"),
    ("at the latest", "ستنسحب القوات في موعد أقصاه حزيران", "2018-05-16", "2018-06-30", "month"),
    ("this summer", "سيزور البابا المنطقة هذا الصيف", "2018-06-01", "2018-08-31", "month"),
    (
        "since with a long way to its date",
        "منذ بدء حملة الجيش على أحياء المدينة الغربية قبل أسبوعين",
        "2018-05-02",
        "2018-05-16",
        "week",
    ),
    # relative days
    ("today", "وصل الوفد اليوم", "2018-05-16", None, "day"),
    ("dawn today", "وصل الوفد فجر اليوم", "2018-05-16", None, "day"),
    ("today and weekday", "وصل الوفد اليوم الأربعاء", "2018-05-16", None, "day"),
    ("this morning", "وصل الوفد هذا الصباح", "2018-05-16", None, "day"),
    ("yesterday", "وصل الوفد أمس", "2018-05-15", None, "day"),
    ("yesterday evening", "وصل الوفد مساء أمس", "2018-05-15", None, "day"),
    ("yesterday and weekday", "وصل الوفد أمس الثلاثاء", "2018-05-15", None, "day"),
    ("yesterday, poetic", "وصل الوفد البارحة", "2018-05-15", None, "day"),
    ("last night", "قصف عنيف الليلة الماضية", "2018-05-15", None, "day"),
    ("day before yesterday", "وصل الوفد أول أمس", "2018-05-14", None, "day"),
    ("day before yesterday with of", "وصل الوفد أول من أمس", "2018-05-14", None, "day"),
    ("day before yesterday, turned", "وصل الوفد أمس الأول", "2018-05-14", None, "day"),
    ("tomorrow", "يصل الوفد غدا", "2018-05-17", None, "day"),
    ("tomorrow and weekday", "يصل الوفد غدا الخميس", "2018-05-17", None, "day"),
    ("day after tomorrow", "يصل الوفد بعد غد", "2018-05-18", None, "day"),
    ("three days from today", "يجتمعون اليوم وغدا وبعد غد", "2018-05-16", "2018-05-18", "day"),
    ("hours ago", "وصل الوفد قبل ساعات", "2018-05-16", None, "day"),
    ("days ago", "وصل الوفد قبل ثلاثة أيام", "2018-05-13", None, "day"),
    ("days ago in digits", "وصل الوفد قبل 5 أيام", "2018-05-11", None, "day"),
    ("two days ago", "وصل الوفد قبل يومين", "2018-05-14", None, "day"),
    ("week ago", "وصل الوفد قبل أسبوع", "2018-05-09", None, "week"),
    ("two weeks ago", "وصل الوفد قبل أسبوعين", "2018-05-02", None, "week"),
    ("month ago", "وصل الوفد قبل شهر", "2018-04-01", "2018-04-30", "month"),
    ("months ago", "وصل الوفد قبل ثلاثة أشهر", "2018-02-01", "2018-02-28", "month"),
    ("year ago", "وصل الوفد قبل عام", "2017-01-01", "2017-12-31", "year"),
    ("two years ago", "وصل الوفد قبل عامين", "2016-01-01", "2016-12-31", "year"),
    ("about years ago", "وصل الوفد قبل نحو أربع سنوات", "2014-01-01", "2014-12-31", "year"),
    ("for two weeks", "يستمر القصف منذ أسبوعين", "2018-05-02", "2018-05-16", "week"),
    ("for three days", "يستمر القصف منذ ثلاثة أيام", "2018-05-13", "2018-05-16", "day"),
    ("for seven years", "يستمر القصف منذ سبع سنوات", "2011-05-16", "2018-05-16", "year"),
    ("since hours", "يستمر القصف منذ ساعات", "2018-05-16", None, "day"),
    ("last two days", "خلال اليومين الماضيين", "2018-05-14", "2018-05-16", "day"),
    ("last five days", "خلال الأيام الخمسة الماضية", "2018-05-11", "2018-05-16", "day"),
    ("last 24 hours", "في الساعات ال24 الماضية", "2018-05-15", "2018-05-16", "day"),
    ("last 24 hours with tatweel", "خلال الساعات الـ24 الماضية", "2018-05-15", "2018-05-16", "day"),
    ("last 48 hours in words", "خلال الساعات الثماني والأربعين الماضية", "2018-05-14", "2018-05-16", "day"),
    ("last hours", "خلال الساعات الماضية", "2018-05-16", None, "day"),
    ("within 36 hours", "دمرت المدفعية خمسة جسور خلال 36 ساعة", "2018-05-15", "2018-05-16", "day"),
    ("last few days", "خلال الأيام القليلة الماضية", "2018-05-12", "2018-05-16", "day"),
    ("last days", "في الأيام الأخيرة", "2018-05-10", "2018-05-16", "day"),
    ("coming days", "خلال اليومين المقبلين", "2018-05-16", "2018-05-18", "day"),
    ("last seven years", "على مدى السنوات السبع الماضية", "2011-05-16", "2018-05-16", "year"),
    ("within two days, past", "قتلوا خلال يومين", "2018-05-14", "2018-05-16", "day"),
    ("in two days, future", "ستبدأ المحادثات بعد يومين", "2018-05-18", None, "day"),
    # weeks, months, years
    ("last week", "وصل الوفد الأسبوع الماضي", "2018-05-07", "2018-05-13", "week"),
    ("last week, other word", "وصل الوفد الأسبوع المنصرم", "2018-05-07", "2018-05-13", "week"),
    ("this week", "وصل الوفد هذا الأسبوع", "2018-05-14", "2018-05-16", "week"),
    ("current week", "وصل الوفد الأسبوع الجاري", "2018-05-14", "2018-05-16", "week"),
    ("next week", "سيصل الوفد الأسبوع المقبل", "2018-05-21", "2018-05-27", "week"),
    ("weekend", "وصل الوفد في نهاية الأسبوع", "2018-05-12", "2018-05-13", "day"),
    ("last weekend", "وصل الوفد نهاية الأسبوع الماضي", "2018-05-12", "2018-05-13", "day"),
    ("last month", "وصل الوفد الشهر الماضي", "2018-04-01", "2018-04-30", "month"),
    ("current month", "وصل الوفد الشهر الحالي", "2018-05-01", "2018-05-16", "month"),
    ("earlier this month", "وصل الوفد في وقت سابق هذا الشهر", "2018-05-01", "2018-05-15", "month"),
    ("earlier this year", "وصل الوفد في وقت سابق من العام الجاري", "2018-01-01", "2018-05-16", "year"),
    ("next month", "سيصل الوفد الشهر القادم", "2018-06-01", "2018-06-30", "month"),
    ("beginning of the month", "وصل الوفد مطلع الشهر الجاري", "2018-05-01", "2018-05-10", "week"),
    ("beginning of the current", "وصل الوفد مطلع الجاري", "2018-05-01", "2018-05-10", "week"),
    ("end of last month", "وصل الوفد أواخر الشهر الماضي", "2018-04-21", "2018-04-30", "week"),
    ("middle of next month", "سيصل الوفد منتصف الشهر المقبل", "2018-06-11", "2018-06-20", "week"),
    ("last year", "وصل الوفد العام الماضي", "2017-01-01", "2017-12-31", "year"),
    ("last year, feminine", "وصل الوفد السنة الماضية", "2017-01-01", "2017-12-31", "year"),
    ("current year", "وصل الوفد العام الحالي", "2018-01-01", "2018-05-16", "year"),
    ("next year", "الانتخابات في العام المقبل", "2019-01-01", "2019-12-31", "year"),
    ("since beginning of the year", "قتل كثيرون منذ بداية السنة", "2018-01-01", "2018-05-16", "month"),
    ("year", "اتفقوا في عام 2015", "2015-01-01", "2015-12-31", "year"),
    ("year after in", "اتفقوا في 2015", "2015-01-01", "2015-12-31", "year"),
    ("since year", "يقاتلون منذ 2014", "2014-01-01", "2018-05-16", "year"),
    ("since year in one word", "يقاتلون منذ2014", "2014-01-01", "2018-05-16", "year"),
    ("since the year", "يقاتلون منذ العام 2013", "2013-01-01", "2018-05-16", "year"),
    ("since an event in a year", "منذ الإطاحة بالرئيس في العام 2011", "2011-01-01", "2018-05-16", "year"),
    ("two years", "بين عامي 2010 و2012", "2010-01-01", "2012-12-31", "year"),
    ("middle of a year", "في منتصف 2015", "2015-05-01", "2015-07-31", "month"),
    ("summer of a year", "في صيف 2014", "2014-06-01", "2014-08-31", "month"),
    ("last autumn", "الخريف الماضي", "2017-09-01", "2017-11-30", "month"),
    # months
    ("day and month, Levant", "وصل في 6 نيسان", "2018-04-06", None, "day"),
    ("day and month, Egypt", "وصل في 6 أبريل", "2018-04-06", None, "day"),
    ("day and month, Tunisia", "وصل في 6 أفريل", "2018-04-06", None, "day"),
    ("day and month, Morocco", "وصل في 20 غشت 2017", "2017-08-20", None, "day"),
    ("January, Algeria", "وصل في 12 جانفي", "2018-01-12", None, "day"),
    ("February, Tunisia", "وصل في 14 فيفري", "2018-02-14", None, "day"),
    ("May, Maghreb", "وصل في 4 ماي", "2018-05-04", None, "day"),
    ("June, Algeria", "وصل في 9 جوان 2017", "2017-06-09", None, "day"),
    ("July, Tunisia", "وصل في 25 جويلية 2017", "2017-07-25", None, "day"),
    ("August, Algeria", "وصل في 20 أوت 2016", "2016-08-20", None, "day"),
    ("December, Morocco", "وصل في 3 دجنبر 2017", "2017-12-03", None, "day"),
    ("spelling with hamza below", "وصل في 14 إبريل", "2018-04-14", None, "day"),
    ("both names with slash", "وصل في 17 أيلول/سبتمبر 2017", "2017-09-17", None, "day"),
    ("both names with spaces", "وصل في 2 أكتوبر / تشرين الأول 2017", "2017-10-02", None, "day"),
    ("both names side by side", "وصل في يوليو تموز 2017", "2017-07-01", "2017-07-31", "month"),
    ("both names in brackets", "وصل في 8 يوليو (تموز) 2017", "2017-07-08", None, "day"),
    ("day and current", "وصل في 14 مايو الجاري", "2018-05-14", None, "day"),
    ("day of month with of", "وصل في 10 من شباط الماضي", "2018-02-10", None, "day"),
    ("day of the month of", "وصل في 30 من شهر مارس", "2018-03-30", None, "day"),
    ("ordinal day", "وصل في السابع من نيسان", "2018-04-07", None, "day"),
    ("ordinal day, teen", "وصل في الحادي عشر من سبتمبر 2017", "2017-09-11", None, "day"),
    ("ordinal day, twenties", "وصل في الثاني والعشرين من آذار", "2018-03-22", None, "day"),
    ("first of", "وصل في الأول من كانون الثاني", "2018-01-01", None, "day"),
    ("coming day", "القمة في 12 حزيران/يونيو", "2018-06-12", None, "day"),
    ("coming day, stated", "القمة يوم 11 يوليو المقبل", "2018-07-11", None, "day"),
    ("one or the other", "القمة في أواخر مايو أو مطلع يونيو", "2018-05-21", "2018-06-10", "week"),
    ("soon today", "ستبدأ الجلسة بعد قليل", "2018-05-16", None, "day"),
    ("day of the coming month", "تنتهي المهلة في 12 من الشهر المقبل", "2018-06-12", None, "day"),
    ("ordinal day of this month", "وصل في العاشر من هذا الشهر", "2018-05-10", None, "day"),
    ("ordinal without of", "تبدأ في السادس أغسطس المقبل", "2018-08-06", None, "day"),
    ("old year", "في 12 يونيو عام 1886", "1886-06-12", None, "day"),
    ("range of days", "من 5 إلى 7 أيار", "2018-05-05", "2018-05-07", "day"),
    ("range of days with dash", "المعرض 2-4 مايو", "2018-05-02", "2018-05-04", "day"),
    ("last month by name", "وصل في مارس الماضي", "2018-03-01", "2018-03-31", "month"),
    ("last November", "وصل في نوفمبر الماضي", "2017-11-01", "2017-11-30", "month"),
    ("coming month by name", "الانتخابات في سبتمبر المقبل", "2018-09-01", "2018-09-30", "month"),
    ("bare month, past", "قتل في شباط", "2018-02-01", "2018-02-28", "month"),
    ("bare month, coming", "ستعقد القمة في أكتوبر", "2018-10-01", "2018-10-31", "month"),
    ("month of last year", "في أبريل من العام الماضي", "2017-04-01", "2017-04-30", "month"),
    ("month and year", "في كانون الأول عام 2013", "2013-12-01", "2013-12-31", "month"),
    ("beginning of a month", "مطلع أبريل الماضي", "2018-04-01", "2018-04-10", "week"),
    ("end of a month of a year", "أواخر مايو 2016", "2016-05-21", "2016-05-31", "week"),
    ("since a day", "منذ 18 شباط/فبراير", "2018-02-18", "2018-05-16", "day"),
    ("since a day in one word", "منذ18 شباط", "2018-02-18", "2018-05-16", "day"),
    ("since an event on a day", "منذ بدء المسيرات في 30 آذار", "2018-03-30", "2018-05-16", "day"),
    ("by a month", "بحلول يونيو 2019", "2018-05-16", "2019-06-30", "month"),
    # digits
    ("day first", "بتاريخ 14/4/2018", "2018-04-14", None, "day"),
    ("day first, dashes", "بتاريخ 14-04-2018", "2018-04-14", None, "day"),
    ("ISO", "بتاريخ 2018-04-14", "2018-04-14", None, "day"),
    ("arabic-indic digits", "بتاريخ ١٤/٤/٢٠١٨", "2018-04-14", None, "day"),
    ("month first when it must be", "بتاريخ 4/14/2018", "2018-04-14", None, "day"),
    # Islamic calendar
    ("Islamic day", "في 1 رمضان 1439", "2018-05-16", None, "day"),
    ("Islamic day of this year", "في 27 رجب", "2018-04-13", None, "day"),
    ("Islamic month", "خلال شهر رمضان", "2018-05-16", "2018-06-14", "month"),
    ("Islamic year", "عام 1438 هـ", "2016-10-03", "2017-09-21", "year"),
    ("Islamic month of two words", "في 10 ذي الحجة 1438 هـ", "2017-09-02", None, "day"),
]


@pytest.mark.parametrize(("name", "phrase", "start", "end", "precision"), ONE, ids=[case[0] for case in ONE])
def test_meaning(name: str, phrase: str, start: str, end: str | None, precision: str) -> None:
    """One expression is found, and it means these days."""
    assert [(str(m.start), str(m.end), m.precision) for m in found(phrase)] == [(start, end or start, precision)]


NONE = [
    ("one of", "قتل أحد الجنود"),
    ("Theresa May", "قالت رئيسة الوزراء تيريزا ماي"),
    ("practised", "مارس النظام ضغوطا"),
    ("father", "اب لثلاثة أطفال"),
    ("the next day", "وفي اليوم التالي عاد"),
    ("that day", "في ذلك اليوم عاد"),
    ("world day", "اليوم العالمي للصحافة"),
    ("secretary general", "قال الأمين العام الحالي للحلف"),
    ("Turkish president", "التقى رجب طيب أردوغان"),
    ("Friday market", "في سوق الجمعة بطرابلس"),
    ("every Friday", "يتظاهرون كل الجمعة"),
    ("name of an attack", "منذ وقوع أحداث 11 سبتمبر"),
    ("figure of speech", "سيعود بعد مليون سنة"),
    ("score", "فاز الفريق 1-صفر"),
    ("black Friday", "تخفيضات الجمعة السوداء"),
    ("before something else", "قبل ثلاثة أيام من اللقاء"),
    ("mister", "السيد حسن"),
    ("person called Friday", "المتحدث محمد الجمعة"),
]


@pytest.mark.parametrize(("name", "phrase"), NONE, ids=[case[0] for case in NONE])
def test_no_date(name: str, phrase: str) -> None:
    """Names and other words that look like dates are none."""
    assert found(phrase) == []


@pytest.mark.parametrize(
    ("phrase", "tense"),
    [("الأحد الماضي", "past"), ("الأحد المقبل", "future"), ("اليوم", "present"), ("سيصل الأحد", "future")],
    ids=["stated past", "stated future", "today", "verb"],
)
def test_tense(phrase: str, tense: str) -> None:
    """The words of the date, or of its clause, say whether it lies behind or ahead."""
    assert [m.tense for m in found(phrase)] == [tense]


def test_ranges_are_marked() -> None:
    """The words "Since" and "during" give ranges; a day is none."""
    assert [m.span for m in found("منذ ثلاثة أيام، خلال اليومين الماضيين، أمس")] == [True, True, False]


def test_vague_words_are_no_ground_for_a_date() -> None:
    """The words "Recently" is found and marked as unknown."""
    assert [m.precision for m in found("عاد مؤخرا إلى العاصمة")] == ["unknown"]


def test_weekday_corrects_today_after_midnight() -> None:
    """An article of a Friday, put online early on Saturday, says "today, Friday"."""
    published = datetime(2018, 3, 10, 0, 18, tzinfo=timezone(timedelta(hours=3)))
    (mention,) = found("وصل الوفد اليوم الجمعة", published)
    assert mention.start == date(2018, 3, 9)


@pytest.mark.parametrize(
    ("hour", "phrase", "start", "end"),
    [
        (2, "اجتمعت اللجنة اليوم في الدوحة", "2021-06-09", "2021-06-09"),
        (2, "انفجرت سيارة فجر اليوم في كابول", "2021-06-10", "2021-06-10"),
        (9, "اجتمعت اللجنة اليوم في الدوحة", "2021-06-10", "2021-06-10"),
        (4, "قتل سبعة جنود خلال اليومين الماضيين", "2021-06-08", "2021-06-09"),
        (9, "قتل سبعة جنود خلال اليومين الماضيين", "2021-06-08", "2021-06-10"),
        (3, "تقدم الجيش خلال الأيام الماضية", "2021-06-03", "2021-06-09"),
        (7, "سقطت قذائف خلال الساعات الأخيرة", "2021-06-09", "2021-06-10"),
        (20, "سقطت قذائف خلال الساعات الأخيرة", "2021-06-10", "2021-06-10"),
        (8, "دارت معارك خلال النهار", "2021-06-09", "2021-06-09"),
        (21, "دارت معارك خلال النهار", "2021-06-10", "2021-06-10"),
    ],
)
def test_the_hour_of_publication(hour: int, phrase: str, start: str, end: str) -> None:
    """What the last hours, the last days and today are depends on how far the day has come."""
    published = datetime(2021, 6, 10, hour, 40, tzinfo=UTC)
    assert [(str(m.start), str(m.end)) for m in found(phrase, published)] == [(start, end)]


def test_counted_from_the_day_spoken_of() -> None:
    """An event a day before another lies a day before the day that the text has just named."""
    mentions = found("أعلنت اللجنة الاثنين النتائج غداة إغلاق الصناديق، وبعد يومين من هجوم على مركز للاقتراع")
    assert [str(m.start) for m in mentions] == ["2018-05-14", "2018-05-13", "2018-05-12"]


def test_span_and_text() -> None:
    """The mention quotes the text as received, tatweel and marks included."""
    (mention,) = found("وصلَ الوفدُ مساءَ الأحـــد إلى")
    assert mention.text == "مساءَ الأحـــد"


def test_dates_in_order() -> None:
    """Several dates of one sentence stand in its order and do not overlap."""
    mentions = found("قال الثلاثاء إن الوفد الذي وصل السبت سيعود الجمعة المقبل")
    assert [str(m.start) for m in mentions] == ["2018-05-15", "2018-05-12", "2018-05-18"]


def test_the_same_day() -> None:
    """The words "The same day" and "the next day" are counted from the last day that the text has named."""
    mentions = found("وصل الوفد السبت. وفي اليوم نفسه بدأ القصف. وفي اليوم التالي غادر. وفي نفس اليوم عاد.")
    assert [str(m.start) for m in mentions] == ["2018-05-12", "2018-05-12", "2018-05-13", "2018-05-13"]


def test_islamic_calendar() -> None:
    """Known days of the tabular Islamic calendar, and the way back to its year."""
    assert hijri_to_gregorian(1, 1, 1) == date(622, 7, 19)  # 16 July of the Julian calendar
    assert hijri_to_gregorian(1445, 9, 1) == date(2024, 3, 11)
    assert hijri_month(1439, 9) == (date(2018, 5, 16), date(2018, 6, 14))
    for day in (date(2018, 9, 10), date(2018, 9, 11), date(2018, 9, 12), date(2000, 1, 1)):
        year = hijri_year_of(day)
        assert hijri_to_gregorian(year, 1) <= day < hijri_to_gregorian(year + 1, 1)


@pytest.mark.parametrize(
    "phrase",
    [
        "ليل السبت " * 20000,
        "منذ " * 50000 + "2014",
        "12-" * 40000,
        "قبل نحو " * 30000,
        "في وقت سابق من " * 20000,
        "بعد يوم واحد " * 20000,
    ],
)
def test_time_is_linear(phrase: str) -> None:
    """A text made to be slow takes no longer than another of its length."""
    text = Text(phrase)
    start = time.process_time()
    find_dates(text, PUBLISHED)
    assert time.process_time() - start < 3


@pytest.mark.parametrize("published", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)])
def test_ends_of_the_calendar(published: datetime) -> None:
    """A publication time at the edge of the calendar is no reason to fail."""
    found("قبل سبع سنوات، الأسبوع المقبل، العام الماضي، 6 نيسان، 27 رجب، غدا، منذ عقود، في مارس", published)
    found("خلال الساعات الماضية، خلال اليومين الماضيين، بعد 30 ساعة من الهدنة، غداة الهجوم، لليوم الرابع", published)


def test_word_list_is_validated() -> None:
    """A wrong value is refused with the file, the entry and the field."""
    content = load_yaml("dates.yaml")
    wrong = dict(content, units=dict(content["units"], day={"one": ["يوم"], "two": []}))
    with pytest.raises(WordDataError, match=r"dates\.yaml: entry units: field day\.many"):
        load_words("dates.yaml", DateData, wrong)
