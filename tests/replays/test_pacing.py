"""stream/replays/pacing.py: when each article is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from stream.replays.pacing import Rate, Speed, parse_speed

FIRST = datetime(2024, 3, 1, 8, tzinfo=UTC)


class Clock:
    """A clock that stands still until it is moved."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_speed_keeps_the_gaps() -> None:
    """Sixty times as fast: an hour is a minute, an article without a date waits for nothing."""
    clock = Clock()
    pace = Speed(60, clock)
    assert pace.wait(FIRST) == 0
    assert pace.wait(FIRST + timedelta(hours=1)) == 60
    clock.now += 20
    assert pace.wait(FIRST + timedelta(hours=1)) == 40
    assert pace.wait(None) == 0
    clock.now += 100
    assert pace.wait(FIRST + timedelta(hours=1)) < 0


def test_rate_spreads_evenly() -> None:
    """A slow article is made up for, so that the rate holds on the whole."""
    clock = Clock()
    pace = Rate(4, clock)
    assert [pace.wait(None) for _ in range(3)] == [0, 0.25, 0.5]
    clock.now += 10
    assert pace.wait(FIRST) == 0.75 - 10


@pytest.mark.parametrize(("text", "factor"), [("60x", 60.0), ("1x", 1.0), ("0.5x", 0.5), ("20", 20.0), ("max", None)])
def test_speeds_are_read(text: str, factor: float | None) -> None:
    """As people write them."""
    assert parse_speed(text) == factor


@pytest.mark.parametrize("text", ["", "fast", "-1x", "0x", "x", "1e3x"])
def test_what_is_no_speed_says_how_one_is_written(text: str) -> None:
    """With an example."""
    with pytest.raises(ValueError, match="60x"):
        parse_speed(text)
