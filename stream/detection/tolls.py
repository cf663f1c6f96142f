"""Tolls in Arabic news: how many were killed, injured, missing, abducted, displaced or arrested, and who they were.

A trigger (verb, verbal noun, or noun for a victim) is joined with the number or the person nearest to it in its clause:
behind it as a rule, before it when the verb agrees with a plural subject. Active and passive are written alike, so an
armed doer behind the verb gives way to an object behind it. Values follow the marking guide: "dozens" is 20 or more,
"dead" without a number at least one, one unnamed person is one. The word lists are in `lexicons/tolls.yaml`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from stream.detection.numbers import Number
from stream.detection.text import Text
from stream.detection.toll_words import Count, Person, TollKind, TollWords, Trigger, VictimClass, toll_words

_FORWARD = 10  # words behind a trigger in which its victims are looked for
_BACKWARD = 12  # words before a plural verb in which its subject is looked for
_LIFE = 12  # words between the parts of "met ... their death"
_ENDLESS = 10**15
_PHRASE = 7  # words that the phrase of the victims may take in
_NEGATION = 8  # words before a trigger in which it may be negated; three when a number is stated
_CUMULATIVE = 12  # words around a toll in which "since" makes it cumulative
_COUNTS: dict[Count, tuple[int, int | None]] = {"one": (1, 1), "two": (2, 2), "many": (1, None)}


@dataclass(frozen=True, slots=True)
class Toll:
    """A figure: the words *first* up to *last*, what happened, and to how many (`high` is None for an open range).

    `subtotal` figures are part of another one ("among them three children"); `cumulative` ones cover a period or a war.
    `trigger` is the number of the word that says what happened.
    """

    first: int
    last: int
    kind: TollKind
    low: int
    high: int | None
    victims_first: int | None
    victims_last: int | None
    victim_class: VictimClass | None
    scope: Literal["incident", "cumulative"]
    subtotal: bool
    trigger: int
    text: str


class _Victims(NamedTuple):
    """Who and how many: the words, the figures, and whether a number states them."""

    first: int
    last: int
    low: int
    high: int | None
    cls: VictimClass | None
    number: Number | None


class _Finder:
    def __init__(self, text: Text, numbers: Sequence[Number]) -> None:
        self.text = text
        self.words = text.words
        self.separators = text.separators
        self.lex: TollWords = toll_words()
        self.number_at = {n.first: n for n in numbers}
        self.number_ending = {n.last: n for n in numbers}
        table = self.lex.triggers
        self.triggers = [(i, hit) for i, hit in enumerate(map(table.__getitem__, self.words)) if hit]
        self.trigger_words = {i for i, _ in self.triggers}
        self.used: dict[int, TollKind] = {}
        self.out: list[Toll] = []

    def all(self) -> list[Toll]:
        waiting: tuple[int, Trigger] | None = None
        for i, hit in self.triggers:
            for trigger in hit.value:
                if not self._stands(i, trigger, hit.prefix):
                    continue
                found = self._victims(i, trigger, hit.prefix)
                if found is not None and trigger.stated and found.number is None:
                    found = None
                if found is None:
                    # "killing and wounding dozens": the first waits for the victims of the second.
                    if (
                        trigger.voice != "noun"
                        and i + 1 in self.trigger_words
                        and self.words[i + 1][0] == self.lex.and_
                    ):
                        waiting = (i, trigger)
                    continue
                if self._unreal(i, trigger, hit.prefix, found):
                    break
                self._add(i, trigger.kind, found)
                if waiting and waiting[0] == i - 1 and trigger.kind != waiting[1].kind:
                    self._add(waiting[0], waiting[1].kind, found)
                self._additions(i, trigger, found)
                break
        self._subtotals()
        self.out.sort(key=lambda toll: (toll.first, toll.last, toll.kind))
        return self.out

    # -- whether a trigger stands ------------------------------------------------------------------------------------

    def _sentence(self, i: int) -> tuple[int, int]:
        return self.text.sentence_span(self.text.sentence_of(i))

    def _stands(self, i: int, trigger: Trigger, prefix: str) -> bool:
        low, high = self._sentence(i)
        if trigger.needs and trigger.needs.isdisjoint(self.words[i + 1 : min(high, i + _LIFE + 8)]):
            return False
        if trigger.after and not any(self._has(w, trigger.after) for w in self.words[max(low, i - _LIFE) : i]):
            return False
        if trigger.voice == "loss":
            return any(w in self.lex.sets["loss_words"] for w in self.words[max(low, i - 4) : i])
        return trigger.voice == "noun" or not prefix.endswith(self.lex.article)

    def _has(self, word: str, words: frozenset[str]) -> bool:
        return word in words or word.removeprefix(self.lex.and_) in words

    def _unreal(self, i: int, trigger: Trigger, prefix: str, found: _Victims) -> bool:
        """Whether the clause denies the toll, or only speaks of it as a possibility."""
        low, _ = self._sentence(i)
        sets, words = self.lex.sets, self.words
        stated = found.number is not None
        start = min(i, found.first)
        window = 3 if stated else _NEGATION
        for k in range(start - 1, max(low, start - window) - 1, -1):
            if self.separators[k].strip(" ") and k < start - 1:
                break
            if words[k] in sets["negations"] and words[k + 1] not in sets["negation_exempt"]:
                return True
        if trigger.voice == "noun" and trigger.kind in ("abducted", "arrested"):
            if any(w in sets["released"] for w in words[max(low, start - 4) : start]):
                return True
        after = words[i + 1 : i + 8]
        if trigger.kind == "injured" and any(w in sets["no_injury"] for w in after):
            return True
        if stated:
            return False
        before = words[max(low, i - 3) : i]
        if prefix and prefix in self.lex.unreal_prefixes and trigger.voice == "masdar":
            return True
        return not sets["unreal"].isdisjoint(before) and trigger.voice in ("either", "masdar", "intransitive")

    # -- victims -------------------------------------------------------------------------------------------------------

    def _victims(self, i: int, trigger: Trigger, prefix: str) -> _Victims | None:
        match trigger.voice:
            case "noun":
                return self._counted_noun(i, trigger, prefix)
            case "pronoun":
                return _Victims(i, i + 1, 1, 1, None, None)
            case "loss":
                return _Victims(i, i + 1, 1, None, None, None)
            case "masdar":
                return (
                    self._at(i + 1)
                    or (self._named(i + 1) if trigger.named else None)
                    or (self._later(i + 1, trigger) if trigger.named else None)
                )
        if trigger.plural:
            return self._before(i) or self._at(i + 1) or self._later(i + 1, trigger)
        direct = self._at(i + 1)
        if trigger.voice == "either" and (direct is None or (direct.number is None and direct.cls in self.lex.armed)):
            return self._object(i + 1) or direct or self._before(i, near=True) or self._named(i + 1, verb=True)
        if trigger.voice == "either" and direct and direct.number is None and direct.high is None:
            return self._object(i + 1, plain=True) or direct
        return direct or self._before(i, near=True) or self._later(i + 1, trigger)

    def _joined(self, i: int) -> bool:
        return 0 < i < len(self.words) and not self.separators[i - 1].strip(" \"'()")

    def _person(self, i: int) -> tuple[str, Person] | None:
        hit = self.lex.persons[self.words[i]] if 0 <= i < len(self.words) else None
        return (hit.prefix, hit.value) if hit else None

    def _at(self, i: int, *, joined: bool = True) -> _Victims | None:
        """The victims whose phrase begins with the word *i*: a number, a person, "a number of", "one of"."""
        if i >= len(self.words) or (joined and not self._joined(i)):
            return None
        number = self.number_at.get(i)
        if number is not None:
            return self._numbered(number)
        words, sets = self.words, self.lex.sets
        word = words[i]
        if word in sets["one_of_pronoun"]:
            return _Victims(i, i + 1, 1, 1, None, None)
        if word in sets["one_of"] and self._person(i + 1):
            last, cls = self._phrase(i + 1)
            return _Victims(i, last, 1, 1, cls, None)
        if word in sets["some"]:
            last, cls = self._phrase(i)
            return _Victims(i, last, 1, None, cls, None)
        if word in sets["ordinals"]:
            return _Victims(i, i + 1, 1, 1, None, None)
        person = self._person(i)
        if person is None or person[0] not in ("", self.lex.article):
            return None
        last, cls = self._phrase(i)
        number = self.number_at.get(i + 1)
        if number and number.counted and words[i + 1].startswith(self.lex.article):
            return _Victims(i, max(last, number.last), number.low, number.high, cls, number)
        if person[0] and person[1].number == "many":
            return None  # "the civilians": whoever they are, nobody new
        low, high = _COUNTS[person[1].number]
        return _Victims(i, last, low, high, cls, None)

    def _numbered(self, number: Number) -> _Victims | None:
        """The victims that *number* counts; None when it counts something else."""
        if not number.counted or number.first in self.used:
            return None
        last, cls = self._phrase(number.last, counted=True)
        if last < 0:
            return None
        return _Victims(number.first, last, number.low, number.high, cls, number)

    def _phrase(self, i: int, *, counted: bool = False) -> tuple[int, VictimClass | None]:
        """Where the phrase of the victims that goes on at the word *i* ends, and their class; -1 for things."""
        sets, words = self.lex.sets, self.words
        cls: VictimClass | None = None
        k = i
        while k < min(len(words), i + _PHRASE) and (k == i and not counted or self._joined(k)):
            word = words[k]
            if k > i or counted:
                if word in sets["stops"] or word in sets["subtotal"] or k in self.number_at:
                    break
                if k == i and word in sets["things"]:
                    return -1, None
                hit = self.lex.triggers[word]
                if hit and not (hit.value[0].voice == "noun" and hit.prefix == "" and k == i):
                    break
                if word.startswith(self.lex.and_) and k > i and (self._person(k) or self.lex.persons[word[1:]]):
                    break
                if word.startswith(self.lex.and_) and k > i and len(word) > 3:
                    break
            side = self.lex.sides.get(word)
            person = self._person(k)
            if side and cls in (None, "person", "nationals"):
                cls = side
            elif person and (cls is None or (cls in ("person", "nationals") and person[1].cls not in ("person",))):
                cls = person[1].cls
            k += 1
        while k > i and words[k - 1] == self.lex.of:
            k -= 1
        return k, cls

    def _clause(self, i: int) -> int:
        """The word after the last one that may still belong to the trigger before the word *i*."""
        _, high = self._sentence(i - 1)
        return min(high, i + _FORWARD)

    def _later(self, i: int, trigger: Trigger) -> _Victims | None:
        """The nearest number of persons further on in the clause: "were killed in a raid on the town 12 persons"."""
        if trigger.kind not in ("killed", "injured") and trigger.voice == "masdar":
            return None
        for k in range(i, self._clause(i)):
            word = self.words[k]
            if (k in self.trigger_words and not self._has(word, trigger.needs)) or word in self.lex.sets["subtotal"]:
                break
            number = self.number_at.get(k)
            if number and number.counted and k not in self.used and self._counts_persons(number):
                return self._numbered(number)
        return None

    def _counts_persons(self, number: Number) -> bool:
        k = number.last
        if self._joined(k) and self.words[k] == self.lex.of:
            k += 1
        if not self._joined(k):
            return bool(number.high is None and not self.separators[number.last - 1].strip(" ")) or k >= len(self.words)
        return (
            self._person(k) is not None or self.words[k] in self.lex.sets["stops"] or self.words[k][0] == self.lex.and_
        )

    def _object(self, i: int, *, plain: bool = False) -> _Victims | None:
        """The object of an active verb behind its doer: a number of persons, or a person in the accusative."""
        comma = False
        for k in range(i, self._clause(i)):
            word = self.words[k]
            if plain and word in self.lex.sets["stops"]:
                break
            if k > i and self.separators[k - 1].strip(" \"'()"):
                if comma or self.separators[k - 1].strip() != ",":
                    break
                comma = True
            if k in self.trigger_words or word in self.lex.sets["subtotal"]:
                break
            number = self.number_at.get(k)
            before = self.words[k - 1]
            if number and number.counted and k not in self.used and before not in self.lex.sets["prepositions"]:
                if self._counts_persons(number):
                    return self._numbered(number)
                continue
            person = self._person(k)
            if person and k > i and not person[0] and before != self.lex.of and before not in self.lex.sets["stops"]:
                earlier = self._person(k - 1)
                feminine = word.endswith(self.lex.feminine)
                if (person[1].accusative or feminine) and not (earlier and earlier[1].accusative):
                    return self._at(k, joined=False)
        return None

    def _named(self, i: int, *, verb: bool = False) -> _Victims | None:
        """A single victim by name or office; behind a verb only where the circumstances follow at once."""
        if not self._joined(i):
            return None
        word, sets = self.words[i], self.lex.sets
        if word in sets["stops"] or i in self.trigger_words or i in self.number_at or word[0].isdigit():
            return None
        if word in sets["things"] or word.removeprefix(self.lex.article) in sets["things"] or len(word) < 3:
            return None
        if word in sets["count_words"] or word[0] == self.lex.and_ and word[1:] in sets["stops"]:
            return None
        if verb:
            if not word.startswith(self.lex.article) or word in self.lex.sides:
                return None
            k = i + 1
            if not (self._joined(k) and self.words[k] in sets["stops"]) and k < len(self.words):
                return None
        last, cls = self._phrase(i)
        return _Victims(i, last, 1, None if word.endswith(self.lex.many_endings) else 1, cls, None)

    def _before(self, i: int, *, near: bool = False) -> _Victims | None:
        """The subject before the verb: the nearest number of persons, or a plural of persons directly before it."""
        low, _ = self._sentence(i)
        for k in range(i, max(low, i - _BACKWARD), -1):
            if k < i and (k in self.trigger_words and self.lex.triggers[self.words[k]] is not None):
                hit = self.lex.triggers[self.words[k]]
                if hit and hit.value[0].voice != "noun" and not hit.value[0].needs:
                    break
            number = self.number_ending.get(k)
            if number and number.counted and self._has(self.words[number.first - 1], self.lex.sets["subtotal"]):
                continue
            if number and number.counted and number.first not in self.used and number.last <= i:
                found = self._numbered(number)
                if found and (not near or found.last >= i - 3):
                    return found
                if near:
                    return None
        for k in range(i - 1, max(low, i - 4) - 1, -1):
            person = self._person(k)
            if near and (self.words[k] in self.lex.sets["stops"] or not self._joined(k + 1)):
                break
            if person and not person[0] and self._joined(k + 1):
                before = self._person(k - 1)
                k = k - 1 if before and not before[0] and self._joined(k) else k
                ordinal = self.words[i - 1] in self.lex.sets["ordinals"]
                if near and not ordinal and k < i - 2:
                    break
                return self._at(k, joined=False)
            if self.words[k] in self.lex.sets["one_of_pronoun"]:
                return self._at(k, joined=False)
        return None

    def _counted_noun(self, i: int, trigger: Trigger, prefix: str) -> _Victims | None:
        """ "Seven dead", "two wounded", "dozens of the wounded", "the toll of the dead rose to 38"."""
        words, sets = self.words, self.lex.sets
        definite = prefix.endswith(self.lex.article) or prefix.endswith(self.lex.article[-1] * 2)
        last, cls = self._phrase(i)
        number = self.number_ending.get(i) if self._joined(i) else None
        if number is None and self._joined(i) and i >= 2 and words[i - 1] == self.lex.of:
            number = self.number_ending.get(i - 1)
        if number is not None and number.counted and prefix in ("", self.lex.article):
            return _Victims(number.first, last, number.low, number.high, cls, number)
        counter = any(self._has(w, sets["count_words"]) for w in words[max(0, i - 3) : i])
        if counter and definite:
            reached = self._reached(i, last, cls)
            if reached or words[i - 1] != self.lex.of:
                return reached
        if self.out and prefix.startswith(self.lex.and_):
            previous = self.out[-1]
            if previous.victims_last is not None and previous.last in (i, i - 1) and definite and previous.high is None:
                return _Victims(previous.first, last, previous.low, None, cls, None)
        some = words[i - 1] in sets["some"] if i else False
        if i >= 2 and words[i - 1] == self.lex.of:
            some = any(w in sets["some"] for w in words[max(0, i - 4) : i - 1])
        if definite and not some:
            return None
        if (definite or trigger.bare or some) and trigger.number and prefix in ("", self.lex.and_, self.lex.article):
            person = self._person(i - 1) if self._joined(i) else None
            if person and person[1].number == trigger.number and not prefix:
                return None
            low, high = _COUNTS[trigger.number]
            return _Victims(i, last, low, high, cls, None)
        return None

    def _reached(self, i: int, last: int, cls: VictimClass | None) -> _Victims | None:
        """The figure that "the number of the dead" reached: the last one named in the clause."""
        best = None
        for k in range(i + 1, self._clause(i + 1)):
            if k in self.trigger_words or self.words[k] in self.lex.sets["subtotal"]:
                break
            number = self.number_at.get(k)
            if number and number.counted:
                best = number
            elif best and self.separators[k - 1].strip():
                break
        if best is None:
            return None
        end, other = self._phrase(best.last, counted=True)
        return _Victims(best.first, max(end, best.last), best.low, best.high, other or cls, best)

    # -- output ------------------------------------------------------------------------------------------------------

    def _add(self, i: int, kind: TollKind, found: _Victims, *, subtotal: bool = False) -> None:
        if found.number is not None:
            self.used[found.number.first] = kind
        subtotal = subtotal or self._has(self.words[found.first - 1], self.lex.sets["subtotal"])
        # An open number before its noun keeps the noun's words: "25 of the soldiers at least".
        first, last = min(i, found.first), max(i + 1, found.last)
        if i > found.last or subtotal:
            first, last = found.first, found.last if subtotal else i + 1
        toll = Toll(
            first,
            last,
            kind,
            found.low,
            found.high,
            found.first if found.last > found.first else None,
            found.last if found.last > found.first else None,
            found.cls if found.cls not in ("person", "nationals") else None,
            "cumulative" if self._cumulative(first, last, found.low) else "incident",
            subtotal,
            i,
            self.text.raw_text(first, last),
        )
        if not any(t.kind == kind and t.first <= first and last <= t.last and t.low == toll.low for t in self.out[-8:]):
            self.out.append(toll)

    def _additions(self, i: int, trigger: Trigger, found: _Victims) -> None:
        """More victims of the same trigger: "six soldiers and a forester"."""
        k = found.last
        for _ in range(3):
            if k >= len(self.words) or not self._joined(k) or not self.words[k].startswith(self.lex.and_):
                return
            word = self.words[k]
            number = self.number_at.get(k)
            person = self.lex.persons[word]
            more: _Victims | None = None
            if number and number.counted and number.first not in self.used:
                n = number.last
                noun = self.lex.triggers[self.words[n]] if n < len(self.words) else None
                if not noun and self._joined(n) and self._person(n):
                    more = self._numbered(number)
            elif (
                person
                and person.prefix in (self.lex.and_, self.lex.and_ + self.lex.article)
                and trigger.voice != "noun"
            ):
                if person.value.number != "many" and not self.lex.triggers[word]:
                    low, high = _COUNTS[person.value.number]
                    last, cls = self._phrase(k)
                    more = _Victims(k, last, low, high, cls, None)
            if more is None:
                return
            self._add_part(i, trigger.kind, more)
            k = more.last

    def _add_part(self, i: int, kind: TollKind, found: _Victims, *, subtotal: bool = False) -> None:
        if found.number is not None:
            self.used[found.number.first] = kind
        cls = found.cls if found.cls not in ("person", "nationals") else None
        scope: Literal["incident", "cumulative"] = (
            "cumulative" if self._cumulative(found.first, found.last, found.low) else "incident"
        )
        text = self.text.raw_text(found.first, found.last)
        self.out.append(
            Toll(
                found.first,
                found.last,
                kind,
                found.low,
                found.high,
                found.first,
                found.last,
                cls,
                scope,
                subtotal,
                i,
                text,
            )
        )

    def _subtotals(self) -> None:
        """Figures behind "among them": part of the toll before them in the sentence."""
        whole = sorted(self.out, key=lambda toll: toll.last)
        ends = [toll.last for toll in whole]
        for k, word in enumerate(self.words):
            if not whole or not self._has(word, self.lex.sets["subtotal"]) or not self._joined(k + 1):
                continue
            before = bisect_right(ends, k) - 1
            if before < 0 or whole[before].first < self._sentence(k)[0]:
                continue
            found = self._at(k + 1)
            if found is None or (found.number is None and found.high is None):
                continue  # "most of them civilians" is no figure
            toll = whole[before]
            if found.low < (toll.high or _ENDLESS):
                self._add_part(toll.trigger, toll.kind, found, subtotal=True)

    def _cumulative(self, first: int, last: int, value: int) -> bool:
        low, high = self._sentence(first)
        sets, words = self.lex.sets, self.words
        for k in range(max(low, first - _CUMULATIVE), min(high, last + _CUMULATIVE)):
            word = words[k].removeprefix(self.lex.and_)
            if word in sets["cumulative_strong"] and k + 1 < high and words[k + 1] not in sets["recent"]:
                return True
            if value >= 500 and word in sets["wars"]:
                return True
        return False


def find_tolls(text: Text, numbers: Sequence[Number]) -> list[Toll]:
    """All tolls stated in *text*, in its order; *numbers* are those of the same text."""
    return _Finder(text, numbers).all()
