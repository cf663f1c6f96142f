from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from stream.logs import configure_logging
from stream.settings import load_settings


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    """Put logging back as pytest had it."""
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    yield
    root.setLevel(level)
    root.handlers[:] = handlers
    structlog.reset_defaults()


def configure(**flags: str) -> None:
    """Logging as the settings *flags* say."""
    configure_logging(load_settings(flags=flags))


def test_an_event_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    """With its fields, level and time, on standard error alone."""
    configure(log_format="json")
    structlog.stdlib.get_logger("stream.x").info("article_processed", article_id="أ", alerts=2)
    out, err = capsys.readouterr()
    event = json.loads(err)
    assert out == ""
    assert event.pop("time").endswith("Z")
    assert event == {"event": "article_processed", "article_id": "أ", "alerts": 2, "level": "info"}


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_text_from_outside_cannot_drive_the_terminal(capsys: pytest.CaptureFixture[str], log_format: str) -> None:
    """Escape and bidi characters are shown, not sent."""
    configure(log_format=log_format)
    structlog.stdlib.get_logger("stream.x").warning("article_failed", article_id="\x1b[31m\u202e\n")
    err = capsys.readouterr().err
    assert not set(err) & set("\x1b\u202e")
    assert err.count("\n") == 1


@pytest.mark.parametrize("log_format", ["json", "console"])
@pytest.mark.parametrize("name", ["stream.x", "other"])
def test_a_traceback_cannot_drive_the_terminal_and_shows_no_values(
    capsys: pytest.CaptureFixture[str], log_format: str, name: str
) -> None:
    """Neither what an exception says nor what lies deep in an event is sent; no line of it passes for an event."""
    configure(log_format=log_format)
    secret = "hunter-2"
    hostile = "\x1b[31m\u202e\x9b\r\ud800\n2026 [error] forged"
    try:
        raise ValueError(hostile) if secret else KeyError
    except ValueError:
        if name == "other":
            logging.getLogger(name).exception("gone: %s", hostile)
        else:
            structlog.stdlib.get_logger(name).exception("batch_failed", where=[hostile.replace("\ud800", "")])
    err = capsys.readouterr().err
    assert "ValueError" in err
    assert r"\u202e" in err
    assert not set(err) & set("\x1b\u202e\x9b\r")
    assert not [line for line in err.splitlines() if line.startswith("2026")]
    assert "hunter-2" not in err


def test_other_libraries_log_in_the_same_form(capsys: pytest.CaptureFixture[str]) -> None:
    """A warning of aiokafka is an event as well."""
    configure(log_format="json")
    logging.getLogger("aiokafka.conn").warning("gone: %s", "broker")
    assert json.loads(capsys.readouterr().err)["event"] == "gone: broker"


@pytest.mark.parametrize("name", ["aiokafka.conn", "aiokafka", "faust.app"])
def test_debug_never_reaches_libraries_that_would_log_secrets(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """At debug level aiokafka writes the bytes of the login into the log."""
    configure(log_format="json", log_level="debug")
    logging.getLogger(name).debug("Request: SaslAuthenticateRequest(payload=secret)")
    assert capsys.readouterr().err == ""
    structlog.stdlib.get_logger("stream.x").debug("ours")
    assert "ours" in capsys.readouterr().err


def test_the_level_holds_for_the_root_logger(capsys: pytest.CaptureFixture[str]) -> None:
    """Faust would leave it at DEBUG."""
    configure(log_format="json", log_level="error")
    logging.getLogger("x").warning("no")
    structlog.stdlib.get_logger("stream.x").warning("no")
    assert logging.getLogger().level == logging.ERROR
    assert capsys.readouterr().err == ""
