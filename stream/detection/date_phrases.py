"""Reading one expression of time: weekdays, months, relative days and units, years, digits, seasons.

Each method begins at the word that gives the expression its name and takes in the words around it that belong to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from stream.detection import calendar_spans as cal
from stream.detection.calendar_spans import Span
from stream.detection.date_words import DateWords, Form, Tense, Unit, date_words
from stream.detection.hijri import hijri_to_gregorian
from stream.detection.numbers import Number
from stream.detection.text import Text

Kind = Literal["weekday", "relative", "month", "hijri", "unit", "year", "digits", "season", "vague"]
_YEARS = range(1900, 2100)
_NAMED_YEARS = range(1000, 2200)  # beside "year" or a month
_LONGEST_AGO = 300  # years; what is longer ago is history or a figure of speech
_HIJRI_YEARS = range(1300, 1500)
_CLAUSE = 14  # words before a date in which a cue for its tense is looked for
_DAYS: dict[Unit, int] = {"day": 1, "night": 1, "week": 7}
_FEW = {"hour": 1, "day": 4, "night": 2, "week": 21, "month": 92, "year": 1096, "decade": 7305}
_SOME = {"hour": 1, "day": 6, "night": 3, "week": 28, "month": 183, "year": 1826, "decade": 10957}


@dataclass(frozen=True, slots=True)
class Found:
    """An expression of time before it is joined with its neighbours."""

    first: int
    last: int
    span: Span
    tense: Tense | None
    kind: Kind
    ranges: bool = False
    prefix: str = ""
    part: bool = False
    """A part of the day stands before it."""
    both: bool = False
    """What stands before it announces two: "on the two days Thursday and Friday"."""


class PhraseReader:
    """Reads the expressions of time of one text."""

    def __init__(self, text: Text, published: date, numbers: Sequence[Number]) -> None:
        self.text = text
        self.words = text.words
        self.separators = text.separators
        self.published = published
        self.lex: DateWords = date_words()
        table = self.lex.table
        self.hits = [table[word] for word in self.words]
        self.last_day: date | None = None
        """The last single day that the text has named, which "the same day" refers to."""
        self.number_ending = {n.last: n for n in numbers}
        self.number_at = {n.first: n for n in numbers}

    # -- the words around ------------------------------------------------------------------------------------------

    def word(self, i: int) -> str:
        """The word *i*, or nothing outside the text."""
        return self.words[i] if 0 <= i < len(self.words) else ""

    def joined(self, i: int) -> bool:
        """Whether only blanks (or a bracket) stand before the word *i*."""
        return 0 < i < len(self.words) and not self.separators[i - 1].strip(" ()")

    def next(self, i: int) -> str:
        """The word *i* when only blanks stand before it."""
        return self.words[i] if self.joined(i) else ""

    def before(self, i: int) -> str:
        """The word before *i* when only blanks stand between."""
        return self.words[i - 1] if self.joined(i) else ""

    def has(self, name: str, word: str) -> bool:
        """Whether *word* is in the list *name*, with a proclitic too."""
        return bool(word) and self.lex.has(name, word)

    def tense_at(self, first: int, last: int) -> Tense | None:
        """The nearest cue before the words, in their sentence; failing that directly after them."""
        low = max(first - _CLAUSE, self.text.sentence_span(self.text.sentence_of(first))[0])
        tense = self.lex.tense
        for k in range(first - 1, low - 1, -1):
            found = tense[self.words[k]]
            if found:
                return found
        for k in range(last, min(last + 2, len(self.words))):
            if self.joined(k) and tense[self.words[k]] == "future":
                return "future"
        return None

    def modifier(self, i: int) -> tuple[int, Tense | None]:
        """A word such as "last", "current", "coming" at *i*: the word after it and what it says."""
        tense = self.lex.modifiers.get(self.next(i)) if self.joined(i) else None
        return (i + 1, tense) if tense else (i, None)

    # -- one expression --------------------------------------------------------------------------------------------

    def read(self, i: int, low: int) -> Found | None:
        """The expression that the word *i* begins or names, taking in nothing before the word *low*."""
        hit = self.hits[i]
        if hit is None:
            return None
        for form in hit.value:
            last = i + 1 + len(form.rest)
            if form.rest and (tuple(self.words[i + 1 : last]) != form.rest or not self.joined(i + 1)):
                continue
            found = self._read(form, i, last, hit.prefix)
            if found is not None:
                found = replace(found, prefix=hit.prefix if found.first == i else "")
                return self._with_part_of_day(found, low)
        return None

    def _read(self, form: Form, i: int, last: int, prefix: str) -> Found | None:
        match form.kind:
            case "weekday":
                return self._weekday(i, last, form.value)
            case "relative":
                return self._relative(i, last, form)
            case "month":
                return self._month(i, last, form)
            case "hijri":
                return self._hijri(i, last, form)
            case "unit":
                return self._unit(i, last, form)
            case "digits":
                return self._digits(i, form, prefix)
            case "season":
                return self._season(i, last, form.value)
            case "current":
                point = tuple(self.lex.data.points)[form.value]
                month = cal.month_span(self.published.year, self.published.month)
                return Found(i, last, cal.part_of(month, point), "present", "month")
            case _:
                if self._leads_to_a_time(last) or (self.has("of", self.next(last)) and not form.rest):
                    return None
                days = 30 * form.value
                edge = cal.days_from(self.published, days)
                start, end = sorted((edge, self.published))
                tense: Tense = "past" if days < 0 else "future"
                first = i - 1 if form.rest and self.before(i) in self.lex.sets["in_"] else i
                return Found(first, last, Span(start, end, "unknown"), tense, "vague")

    def _with_part_of_day(self, found: Found, low: int) -> Found:
        """The expression with "evening of", "on the day" and the like before it."""
        if found.kind not in ("weekday", "relative", "month", "digits"):
            return found
        first, part, both = found.first, False, False
        while first > low and self.joined(first):
            phrase = self.lex.before.ending_at(self.words, first, low)
            if phrase is None:
                break
            both = both or self.has("both_days", self.words[first - 1])
            first, part = phrase[0], True
        return replace(found, first=first, part=part, both=both or found.both)

    # -- days ------------------------------------------------------------------------------------------------------

    def _weekday(self, i: int, last: int, weekday: int) -> Found | None:
        if self.before(i) in self.lex.sets["no_weekday_after"] or self.next(last) in self.lex.sets["no_weekday_before"]:
            return None
        end, tense = self.modifier(last)
        stated = tense
        if tense is None and self.has("of", self.next(last)):
            week = self._unit_phrase(last + 1)
            if week is not None and week.span.precision == "week":
                day = cal.days_from(cal.week_span(week.span.start).start, weekday)
                return Found(i, week.last, Span(day, day, "day"), week.tense, "weekday")
        tense = tense or self.tense_at(i, last)
        coming = tense == "future"
        strict = stated in ("past", "future")
        day = cal.weekday_on(self.published, weekday, coming=coming, strict=strict)
        found = Found(i, end, Span(day, day, "day"), tense, "weekday")
        exact = self._explicit_after(end)
        return replace(found, last=exact.last, span=exact.span) if exact else found

    def _explicit_after(self, i: int) -> Found | None:
        """A full date after a weekday: "Tuesday, 14 April 2018"."""
        for k in range(i, min(i + 4, len(self.words))):
            if self.separators[k - 1].strip(" ,()-"):
                return None
            hit = self.hits[k]
            if hit and hit.value[0].kind in ("month", "hijri", "digits"):
                found = self.read(k, i)
                if found and found.first <= i + 1 and found.span.precision == "day":
                    return found
            if hit and hit.value[0].kind not in ("digits", "month", "hijri"):
                return None
        return None

    def _relative(self, i: int, last: int, form: Form) -> Found | None:
        value = form.value
        if value == 0 and not form.rest and self.last_day is not None:
            shift = self.lex.same_day.get(self.next(last))
            if shift is not None or self.before(i) in self.lex.sets["same"]:
                day = cal.days_from(self.last_day, shift or 0)
                first, last = (i, last + 1) if shift is not None else (i - 1, last)
                return Found(first, last, Span(day, day, "day"), None, "relative")
        if value == 0 and (
            self.next(last) in self.lex.sets["no_today_before"]
            or self.before(i) in self.lex.sets["no_today_after"]
            or self.lex.modifiers.get(self.next(last))
        ):
            return None
        day = cal.days_from(self.published, value)
        tense: Tense = "past" if value < 0 else "future" if value else "present"
        found = Found(i, last, Span(day, day, "day"), tense, "relative")
        k = last
        if self.joined(k) or self.text.separators[k - 1].strip() in (",", "-"):
            hit = self.hits[k] if k < len(self.words) else None
            if hit and not hit.prefix and hit.value[0].kind == "weekday":
                # The weekday is the surer of the two when an article is published after midnight.
                on = cal.weekday_on(self.published, hit.value[0].value, coming=value > 0)
                found = replace(found, last=k + 1, span=Span(on, on, "day"))
                exact = self._explicit_after(k + 1)
                return replace(found, last=exact.last, span=exact.span) if exact else found
        return found

    # -- months ----------------------------------------------------------------------------------------------------

    def _alternative(self, last: int, kind: str, value: int) -> int:
        """The word after the other name of the same month ("September/Eylul"), or *last*."""
        if last < len(self.words) and not self.separators[last - 1].strip(" /()-\\|"):
            hit = self.hits[last]
            for form in hit.value if hit and not hit.prefix else ():
                end = last + 1 + len(form.rest)
                if form.kind == kind and form.value == value and tuple(self.words[last + 1 : end]) == form.rest:
                    return end
        return last

    def _year_after(self, last: int) -> tuple[int, int | None, Tense | None, int]:
        """What follows a month: the word after, a year, what "last" or "coming" says, and years from publication."""
        end, tense = self.modifier(last)
        if tense:
            return end, None, tense, 0
        k = last
        if self.has("of", self.next(k)) or self.next(k) in self.lex.sets["this"]:
            k += 1
        if k > last and self.next(k) in self.lex.sets["this"]:
            k += 1
        this = self.words[k - 1] in self.lex.sets["this"] if k > last else False
        if self.has("the_year", self.next(k)):
            after, tense = self.modifier(k + 1)
            if tense or this:
                return (
                    (after if tense else k + 1),
                    None,
                    None,
                    {"past": -1, "future": 1}.get(tense or "", 0) or 2 * 10**6,
                )
            k += 1
        elif k > last:
            return last, None, None, 0
        year = self._year_number(k)
        return (k + 1, year, None, 0) if year else (last, None, None, 0)

    def _year_number(self, k: int) -> int | None:
        if 0 < k < len(self.words) and not self.separators[k - 1].strip(" ,()-/"):
            word = self.words[k]
            if len(word) == 4 and word.isdigit() and int(word) in _NAMED_YEARS:
                return int(word)
        return None

    def _day_before(self, i: int) -> tuple[int, list[int]]:
        """Day numbers before a month name: where they begin, and one day or the first and last of a range."""
        k = i
        for name in ("month_word", "of", "month_word"):
            if self.has(name, self.before(k)) and not (name == "of" and k == i and self.hits[k] is None):
                k -= 1
        previous = self.before(k)
        tail = k > 0 and self.separators[k - 1].strip() == "-"
        if tail:
            previous = self.word(k - 1)
        digits = _tail_digits(previous)
        if digits and len(digits) <= 2 and 1 <= int(digits) <= 31:
            return self._day_range(k - 1, int(digits))
        if k < i or self.before(i) == previous:
            first, day = self._ordinal(k)
            if day and self.word(first - 1) not in self.lex.long_months:
                return first, [day]
        return i, []

    def _day_range(self, at: int, day: int) -> tuple[int, list[int]]:
        """The range of days that ends with the number at the word *at*, or that day alone."""
        word = self.words[at]
        other = self.word(at - 1)
        if at and self.separators[at - 1].strip() == "-" and other.isdigit() and len(other) <= 2:
            return (at - 1, [int(other), day]) if 0 < int(other) < day else (at, [day])
        if self.joined(at) and word.startswith(self.lex.and_) and _tail_digits(other) and len(_tail_digits(other)) <= 2:
            low = int(_tail_digits(other))
            return (at - 1, [low, day]) if 0 < low < day else (at, [day])
        if self.has("until", other) and _tail_digits(self.word(at - 2)) and len(_tail_digits(self.word(at - 2))) <= 2:
            low = int(_tail_digits(self.word(at - 2)))
            return (at - 2, [low, day]) if 0 < low < day else (at, [day])
        return at, [day]

    def _ordinal(self, end: int) -> tuple[int, int]:
        """The ordinal number that ends before the word *end*: where it begins, and its value or 0."""
        ordinals = self.lex.ordinals
        word = self.before(end)
        if self.has("first_day", word):
            return end - 1, 1
        if word in self.lex.sets["ten"]:
            unit = ordinals.get(self.before(end - 1).removeprefix(self.lex.and_), 0)
            return (end - 2, unit + 10) if 0 < unit < 10 else (end, 0)
        if word.startswith(self.lex.and_) and ordinals.get(word[1:], 0) >= 20:
            unit = ordinals.get(self.before(end - 1), 0)
            return (end - 2, unit + ordinals[word[1:]]) if 0 < unit < 10 else (end, 0)
        value = ordinals.get(word, 0) or ordinals.get(word[1:] if word else "", 0)
        return (end - 1, value) if value else (end, 0)

    def _month(self, i: int, last: int, form: Form) -> Found | None:
        lex = self.lex
        end = self._alternative(last, "month", form.value)
        evidence = end > last
        end, year, stated, shift = self._year_after(end)
        first, days = self._day_before(i)
        named = self.has("month_word", self.before(i))
        evidence = evidence or bool(days) or year is not None or stated is not None or shift != 0 or named
        if form.word in lex.sets["months_with_evidence"] and not evidence:
            return None
        preposition = self.before(first) if days else self.before(i)
        if form.word in lex.sets["months_with_preposition"] and not evidence and not self.has("in_", preposition):
            return None
        if year is None and not stated and days and self.before(first) in lex.sets["event_names"]:
            return None
        if named and first == i:
            first = i - 1
        point = lex.points.get(self.before(first)) or lex.points.get(self.before(first)[1:])
        tense = stated or self.tense_at(first, end)
        if shift and year is None:
            year = self.published.year + (shift if abs(shift) == 1 else 0)
        if days:
            spans = [self._day_span(form.value, day, year, stated, tense) for day in days]
            if spans[0] is None or spans[-1] is None:
                return None
            return Found(first, end, Span(spans[0], spans[-1], "day"), tense, "month")
        if year is not None:
            span = cal.month_span(year, form.value)
        elif stated == "present":
            span = cal.month_of(self.published, form.value, "past")
        else:
            span = cal.month_of(self.published, form.value, stated or tense, strict=stated is not None)
        if point:
            return Found(first - 1, end, cal.part_of(span, point), tense, "month")
        return Found(first, end, span, tense, "month")

    def _day_span(
        self, month: int, day: int, year: int | None, stated: Tense | None, tense: Tense | None
    ) -> date | None:
        if year is not None:
            try:
                return date(year, month, day)
            except ValueError:
                return None
        if stated == "present":
            return cal.day_of(self.published, month, day, None)
        if stated:
            return cal.day_of(self.published, month, day, stated, strict=True)
        return cal.day_of(self.published, month, day, tense if tense == "future" else None)

    def _hijri(self, i: int, last: int, form: Form) -> Found | None:
        first, days = self._day_before(i)
        year = None
        end = last
        if self.has("the_year", self.next(end)):
            end += 1
        word = self.next(end)
        if word.isdigit() and int(word) in _HIJRI_YEARS:
            year, end = int(word), end + 1
            if self.next(end) in self.lex.sets["hijri_mark"]:
                end += 1
        else:
            end = last
        named = self.has("month_word", self.before(i))
        bare = form.word in self.lex.sets["hijri_bare"] and self.has("within", self.before(i))
        if not days and year is None and not named and not bare:
            return None
        if days and (days[-1] > 30 or self.separators[i - 1].strip()):
            return None
        # An Islamic date is often followed by its common counterpart, which is exact.
        span = cal.hijri_span(self.published, form.value, days[0] if days else None, year)
        if named and first == i:
            first = i - 1
        return Found(first, end, span, self.tense_at(first, end), "hijri")

    def _leads_to_a_time(self, k: int) -> bool:
        """Whether a date follows a vague expression: "earlier this month"."""
        while self.has("of", self.next(k)) or self.has("this", self.next(k)) or self.has("within", self.next(k)):
            k += 1
        hit = self.hits[k] if self.joined(k) else None
        return hit is not None and any(form.kind in ("unit", "relative", "weekday") for form in hit.value)

    # -- units -----------------------------------------------------------------------------------------------------

    def _unit_phrase(self, i: int) -> Found | None:
        """A unit of time that begins at the word *i*, "this" before it included."""
        if self.next(i) in self.lex.sets["this"]:
            i += 1
        hit = self.hits[i] if i < len(self.words) and self.joined(i) else None
        for form in hit.value if hit else ():
            if form.kind == "unit" and not form.rest:
                return self._unit(i, i + 1, form)
        return None

    def _unit(self, i: int, last: int, form: Form) -> Found | None:
        lex, unit = self.lex, form.unit
        # Words before: a number, or "this", or a point ("the beginning of").
        number = self.number_ending.get(i) if self.joined(i) else None
        if number and form.word.startswith(lex.article) and not self.words[number.first].startswith(lex.article):
            number = None
        if form.value == 1 and not number and self._names_a_time(last):
            return None
        first = number.first if number else i
        if not number and self.has("this", self.before(i)):
            return self._calendar_unit(i - 1, last, unit, "present", this=True) if form.value == 1 else None
        about = lex.about.ending_at(self.words, first) if self.joined(first) else None
        if about:
            first = about[0]
        after = self.number_at.get(last) if self.joined(last) else None
        k = after.last if after and not number and form.value == 0 else last
        few = self.next(k) in lex.sets["few"]
        k += few
        end, tense = self.modifier(k)
        amount = number.low if number else after.low if after and k > last and not few else form.value or None
        if about and amount is None:
            few = True
        governor = self.before(first)
        if form.value == 1 and not number and tense:
            return self._calendar_unit(i, end, unit, tense)
        if tense in ("past", "future"):
            days = self._length(unit, amount, few=few)
            edge = self._moved(unit, amount, days, 1 if tense == "future" else -1)
            start, stop = sorted((edge, self.published))
            vague = amount is None and unit in ("month", "year", "decade")
            span = Span(start, stop, "unknown" if vague else _precision_of(unit))
            first = first - 1 if self.has("within", governor) or governor in lex.sets["in_"] else first
            return Found(first, end, span, tense, "unit", ranges=True)
        if self.has("ago", governor) or self.has("since", governor):
            return self._ago(first, last, unit, amount, since=self.has("since", governor))
        if form.value == 1 and not number and self._points(i):
            return self._calendar_unit(i, last, unit, "present")
        if self.has("within", governor) and (amount is not None) and not self._names_a_time(last):
            tense = self.tense_at(first, last)
            edge = self._moved(unit, amount, self._length(unit, amount, few=few), 1 if tense == "future" else -1)
            start, stop = sorted((edge, self.published))
            return Found(first - 1, last, Span(start, stop, _precision_of(unit)), tense, "unit", ranges=True)
        if self.has("after", governor) and 0 < (amount or 0) <= _LONGEST_AGO and self.tense_at(first - 1, last) == "future":
            edge = self._moved(unit, amount, self._length(unit, amount, few=few), 1)
            return Found(first - 1, last, Span(edge, edge, _precision_of(unit)), "future", "unit")
        return None

    def _names_a_time(self, last: int) -> bool:
        """Whether what follows a unit names it: "the month of May", "the year 2015"."""
        hit = self.hits[last] if self.joined(last) else None
        return bool(hit) and any(form.kind in ("month", "hijri", "digits") for form in hit.value) if hit else False

    def _points(self, i: int) -> bool:
        return self.before(i) in self.lex.points or self.before(i)[1:] in self.lex.points

    def _length(self, unit: Unit, amount: int | None, *, few: bool) -> int:
        """Days of *amount* units; of an unnamed number of them a usual guess."""
        if amount is None:
            return (_FEW if few else _SOME)[unit]
        if unit == "hour":
            return max(1, -(-amount // 24))
        return amount * _DAYS.get(unit, 1)

    def _moved(self, unit: Unit, amount: int | None, days: int, sign: int) -> date:
        if amount is not None and unit in ("month", "year", "decade"):
            return cal.months_from(self.published, sign * amount * {"month": 1, "year": 12}.get(unit, 120))
        return cal.days_from(self.published, sign * days)

    def _ago(self, first: int, last: int, unit: Unit, amount: int | None, *, since: bool) -> Found | None:
        """ "Three days ago", "for two weeks": *first* is the word after "ago" or "since"."""
        if not since and self.has("of", self.next(last)):
            return None  # before something else
        if unit in ("year", "decade") and (amount or 1) > _LONGEST_AGO:
            return None
        days = self._length(unit, amount, few=False)
        day = self._moved(unit, amount, days, -1)
        if since:
            if unit == "hour" and amount is None:
                day = self.published
            vague = amount is None and unit in ("month", "year", "decade")
            span = Span(day, self.published, "unknown" if vague else _precision_of(unit))
            return Found(first - 1, last, span, "past", "unit", ranges=True)
        if unit == "hour":
            hours = amount or 1
            day = cal.days_from(self.published, -(hours // 24))
            return Found(first - 1, last, Span(day, day, "day"), "past", "unit")
        if amount is None:
            vague = unit in ("month", "year", "decade")
            end = self.published if vague else cal.days_from(self.published, -1)
            return Found(first - 1, last, Span(day, end, "unknown" if vague else "week"), "past", "unit", ranges=True)
        if unit == "month":
            return Found(first - 1, last, cal.month_span(day.year, day.month), "past", "unit")
        if unit in ("year", "decade"):
            return Found(first - 1, last, cal.year_span(day.year), "past", "unit")
        return Found(first - 1, last, Span(day, day, _precision_of(unit)), "past", "unit")

    def _calendar_unit(self, i: int, end: int, unit: Unit, tense: Tense, *, this: bool = False) -> Found | None:
        """A calendar week, month or year, or a point of one, seen from publication."""
        lex, published = self.lex, self.published
        step = {"past": -1, "present": 0, "future": 1}[tense]
        before = self.before(i)
        if unit in ("hour", "decade"):
            return None
        if unit in ("day", "night"):
            # "The last day", "this night" are relative days with lists of their own.
            return None
        if unit == "year" and before in lex.sets["no_year_after"]:
            return None  # "the secretary general" and the like: an adjective that looks like "year"
        point = lex.points.get(before) or lex.points.get(before[1:] if before else "")
        if unit == "week":
            if point == "late" or point == "early":
                shift = step if step > 0 else 0
                span = cal.weekend(published, shift)
                if point == "late" and this is False and self._future_clause(i, end, step):
                    span = cal.weekend(published, 1) if span.end < published else span
                if point == "early":
                    span = Span(span.start, cal.days_from(span.start, 2), "week")
                return Found(i - 1, end, span, tense if step else None, "unit")
            span = cal.week_span(published, step)
            if step < 0 and published.weekday() == 6:
                # On a Sunday, the first working day of most Arab countries, the week that has just ended is meant.
                span = Span(cal.days_from(published, -7), cal.days_from(published, -1), "week")
        elif unit == "month":
            month = cal.months_from(published.replace(day=1), step)
            span = cal.month_span(month.year, month.month)
            start, days = self._day_before(i) if self.has("of", before) else (i, [])
            if days and days[-1] <= span.end.day:
                return Found(start, end, Span(span.start.replace(day=days[0]), span.start.replace(day=days[-1]), "day"), tense, "month")
        else:
            span = cal.year_span(published.year + step)
        if point:
            return Found(i - 1, end, cal.part_of(span, point), tense if step else None, "unit")
        first = i
        if step == 0:
            when = lex.when.ending_at(self.words, i)
            stop = published
            if when and when[1] == "later":
                return Found(when[0], end, Span(min(cal.days_from(published, 1), span.end), span.end, span.precision), "future", "unit", ranges=True)
            if when:
                first = when[0]
                stop = max(span.start, cal.days_from(published, -1)) if unit != "year" else published
            elif self.tense_at(i, end) == "future":
                return Found(first, end, Span(published, span.end, span.precision), "future", "unit", ranges=True)
            return Found(first, end, Span(span.start, stop, span.precision), "present", "unit", ranges=True)
        return Found(first, end, span, tense, "unit")

    def _future_clause(self, i: int, end: int, step: int) -> bool:
        return step > 0 or (step == 0 and self.tense_at(i, end) == "future")

    # -- years, digits, seasons ------------------------------------------------------------------------------------

    def _digits(self, i: int, form: Form, prefix: str) -> Found | None:
        if not prefix:
            written = self._written(i, form)
            if written:
                return written
        if len(form.word) != 4:
            return None
        year = form.value
        after = self.next(i + 1)
        if year in _HIJRI_YEARS and after in self.lex.sets["hijri_mark"]:
            start, end = hijri_to_gregorian(year, 1), cal.days_from(hijri_to_gregorian(year + 1, 1), -1)
            return Found(i, i + 2, Span(start, end, "year"), None, "year")
        before = self.before(i)
        if year not in (_NAMED_YEARS if self.has("the_year", before) else _YEARS):
            return None
        glue = self.separators[i - 1].strip() if i else ""
        previous = self.hits[i - 1] if i else None
        earlier = previous is not None and any(f.kind == "digits" and f.value in _YEARS for f in previous.value)
        named = self.has("the_year", before) or self.has("two_years", before)
        if named or self.has("year_after", before) or self.has("year_after", prefix) or self.has("between", before):
            first = i - 1 if self.has("the_year", before) else i
        elif earlier and (prefix == self.lex.and_ or glue == "-"):
            first = i
        elif glue == "(" and self.separators[i].startswith(")"):
            first = i
        else:
            return None
        number = self.number_at.get(i)
        if not named and after.endswith(self.lex.accusative) and number and number.counted:
            return None
        point = self.lex.points.get(self.before(first)) or self.lex.points.get(self.before(first)[1:])
        span = cal.year_span(year)
        last = i + 2 if after in self.lex.sets["common_mark"] else i + 1
        if point:
            return Found(first - 1, last, cal.part_of(span, point), None, "year")
        tense: Tense | None = "past" if year < self.published.year else "future" if year > self.published.year else None
        return Found(first, last, span, tense, "year", both=self.has("two_years", before))

    def _written(self, i: int, form: Form) -> Found | None:
        """Digits such as 14/4/2018, 2018-04-14, 14.4.2018."""
        if i + 2 >= len(self.words):
            return None
        glue = self.separators[i]
        if glue not in ("/", "-", ".", " / ", " - ") or self.separators[i + 1] != glue:
            return None
        second, third = self.words[i + 1], self.words[i + 2]
        if not (second.isdigit() and third.isdigit() and len(second) <= 2):
            return None
        a, b, c = form.value, int(second), int(third)
        if len(form.word) == 4 and len(third) <= 2:
            a, c = c, a
        elif len(third) != 4:
            return None
        if b > 12 >= a:
            a, b = b, a
        try:
            day = date(c, b, a)
        except ValueError:
            return None
        return Found(i, i + 3, Span(day, day, "day"), None, "digits")

    def _season(self, i: int, last: int, month: int) -> Found | None:
        end, year, stated, shift = self._year_after(last)
        if year is None and stated not in ("past", "future") and abs(shift) != 1:
            return None
        if year is None:
            year = self.published.year + shift
            if stated == "past" and cal.months_from(date(year, month, 1), 3) > self.published:
                year -= 1
            elif stated == "future" and date(year, month, 1) <= self.published:
                year += 1
        start = cal.month_span(year, month).start
        return Found(i, end, Span(start, cal.days_from(cal.months_from(start, 3), -1), "month"), stated, "season")


def _tail_digits(word: str) -> str:
    """The digits that *word* ends with."""
    size = len(word)
    while size and word[size - 1].isdigit():
        size -= 1
    return word[size:] if size < len(word) and size <= 3 else ""


def _precision_of(unit: Unit) -> cal.Precision:
    if unit in ("hour", "day", "night"):
        return "day"
    return "week" if unit == "week" else "month" if unit == "month" else "year"
