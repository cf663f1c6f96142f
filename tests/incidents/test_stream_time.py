from __future__ import annotations

from datetime import UTC, datetime, timedelta

from stream.incidents.stream_time import IDLE, StreamTime

START = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def at(*came: tuple[str, int, float]) -> StreamTime:
    """Return the time after articles of a source, of a day, that arrived after so many minutes."""
    time = StreamTime()
    for source, day, minutes in came:
        time = time.after(source, START + timedelta(days=day), START + minutes * MINUTE)
    return time


def test_nothing_is_known_at_first() -> None:
    """Sources that have not begun are waited for."""
    assert at(("a", 0, 0), ("a", 90, 9)).now is None


def test_the_source_that_is_furthest_behind_gives_the_time() -> None:
    """However far the others are."""
    assert at(("a", 0, 0), ("b", 90, 9), ("a", 2, 11)).now == START + timedelta(days=2)


def test_a_source_that_is_silent_holds_nobody_up() -> None:
    """After a while in which others came."""
    assert at(("a", 0, 0), ("b", 5, IDLE / MINUTE)).now == START + timedelta(days=5)


def test_the_time_never_goes_back() -> None:
    """Not when a silent source speaks again, and not for an article that is older than those before it."""
    assert at(("a", 0, 0), ("b", 5, 20), ("a", 1, 21), ("b", 3, 22)).now == START + timedelta(days=5)


def test_it_survives_json() -> None:
    """As it is kept in the changelog."""
    time = at(("a", 0, 0), ("b", 5, 20))
    assert StreamTime.model_validate_json(time.to_json()) == time
