"""Measure how alerts are gathered into incidents.

- `python -m stream.evaluation.incidents tests/marks/incidents.jsonl` prints the figures of both parts of a marked file;
- with `--errors` also every false merge and false split of the part that is there to be looked at;
- with `--archive FILE`, alerts as `rasid detect` writes them, also how many incidents they are and the largest to read.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from stream.detection.detector import load_detector
from stream.evaluation.incident_marks import PARTS, IncidentMarksError, read_incident_marks
from stream.evaluation.incident_measure import gather, measure_incidents
from stream.evaluation.incident_tables import archive_lines, error_lines, figures_lines
from stream.evaluation.running import AlertsError, parse_alerts


def marked_lines(path: Path, *, errors: bool) -> Iterator[str]:
    """The figures of each part of the marked file *path*. Raises IncidentMarksError and OSError."""
    articles = read_incident_marks(path)
    detector = load_detector()
    for part in PARTS:
        chosen = [item for item in articles if item.part == part]
        incidents = len({mention.incident for item in chosen for mention in item.mentions})
        measured = measure_incidents(detector, chosen)
        yield f"== {path.name}, {part}: {len(chosen)} articles of {incidents} incidents"
        yield from figures_lines(measured)
        if errors and part == "tune":
            yield from error_lines(measured)


def archived_lines(path: Path) -> Iterator[str]:
    """What the alerts in *path* are gathered into; `-` is standard input. Raises AlertsError and OSError."""
    content = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    alerts = parse_alerts((n, line) for n, line in enumerate(content.split(b"\n"), 1) if line.strip())
    yield "== archive"
    yield from archive_lines(gather(alerts))


def main(arguments: Iterable[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure how alerts are gathered into incidents.")
    parser.add_argument("marked", type=Path, help="articles with their incidents, as in tests/marks/incidents.jsonl")
    parser.add_argument("--errors", action="store_true", help="list the errors of the part `tune`")
    parser.add_argument(
        "--archive",
        type=Path,
        metavar="FILE",
        help="alerts as `rasid detect` writes them: gather these too; - is stdin",
    )
    options = parser.parse_args(None if arguments is None else list(arguments))
    try:
        for line in marked_lines(options.marked, errors=options.errors):
            sys.stdout.write(f"{line}\n")
        for line in archived_lines(options.archive) if options.archive else ():
            sys.stdout.write(f"{line}\n")
    except (IncidentMarksError, AlertsError, OSError) as cause:
        parser.error(str(cause))


if __name__ == "__main__":
    main()
