"""Detection alone, in one process: against programs that only match, and as lexicon and articles grow."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from itertools import combinations

import orjson

from stream.detection.detector import load_detector
from stream.processing import Processor
from tests.benchmarks.alone import alerts_of, best, processor, seconds, warm_up
from tests.benchmarks.articles import Corpus
from tests.benchmarks.lexicons import larger_detector, made_up_forms, shipped_forms
from tests.benchmarks.peers import ByteScan, Phrases, normal_text
from tests.benchmarks.rows import Figures, Row

_ROUNDS = 7


class DetectionRows:
    """Measures with articles of *corpus*; *quick* takes few of them."""

    def __init__(self, corpus: Corpus, *, quick: bool) -> None:
        self._corpus = corpus
        self._quick = quick
        self._chunk = 30 if quick else 250

    def peers(self) -> Iterator[Row]:
        """Yield the rows of detection against a byte scan and spaCy: the same forms, the same articles."""
        forms = shipped_forms()
        scan, phrases, rasid = ByteScan(forms), Phrases(forms), processor(load_detector())
        warm_up(rasid, self._corpus.values(self._chunk))
        for name, values in (("", self._corpus.values), (", articles of 9 KB", self._corpus.long_values)):
            chunk = self._chunk if not name else self._chunk // 3
            times: list[tuple[float, float, float]] = []
            for number in range(_ROUNDS):
                messages = values(chunk, first=self._chunk + number * self._chunk)
                texts = [normal_text(article["title"], article["body"]) for article in map(orjson.loads, messages)]
                ready = [scan.ready(text) for text in texts]
                agree(scan, phrases, texts[0])
                times.append(
                    (
                        seconds(partial(alerts_of, rasid), messages),
                        best(scan.scan, ready),
                        seconds(phrases.match, texts),
                    )
                )
            ours, scans, matches = (
                Figures(tuple(round_ / chunk * 1e6 for round_ in column)) for column in zip(*times, strict=True)
            )
            to_scan, to_spacy = Figures.ratios(ours.values, scans.values), Figures.ratios(ours.values, matches.values)
            yield Row(
                f"detection alone, JSON in to JSON out, {len(forms):,} forms{name}",
                f"{ours.shown(' us an article', 0)}, {1e6 / ours.median:,.0f} articles/s a core",
            )
            yield Row(
                f"detection / bare byte scan (ahocorasick_rs){name}",
                f"{to_scan.shown(digits=1)}; the scan {scans.shown(' us', 0)}",
                *(("at most 10 (stretch 6)", to_scan.median <= 10) if not name else ()),
            )
            yield Row(
                f"detection / matching alone in spaCy (blank, PhraseMatcher, ready words){name}",
                f"{to_spacy.shown()}; spaCy {matches.shown(' us', 0)}",
                *(("at most 1", to_spacy.median <= 1) if not name else ()),
            )

    def growth(self) -> Iterator[Row]:
        """Yield the rows of larger lexicons. Raises ValueError when another lexicon gives other alerts."""
        shipped = shipped_forms()
        values = [self._corpus.values(self._chunk, first=number * self._chunk) for number in range(_ROUNDS)]
        sample = [orjson.loads(value) for value in values[0]]
        vocabulary = sorted({word for one in sample for word in normal_text(one["title"], one["body"]).split(" ")})
        first = processor(load_detector())
        warm_up(first, values[0])
        for size in (10 * len(shipped),) if self._quick else (200_000, 10 * len(shipped)):
            more = made_up_forms(size - len(shipped), vocabulary)
            second, scan = processor(larger_detector(more)), ByteScan(shipped + more)
            warm_up(second, values[0])
            times: list[tuple[float, float, float]] = []
            for chunk in values[1:]:
                for value in chunk[:30]:
                    if _events(first, value) != _events(second, value):
                        raise ValueError("a lexicon that is larger by words that no article has gives other alerts")
                ready = [scan.ready(normal_text(one["title"], one["body"])) for one in map(orjson.loads, chunk)]
                times.append(
                    (
                        seconds(partial(alerts_of, second), chunk),
                        seconds(partial(alerts_of, first), chunk),
                        best(scan.scan, ready),
                    )
                )
            large, small, scans = zip(*times, strict=True)
            grown = Figures.ratios(large, small)
            yield Row(
                f"time an article with {size:,} forms / with the {len(shipped):,} shipped",
                grown.shown(),
                *(("at most 1.5 for 10 times as many", grown.median <= 1.5) if size >= 10 * len(shipped) else ()),
            )
            yield Row(f"detection / bare byte scan, {size:,} forms", Figures.ratios(large, scans).shown(digits=1))

    def lengths(self) -> Iterator[Row]:
        """Yield the row of one text, cut into articles of several lengths: its time should be the same in each."""
        one = processor(load_detector(), max_bytes=3_000_000)
        size = 1_000_000
        text = self._corpus.text(size)
        lengths = [1_000, 10_000, 100_000, size]
        warm_up(one, _cut(text, 10_000))
        cut = {length: _cut(text, length) for length in lengths}
        rounds = [
            {length: seconds(partial(alerts_of, one), articles) for length, articles in cut.items()} for _ in range(3)
        ]
        # What is the same for every article, however short, makes short ones dearer; that is no growth.
        ratios = [
            max(found[longer] / found[shorter] for shorter, longer in combinations(lengths, 2)) for found in rounds
        ]
        shown = ", ".join(
            f"{length // 1000:,} KB {Figures(tuple(r[length] * 1e9 / size for r in rounds)).median:,.0f}"
            for length in lengths
        )
        yield Row(
            f"growth with length: time for a text in longer / in shorter articles, of 1 to {size // 1000:,} KB",
            f"{Figures(tuple(ratios)).shown()}; ns a byte: {shown}",
            "at most 1.2",
            Figures(tuple(ratios)).median <= 1.2,
        )


def agree(scan: ByteScan, phrases: Phrases, text: str) -> None:
    """Raise ValueError unless both peers find the same forms: a peer that skips its work is no measure."""
    words = text.split(" ")
    seen = {
        (" ".join(words[first:last]), len(" ".join([*words[:first], ""]))) for _, first, last in phrases.match(text)
    }
    if seen != set(scan.whole_words(scan.ready(text))):
        raise ValueError("spaCy and the byte scan find different forms")


def _events(one: Processor, value: bytes) -> list[bytes]:
    """Return the alerts without what tells the lexicon's version, which the ids do too."""
    return [orjson.dumps({**orjson.loads(alert), "alert_id": "", "detector": {}}) for alert in alerts_of(one, value)]


def _cut(text: bytes, length: int) -> list[bytes]:
    """Return *text* as articles whose bodies have about *length* bytes."""
    pieces = [text[start : start + length].decode(errors="ignore") for start in range(0, len(text), length)]
    return [
        orjson.dumps({"article_id": f"a{number}", "title": "", "body": piece, "published_at": "2018-04-20T08:00:00Z"})
        for number, piece in enumerate(pieces[: math.ceil(len(text) / length)])
        if piece.strip()
    ]
