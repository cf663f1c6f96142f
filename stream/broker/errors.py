"""What goes wrong around local brokers."""

from __future__ import annotations


class BrokerError(RuntimeError):
    """No broker can be had, or one does not start or answer.

    The message says what happened, where, and what to do about it; it is meant to be shown to people as it is.
    """
