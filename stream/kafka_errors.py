"""Why the broker cannot be reached: its name, the mechanism, what went wrong and what to check."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Mapping
from typing import Any

from aiokafka.conn import create_conn
from aiokafka.errors import (
    AuthenticationFailedError,
    IllegalSaslStateError,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)

from stream.exit_codes import ExitCode, WorkerError
from stream.settings import Settings
from stream.terminal import visible

_PROBE_SECONDS = 2.5


class ConnectError(WorkerError):
    """The broker cannot be used. *exit_code* tells the kinds apart; the text is for people and holds no secret."""


class TokenError(Exception):
    """The token for OAUTHBEARER cannot be had; the text says why, without the token."""


def how(settings: Settings) -> str:
    """Return the way *settings* connect, for messages: `SASL SCRAM-SHA-512 as user rasid over TLS`."""
    parts = []
    if settings.sasl_mechanism:
        user = f" as user {visible(settings.sasl_username)}" if settings.sasl_username else ""
        parts.append(f"SASL {settings.sasl_mechanism}{user}")
    parts.append("TLS with a client certificate" if settings.tls_cert_file else "TLS" if settings.tls else "no TLS")
    return ", ".join(parts)


async def diagnose(settings: Settings, options: Mapping[str, Any], cause: BaseException) -> ConnectError:
    """Return the error that tells why connecting with *options* failed with *cause*: each broker is tried singly."""
    faults = await asyncio.gather(*(_probe(address, options) for address in settings.brokers))
    found = next((fault for fault in faults if fault is not None), None)
    where = f"{settings.broker} ({how(settings)})"
    if found is None:
        return ConnectError(_after_connecting(settings, where, cause), ExitCode.REFUSED)
    return explain(settings, found, where)


def explain(settings: Settings, fault: BaseException, where: str) -> ConnectError:
    """Return what *fault*, met when connecting, means."""
    code = ExitCode.NO_BROKER
    match fault:
        case TokenError():
            code, text = ExitCode.REFUSED, f"No login at {where}: {fault}"
        case AuthenticationFailedError() | SaslAuthenticationFailed():
            oauth = settings.sasl_mechanism == "OAUTHBEARER"
            check = "the token" if oauth else "RASID_SASL_USERNAME and RASID_SASL_PASSWORD"
            code, text = ExitCode.REFUSED, f"The broker {where} refuses the login. Check {check}."
        case UnsupportedSaslMechanismError() | IllegalSaslStateError():
            code = ExitCode.REFUSED
            text = (
                f"The broker {where} does not offer this login on this port. Check RASID_SASL_MECHANISM and the port."
            )
        case ssl.SSLCertVerificationError():
            code = ExitCode.TLS
            text = f"The certificate of {where} is not trusted: {fault.verify_message}. Check RASID_TLS_CA_FILE."
        case ssl.SSLError():
            code = ExitCode.TLS
            reason = (fault.reason or "handshake failed").lower().replace("_", " ")
            text = (
                f"No TLS with {where}: {reason}. Check that this port speaks TLS, and, where the broker asks for a "
                "client certificate, RASID_TLS_CERT_FILE and RASID_TLS_KEY_FILE."
            )
        case socket.gaierror():
            text = f"No host of this name: {where}. Check RASID_BROKER."
        case ConnectionRefusedError():
            text = f"Nothing listens at {where}. Start the broker, or check RASID_BROKER."
        case TimeoutError():
            text = (
                f"{where} does not answer within {_PROBE_SECONDS:g} s. Check RASID_BROKER, the network, and whether "
                "the port speaks TLS (RASID_TLS)."
            )
        case KafkaError() | OSError() | EOFError():
            code, text = _hung_up(settings, where)
        case _:
            text = f"Connecting to {where} failed: {type(fault).__name__}."
    return ConnectError(text, code)


def _hung_up(settings: Settings, where: str) -> tuple[ExitCode, str]:
    if settings.sasl_mechanism == "OAUTHBEARER":
        # A broker that does not like a token only hangs up.
        return ExitCode.REFUSED, f"{where} hung up at the login. Check the token, and the port."
    if settings.tls:
        return ExitCode.TLS, (
            f"{where} hung up. Check that this port speaks TLS, whether it asks for a client certificate "
            "(RASID_TLS_CERT_FILE), and RASID_SASL_MECHANISM."
        )
    hint = "Check whether this port speaks TLS (RASID_TLS), and is Kafka's."
    return ExitCode.TLS, f"{where} hung up at the first request. {hint}"


def _after_connecting(settings: Settings, where: str, cause: BaseException) -> str:
    if settings.sasl_mechanism is None:
        return (
            f"The broker {where} answers, but serves nothing without a login. Check RASID_SASL_MECHANISM, the port, "
            "and that the addresses it advertises can be reached from here."
        )
    if settings.sasl_mechanism == "OAUTHBEARER":
        return f"The broker {where} answers, but serves nothing. Check the token."
    return (
        f"The broker {where} answers, but then failed with {type(cause).__name__}. Check that the addresses it "
        "advertises can be reached from here."
    )


async def _probe(address: str, options: Mapping[str, Any]) -> BaseException | None:
    """Return what goes wrong in connecting to *address*, or None."""
    host, _, port = address.rpartition(":")
    security = {key: value for key, value in options.items() if key.startswith("sasl_")}
    try:
        conn = await asyncio.wait_for(
            create_conn(
                host.strip("[]"),
                int(port),
                security_protocol=options["security_protocol"],
                ssl_context=options["ssl_context"],
                request_timeout_ms=int(_PROBE_SECONDS * 1000),
                **security,
            ),
            _PROBE_SECONDS,
        )
    except Exception as fault:  # noqa: BLE001 - whatever it is, `explain` names it
        return _root(fault)
    conn.close()
    return None


def _root(fault: BaseException) -> BaseException:
    """Return the most telling exception of the chain: aiokafka wraps the rest in a lost connection."""
    telling = (ssl.SSLError, AuthenticationFailedError, SaslAuthenticationFailed, TokenError)
    link: BaseException | None = fault
    while link is not None:
        if isinstance(link, telling):
            return link
        link = link.__cause__ or link.__context__
    return fault
