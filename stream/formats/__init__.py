"""Alerts and incidents in the formats that other programs read: pure functions from a message to text."""
