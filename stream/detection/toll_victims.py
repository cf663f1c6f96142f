"""Who and how many: the victims that belong to a trigger, found by the words around it."""

# A branch for each construction of the grammar, each with its own way out:
# ruff: noqa: C901, PLR0911, PLR0912

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from stream.detection.numbers import Number
from stream.detection.text import Text
from stream.detection.toll_words import Count, Person, TollWords, Trigger, VictimClass, toll_words

_MOST = 1500  # triggers read in one text; an article has some ten
_FORWARD = 14  # words behind a trigger in which its victims are looked for
_COMMAS = 2  # between a doer and the victims: those of an insertion ("killed, on Monday, two men")
_NEAR = 10  # words behind a trigger in which a number alone may count its victims
_BACKWARD = 12  # words before a plural verb in which its subject is looked for
_PHRASE = 7  # words that the phrase of the victims may take in
HARMED = ("killed", "injured")
COUNTS: dict[Count, tuple[int, int | None]] = {"one": (1, 1), "two": (2, 2), "many": (1, None)}


class Victims(NamedTuple):
    """Who and how many: the words, the figures, and the number that states them, if one does."""

    first: int
    last: int
    low: int
    high: int | None
    cls: VictimClass | None
    number: Number | None


class VictimReader:
    """Finds the victims of the triggers of one text; the caller notes in `used` and `previous` what it took."""

    def __init__(self, text: Text, numbers: Sequence[Number]) -> None:
        self.text = text
        self.words = text.words
        self.separators = text.separators
        self.lex: TollWords = toll_words()
        self.number_at = {n.first: n for n in numbers}
        self.number_ending = {n.last: n for n in numbers}
        hits = map(self.lex.triggers_with_numbers.__getitem__, self.words)
        self.triggers = [(i, hit) for i, hit in enumerate(hits) if hit is not None][:_MOST]
        self.trigger_words = dict(self.triggers)
        self.used: set[int] = set()
        """First words of the numbers that already belong to a toll."""
        self.previous: Victims | None = None
        """The victims of the toll before, up to the last word of that toll."""

    def sentence(self, i: int) -> tuple[int, int]:
        """The words of the sentence that holds the word *i*."""
        return self.text.sentence_span(self.text.sentence_of(i))

    def harm(self, i: int) -> bool:
        """Whether the word *i* says that someone was killed or injured."""
        return i in self.trigger_words and self.trigger_words[i].value[0].kind in HARMED

    def has(self, word: str, words: frozenset[str]) -> bool:
        """Whether *word*, with or without "and", is among *words*."""
        return word in words or word.removeprefix(self.lex.and_) in words

    def joined(self, i: int) -> bool:
        """Whether only blanks, quotes or brackets stand before the word *i*."""
        return 0 < i < len(self.words) and not self.separators[i - 1].strip(" \"'()")

    def person(self, i: int) -> tuple[str, Person] | None:
        """The word *i* read as a person: its proclitics and what it names."""
        hit = self.lex.persons[self.words[i]] if 0 <= i < len(self.words) else None
        return (hit.prefix, hit.value) if hit else None

    def of(self, i: int, trigger: Trigger, prefix: str) -> Victims | None:
        """The victims of the trigger at the word *i*, which carries *prefix*."""
        if self.words[i][-1].isdigit():
            number = self.number_at.get(i)  # written together: "killed12 soldiers"
            return self.numbered(number) if number else None
        match trigger.voice:
            case "noun":
                return self._counted_noun(i, trigger, prefix)
            case "pronoun":
                return Victims(i, i + 1, 1, 1, None, None)
            case "loss":
                return Victims(i, i + 1, 1, None, None, None)
            case "masdar":
                return (
                    self.at(i + 1)
                    or (self._named(i + 1) if trigger.named else None)
                    or (self._later(i + 1, trigger) if trigger.named else None)
                )
        if trigger.voice == "active":
            return self._direct(i + 1) or self._object(i + 1)
        if trigger.plural:
            return self._of_plural(i, trigger)
        therein = i + 1 < len(self.words) and self.words[i + 1] in self.lex.sets["therein"]
        direct = self.at(i + 1 + therein)
        subject = None if prefix else self._before(i, near=True)  # "and" opens a clause: its subject stands behind it
        if trigger.voice == "either" and (direct is None or (direct.number is None and direct.cls in self.lex.armed)):
            return self._object(i + 1) or direct or subject or self._named(i + 1, verb=True)
        if trigger.voice == "either" and direct and direct.number is None and direct.high is None:
            return self._object(i + 1, plain=True) or direct
        return direct or subject or self._later(i + 1, trigger) or self._fate(i, trigger)

    def _of_plural(self, i: int, trigger: Trigger) -> Victims | None:
        """The victims of a plural or dual verb: its object when it is active, else the subject before it."""
        direct = self._direct(i + 1) if trigger.voice == "either" else None
        if direct:
            return direct
        subject = self._before(i)
        if trigger.dual and (subject is None or subject.number is None):
            # The verb tells that there are two, whatever its subject looks like.
            first, last, cls = (subject.first, subject.last, subject.cls) if subject else (i, i + 1, None)
            return Victims(first, last, 2, 2, cls, None)
        return subject or self.at(i + 1) or self._later(i + 1, trigger) or self._fate(i, trigger)

    def _direct(self, i: int) -> Victims | None:
        """The object at the word *i*, directly behind an active verb."""
        found = self.at(i)
        if found and found.number:
            return found
        person = self.person(i) if self.joined(i) else None
        if person and not person[0] and (person[1].accusative or self.words[i].endswith(self.lex.feminine)):
            return found
        return None

    def _fate(self, i: int, trigger: Trigger) -> Victims | None:
        """Those of whom only a pronoun tells: "the attacker met his death"."""
        for k in range(i + 1, self._clause(i + 1)) if trigger.needs and trigger.kind == "killed" else ():
            if self.words[k] in trigger.needs:
                if self.words[k].endswith(self.lex.possessive_dual):
                    return Victims(i, k + 1, 2, 2, None, None)
                many = self.words[k].endswith(self.lex.possessive_plural)
                return Victims(i, k + 1, 1, None if many else 1, None, None)
        return None

    def at(self, i: int, *, joined: bool = True) -> Victims | None:
        """The victims whose phrase begins with the word *i*: a number, a person, "a number of", "one of"."""
        if i >= len(self.words) or (joined and not self.joined(i)):
            return None
        number = self.number_at.get(i)
        if number is not None:
            return self.numbered(number)
        words, sets = self.words, self.lex.sets
        word = words[i]
        if word in sets["one_of_pronoun"]:
            return Victims(i, i + 1, 1, 1, None, None)
        if word in sets["one_of"] and self.person(i + 1):
            last, cls = self.phrase(i + 1)
            return Victims(i, last, 1, 1, cls, None)
        if word in sets["some"]:
            of = i + 1 + (i + 1 < len(words) and words[i + 1] == self.lex.of)
            if of < len(words) and words[of].removeprefix(self.lex.article) in sets["things"]:
                return None
            last, cls = self.phrase(i)
            return Victims(i, last, 1, None, cls, None)
        if word in sets["ordinals"]:
            return Victims(i, i + 1, 1, 1, None, None)
        person = self.person(i)
        if person is None or person[0] not in ("", self.lex.article):
            return None
        last, cls = self.phrase(i)
        number = self.number_at.get(i + 1)
        if number and number.counted and (words[i + 1].startswith(self.lex.article) or number.low <= 2):
            return Victims(i, max(last, number.last), number.low, number.high, cls, number)
        number = self.number_at.get(i + 2) if words[i + 1 : i + 2] == [self.lex.of] else None
        if number and person[1].number == "one" and self.counts_persons(number):
            return self.numbered(number)  # "a family of three persons"
        if (person[0] or person[1].owned) and person[1].number == "many":
            return None  # "the civilians": whoever they are, nobody new
        low, high = COUNTS[person[1].number]
        return Victims(i, last, low, high, cls, None)

    def numbered(self, number: Number) -> Victims | None:
        """The victims that *number* counts; None when it counts something else."""
        if not number.counted or number.first in self.used:
            return None
        last, cls = self.phrase(number.last, counted=True)
        if last < 0:
            return None
        return Victims(number.first, last, number.low, number.high, cls, number)

    def phrase(self, i: int, *, counted: bool = False) -> tuple[int, VictimClass | None]:
        """Where the phrase of the victims that goes on at the word *i* ends, and their class; -1 for things."""
        sets, words = self.lex.sets, self.words
        cls: VictimClass | None = None
        k = i
        while k < min(len(words), i + _PHRASE) and ((k == i and not counted) or self.joined(k)):
            word = words[k]
            if k > i or counted:
                if word in sets["stops"] or word in sets["subtotal"] or k in self.number_at:
                    break
                if k == i and word in sets["things"]:
                    return -1, None
                hit = self.lex.triggers[word]
                held = hit and hit.value[0].voice == "noun" and hit.value[0].kind not in HARMED
                if hit and not held and not (hit.value[0].voice == "noun" and hit.prefix == "" and k == i):
                    break
                if word.startswith(self.lex.and_) and k > i and (self.person(k) or self.lex.persons[word[1:]]):
                    break
                if word.startswith(self.lex.and_) and k > i and len(word) > 3:
                    break
            side = self.lex.sides.get(word)
            person = self.person(k)
            if side and cls in (None, "person", "nationals"):
                cls = side
            elif person and (cls is None or (cls in ("person", "nationals") and person[1].cls != "person")):
                cls = person[1].cls
            k += 1
        while k > i and words[k - 1] == self.lex.of:
            k -= 1
        return k, cls

    def _clause(self, i: int) -> int:
        """The word after the last one that may still belong to the trigger before the word *i*."""
        _, high = self.sentence(i - 1)
        return min(high, i + _FORWARD)

    def _later(self, i: int, trigger: Trigger) -> Victims | None:
        """The nearest number of persons further on in the clause: "were killed in a raid on the town 12 persons"."""
        if (trigger.kind not in HARMED and trigger.voice == "masdar") or (trigger.stated and trigger.needs):
            return None
        for k in range(i, self._clause(i)):
            word = self.words[k]
            if (k in self.trigger_words and not self.has(word, trigger.needs)) or word in self.lex.sets["subtotal"]:
                break
            number = self.number_at.get(k)
            if number and number.counted and k not in self.used and self.counts_persons(number):
                return self.numbered(number)
        return None

    def counts_persons(self, number: Number) -> bool:
        """Whether *number* may count persons, by the word behind it."""
        k = number.last
        if self.joined(k) and self.words[k] == self.lex.of:
            k += 1
        if not self.joined(k):
            return bool(number.high is None and not self.separators[number.last - 1].strip(" ")) or k >= len(self.words)
        return (
            self.person(k) is not None
            or self.words[k] in self.lex.sets["stops"]
            or self.words[k] in self.lex.sets["subtotal"]
            or self.words[k][0] == self.lex.and_
        )

    def _object(self, i: int, *, plain: bool = False) -> Victims | None:
        """The object of an active verb behind its doer: a number of persons, or a person in the accusative."""
        commas = 0
        for k in range(i, self._clause(i)):
            word = self.words[k]
            if plain and word in self.lex.sets["stops"]:
                break
            if k > i and self.separators[k - 1].strip(" \"'()"):
                commas += 1
                if commas > _COMMAS or self.separators[k - 1].strip() != ",":
                    break
            if k in self.trigger_words or word in self.lex.sets["subtotal"]:
                break
            number = self.number_at.get(k)
            before = self.words[k - 1]
            if number and number.counted and k not in self.used and before not in self.lex.sets["prepositions"]:
                if self.counts_persons(number) and (k < i + _NEAR or self.person(number.last)):
                    return self.numbered(number)
                continue
            person = self.person(k)
            governed = before == self.lex.of or any(before in self.lex.sets[name] for name in ("stops", "prepositions"))
            if person and k > i and not person[0] and not governed:
                earlier = self.person(k - 1)
                feminine = word.endswith(self.lex.feminine)
                if (person[1].accusative or feminine) and not (earlier and earlier[1].accusative):
                    return self.at(k, joined=False)
        return None

    def _named(self, i: int, *, verb: bool = False) -> Victims | None:
        """A single victim by name or office; behind a verb only where the circumstances follow at once."""
        if not self.joined(i):
            return None
        word, sets = self.words[i], self.lex.sets
        if word in sets["stops"] or i in self.trigger_words or i in self.number_at or word[0].isdigit():
            return None
        if word in sets["things"] or word.removeprefix(self.lex.article) in sets["things"] or len(word) < 3:
            return None
        if word in sets["count_words"] or (word[0] == self.lex.and_ and word[1:] in sets["stops"]):
            return None
        if verb:
            if not word.startswith(self.lex.article) or word in self.lex.sides:
                return None
            k = i + 1
            if not (self.joined(k) and self.words[k] in sets["stops"]) and k < len(self.words):
                return None
        last, cls = self.phrase(i)
        return Victims(i, last, 1, None if word.endswith(self.lex.many_endings) else 1, cls, None)

    def _before(self, i: int, *, near: bool = False) -> Victims | None:
        """The subject before the verb: the nearest number of persons, or a plural of persons directly before it."""
        low, _ = self.sentence(i)
        for k in range(i, max(low, i - _BACKWARD), -1):
            if k < i and (k in self.trigger_words and self.lex.triggers[self.words[k]] is not None):
                hit = self.lex.triggers[self.words[k]]
                if hit and hit.value[0].voice != "noun" and not hit.value[0].needs:
                    break
            number = self.number_ending.get(k)
            if number and number.counted and self.has(self.words[number.first - 1], self.lex.sets["subtotal"]):
                continue
            if number and number.counted and number.first not in self.used and number.last <= i:
                found = self.numbered(number)
                if found and (not near or number.last >= i - 2):
                    return found
                if near:
                    break
        for k in range(i - 1, max(low, i - 4) - 1, -1):
            person = self.person(k)
            if near and (self.words[k] in self.lex.sets["stops"] or not self.joined(k + 1)):
                break
            if person and self.words[k - 1] in self.lex.sets["one_of"] and self.joined(k):
                return self.at(k - 1, joined=False)
            if person and not person[0] and self.joined(k + 1):
                before = self.person(k - 1)
                head = k - 1 if before and not before[0] and self.joined(k) else k
                ordinal = self.words[i - 1] in self.lex.sets["ordinals"]
                if near and not ordinal and head < i - 3:
                    break
                return self.at(head, joined=False)
            if self.words[k] in self.lex.sets["one_of_pronoun"]:
                return self.at(k, joined=False)
        return None

    def _counted_noun(self, i: int, trigger: Trigger, prefix: str) -> Victims | None:
        """A noun for victims: "seven dead", "dozens of the wounded", "the toll of the dead rose to 38"."""
        words, sets = self.words, self.lex.sets
        definite = prefix.endswith((self.lex.article, self.lex.article[-1] * 2))
        last, cls = self.phrase(i)
        number = self.number_ending.get(i) if self.joined(i) else None
        if number is None and self.joined(i) and i >= 2 and words[i - 1] == self.lex.of:
            number = self.number_ending.get(i - 1)
        if number and number.first in self.used and trigger.kind not in HARMED:
            return None  # hostages who were killed are no second toll
        if number is not None and number.counted and prefix in ("", self.lex.article):
            return Victims(number.first, last, number.low, number.high, cls, number)
        counter = any(self.has(w, sets["count_words"]) for w in words[max(0, i - 3) : i])
        if i and self.has(words[i - 1], sets["count_words"]):
            number = self.number_ending.get(i - 1) if self.joined(i - 1) else None
            if number is not None and number.counted:
                return Victims(number.first, last, number.low, number.high, cls, number)  # "to 12 the number of dead"
            reached = self._reached(i, cls)
            if reached:
                return reached
        if counter and definite:
            reached = self._reached(i, cls)
            if reached or words[i - 1] != self.lex.of:
                return reached
        before = self.previous
        if (
            definite
            and before
            and before.high is None
            and before.last in (i, i - 1)
            and prefix.startswith(self.lex.and_)
        ):
            return Victims(before.first, last, before.low, None, cls, None)
        some = words[i - 1] in sets["some"] if i else False
        if i >= 2 and words[i - 1] == self.lex.of:
            some = any(w in sets["some"] for w in words[max(0, i - 4) : i - 1])
        if definite and not some:
            return None
        if (definite or trigger.bare or some) and trigger.number and prefix in ("", self.lex.and_, self.lex.article):
            person = self.person(i - 1) if self.joined(i) else None
            if person and person[1].number == trigger.number and not prefix:
                return None
            low, high = COUNTS[trigger.number]
            return Victims(i, last, low, high, cls, None)
        return None

    def _reached(self, i: int, cls: VictimClass | None) -> Victims | None:
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
        end, other = self.phrase(best.last, counted=True)
        return Victims(best.first, max(end, best.last), best.low, best.high, other or cls, best)
