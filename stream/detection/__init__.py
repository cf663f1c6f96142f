"""A pure library: an article in, its alerts out."""

from stream.detection.detector import Detector, load_detector
from stream.detection.lexicon import LexiconError

__all__ = ["Detector", "LexiconError", "load_detector"]
