"""How good the detector is: marked articles and alerts in, figures out. A pure library."""

from stream.evaluation.comparison import Comparison, compare
from stream.evaluation.gold import GoldArticle, GoldError, GoldEvent, GoldSentence, parse_gold
from stream.evaluation.measure import Report, measure
from stream.evaluation.reliability import Bin, reliability
from stream.evaluation.sentences import measure_sentences

__all__ = [
    "Bin",
    "Comparison",
    "GoldArticle",
    "GoldError",
    "GoldEvent",
    "GoldSentence",
    "Report",
    "compare",
    "measure",
    "measure_sentences",
    "parse_gold",
    "reliability",
]
