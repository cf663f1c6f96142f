"""The live page and its feeds: what `rasid serve` shows of the alert and incident topics, for reading only."""
