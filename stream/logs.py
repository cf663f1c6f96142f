"""Logging: one event for each outcome, for people on a terminal, JSON otherwise, on standard error."""

from __future__ import annotations

import logging.config
import sys
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from typing import Any, Literal

import orjson
import structlog

from stream.settings import Settings
from stream.settings_errors import MASK, without_passwords
from stream.terminal import harmless_json, visible

# aiokafka writes passwords into its debug log, and Faust its whole configuration. Our app logs in Faust's manner too.
_FLOOR = dict.fromkeys(("aiokafka", "faust", "mode", "asyncio", "stream.app"), "WARNING")
# Shorter ones are in every second word.
_SHORTEST_SECRET = 4
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}

_Event = MutableMapping[str, Any]


def configure_logging(settings: Settings) -> dict[str, Any]:
    """Set up structlog and the root logger, and return the dictConfig so that Faust sets up the same again."""
    config = logging_config(level=settings.log_level, log_format=settings.log_format, secrets=settings.secrets)
    logging.config.dictConfig(config)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    return config


def logging_config(
    *, level: str, log_format: Literal["auto", "console", "json"], secrets: Iterable[str] = ()
) -> dict[str, Any]:
    """Return the dictConfig for *level*; `auto` is console if standard error is a terminal, else JSON.

    Wherever one of *secrets* or the password in an address would be written, asterisks are.
    """
    console = log_format == "console" or (log_format == "auto" and sys.stderr.isatty())
    colors = sys.stderr.isatty()
    # Plain: the traceback that structlog would draw shows the values of variables, secrets and articles included.
    render: Any = (
        structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=structlog.dev.plain_traceback)
        if console
        else structlog.processors.JSONRenderer(serializer=_json)
    )
    floors = {
        name: {"level": floor if _LEVELS[level] <= _LEVELS[floor.lower()] else level.upper()}
        for name, floor in _FLOOR.items()
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _shared(),
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    _harmless_traceback,
                    *_masked(secrets, render),
                ],
            }
        },
        "handlers": {
            "standard_error": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stderr",
                "formatter": "structured",
            }
        },
        "loggers": floors,
        "root": {"level": level.upper(), "handlers": ["standard_error"]},
    }


def _shared() -> list[Any]:
    return [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        _harmless,
    ]


def _masked(secrets: Iterable[str], render: Callable[[Any, str, _Event], str]) -> list[Callable[..., Any]]:
    """Return processors that write an event with *render*, and asterisks wherever a secret would stand."""
    known = sorted((secret for secret in secrets if len(secret) >= _SHORTEST_SECRET), key=len, reverse=True)
    # As the processors before these write it, and then as JSON or Python does.
    texts = [form for secret in known for form in (secret, visible(secret))]
    lines = texts + [form for text in texts for form in (_json(text)[1:-1], repr(text)[1:-1])]

    def in_texts(logger: Any, name: str, event: _Event) -> _Event:
        del logger, name
        return {key: _mask_all(value, texts) for key, value in event.items()}

    def in_line(logger: Any, name: str, event: _Event) -> str:
        # Once more: an object becomes a text only here.
        return _mask(render(logger, name, event), lines)

    return [in_texts, in_line]


def _mask_all(value: Any, secrets: Iterable[str]) -> Any:
    if isinstance(value, str):
        return without_passwords(_mask(value, secrets))
    if isinstance(value, Mapping):
        return {key: _mask_all(inner, secrets) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_mask_all(inner, secrets) for inner in value]
    return value


def _mask(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, MASK)
    return text


def _harmless(logger: Any, name: str, event: _Event) -> _Event:
    """Write out control and bidi characters in every text: parts of it come from outside."""
    del logger, name
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = visible(value)
    return event


def _harmless_traceback(logger: Any, name: str, event: _Event) -> _Event:
    """Write them out in the traceback too; its lines are set in, so that none can pass for an event of its own."""
    del logger, name
    if isinstance(event.get("exception"), str):
        event["exception"] = "\n".join(f"  {visible(line)}" for line in event["exception"].split("\n"))
    return event


def _json(event: Any, **_: Any) -> str:
    # What lies deeper than a text of the event was not looked at yet.
    return harmless_json(orjson.dumps(event, default=str).decode())
