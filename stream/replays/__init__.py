"""What a replay of an archive does around the sending: order, pace, going on where it stopped, and what came of it."""
