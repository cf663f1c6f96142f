"""The detector: an article in, its alerts out. Pure: no Kafka, no clock, no environment; packaged data only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import version
from itertools import chain
from pathlib import Path

from schemas.alert import Alert, DetectorReference
from schemas.article import Article
from stream.detection import model as models
from stream.detection.actors import actor_forms
from stream.detection.alerts import build
from stream.detection.analysis import Analysis, analyse
from stream.detection.events import find_events, score_candidates
from stream.detection.lexicon import Lexicon, load
from stream.detection.links import Links
from stream.detection.places import PlaceResolver, place_forms
from stream.detection.slots import fill
from stream.detection.word_classes import WordReader


class Detector:
    """Lexicons, gazetteer and model, ready to read articles. Build one with `load_detector`; it keeps no state."""

    def __init__(self, lexicon: Lexicon, model: models.Model) -> None:
        self.lexicon = lexicon
        self.model = model
        self._resolver = PlaceResolver()
        self._reader = WordReader(model.vocabulary())
        self._reference = DetectorReference(version=version("rasid"), lexicon_version=lexicon.version)

    @property
    def lexicon_version(self) -> str:
        """A hash of all data that was loaded, the user's overlays included."""
        return self.lexicon.version

    def analyse(self, article: Article) -> Analysis:
        """What is seen in *article* before anything is decided."""
        return analyse(
            article.title, article.body, article.published_at, self.lexicon.matcher, self._resolver, self._reader
        )

    def detect(self, article: Article, *, detected_at: datetime) -> list[Alert]:
        """The alerts of *article*, new and background, each event once; the order and the ids are always the same."""
        analysis = self.analyse(article)
        links = Links(analysis, self.model)
        events = find_events(analysis, score_candidates(analysis, self.model), self.model, links)
        slots = fill(analysis, events, self.model, links)
        return [
            build(article, analysis, event, filled, self._reference, detected_at)
            for event, filled in zip(events, slots, strict=True)
        ]


def load_detector(overlays: Sequence[Path] = ()) -> Detector:
    """Load the packaged lexicons, the overlay folders and the model.

    Raises `LexiconError` when an overlay cannot be used.
    """
    return Detector(load(overlays, chain(place_forms(), actor_forms())), models.load())
