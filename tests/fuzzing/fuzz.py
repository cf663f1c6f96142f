"""Messages and texts that atheris finds by watching the code run: `make fuzz`.

Called with a folder, which gets the sample articles to begin with and keeps what was found worth trying, and with
options of libFuzzer. An input that breaks a promise is written to a file and shown: make a test of it, then mend.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["schemas", "stream"]):
    from stream.detection.detector import load_detector
    from tests.fuzzing.checks import check_message, check_text
    from tests.integration.stand import ROOT

_DETECTOR = load_detector()
_FIRST = datetime(1900, 1, 2, tzinfo=UTC)
_MESSAGE, _TEXT = b"m", b"t"
_DAY_BYTES = 2


def fuzz(data: bytes) -> None:
    """Check the message in *data*, or the text: a letter that says which, for a text its day, title, NUL and body."""
    kind, rest = data[:1], data[1:]
    if kind == _MESSAGE:
        check_message(_DETECTOR, rest)
    elif kind == _TEXT:
        published_at = _FIRST + timedelta(days=int.from_bytes(rest[:_DAY_BYTES]))
        title, _, body = rest[_DAY_BYTES:].decode(errors="ignore").partition("\0")
        if title.strip() or body.strip():
            check_text(_DETECTOR, title, body, published_at)


def write_seeds(folder: Path) -> None:
    """Put every sample article into *folder*, as a message and as a text."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, line in enumerate((ROOT / "stream" / "samples" / "articles.jsonl").read_bytes().splitlines()):
        article = json.loads(line)
        text = f"{article['title']}\0{article['body']}".encode()
        (folder / f"sample-message-{number}").write_bytes(_MESSAGE + line)
        (folder / f"sample-text-{number}").write_bytes(_TEXT + b"\xa8\xb8" + text)


if __name__ == "__main__":
    write_seeds(Path(sys.argv[1]))
    atheris.Setup(sys.argv, fuzz)
    atheris.Fuzz()
