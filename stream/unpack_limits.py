"""How far an archive may unpack: a few bytes must not blow up into hours of work or more than memory holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UnpackLimits:
    """What one archive may unpack to, in bytes.

    At most *ratio* for each packed byte, with *free* to begin with, and never more than *most*. News packs to about a
    fifth; what is made to blow up, to a thousandth and less.
    """

    ratio: int = 100
    free: int = 100_000
    most: int = 100_000_000_000

    def allowed(self, packed: int) -> int:
        """Return how many bytes *packed* ones may have unpacked to so far."""
        return min(self.most, self.free + self.ratio * packed)

    def excess(self, packed: int, unpacked: int) -> str:
        """Return in words how *unpacked* bytes out of *packed* ones are beyond the limit."""
        limit = f"{self.most} in all" if unpacked > self.most else f"{self.ratio} for each packed byte"
        return f"unpacks from {packed} bytes to {unpacked} and more, which is beyond the limit of {limit}"


DEFAULT_LIMITS = UnpackLimits()
