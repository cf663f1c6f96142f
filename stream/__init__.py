"""Rasid: Arabic news in, typed conflict alerts out."""
