from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stream.settings import Settings, SettingsError, load_settings

SECRET = "s3cr3t-value"


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the developer's shell changes a test."""
    for name in list(os.environ):
        if name.startswith("RASID_"):
            monkeypatch.delenv(name)


@pytest.fixture
def setenv(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Set RASID_ variables."""

    def set_all(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"RASID_{name}", value)

    return set_all


def test_flags_win_over_the_environment_over_the_file_over_defaults(
    setenv: Callable[..., None], tmp_path: Path
) -> None:
    """Each setting comes from the strongest source that gives it."""
    file = tmp_path / "rasid.toml"
    file.write_text('broker = "file:1"\ngroup_id = "file"\nlog_level = "error"\nbatch_size = 7\n')
    setenv(BROKER="env:1", GROUP_ID="env")
    found = load_settings(file, {"broker": "flag:1", "group_id": None})
    assert (found.broker, found.group_id, found.log_level, found.batch_size) == ("flag:1", "env", "error", 7)
    assert found.topic_prefix == "rasid."


def test_the_environment_may_name_the_file(setenv: Callable[..., None], tmp_path: Path) -> None:
    """YAML is read as well as TOML."""
    file = tmp_path / "rasid.yaml"
    file.write_text(f"publish_background: true\nlexicon_path: [{tmp_path}]\n")
    setenv(CONFIG=str(file))
    found = load_settings()
    assert found.publish_background
    assert found.overlays == (tmp_path,)
    assert load_settings(flags={"broker": "x:1"}).broker == "x:1"


def test_a_file_read_once_does_not_stay(tmp_path: Path) -> None:
    """Settings loaded later know nothing of an earlier file."""
    file = tmp_path / "rasid.toml"
    file.write_text('group_id = "file"\n')
    assert load_settings(file).group_id == "file"
    assert load_settings().group_id == "rasid"


def test_lists_and_names_are_derived(setenv: Callable[..., None], tmp_path: Path) -> None:
    """Brokers split at commas, overlays at the path separator, topics take the prefix."""
    setenv(BROKER="kafka://a:1, b:2", LEXICON_PATH=os.pathsep.join([str(tmp_path), str(tmp_path)]), TOPIC_PREFIX="r.")
    found = load_settings()
    assert found.brokers == ("a:1", "b:2")
    assert found.overlays == (tmp_path, tmp_path)
    assert found.topics.articles == "r.articles"


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        pytest.param({"BROKER": "kafka"}, ["RASID_BROKER", "'kafka'", "host:port"], id="broker"),
        pytest.param({"BROKER": "kafka:70000"}, ["RASID_BROKER", "70000"], id="port out of range"),
        pytest.param({"BROKR": "kafka:1"}, ["RASID_BROKR", "RASID_BROKER"], id="misspelt"),
        pytest.param({"HEALTH_PORT": "x"}, ["RASID_HEALTH_PORT", "'x'"], id="not a number"),
        pytest.param({"BATCH_SIZE": "0"}, ["RASID_BATCH_SIZE", "'0'"], id="out of range"),
        pytest.param({"TOPIC_PREFIX": "a b"}, ["RASID_TOPIC_PREFIX", "letters"], id="prefix"),
        pytest.param({"SASL_MECHANISM": "KERBEROS"}, ["RASID_SASL_MECHANISM", "SCRAM-SHA-512"], id="mechanism"),
        pytest.param({"SASL_MECHANISM": "plain"}, ["PLAIN", "RASID_SASL_USERNAME"], id="no user"),
        pytest.param({"SASL_MECHANISM": "OAUTHBEARER"}, ["sasl_token_file"], id="no token"),
        pytest.param({"SASL_USERNAME": "u"}, ["sasl_username", "sasl_mechanism"], id="a user for nothing"),
        pytest.param({"TLS": "true", "TLS_CA_FILE": "/absent"}, ["tls_ca_file", "/absent"], id="no such file"),
        pytest.param({"TLS_CA_FILE": "/absent"}, ["tls_ca_file", "tls"], id="an authority without TLS"),
        pytest.param({"LEXICON_PATH": "/absent"}, ["lexicon_path", "/absent"], id="no such overlay"),
        pytest.param({"MAX_ARTICLE_BYTES": "9000000"}, ["max_article_bytes", "max_message_bytes"], id="limits"),
        pytest.param({"CONFIG": "/absent.toml"}, ["/absent.toml"], id="no such settings file"),
    ],
)
def test_a_wrong_setting_is_named(setenv: Callable[..., None], environ: dict[str, str], words: list[str]) -> None:
    """The message tells which setting, what it is, and what it should be."""
    setenv(**environ)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.toml", "broker = ", ["a.toml", "TOML"]),
        ("a.yaml", "broker: [", ["a.yaml", "YAML", "line"]),
        ("a.yaml", "- broker", ["a.yaml", "names and values"]),
        ("a.toml", 'brokr = "x:1"', ["brokr", "broker?"]),
        ("a.ini", "", ["a.ini", ".toml"]),
        ("a.toml", "batch_size = 0", ["batch_size in", "a.toml"]),
    ],
    ids=str,
)
def test_a_wrong_file_is_told(tmp_path: Path, name: str, text: str, words: list[str]) -> None:
    """The message names the file, and the place or the setting in it."""
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(file)
    for word in words:
        assert word in str(caught.value)


def test_a_wrong_flag_is_named_as_a_flag() -> None:
    """Not as the variable that was never set."""
    with pytest.raises(SettingsError, match="--batch-size is '0'"):
        load_settings(flags={"batch_size": 0})


@pytest.mark.parametrize(
    "flags",
    [
        {"broker": f"kafka://user:{SECRET}@host:9092"},
        {"broker": f"user:{SECRET}@host"},
        {"sasl_password": SECRET},
        {"sasl_mechanism": "OAUTHBEARER", "sasl_token": SECRET, "sasl_token_file": "/absent"},
        {"sasl_mechanism": "PLAIN", "sasl_password": SECRET},
        {"sasl_mechanism": "PLAIN", "sasl_username": "u", "sasl_password": [SECRET]},
    ],
    ids=str,
)
def test_no_error_holds_a_secret(flags: dict[str, Any]) -> None:
    """Neither the message nor the traceback with all its causes."""
    with pytest.raises(SettingsError) as caught:
        load_settings(flags=flags)
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_settings_hide_their_secrets() -> None:
    """Printed or dumped, they show asterisks."""
    found = load_settings(flags={"sasl_mechanism": "scram-sha-512", "sasl_username": "u", "sasl_password": SECRET})
    assert found.sasl_mechanism == "SCRAM-SHA-512"
    for text in (repr(found), str(found), str(found.model_dump()), found.model_dump_json()):
        assert SECRET not in text


def test_every_setting_says_what_it_is() -> None:
    """Its description ends up in errors and in the manual."""
    assert all(field.description for field in Settings.model_fields.values())
