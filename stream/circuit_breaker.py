"""Stops a worker whose code or lexicons are broken, before it empties a topic into the dead letters."""

from __future__ import annotations

from schemas.dead_letter import Stage
from stream.exit_codes import ExitCode, WorkerError
from stream.processing import Failure, Outcome


class CircuitBreaker:
    """Counts how many articles in a row failed in detection, and opens at *limit*; 0 is no limit.

    Only failures of our own processing count. Malformed messages neither count nor end a row: they never reach
    detection, so they say nothing about it, and whoever may write to the articles topic could stop every worker with
    them. An alert too large for its topic is no such failure either: detection has done its work.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._last: Failure | None = None
        self.failures = 0
        """How many articles have failed in a row."""

    def add(self, outcome: Outcome) -> None:
        """Take note of what became of a message."""
        if outcome.failure is None:
            self.failures = 0
        elif outcome.failure.stage is Stage.DETECT:
            self.failures += 1
            self._last = outcome.failure

    @property
    def is_open(self) -> bool:
        """Whether nothing more may be processed."""
        return 0 < self._limit <= self.failures

    def error(self) -> WorkerError:
        """Return why the worker stops, and what to do."""
        last = f" The last one: {self._last.message}." if self._last else ""
        return WorkerError(
            f"{self.failures} articles in a row failed in detection (RASID_MAX_CONSECUTIVE_FAILURES), so the fault is "
            f"in our code or lexicons and not in the articles.{last} Roll back or mend the worker or "
            "RASID_LEXICON_PATH, then start it again: it goes on with the articles that failed last. Those that failed "
            "before are dead letters: `rasid dead-letters replay --code detection_failed` sends them again.",
            ExitCode.BROKEN,
        )
