"""Texts made to cost a detector more than they should, as units that are repeated."""

from __future__ import annotations

import json

HOSTILE_TEXTS = {
    "diacritics": "\u064b\u0650\u0651",
    "one letter and its marks": "ا" + "\u064b" * 999,
    "letters without a space": "وال",
    "elongation": "ـ",
    "ligatures that unfold": "\ufdfa",
    "zero width": "\u200d\u200f",
    "digits": "1",
    "numbers in groups": "1,111,",
    "numbers and dots": "1.1.1.",
    "number words": "مائة وخمسون ألفا و",
    "dates": "يوم الجمعة 3 ابريل 2018 ",
    "line ends": "\n",
    "brackets and quotes": '(["«',
    "one trigger": "قتل ",
    "triggers and tolls": "قتل 3 ",
    "sentences of a trigger": "قتل. ",
    "triggers of both kinds": "سوريا دعا قتل اتفق ",
    "strikes": "غارة ",
    "places": "حلب، ",
    "persons": "الرئيس السوري بشار الأسد ",
    "news without a full stop": "قتل 3 مدنيين في غارة جوية على مدينة حلب يوم الجمعة وفق المرصد السوري ",
}


def repeated(unit: str, size: int) -> str:
    """Return *unit* over and over, *size* bytes of JSON or a little less."""
    return unit * (size // (len(json.dumps(unit, ensure_ascii=False).encode()) - 2))


def hostile_article(article_id: str, *, title: str = "خبر", body: str = "") -> bytes:
    """Return an article as it is sent."""
    data = {"article_id": article_id, "title": title, "body": body, "published_at": "2018-04-20T08:00:00+04:00"}
    return json.dumps(data, ensure_ascii=False).encode()
