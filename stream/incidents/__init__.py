"""Alerts in, incidents out: one real-world event across articles. Pure: no Kafka, no clock, no environment."""
