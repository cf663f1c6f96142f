"""Charts and a map as inline SVG, built as elements: what a text holds can never become markup."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from importlib.resources import files
from typing import Any
from xml.etree.ElementTree import Element, SubElement  # nosec B405 - elements are built here and nothing is parsed

from schemas.alert import Kind
from stream.terminal import visible

_WIDTH = 900
_BAR, _GAP, _LABEL, _NUMBER = 20, 6, 190, 60
_DAY_HEIGHT = 160
_MOST_DAYS, _MOST_BARS = 120, 15
_MAP_MARGIN_DEGREES = 4.0
_LARGEST_DOT = 16.0
# Of the picture's units, which are about pixels.
_FINEST = 1.5


def add(parent: Element, tag: str, text: str = "", /, **attributes: object) -> Element:
    """Add an element and return it; `class_` stands for class, and underscores for hyphens."""
    named = {name.rstrip("_").replace("_", "-"): str(value) for name, value in attributes.items()}
    element = SubElement(parent, tag, named)
    element.text = visible(text) or None
    return element


def bars(parent: Element, counts: Iterable[tuple[str, int]], label: str, *, class_: str = "") -> None:
    """Add a bar for each of the largest *counts*, with its name and number beside it."""
    rows = list(counts)[:_MOST_BARS]
    most = max((count for _, count in rows), default=0)
    if not most:
        return
    height = len(rows) * (_BAR + _GAP)
    chart = add(parent, "svg", viewBox=f"0 0 {_WIDTH} {height}", role="img", aria_label=label)
    room = _WIDTH - _LABEL - _NUMBER
    for at, (name, count) in enumerate(rows):
        top = at * (_BAR + _GAP)
        add(chart, "text", name, x=_LABEL - 8, y=top + 15, class_="name")
        width = max(2, round(room * count / most))
        add(chart, "rect", x=_LABEL, y=top, width=width, height=_BAR, rx=3, class_=class_)
        add(chart, "text", str(count), x=_LABEL + width + 6, y=top + 15)


def days(parent: Element, counts: Counter[tuple[str, Kind]], label: str) -> None:
    """Add the alerts of each day, attacks below diplomacy; of very long spans, those of the last days."""
    if not counts:
        return
    last = max(date.fromisoformat(day) for day, _ in counts)
    first = max(min(date.fromisoformat(day) for day, _ in counts), last - timedelta(days=_MOST_DAYS - 1))
    span = (last - first).days + 1
    names = [(first + timedelta(days=at)).isoformat() for at in range(span)]
    most = max(sum(counts[name, kind] for kind in Kind) for name in names)
    chart = add(parent, "svg", viewBox=f"0 0 {_WIDTH} {_DAY_HEIGHT + 30}", role="img", aria_label=label)
    width = _WIDTH / max(span, 14)
    for at, name in enumerate(names):
        bottom = float(_DAY_HEIGHT)
        for kind in Kind:
            height = _DAY_HEIGHT * counts[name, kind] / max(most, 1)
            bottom -= height
            if height:
                place = {"x": round(at * width, 1), "y": round(bottom, 1), "width": round(width * 0.85, 1)}
                bar = add(chart, "rect", height=round(height, 1), class_=kind.value, **place)
                add(bar, "title", f"{name}: {counts[name, kind]} {kind.value}")
    add(chart, "text", names[0], x=0, y=_DAY_HEIGHT + 20)
    add(chart, "text", names[-1], x=round(span * width), y=_DAY_HEIGHT + 20, class_="name" if span > 14 else "")


def world(parent: Element, places: Counter[tuple[float, float, str, str]], label: str) -> None:
    """Add a map of *places*, each a dot whose area tells its count, over the packaged base map where there is one."""
    if not places:
        return
    box = _box([(lat, lon) for lat, lon, _, _ in places])
    south, west, north, east = box
    # Degrees of longitude are as wide as at the middle of the map.
    narrow = max(0.2, math.cos(math.radians((south + north) / 2)))
    scale = _WIDTH / ((east - west) * narrow)
    height = round((north - south) * scale)

    def point(lat: float, lon: float) -> tuple[float, float]:
        return round((lon - west) * narrow * scale, 1), round((north - lat) * scale, 1)

    chart = add(parent, "svg", viewBox=f"0 0 {_WIDTH} {height}", role="img", aria_label=label, class_="map")
    for ring in _rings(box):
        outline = _thinned([point(lat, lon) for lon, lat in ring])
        add(chart, "polygon", points=" ".join(f"{x:g},{y:g}" for x, y in outline))
    most = max(places.values())
    for (lat, lon, name, country), count in places.most_common():
        x, y = point(lat, lon)
        dot = add(chart, "circle", cx=x, cy=y, r=round(3 + _LARGEST_DOT * math.sqrt(count / most), 1))
        add(dot, "title", f"{name} {country}: {count}")


def _thinned(outline: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return *outline* without the points that nobody could tell from the one before."""
    kept = outline[:1]
    for point in outline[1:]:
        if math.dist(kept[-1], point) > _FINEST:
            kept.append(point)
    return kept


def _box(points: Sequence[tuple[float, float]]) -> tuple[float, float, float, float]:
    margin = _MAP_MARGIN_DEGREES
    south, north = min(lat for lat, _ in points) - margin, max(lat for lat, _ in points) + margin
    west, east = min(lon for _, lon in points) - margin, max(lon for _, lon in points) + margin
    return max(-85.0, south), max(-180.0, west), min(85.0, north), min(180.0, east)


def _rings(box: tuple[float, float, float, float]) -> Iterable[list[list[float]]]:
    """Give the outlines of the countries that reach into *box*."""
    south, west, north, east = box
    base_map = files("stream") / "web" / "static" / "base-map.json"
    if not base_map.is_file():
        return
    data: dict[str, Any] = json.loads(base_map.read_text(encoding="utf-8"))
    for country in data["countries"]:
        shape = country["geometry"]
        for polygon in shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]:
            ring = polygon[0]
            lons, lats = [lon for lon, _ in ring], [lat for _, lat in ring]
            if min(lons) <= east and max(lons) >= west and min(lats) <= north and max(lats) >= south:
                yield ring
