"""The words around place names, from `lexicons/place_words.yaml`: what each says, clitics included, in one look-up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from stream.detection.resources import load_yaml
from stream.detection.text import Text


@dataclass(frozen=True, slots=True)
class Cue:
    """What a word before a place name says about it."""

    types: frozenset[str] = frozenset()
    """Kinds of place that a type word can stand for."""
    relation: str | None = None
    preposition: str = ""
    """in, on, to, from...: from the word itself or from the clitic before it."""
    person: bool = False
    """A title or a first name: what follows is a person."""
    genitive: bool = False
    """A noun or verb that goes with a country: the army of, the president of."""
    links: bool = False
    """from, after a relation: near (from) the city."""
    capital: bool = False


@dataclass(frozen=True, slots=True)
class PlaceWords:
    """All cues by normalised word."""

    cues: Mapping[str, Cue]
    lands: Mapping[str, Cue]
    """Nouns that with a demonym mean a part of the country, or its capital."""
    unlisted: Mapping[str, Cue]
    """Type words that with a definite noun name a place that no list holds."""
    anaphora: Mapping[str, Cue]
    """Common nouns with the article that stand for a place named before; `types` says for which kinds."""
    clitics: Mapping[str, str]
    """Clitics before the name -> preposition."""
    qualifiers: frozenset[str]
    directions: Mapping[str, str]
    town_types: frozenset[str]
    article: str
    article_after_l: str
    conjunction: str
    light_clitics: frozenset[str]
    weak_at: frozenset[str]
    adjectival: frozenset[str]
    feminine: tuple[str, ...]
    article_clitics: tuple[str, ...]
    marked: Mapping[str, str]
    """Names with vowel marks, as received, that mean one country only."""
    strip: str
    ways: Mapping[str, Cue]
    """Directions with the article that stand for a part of the country: in the south."""
    stand_ins: frozenset[str]
    """The words of `anaphora` and `ways`."""


def _word(value: object) -> str:
    return " ".join(Text(str(value)).words)


class _Table(dict[str, Cue]):
    def put(self, words: Iterable[object], clitics: Mapping[str, str], **changes: Any) -> None:
        """Record *changes* for each word, alone and with each clitic, which may bring its own preposition."""
        for value in words:
            for clitic, preposition in clitics.items():
                word = clitic + _word(value)
                cue = self.get(word, Cue())
                if cue.preposition and "person" in changes:
                    continue  # a preposition that is spelt as a first name once it is normalised
                merged = dict(changes)
                if "types" in merged:
                    merged["types"] = cue.types | merged["types"]
                if preposition:
                    merged["preposition"] = preposition
                self[word] = replace(cue, **merged)


@cache
def place_words() -> PlaceWords:
    """The packaged words, read once."""
    data = load_yaml("place_words.yaml")
    none, carried = {"": ""}, data["clitics"]
    light = dict.fromkeys(data["light_clitics"], "") | none
    cues = _Table()
    for kind, words in data["types"].items():
        cues.put(words, none | carried, types=frozenset({kind}))
    for relation, words in data["relations"].items():
        cues.put(words, none | carried, relation=relation)
    for preposition, words in data["prepositions"].items():
        cues.put(words, light, preposition=preposition)
    cues.put(data["from"], light, links=True)
    cues.put(data["genitive"], none | carried, genitive=True)
    cues.put(data["agents"], light, genitive=True)
    cues.put([*data["titles"], *data["first_names"]], light, person=True)
    lands = _Table()
    lands.put(data["lands"], none | carried)
    for relation, words in data["relations"].items():
        for word in words:
            if _word(word) in lands:
                lands.put([word], none | carried, relation=relation)
    lands.put(data["capital_words"], none | carried, capital=True)
    unlisted = _Table()
    unlisted.put(data["unlisted"], none | carried)
    anaphora = _Table()
    for kind, words in data["anaphora"].items():
        anaphora.put(words, none | carried, types=frozenset({kind}))
    ways = _Table()
    article: str = data["article"]
    for relation, words in data["relations"].items():
        if relation in {"north", "south", "east", "west", "centre"}:
            ways.put([w for w in words if w.startswith(article)], none | carried, relation=relation)
    return PlaceWords(
        cues=cues,
        lands=lands,
        unlisted=unlisted,
        anaphora=anaphora,
        clitics=carried | dict.fromkeys(data["light_clitics"], ""),
        qualifiers=frozenset(map(_word, data["qualifiers"])),
        directions={_word(w): way for way, words in data["direction_adjectives"].items() for w in words},
        town_types=frozenset(data["town_types"]),
        article=data["article"],
        article_after_l=data["article_after_l"],
        conjunction=data["conjunction"],
        light_clitics=frozenset(data["light_clitics"]),
        weak_at=frozenset(data["weak_at"]),
        adjectival=frozenset(map(_word, data["adjectival"])),
        feminine=tuple(data["feminine"]),
        article_clitics=tuple(data["article_clitics"]),
        marked=data["marked"],
        strip=_word(data["strip"]),
        ways=ways,
        stand_ins=frozenset({*anaphora, *ways}),
    )
