"""The words of tolls, from `lexicons/tolls.yaml`, ready to be looked up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Literal, NamedTuple, TypeVar

from stream.detection.text import normalise
from stream.detection.wordtable import Hit, WordData, WordTable, load_words

FILE = "tolls.yaml"
T = TypeVar("T")
TollKind = Literal["killed", "injured", "missing", "abducted", "displaced", "arrested"]
Voice = Literal["intransitive", "either", "active", "masdar"]
VictimClass = Literal["person", "civilians", "military", "police", "militants", "nationals"]
Count = Literal["one", "two", "many"]


class TriggerData(WordData):
    """Verbs or verbal nouns that say what happened to their victims.

    `named` ones may be followed by a single victim's name; `stated` ones need a number.
    """

    id: str
    kind: TollKind
    voice: Voice
    words: list[str]
    needs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    named: bool = False
    stated: bool = False


class NounData(WordData):
    """Nouns for victims; `bare` ones count without a number too ("wounded" is at least one)."""

    kind: TollKind
    one: list[str]
    two: list[str]
    many: list[str]
    bare: bool = True


class OtherData(WordData):
    """What follows "another" and its like: one, two, many."""

    one: list[str]
    two: list[str]
    many: list[str]


class EndingData(WordData):
    """The endings that the persons take."""

    accusative: str
    dual: list[str]
    plural: list[str]
    open: list[str]
    feminine: str
    feminine_open: str
    possessive: list[str]
    possessive_dual: str
    possessive_plural: list[str]


class TollData(WordData):
    """What `tolls.yaml` holds; each list is written as in running text."""

    triggers: list[TriggerData]
    nouns: list[NounData]
    persons: dict[VictimClass, list[str]]
    armed: list[str]
    sides: dict[VictimClass, list[str]]
    ordinals: list[str]
    others: OtherData
    one_of: list[str]
    some: list[str]
    one_of_pronoun: list[str]
    pronoun_masdars: dict[TollKind, list[str]]
    losses: list[str]
    loss_words: list[str]
    subtotal: list[str]
    state: list[str]
    against: list[str]
    besides: list[str]
    joint: list[str]
    rulings: list[str]
    count_words: list[str]
    of: str
    and_: str
    article: str
    negations: list[str]
    negation_exempt: list[str]
    unreal: list[str]
    doubt: list[str]
    contrast: list[str]
    earlier: list[str]
    first_count: list[str]
    reports: list[str]
    spoke: list[str]
    figure: list[str]
    released: list[str]
    unreal_prefixes: list[str]
    no_injury: list[str]
    things: list[str]
    prepositions: list[str]
    stops: list[str]
    cumulative: list[str]
    recent: list[str]
    cumulative_strong: list[str]
    wars: list[str]
    superlatives: list[str]
    therein: list[str]
    endings: EndingData


class Trigger(NamedTuple):
    """One trigger word."""

    kind: TollKind
    voice: Voice | Literal["noun", "pronoun", "loss"]
    dual: bool = False
    plural: bool = False
    """A plural or dual verb: its subject stands before it."""
    needs: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()
    number: Count | None = None
    bare: bool = True
    named: bool = False
    stated: bool = False


class Person(NamedTuple):
    """One word for a victim: how many it names, and of what class."""

    number: Count
    cls: VictimClass
    accusative: bool = False
    owned: bool = False
    """With a possessive suffix: "its soldiers"."""


def folded(words: Iterable[str]) -> frozenset[str]:
    """The words as they appear in a normalised text."""
    return frozenset(normalise(word) for word in words)


def _by_count(words: NounData | OtherData) -> Iterator[tuple[str, Count]]:
    for word in words.one:
        yield normalise(word), "one"
    for word in words.two:
        yield normalise(word), "two"
    for word in words.many:
        yield normalise(word), "many"


def _triggers(data: TollData) -> dict[str, tuple[Trigger, ...]]:
    """All trigger words with their readings; a noun for victims is read as such first."""
    ends = data.endings
    triggers: dict[str, tuple[Trigger, ...]] = {}
    for item in data.triggers:
        for word in item.words:
            form = normalise(word)
            verb = item.voice != "masdar"
            dual = verb and form.endswith(ends.accusative) and not form.endswith(ends.open[0] + ends.accusative)
            trigger = Trigger(
                item.kind,
                item.voice,
                dual=dual,
                plural=verb and form.endswith((ends.plural[0], ends.accusative)),
                needs=folded(item.needs),
                after=folded(item.after),
                named=item.named,
                stated=item.stated,
            )
            triggers[form] = (*triggers.get(form, ()), trigger)
    for noun in data.nouns:
        for form, count in _by_count(noun):
            trigger = Trigger(noun.kind, "noun", number=count, bare=noun.bare)
            triggers[form] = (trigger, *triggers.get(form, ()))
    for kind, words in data.pronoun_masdars.items():
        for word in words:
            triggers[normalise(word)] = (Trigger(kind, "pronoun"),)
    for word in data.losses:
        triggers[normalise(word)] = (*triggers.get(normalise(word), ()), Trigger("killed", "loss"))
    return triggers


class WithNumbers(WordTable[T]):
    """The words of another table, each alone or with a number written together with it."""

    def __init__(self, table: WordTable[T]) -> None:
        super().__init__({})
        self._table = table

    def _read(self, word: str) -> Hit[T] | None:
        return self._table[word.rstrip("0123456789") or word]


class TollWords:
    """The word lists of `tolls.yaml`, compiled."""

    def __init__(self, data: TollData) -> None:
        self.data = data
        ends = data.endings
        self.feminine = normalise(ends.feminine)
        self.triggers: WordTable[tuple[Trigger, ...]] = WordTable(_triggers(data))
        self.triggers_with_numbers = WithNumbers(self.triggers)
        persons: dict[str, Person] = {}
        for cls, specs in data.persons.items():
            for spec in specs:
                for form, person in self._forms(spec, cls):
                    persons.setdefault(form, person)
        for form, person in list(persons.items()):
            for owned in self._owned(form, person):
                persons.setdefault(owned, person._replace(owned=True))
        persons.update(
            (form, Person(count, "person", accusative=form.endswith(ends.plural[1])))
            for form, count in _by_count(data.others)
        )
        self.persons: WordTable[Person] = WordTable(persons)
        self.sets = {name: folded(value) for name, value in data if isinstance(value, list) and name not in _ROWS}
        self.subtotals = self.sets["subtotal"].union(normalise(data.and_) + word for word in self.sets["subtotal"])
        self.sides = {normalise(word): cls for cls, words in data.sides.items() for word in words}
        self.armed = frozenset(data.armed)
        self.of, self.and_, self.article = normalise(data.of), normalise(data.and_), normalise(data.article)
        self.unreal_prefixes = tuple(data.unreal_prefixes)
        self.feminine_open = normalise(ends.feminine_open)
        self.possessive_dual = ends.possessive_dual
        self.possessive_plural = tuple(ends.possessive_plural)
        self.many_endings = (*ends.plural, *ends.dual[1:])

    def _owned(self, form: str, person: Person) -> Iterator[str]:
        """The forms of a plural with a possessive suffix: a regular plural loses its last letter."""
        ends = self.data.endings
        if person.number != "many" or form.endswith(ends.accusative):
            return
        stem = form[:-1] if form.endswith(tuple(ends.plural)) else form
        stem = stem[:-1] + ends.feminine_open if stem.endswith(self.feminine) else stem
        for suffix in ends.possessive:
            yield stem + suffix

    def _forms(self, spec: str, cls: VictimClass) -> Iterator[tuple[str, Person]]:
        """The forms of a person written `one/many/...`, a + after the first for the regular plural."""
        ends = self.data.endings
        one, *many = spec.split("/")
        regular = one.endswith("+")
        one = normalise(one.removesuffix("+"))
        head, _, rest = one.partition(" ")
        if rest:
            head = one
        yield head, Person("one", cls)
        stem = head
        if head.endswith(self.feminine):
            stem = head[:-1] + ends.feminine_open
        else:
            yield head + ends.accusative, Person("one", cls, accusative=True)
        if regular:
            for ending in (*ends.plural, *ends.open[:1]):
                yield stem + ending, Person("many", cls, accusative=ending == ends.plural[1])
        for form in many:
            yield normalise(form), Person("many", cls)
            if not form.endswith((ends.feminine, *ends.plural)):
                yield normalise(form) + ends.accusative, Person("many", cls, accusative=True)
        for ending in ends.dual:
            yield stem + ending, Person("two", cls, accusative=ending == ends.dual[1])
        yield stem + ends.accusative, Person("two" if stem != head else "one", cls, accusative=True)


_ROWS = ("triggers", "nouns")


@cache
def toll_words() -> TollWords:
    """The compiled packaged word lists."""
    return TollWords(load_words(FILE, TollData))
