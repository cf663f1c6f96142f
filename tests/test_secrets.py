"""Secrets in every setting that there is, also in those added later: none is ever shown."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from click.testing import CliRunner

from stream.cli import main
from stream.kafka import ConnectError, check_connection
from stream.logs import configure_logging
from stream.settings import Settings, SettingsError, load_settings
from stream.settings_errors import is_secret

SECRET = 'p4ss\\w"rd-مفتاح'
ADDRESS = "someone:p4ssw0rd@host.example:9092"
SECRETS = [name for name, field in Settings.model_fields.items() if is_secret(field)]
# What each secret setting needs beside it.
COMPANY: dict[str, dict[str, Any]] = {
    "sasl_password": {"sasl_mechanism": "SCRAM-SHA-512", "sasl_username": "someone"},
    "sasl_token": {"sasl_mechanism": "OAUTHBEARER"},
    "tls_key_password": {"tls": True},
    "webhook_secret": {},
    "serve_token": {},
    "schema_registry_password": {"schema_registry_username": "someone"},
}


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No variable of the developer's shell comes in, and logging is put back as pytest had it."""
    for name in list(os.environ):
        if name.startswith("RASID_"):
            monkeypatch.delenv(name)
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    yield
    root.setLevel(level)
    root.handlers[:] = handlers
    structlog.reset_defaults()


def forms(secret: str) -> set[str]:
    """The secret as it is, and as JSON and Python would write it."""
    return {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1]}


def shows(text: str, secret: str = SECRET) -> bool:
    """Say whether *secret* is in *text* in any form."""
    return any(form in text for form in forms(secret))


def test_every_setting_that_sounds_secret_is_secret() -> None:
    """A password, token or key that is added later has to be declared as one, and is then in all tests here."""
    sounding = {
        name
        for name in Settings.model_fields
        if re.search("password|token|secret|credential|_key", name) and not name.endswith("_file")
    }
    assert sounding == set(SECRETS) == COMPANY.keys()


@pytest.mark.parametrize("source", ["flag", "environment", "file"])
@pytest.mark.parametrize("name", Settings.model_fields)
def test_an_address_with_a_password_in_any_setting_is_never_shown(
    name: str, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither in the error, its causes included, nor in `rasid config`, nor in the log of a setting that takes it."""
    file = tmp_path / "rasid.toml"
    if source == "file":
        file.write_text(f"{name} = {json.dumps(ADDRESS)}\n")
    elif source == "environment":
        monkeypatch.setenv(f"RASID_{name.upper()}", ADDRESS)
    told = ""
    try:
        settings = load_settings(file if source == "file" else None, {name: ADDRESS} if source == "flag" else {})
        configure_logging(settings)
        structlog.stdlib.get_logger("stream.worker").error("started", value=str(getattr(settings, name)))
        told += capsys.readouterr().err
    except SettingsError as error:
        told += "".join(traceback.format_exception(error))
    if source != "flag":
        told += CliRunner().invoke(main, ["config", *(["--config", str(file)] if source == "file" else [])]).output
    assert "started" in told or name in told.lower() or name.replace("_", "-") in told
    assert "p4ssw0rd" not in told


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_in_no_form_of_the_settings_and_in_no_error(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Printed, dumped, shown by `rasid config`, or in the error of a broker that is not there."""
    given = COMPANY[name] | {name: SECRET, "broker": "127.0.0.1:1"}
    settings = load_settings(flags=given)
    assert settings.secrets == (SECRET,)
    for text in (repr(settings), str(settings), str(settings.model_dump()), settings.model_dump_json()):
        assert not shows(text)
    with pytest.raises(ConnectError) as caught:
        asyncio.run(check_connection(settings))
    assert not shows("".join(traceback.format_exception(caught.value)))
    for key, value in given.items():
        monkeypatch.setenv(f"RASID_{key.upper()}", str(value))
    told = CliRunner().invoke(main, ["config"])
    assert told.exit_code == 0
    assert f"{name} = ********" in told.stdout
    assert not shows(told.output)


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("terminal", [False, True], ids=["file", "terminal"])
@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_secret_that_a_library_logs_is_masked(
    name: str, log_format: str, terminal: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a text, in a value, in what an exception says, and in the variables of the function that raised it."""
    if terminal:
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    configure_logging(load_settings(flags=COMPANY[name] | {name: SECRET, "log_format": log_format}))

    def connect(password: str) -> None:
        raise ConnectionError(f"login with {password} failed")

    ours = structlog.stdlib.get_logger("stream.x")
    logging.getLogger("aiokafka.conn").warning("login with %s", SECRET)
    ours.warning("login", text=SECRET, values=[SECRET], data={"password": SECRET})
    try:
        connect(SECRET)
    except ConnectionError:
        logging.getLogger("aiokafka.conn").exception("failed")
        ours.exception("failed")
    told = capsys.readouterr().err
    assert told.count("login") >= 4
    assert "********" in told
    assert not shows(told)


def test_masking_takes_time_that_grows_with_the_text_only(capsys: pytest.CaptureFixture[str]) -> None:
    """Parts of what is logged come from articles: a hundred thousand colons are no reason to stand still."""
    configure_logging(load_settings(flags={"log_format": "json"}))
    for hostile in ("a" * 100_000 + "@", ":" * 100_000 + " @", "a:" * 50_000 + " @"):
        structlog.stdlib.get_logger("stream.x").warning("article_failed", reason=hostile)
    assert capsys.readouterr().err.count("article_failed") == 3
