from __future__ import annotations

import pytest

from stream.watchdog import Backlog, Partition, Progress

A, B = Partition("articles", 0), Partition("articles", 1)
AWAY = "the broker does not answer"


@pytest.mark.parametrize(
    ("looks", "stalled"),
    [
        pytest.param([(0, {A: (1, 0)}), (99, {A: (1, 0)})], None, id="nothing waits"),
        pytest.param([(0, {A: (1, 5)}), (9, {A: (1, 5)})], None, id="waits for less than the limit"),
        pytest.param([(0, {A: (1, 5)}), (10, {A: (1, 5)})], A, id="stands still"),
        pytest.param([(0, {A: (1, 5)}), (10, {A: (1, 9)})], A, id="stands still while more comes in"),
        pytest.param([(0, {A: (-1, 5)}), (10, {A: (-1, 5)})], A, id="nothing was ever committed"),
        pytest.param([(0, {A: (1, 5)}), (9, {A: (2, 5)}), (18, {A: (2, 5)})], None, id="moved"),
        pytest.param([(0, {A: (1, 5)}), (9, {A: (6, 0)}), (18, {A: (6, 5)})], None, id="all was done in between"),
        pytest.param([(0, {A: (1, 0)}), (100, {A: (1, 5)})], None, id="waiting has just begun"),
        pytest.param([(0, {A: (1, 0)}), (100, {A: (1, 5)}), (110, {A: (1, 5)})], A, id="and goes on"),
        pytest.param([(0, {A: (1, 5), B: (1, 5)}), (10, {A: (1, 5), B: (9, 5)})], A, id="the other one moves"),
        pytest.param([(0, {A: (1, 5)}), (5, {B: (1, 5)}), (10, {A: (1, 5)})], None, id="taken away and given back"),
        pytest.param([(0, {A: (1, 5)}), (5, AWAY), (500, {A: (1, 5)})], None, id="broker away"),
        pytest.param(
            [(0, {A: (1, 5)}), (6, {A: (1, 5)}), (7, AWAY), (500, {A: (1, 5)}), (504, {A: (1, 5)})],
            A,
            id="broker away, and no better afterwards",
        ),
    ],
)
def test_a_partition_is_stalled_when_its_committed_offset_stands_still_under_lag(
    looks: list[tuple[float, dict[Partition, tuple[int, int]] | str]], stalled: Partition | None
) -> None:
    """For 10 s of the time in which the broker answered; each look is (second, partition: (committed, waiting))."""
    now = 0.0
    progress = Progress(10, clock=lambda: now)
    for second, found in looks:
        now = second
        if isinstance(found, str):
            progress.pause()
        else:
            progress.update({partition: Backlog(*backlog) for partition, backlog in found.items()})
    found_stall = progress.stalled
    assert (found_stall.partition if found_stall else None) == stalled
