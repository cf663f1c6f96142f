"""Tolls in Arabic news: how many were killed, injured, missing, abducted, displaced or arrested, and who they were.

A trigger (verb, verbal noun, or noun for a victim) is joined with the number or the person nearest to it in its clause:
behind it as a rule, before it when the verb agrees with a plural subject. Active and passive are written alike, so an
armed doer behind the verb gives way to an object behind it. Values follow the marking guide: "dozens" is 20 or more,
"dead" without a number at least one, one unnamed person is one. The word lists are in `lexicons/tolls.yaml`.
"""

# A branch for each way in which a clause denies or adds to a toll:
# ruff: noqa: PLR0911

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from stream.detection.numbers import Number
from stream.detection.text import Text
from stream.detection.toll_victims import COUNTS, HARMED, VictimReader, Victims
from stream.detection.toll_words import TollKind, TollWords, Trigger, VictimClass

_LIFE = 12  # words between the parts of "met ... their death"
_ENDLESS = 10**15  # more than any figure
_OLD = 10  # words before a trigger in which its toll may be called an earlier one, or a contrast begins
_RECENT = 8  # tolls back in which a repetition is looked for
_NEGATION = 8  # words before a trigger in which it may be negated; three when a number is stated
_UNREAL = 5  # words before a trigger in which "threat", "attempt" and the like make it unreal
_AGAINST = 8  # words behind a toll in which "against" or "in addition to" opens another one
_CIRCUMSTANCES = 6  # words that may stand between two counts of one trigger
_SUPERLATIVE = 6  # words before "since" in which "the worst" makes it a comparison
_CUMULATIVE = 12  # words around a toll in which "since" makes it cumulative


Basis = Literal["number", "dozens", "some"]
Scope = Literal["incident", "cumulative"]


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
    scope: Scope
    subtotal: bool
    trigger: int
    text: str
    basis: Basis = "number"
    """What the figure rests on: a number (or one, or two), an order of magnitude, or an uncounted plural."""


class _Finder:
    def __init__(self, text: Text, numbers: Sequence[Number]) -> None:
        self.text = text
        self.words = text.words
        self.separators = text.separators
        self.victims = VictimReader(text, numbers)
        self.lex: TollWords = self.victims.lex
        self.out: list[Toll] = []

    def all(self) -> list[Toll]:
        waiting: tuple[int, Trigger] | None = None
        for i, hit in self.victims.triggers:
            for trigger in hit.value:
                if not self._stands(i, trigger, hit.prefix):
                    continue
                found = self.victims.of(i, trigger, hit.prefix)
                if found is not None and trigger.stated and found.number is None:
                    found = None
                if found is None:
                    if self._shares(i, trigger):
                        waiting = (i, trigger)
                    continue
                if self._unreal(i, trigger, hit.prefix, found) or self._outdated(i):
                    break
                if self._rival(i, trigger.kind, found):
                    break
                self._add(i, trigger.kind, found)
                if waiting and waiting[0] == i - 1 and trigger.kind != waiting[1].kind:
                    self._add(waiting[0], waiting[1].kind, found)
                self._additions(i, trigger, found)
                break
        self._subtotals()
        self.out = [t for t in self.out if t.kind in HARMED or t.victims_first not in self.victims.used]
        self.out.sort(key=lambda toll: (toll.first, toll.last, toll.kind))
        return self.out

    def _shares(self, i: int, trigger: Trigger) -> bool:
        """Whether the trigger waits for the victims of the next one: "killing and wounding dozens".

        A feminine verb has a subject of its own before it.
        """
        own = trigger.voice == "noun" or (trigger.voice != "masdar" and self.words[i].endswith(self.lex.feminine_open))
        return not own and i + 1 in self.victims.trigger_words and self.words[i + 1][0] == self.lex.and_

    def _stands(self, i: int, trigger: Trigger, prefix: str) -> bool:
        low, high = self.victims.sentence(i)
        if trigger.needs and trigger.needs.isdisjoint(self.words[i + 1 : min(high, i + _LIFE + 8)]):
            return False
        if trigger.after and not any(self.victims.has(w, trigger.after) for w in self.words[max(low, i - _LIFE) : i]):
            return False
        if trigger.voice == "intransitive" and not self.lex.sets["rulings"].isdisjoint(self.words[i + 1 : i + 4]):
            return False
        if trigger.voice == "pronoun" and self._met(i):
            return False
        if trigger.voice == "loss":
            return any(w in self.lex.sets["loss_words"] for w in self.words[max(low, i - 4) : i])
        return trigger.voice == "noun" or not prefix.endswith((self.lex.article, self.lex.article[-1] * 2))

    def _met(self, i: int) -> bool:
        """Whether "his death" at the word *i* completes "met his death", which is a toll by itself."""
        low, _ = self.victims.sentence(i)
        table = self.lex.triggers
        before = (hit for hit in (table[w] for w in self.words[max(low, i - _LIFE) : i]) if hit)
        return any(self.words[i] in trigger.needs for hit in before for trigger in hit.value)

    def _outdated(self, i: int) -> bool:
        """Whether the text itself calls the figure an old one: "an earlier toll spoke of six dead"."""
        low, _ = self.victims.sentence(i)
        words, sets, has = self.words, self.lex.sets, self.victims.has
        for k in range(max(low + 1, i - _OLD), i):
            if not has(words[k - 1], sets["reports"]):
                continue
            if words[k] in sets["earlier"]:
                return True
            if words[k] in sets["first_count"] and any(has(w, sets["spoke"]) for w in words[max(low, k - 3) : i]):
                return True
        return False

    def _rival(self, i: int, kind: TollKind, found: Victims) -> bool:
        """Whether the same dead are counted again: "12 were killed, while others put the figure at 15"."""
        low, _ = self.victims.sentence(i)
        before = self.words[max(low, found.first - 2) : found.first]
        return not self.lex.sets["figure"].isdisjoint(before) and self._goes_on(i, kind)

    def _goes_on(self, i: int, kind: TollKind) -> bool:
        """Whether the sentence of the word *i* has stated a toll of that kind already."""
        low, _ = self.victims.sentence(i)
        return any(toll.kind == kind and toll.first >= low for toll in self.out[-_RECENT:])

    def _unreal(self, i: int, trigger: Trigger, prefix: str, found: Victims) -> bool:
        """Whether the clause denies the toll, or only speaks of it as a possibility."""
        low, _ = self.victims.sentence(i)
        sets, words = self.lex.sets, self.words
        stated = found.number is not None
        low = max((k for k in range(max(low, i - _OLD), i) if words[k] in sets["contrast"]), default=low)
        start = min(i, found.first)
        window = 3 if stated else _NEGATION
        for k in range(start - 1, max(low, start - window) - 1, -1):
            if self.separators[k].strip(" ") and k < start - 1:
                break
            if words[k] in sets["negations"] and words[k + 1] not in sets["negation_exempt"]:
                return True
        held = trigger.voice == "noun" and trigger.kind in ("abducted", "arrested")
        if held and not sets["released"].isdisjoint(words[max(low, start - 4) : start]):
            return True
        after = words[i + 1 : i + 8]
        if trigger.kind == "injured" and any(w in sets["no_injury"] for w in after):
            return True
        if stated:
            return False
        if trigger.voice == "noun":
            return not sets["doubt"].isdisjoint(words[max(low, i - _NEGATION) : i])
        before = words[max(low, i - _UNREAL) : i]
        if prefix and prefix in self.lex.unreal_prefixes and trigger.voice == "masdar" and not trigger.named:
            return True
        return not sets["unreal"].isdisjoint(before) and trigger.voice in ("either", "masdar", "intransitive")

    def _add(self, i: int, kind: TollKind, found: Victims) -> None:
        """Note the toll of the trigger at the word *i*: its words reach from the trigger to its victims."""
        before = self.words[found.first - 1] if found.first else ""
        if self.victims.has(before, self.lex.sets["subtotal"]) or self._critical(i, kind, found):
            self._put(i, kind, found, found.first, found.last, subtotal=True)
        else:
            last = i + 1 if i > found.last else max(i + 1, found.last)
            self._put(i, kind, found, min(i, found.first), last)

    def _critical(self, i: int, kind: TollKind, found: Victims) -> bool:
        """Whether the victims are part of the toll before: "40 wounded, and ten wounded in a critical state"."""
        behind = self.words[found.last : found.last + 2]
        return not self.lex.sets["state"].isdisjoint(behind) and self._goes_on(i, kind)

    def _put(self, i: int, kind: TollKind, found: Victims, first: int, last: int, *, subtotal: bool = False) -> None:
        if found.number is not None and kind in HARMED:
            self.victims.used.add(found.number.first)
        low = found.low
        if any(t.kind == kind and t.first <= first and last <= t.last and t.low == low for t in self.out[-_RECENT:]):
            return
        named = found.last > found.first
        cls = found.cls if found.cls not in ("person", "nationals") else None
        scope: Scope = "cumulative" if self._cumulative(first, last, low) else "incident"
        text = self.text.raw_text(first, last)
        self.out.append(
            Toll(
                first,
                last,
                kind,
                low,
                found.high,
                victims_first=found.first if named else None,
                victims_last=found.last if named else None,
                victim_class=cls,
                scope=scope,
                subtotal=subtotal,
                trigger=i,
                text=text,
                basis=_basis(found),
            )
        )
        self.victims.previous = found._replace(last=last) if named else None

    def _additions(self, i: int, trigger: Trigger, found: Victims) -> None:
        """More victims of the same trigger: "six soldiers and a forester"."""
        k = found.last
        for _ in range(3):
            k = self._onward(i, k)
            if k >= len(self.words) or not self.victims.joined(k) or not self.words[k].startswith(self.lex.and_):
                break
            if self.victims.harm(k):
                break
            word = self.words[k]
            number = self.victims.number_at.get(k)
            person = self.lex.persons[word]
            more: Victims | None = None
            if number and number.counted and number.first not in self.victims.used:
                n = number.last
                noun = self.lex.triggers[self.words[n]] if n < len(self.words) else None
                harmed = noun and noun.value[0].kind in HARMED
                if not harmed and self.victims.joined(n) and (noun or self.victims.counts_persons(number)):
                    more = self.victims.numbered(number)
            elif person and trigger.voice != "noun" and person.prefix.startswith(self.lex.and_):
                if person.value.number == "many" or self.lex.triggers[word]:
                    break
                low, high = COUNTS[person.value.number]
                last, cls = self.victims.phrase(k)
                more = Victims(k, last, low, high, cls, None)
            if more is None:
                break
            self._put(i, trigger.kind, more, more.first, more.last)
            k = more.last
        self._other_side(i, trigger, k)

    def _onward(self, i: int, k: int) -> int:
        """Past the circumstances between two counts: "four gunmen in the raid and two of the soldiers"."""
        _, high = self.victims.sentence(i)
        for at in range(k, min(k + _CIRCUMSTANCES, high)):
            if self.victims.harm(at) or self.words[at] in self.lex.sets["joint"] or not self.victims.joined(at):
                break
            number = self.victims.number_at.get(at)
            if number:
                counts = number.counted and self.words[at].startswith(self.lex.and_)
                return at if counts and self.victims.counts_persons(number) else k
        return k

    def _other_side(self, i: int, trigger: Trigger, k: int) -> None:
        """More victims further on: "25 soldiers against 13 militants", "four persons, in addition to a policewoman"."""
        sets, words = self.lex.sets, self.words
        for at in range(k, min(k + _AGAINST, self.victims.sentence(i)[1])):
            if at in self.victims.trigger_words:
                return
            besides = words[at] in sets["besides"]
            if besides or words[at] in sets["against"]:
                more = self.victims.at(at + 1 + besides)
                if more and any(self.victims.harm(k) for k in range(more.first, min(more.last + 2, len(words)))):
                    return  # "in addition to a number of wounded" is a toll of its own
                noun = more.number.last if more and more.number else at + 1 + besides
                if more and noun < len(words) and not self.lex.triggers[words[noun]] and (more.number or besides):
                    self._put(i, trigger.kind, more, more.first, more.last)
                return

    def _subtotals(self) -> None:
        """Figures behind "among them": part of the toll before them in the sentence."""
        whole = sorted(self.out, key=lambda toll: toll.last)
        ends = [toll.last for toll in whole]
        if not whole:
            return
        subtotals = self.lex.subtotals
        for k in [k for k, word in enumerate(self.words) if word in subtotals]:
            if not self.victims.joined(k + 1):
                continue
            before = bisect_right(ends, k) - 1
            if before < 0 or whole[before].first < self.victims.sentence(k)[0]:
                continue
            found = self.victims.at(k + 1)
            if found is None or (found.number is None and found.high is None):
                continue  # "most of them civilians" is no figure
            toll = whole[before]
            if toll.basis == "some" and found.low > toll.low and toll in self.out:
                # "dead, among them two children": at least two
                self.out[self.out.index(toll)] = replace(toll, low=found.low)
            if found.low < (toll.high or _ENDLESS):
                self._put(toll.trigger, toll.kind, found, found.first, found.last, subtotal=True)

    def _cumulative(self, first: int, last: int, value: int) -> bool:
        low, high = self.victims.sentence(first)
        sets, words = self.lex.sets, self.words
        if self.out and self.out[-1].last == first and self.out[-1].scope == "cumulative":
            return True  # "were killed since May and thousands wounded"
        for k in range(max(low, first - _CUMULATIVE), min(high, last + _CUMULATIVE)):
            word = words[k].removeprefix(self.lex.and_)
            since = word in sets["cumulative_strong"] and k + 1 < high and words[k + 1] not in sets["recent"]
            if since and sets["superlatives"].isdisjoint(words[max(low, k - _SUPERLATIVE) : k]):
                return True
            if value >= 500 and word in sets["wars"]:
                return True
        return False


def _basis(found: Victims) -> Basis:
    if found.number is not None:
        return "dozens" if found.number.vague else "number"
    return "number" if found.high is not None else "some"


def find_tolls(text: Text, numbers: Sequence[Number]) -> list[Toll]:
    """All tolls stated in *text*, in its order; *numbers* are those of the same text."""
    return _Finder(text, numbers).all()
