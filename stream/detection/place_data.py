"""The gazetteer as it is packaged: places by normalised name, built only when a text names them."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from stream.detection.matcher import Entry
from stream.detection.place_schema import PRECISION, DemonymFile, Precision, parse
from stream.detection.resources import load_yaml, read_bytes
from stream.detection.text import Text


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the gazetteer. `lat` and `lon` are degrees, or None: countries and wide regions have no point."""

    id: str
    kind: str
    """What it is, as in `place_schema.Kind`."""
    name_ar: str
    name_en: str
    country: str
    """ISO 3166-1 alpha-2, or empty for seas and regions of several countries."""
    admin1: str
    """English name of the governorate, province or state, or empty."""
    lat: float | None
    lon: float | None
    geonames_id: int | None
    precision: Precision
    population: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that a name can mean. `weak`: the name is also a word, a person or a very small place."""

    place: Place
    weak: bool
    curated: bool


class Gazetteer:
    """Places by normalised name."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._by_name: dict[str, list[int]] = {}
        by_name = self._by_name
        for number, line in enumerate(lines):
            for name in line.rpartition("\t")[2].split("|"):
                if name in by_name:
                    by_name[name].append(number)
                else:
                    by_name[name] = [number]
        self._candidates: dict[str, tuple[Candidate, ...]] = {}
        self._built: dict[int, Candidate] = {}

    def names(self) -> Iterator[str]:
        """Every normalised name."""
        return iter(self._by_name)

    def candidates(self, name: str) -> tuple[Candidate, ...]:
        """The places that the normalised *name* can mean; empty when it names none."""
        found = self._candidates.get(name)
        if found is None:
            found = tuple(map(self._candidate, self._by_name.get(name, ())))
            self._candidates[name] = found
        return found

    def _candidate(self, number: int) -> Candidate:
        built = self._built.get(number)
        if built is None:
            id_, kind, country, admin1, lat, lon, geonames, population, english, arabic, flags, _ = self._lines[
                number
            ].split("\t")
            place = Place(
                id=id_,
                kind=kind,
                name_ar=arabic,
                name_en=english,
                country=country,
                admin1=admin1,
                lat=float(lat) if lat else None,
                lon=float(lon) if lon else None,
                geonames_id=int(geonames) if geonames else None,
                precision=PRECISION.get(kind, "point"),
                population=int(population or 0),
            )
            built = self._built[number] = Candidate(place, "w" in flags, "c" in flags)
        return built

    def country(self, code: str) -> Place | None:
        """The country of an ISO 3166-1 alpha-2 code."""
        found = self.candidates(_country_names().get(code, ""))
        return next((c.place for c in found if c.place.kind == "country"), None)

    def capital(self, code: str) -> Place | None:
        """The capital of a country, when `demonyms.yaml` and `places.yaml` know it."""
        name = _capital_names().get(code, "")
        found = (c.place for c in self.candidates(name))
        return next((place for place in found if place.country == code and place.kind == "city"), None)


@cache
def gazetteer() -> Gazetteer:
    """The packaged gazetteer, read once."""
    return Gazetteer(gzip.decompress(read_bytes("gazetteer.tsv.gz")).decode().splitlines())


@cache
def _country_names() -> dict[str, str]:
    names: dict[str, str] = {}
    for line in gazetteer()._lines:  # noqa: SLF001 - same module
        fields = line.split("\t")
        if fields[1] == "country":
            names.setdefault(fields[2], fields[-1].split("|")[0])
    return names


@cache
def _demonyms() -> DemonymFile:
    return parse(DemonymFile, load_yaml("demonyms.yaml"), file="demonyms.yaml")  # type: ignore[no-any-return]


@cache
def _capital_names() -> dict[str, str]:
    return {entry.country: " ".join(Text(entry.capital).words) for entry in _demonyms().demonyms if entry.capital}


def demonym_forms() -> Iterator[tuple[str, Entry]]:
    """Every form of every demonym: `Entry.attrs["country"]` is ISO 3166-1 alpha-2."""
    file = _demonyms()
    known = gazetteer()
    for demonym in file.demonyms:
        entry = Entry(f"demonym.{demonym.country.lower()}", "demonym", {"country": demonym.country})
        forms = [*demonym.forms]
        for base in demonym.nisba:
            head, _, rest = base.partition(" ")
            for ending in file.endings:
                form = f"{head}{ending} {rest}".strip()
                # A form that names a country as well does so far more often.
                if any(c.place.kind == "country" and ending for c in known.candidates(" ".join(Text(form).words))):
                    form = file.article + form
                forms.append(form)
                if rest:
                    forms.append(f"{head}{ending} {rest}{ending}")
        for form in dict.fromkeys(forms):
            yield form, entry


def place_forms() -> Iterator[tuple[str, Entry]]:
    """All surface forms for the shared `Matcher`: places, phrases that only look like places, and demonyms.

    Domains: `place` (`attrs["name"]` is the key for `Gazetteer.candidates`), `placeblock`, `demonym`.
    """
    for name in gazetteer().names():
        yield name, Entry(f"place.{name.replace(' ', '_')}", "place", {"name": name})
    block = Entry("place.block", "placeblock")
    for phrase in load_yaml("place_words.yaml")["blocks"]:
        yield phrase, block
    yield from demonym_forms()
