"""Settings, from flags over environment variables (`RASID_*`) over a TOML or YAML file over defaults.

`load_settings` is the only way in; what it raises, `SettingsError`, says which setting is wrong and what to do, and
never holds a secret.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from schemas.topics import DEFAULT_PREFIX, Topics
from stream.settings_errors import SettingsError, explain, is_secret
from stream.settings_file import misspelt_variables, read_file

__all__ = ["CONFIG_VARIABLE", "ENV_PREFIX", "Settings", "SettingsError", "load_settings"]

ENV_PREFIX = "RASID_"
CONFIG_VARIABLE = "RASID_CONFIG"
# What a dead letter's headers, a key and Kafka's framing add to the original bytes.
_ENVELOPE_BYTES = 65_536

SaslMechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"]
_LOG_ALIASES = {"warn": "warning", "critical": "error"}
_BROKER = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}")


def _joined(value: object) -> object:
    """A list of paths, as a file may give it, in the form of the environment."""
    return os.pathsep.join(map(str, value)) if isinstance(value, list) else value


def _lower(value: object) -> object:
    return _LOG_ALIASES.get(value.lower(), value.lower()) if isinstance(value, str) else value


def _upper(value: object) -> object:
    return (value.strip().upper() or None) if isinstance(value, str) else value


class Settings(BaseSettings):
    """Every setting; each field is `RASID_<NAME>` in the environment and `<name>` in a file."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, frozen=True, extra="forbid", env_ignore_empty=True, validate_default=False
    )

    broker: str = Field(default="127.0.0.1:9092", description="host:port of a Kafka broker, or several with commas.")
    topic_prefix: str = Field(default=DEFAULT_PREFIX, description="What every topic's name begins with, e.g. rasid.")
    group_id: str = Field(default="rasid", min_length=1, max_length=200, description="The workers' consumer group.")

    sasl_mechanism: Annotated[SaslMechanism | None, BeforeValidator(_upper)] = Field(
        default=None, description="PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER; none without a login."
    )
    sasl_username: str | None = Field(default=None, description="The user, for PLAIN and SCRAM.")
    sasl_password: SecretStr | None = Field(default=None, description="The password, for PLAIN and SCRAM.")
    sasl_token: SecretStr | None = Field(default=None, description="The token, for OAUTHBEARER.")
    sasl_token_file: Path | None = Field(
        default=None, description="A file that holds the token, for OAUTHBEARER; read anew at each login."
    )
    tls: bool = Field(default=False, description="true to encrypt the connection to the broker.")
    tls_ca_file: Path | None = Field(
        default=None, description="PEM file of the authorities that may sign the broker; the system's if unset."
    )
    tls_cert_file: Path | None = Field(default=None, description="PEM file of our own certificate, for mutual TLS.")
    tls_key_file: Path | None = Field(default=None, description="PEM file of its key.")
    tls_key_password: SecretStr | None = Field(default=None, description="The password of that key.")
    tls_check_hostname: bool = Field(default=True, description="false to accept a certificate for another host name.")

    # The longest of 8,000 articles had 23,000 bytes. Made of trigger words alone, so many cost seconds and 150 MB.
    max_article_bytes: int = Field(default=100_000, ge=1_000, description="Larger articles become dead letters.")
    max_message_bytes: int = Field(
        default=4_194_304,
        ge=10_000,
        description="The largest message that may enter the articles topic, in bytes; a worker may hold six copies.",
    )
    batch_size: int = Field(default=200, ge=1, le=10_000, description="The most articles taken at once.")
    # Batches form by themselves under load; 5 ms cost every alert 5 ms and brought no more messages a second.
    linger_ms: int = Field(default=0, ge=0, le=10_000, description="How long the producer gathers messages.")
    idempotent_producer: bool = Field(
        default=True, description="false for a broker that has no idempotent producers (Tansu)."
    )
    session_timeout_seconds: float = Field(
        default=10, ge=6, le=300, description="After this silence another worker takes over a worker's partitions."
    )
    commit_seconds: float = Field(default=1, gt=0, le=60, description="How often processed offsets are committed.")
    delivery_timeout_seconds: float = Field(
        default=120, gt=0, le=3600, description="How long to try to deliver alerts before the worker stops."
    )
    stall_seconds: float = Field(
        default=300,
        ge=5,
        le=86_400,
        description="Articles wait and a partition's committed offset stands still for so long: the worker stops.",
    )
    max_consecutive_failures: int = Field(
        default=100,
        ge=0,
        description="So many articles in a row fail in detection: the worker stops. 0: it never does.",
    )

    webhook_secret: SecretStr | None = Field(
        default=None, description="What `rasid subscribe --webhook` signs with, 16 characters or more, or whsec_…"
    )
    state_dir: Path | None = Field(
        default=None,
        description="Where `rasid incidents` keeps its state on disk, a folder for each process; in memory if unset.",
    )

    health_host: str = Field(default="127.0.0.1", min_length=1, description="Where health and metrics are served.")
    health_port: int = Field(default=8080, ge=0, le=65_535, description="Their port; 0 takes a free one.")
    serve_host: str = Field(default="127.0.0.1", min_length=1, description="Where `rasid serve` shows the page.")
    serve_port: int = Field(default=8088, ge=0, le=65_535, description="Its port; 0 takes a free one.")
    serve_token: SecretStr | None = Field(
        default=None,
        description="What a reader of the page has to know, 16 characters or more; needed unless it is on loopback.",
    )
    serve_hours: float = Field(default=72, gt=0, le=87_600, description="How far back the page reads the topics.")
    serve_max_items: int = Field(
        default=20_000,
        ge=10,
        le=1_000_000,
        description="The most alerts and the most incidents that the page holds; each takes about 18 kB of memory.",
    )
    serve_text_mb: int = Field(
        default=64, ge=0, le=65_536, description="Megabytes for the texts of articles that have alerts; 0 shows none."
    )
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)] = Field(
        default="info", description="debug, info, warning or error."
    )
    log_format: Annotated[Literal["auto", "console", "json"], BeforeValidator(_lower)] = Field(
        default="auto", description="console, json, or auto: console on a terminal, else json."
    )
    schema_registry_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^@\s]+$",
        description="A JSON Schema registry with Confluent's API, e.g. http://registry:8081; none without.",
    )
    schema_registry_mode: Annotated[Literal["header", "wire"], BeforeValidator(_lower)] = Field(
        default="header",
        description="header: values stay plain JSON, a header names their schema; wire: Confluent's wire format.",
    )
    schema_registry_username: str | None = Field(default=None, description="The user at the registry.")
    schema_registry_password: SecretStr | None = Field(default=None, description="The password at the registry.")
    otlp_endpoint: str | None = Field(
        default=None,
        pattern=r"^https?://[^@\s]+$",
        description="Where traces are sent, e.g. http://collector:4318; none without. Needs rasid[otel].",
    )

    publish_background: bool = Field(default=False, description="true to publish background events too.")
    lexicon_path: Annotated[str, BeforeValidator(_joined)] = Field(
        default="", description=f"Folders or files laid over the packaged lexicons, with {os.pathsep!r} between."
    )

    @property
    def topics(self) -> Topics:
        """The topic names under the prefix."""
        return Topics(self.topic_prefix)

    @property
    def brokers(self) -> tuple[str, ...]:
        """Each broker as host:port."""
        return tuple(self.broker.split(","))

    @property
    def overlays(self) -> tuple[Path, ...]:
        """The lexicon overlays, in order."""
        return tuple(Path(part) for part in self.lexicon_path.split(os.pathsep) if part)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that may be shown nowhere; a token file is left out, since its content changes."""
        values = (getattr(self, name) for name, field in type(self).model_fields.items() if is_secret(field))
        return tuple(value.get_secret_value() for value in values if value is not None)

    @property
    def dead_letter_bytes(self) -> int:
        """The largest message of the dead-letter topic: the largest article with its reason."""
        return self.max_message_bytes + _ENVELOPE_BYTES

    @field_validator("broker")
    @classmethod
    def _addresses(cls, value: str) -> str:
        if "@" in value:
            raise ValueError(
                "it holds a user; give it as host:port alone and set RASID_SASL_USERNAME and RASID_SASL_PASSWORD"
            )
        parts = [part.strip().removeprefix("kafka://") for part in value.split(",")]
        for part in parts:
            if not _BROKER.fullmatch(part) or not 0 < int(part.rpartition(":")[2]) < 65_536:
                raise ValueError("write host:port, several with commas between, e.g. kafka-1:9092,kafka-2:9092")
        return ",".join(parts)

    @field_validator("topic_prefix")
    @classmethod
    def _prefix(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9._-]{0,100}", value):
            raise ValueError("only letters, digits, dot, hyphen and underscore, at most 100")
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        _check_login(self)
        if self.tls and bool(self.tls_cert_file) != bool(self.tls_key_file):
            raise ValueError("tls_cert_file and tls_key_file go together: set both, or neither")
        if bool(self.schema_registry_username) != bool(self.schema_registry_password):
            raise ValueError("schema_registry_username and schema_registry_password go together: set both, or neither")
        files = ("tls_ca_file", "tls_cert_file", "tls_key_file")
        for name in files:
            path = getattr(self, name)
            if path is not None and not self.tls:
                raise ValueError(f"{name} is set, but tls is not: set tls to true")
            if path is not None and not path.is_file():
                raise ValueError(f"{name}: there is no file {path}")
        for path in self.overlays:
            if not path.exists():
                raise ValueError(f"lexicon_path: there is no file or folder {path}")
        if self.max_article_bytes > self.max_message_bytes:
            raise ValueError("max_article_bytes is above max_message_bytes: raise that, or lower this")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags over environment; `load_settings` lays both over the file."""
        del settings_cls, dotenv_settings, file_secret_settings
        return init_settings, env_settings, _FileSource(cls)


class _FileSource(PydanticBaseSettingsSource):
    """The settings file that `load_settings` has read, beneath every other source."""

    values: Mapping[str, Any] = {}

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        """Return what the file says of one field."""
        del field
        return self.values.get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        return dict(self.values)


def load_settings(config: Path | None = None, flags: Mapping[str, Any] | None = None) -> Settings:
    """Return the settings: *flags* (None means not given) over `RASID_*` over the file over defaults.

    *config* is a `.toml`, `.yaml` or `.yml` file; without it, the one that RASID_CONFIG names. Raises SettingsError.
    """
    if config is None and os.environ.get(CONFIG_VARIABLE):
        config = Path(os.environ[CONFIG_VARIABLE])
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    from_file = read_file(config, known=Settings.model_fields) if config else {}
    misspelt = misspelt_variables(os.environ, prefix=ENV_PREFIX, known=Settings.model_fields)
    if misspelt:
        raise SettingsError(misspelt)
    _FileSource.values = from_file
    try:
        return Settings(**given)
    except ValidationError as cause:
        message = explain(cause, Settings.model_fields, flags=given, environ=os.environ, file=config)
        # Not chained: the cause quotes its input, and that may be a secret.
        raise SettingsError(message) from None
    finally:
        _FileSource.values = {}


def _check_login(settings: Settings) -> None:
    """Raise ValueError unless the mechanism has what it needs, and nothing is set that it would ignore."""
    mechanism = settings.sasl_mechanism
    login = ("sasl_username", "sasl_password")
    token = ("sasl_token", "sasl_token_file")
    if mechanism is None:
        for name in login + token:
            if getattr(settings, name) is not None:
                raise ValueError(f"{name} is set, but sasl_mechanism is not: set it to PLAIN, SCRAM-… or OAUTHBEARER")
    elif mechanism == "OAUTHBEARER":
        if (settings.sasl_token is None) == (settings.sasl_token_file is None):
            raise ValueError("sasl_mechanism OAUTHBEARER needs one of sasl_token and sasl_token_file")
    else:
        for name in login:
            if getattr(settings, name) is None:
                raise ValueError(f"sasl_mechanism {mechanism} needs {name}: set RASID_{name.upper()}")
