"""Reads articles in which every word is new, and prints the resident size, in bytes, every so many of them.

`python new_words.py ROUNDS WORDS`: so many rounds of so many words.
"""

from __future__ import annotations

import random
import sys
from datetime import UTC, datetime
from pathlib import Path

from schemas.article import Article
from stream.detection.detector import load_detector

LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
WORDS_AN_ARTICLE = 2_000
NOW = datetime(2025, 1, 1, tzinfo=UTC)


def resident() -> int:
    """Return the bytes of this process that are in memory."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))


if __name__ == "__main__":
    rounds, words = map(int, sys.argv[1:])
    detector = load_detector()
    chance = random.Random(rounds)
    for _ in range(rounds):
        for _ in range(words // WORDS_AN_ARTICLE):
            body = " ".join("".join(chance.choices(LETTERS, k=chance.randint(5, 9))) for _ in range(WORDS_AN_ARTICLE))
            # A character that no article has had, too.
            body += chr(chance.randint(0x10000, 0x10FFFF))
            detector.detect(Article(article_id="a", title="خبر", body=body, published_at=NOW), detected_at=NOW)
        sys.stdout.write(f"{resident()}\n")
