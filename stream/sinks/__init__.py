"""Where deliveries go: standard output, a file, a webhook, another topic."""

from __future__ import annotations

from typing import Protocol

from stream.subscribe import Delivered


class UndeliveredError(RuntimeError):
    """A sink cannot take a delivery, and nobody else takes it instead. The text names sink and cause."""


class Sink(Protocol):
    """Takes deliveries, one after another."""

    async def take(self, delivered: Delivered, document: str) -> None:
        """Take *delivered*, which *document* is the text of."""

    async def settle(self) -> None:
        """Return once all that was taken is safe; offsets are committed after that."""
