"""stream/words.py: words searched for however they are spelt and whatever is joined to them."""

from __future__ import annotations

import pytest

from stream.words import has_all_words, has_phrase


@pytest.mark.parametrize(
    ("text", "phrase", "found"),
    [
        pytest.param("حزب الله اللبناني", "حزب الله", True, id="side by side"),
        pytest.param("حزب في الله", "حزب الله", False, id="not side by side"),
        pytest.param("وحِزْبُ اللهِ", "حزب الله", True, id="marks and a conjunction"),
        pytest.param("بالغارة", "غاره", True, id="preposition, article, other spelling"),
        pytest.param("مغارة", "غارة", False, id="the end of another word"),
        pytest.param("أإآ", "ااا", True, id="hamza"),
        pytest.param("Idlib Governorate", "idlib", True, id="case"),
        pytest.param("Idlib", "Idlib Governorate", False, id="longer than the text"),
        pytest.param("العام ٢٠١٨", "2018", True, id="digits"),
        pytest.param("نص", "-", False, id="no word at all"),
        pytest.param("", "نص", False, id="empty text"),
    ],
)
def test_phrases(text: str, phrase: str, found: bool) -> None:
    """The words of the phrase stand together and in order."""
    assert has_phrase(text, phrase) is found


def test_all_words_may_stand_anywhere() -> None:
    """In any of the texts and in any order; one that is missing is enough for no."""
    texts = ["غارة على حلب", "قتل مدنيون"]
    assert has_all_words(texts, "مدنيون غارة")
    assert not has_all_words(texts, "مدنيون قصف")
    assert not has_all_words(texts, "...")
    assert not has_all_words([], "غارة")
