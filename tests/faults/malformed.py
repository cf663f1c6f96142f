"""Messages that are no article, of every kind, each with the reason that its dead letter has to give."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from schemas.dead_letter import ReasonCode
from tests.integration.stand import ROOT

_LIMIT = 100_000
_RARE = 200
"""One of so many messages is large: otherwise a run would do little but carry bytes."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """A message that is no article: *kind* names what is wrong, *codes* are the reasons that may be given for it."""

    kind: str
    value: bytes | None
    codes: frozenset[ReasonCode]


Make = Callable[[random.Random, dict[str, Any]], bytes | None]


def malformed_messages(count: int, *, seed: int) -> Iterator[Malformed]:
    """Give *count* messages, every kind as often, each made of another sample article and other numbers."""
    chance = random.Random(seed)
    lines = (ROOT / "stream" / "samples" / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    samples = [json.loads(line) for line in lines]
    usual, large = itertools.cycle(_KINDS.items()), itertools.cycle(_LARGE.items())
    for number in range(1, count + 1):
        name, (make, codes) = next(usual if number % _RARE else large)
        yield Malformed(name, make(chance, dict(chance.choice(samples))), frozenset(codes))


def _json(data: object) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode()


def _truncated(chance: random.Random, article: dict[str, Any]) -> bytes:
    value = _json(article)
    return value[: chance.randrange(1, len(value))]


def _put(chance: random.Random, article: dict[str, Any], *pieces: bytes) -> bytes:
    """Put one of *pieces* somewhere into the title."""
    before, after = _json(article | {"title": "عنوان ¤ آخر"}).split("¤".encode())
    return before + chance.choice(pieces) + after


def _random(chance: random.Random, article: dict[str, Any]) -> bytes:
    del article
    # No JSON text begins with such a byte.
    return bytes([chance.choice([0x00, 0x80, 0xFF, 0x1B])]) + chance.randbytes(chance.randrange(400))


def _date(chance: random.Random, article: dict[str, Any], *values: object) -> bytes:
    return _json(article | {"published_at": chance.choice(values)})


def _field(chance: random.Random, article: dict[str, Any]) -> bytes:
    wrong: list[object] = [5, 1.5, True, ["a"], {"a": 1}]
    return _json(article | {chance.choice(["title", "body", "url", "language"]): chance.choice(wrong)})


def _raw_date(chance: random.Random, article: dict[str, Any], *words: bytes) -> bytes:
    return _json(article | {"published_at": "¤"}).replace('"¤"'.encode(), chance.choice(words))


def _without(article: dict[str, Any], *names: str) -> bytes:
    return _json({name: value for name, value in article.items() if name not in names})


R = ReasonCode
_KINDS: dict[str, tuple[Make, set[ReasonCode]]] = {
    "truncated": (_truncated, {R.NOT_JSON, R.INVALID_UTF8}),
    "wrong type": (_field, {R.INVALID_FIELD}),
    "bad UTF-8": (lambda c, a: _put(c, a, b"\xff", b"\xc3(", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"), {R.INVALID_UTF8}),
    "windows-1256": (lambda _, a: json.dumps(a, ensure_ascii=False).encode("cp1256", "replace"), {R.INVALID_UTF8}),
    "UTF-16": (lambda _, a: json.dumps(a, ensure_ascii=False).encode("utf-16"), {R.INVALID_UTF8, R.NOT_JSON}),
    "NaN": (lambda c, a: _raw_date(c, a, b"NaN", b"Infinity", b"-Infinity"), {R.NON_FINITE_NUMBER}),
    "huge number": (
        lambda c, a: _raw_date(c, a, b"1e999", b"9" * 400, b"-1e308", b"9" * 5000),
        {R.NON_FINITE_NUMBER, R.INVALID_FIELD, R.NOT_JSON},
    ),
    "lone surrogate": (lambda c, a: _put(c, a, rb"\ud800", rb"\udc00x", rb"\udfff\ud800"), {R.LONE_SURROGATE}),
    "null byte": (lambda c, a: _put(c, a, b"\x00", b"\x00\x00\x00"), {R.NOT_JSON}),
    "control character": (lambda c, a: _put(c, a, b"\x1b[31m", b"\n", b"\x07"), {R.NOT_JSON}),
    "byte order mark": (lambda _, a: b"\xef\xbb\xbf" + _json(a), {R.NOT_JSON}),
    "empty": (lambda c, _: b" " * c.randrange(3), {R.NOT_JSON}),
    "tombstone": (lambda _, __: None, {R.TOMBSTONE}),
    "array": (lambda c, a: _json([a] * c.randrange(4)), {R.NOT_AN_OBJECT}),
    "scalar": (lambda c, _: c.choice([b"1", b'"x"', b"null", b"true", b"-0.0"]), {R.NOT_AN_OBJECT}),
    "two objects": (lambda _, a: _json(a) * 2, {R.NOT_JSON}),
    "single quotes": (lambda _, a: repr(a).encode(), {R.NOT_JSON}),
    "random bytes": (_random, {R.NOT_JSON, R.INVALID_UTF8}),
    "wrong date": (
        lambda c, a: _date(c, a, "yesterday", "2018-13-01", "2018-02-30T08:00:00Z", "0001-01-01", "9" * 300, [], {}),
        {R.INVALID_FIELD},
    ),
    "number that is no date": (lambda c, a: _date(c, a, 1e300, -(10**18), 10**18, True), {R.INVALID_FIELD}),
    "no date": (lambda _, a: _without(a, "published_at"), {R.NO_DATE}),
    "no text": (lambda _, a: _without(a, "title", "body"), {R.NO_TEXT}),
    "blank": (lambda c, a: _json(a | {"title": c.choice(["", " ", "\n\t"]), "body": None}), {R.NO_TEXT}),
    "nothing in it": (lambda _, __: b"{}", {R.NO_DATE, R.NO_TEXT, R.INVALID_FIELD}),
    "id too long": (lambda c, a: _json(a | {"article_id": "x" * c.randrange(513, 2000)}), {R.INVALID_FIELD}),
}
_LARGE: dict[str, tuple[Make, set[ReasonCode]]] = {
    "deep nesting": (lambda c, _: b"[" * c.randrange(2_000, _LIMIT // 2), {R.TOO_DEEP}),
    "deep objects": (lambda c, _: b'{"a":' * c.randrange(2_000, _LIMIT // 5), {R.TOO_DEEP}),
    "too large": (lambda c, a: _json(a | {"body": "x" * c.randrange(_LIMIT, 2 * _LIMIT)}), {R.TOO_LARGE}),
}
