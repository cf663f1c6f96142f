"""Alerts for measuring: found anew by a detector, or read back from a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic import ValidationError

from schemas.alert import Alert
from stream.detection.detector import Detector
from stream.evaluation.gold import GoldArticle, GoldError, GoldSentence, parse_gold


class AlertsError(ValueError):
    """A line that is no alert: the message names line and field."""


def detect_all(detector: Detector, gold: Sequence[GoldArticle | GoldSentence]) -> list[Alert]:
    """Return the alerts of all articles; `detected_at` is their time of publication, so that runs compare."""
    return [alert for item in gold for alert in detector.detect(item.article, detected_at=item.article.published_at)]


def parse_alerts(lines: Iterable[tuple[int, bytes]]) -> list[Alert]:
    """Parse numbered JSON lines as they were published. Raises AlertsError."""
    out = []
    for number, line in lines:
        try:
            out.append(Alert.model_validate_json(line))
        except ValidationError as cause:
            first = cause.errors()[0]
            where = ".".join(map(str, first["loc"])) or "alert"
            raise AlertsError(f"line {number}: {where}: {first['msg']}") from cause
    return out


def read_gold(path: Path) -> list[GoldArticle] | list[GoldSentence]:
    """Read a gold file. Raises GoldError and OSError."""
    try:
        return parse_gold((n, line) for n, line in enumerate(path.read_bytes().split(b"\n"), 1) if line.strip())
    except GoldError as cause:
        raise GoldError(f"{path}: {cause}") from cause
