"""stream/sinks/webhook.py: signed, retried, given up, and never to a private address."""

from __future__ import annotations

import asyncio
import base64
import socket
import time
from collections.abc import Iterable
from email.utils import formatdate
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from stream.settings_errors import SettingsError
from stream.sinks import UndeliveredError
from stream.sinks.undelivered import Undelivered
from stream.sinks.webhook import Retries, WebhookUrlError, check_url, signature, signing_key, webhook
from stream.subscribe import Delivered, Gone
from tests.integration.subscribers import Receiver

SECRET = SecretStr("sixteen characters and more")
RECORD: Any = SimpleNamespace(topic="t", partition=0, offset=7, key=b"k", value=b"{}", headers=(), timestamp=0)
DELIVERED = Delivered(Gone("مصدر\r\nx: y"), RECORD)


class Kept:
    """Remembers what was not delivered."""

    def __init__(self) -> None:
        self.letters: list[Undelivered] = []

    async def keep(self, letter: Undelivered) -> None:
        self.letters.append(letter)


def _post(
    url: str, *, attempts: int = 4, allow_private: bool = True, timeout: float = 5, kept: Kept | None = None
) -> list[float]:
    """Post one document to *url* and return the waits between the attempts, which are not waited."""
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async def post() -> None:
        retries = Retries(attempts=attempts, timeout_seconds=timeout, first_wait_seconds=1)
        async with webhook(
            url,
            SECRET,
            media_type="application/json",
            allow_private=allow_private,
            undelivered=kept,
            retries=retries,
            sleep=sleep,
        ) as hook:
            await hook.take(DELIVERED, '{"نص": 1}')
            await hook.settle()

    asyncio.run(post())
    return waits


def _answered(answers: Iterable[int], *, headers: dict[str, str] | None = None) -> tuple[list[float], Receiver, Kept]:
    """Post to a receiver that gives *answers*; return waits, receiver and what was kept."""
    kept = Kept()
    with Receiver(answers, headers).serving() as receiver:
        waits = _post(receiver.url, kept=kept)
    return waits, receiver, kept


def test_the_signature_of_the_specification() -> None:
    """Secret, id, timestamp and body as Standard Webhooks' own libraries sign them."""
    key = signing_key(SecretStr("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    made = signature(key, id_="msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp=1614265330, body=b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    "secret", [None, SecretStr(""), SecretStr("fifteen charact"), SecretStr("whsec_!!"), SecretStr("whsec_YWJj")]
)
def test_a_secret_that_signs_nothing_well_is_refused(secret: SecretStr | None) -> None:
    """Missing, too short, or damaged; the message names the setting and not the secret."""
    with pytest.raises(SettingsError, match="RASID_WEBHOOK_SECRET") as error:
        signing_key(secret)
    assert not secret or not secret.get_secret_value() or secret.get_secret_value() not in str(error.value)
    assert signing_key(SECRET) == SECRET.get_secret_value().encode()
    assert signing_key(SecretStr("whsec_" + base64.b64encode(b"x" * 24).decode())) == b"x" * 24


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "ftp://example.org",
        "https://",
        "https://user:hunter2@example.org",
        "http://[::1",
        "http://h:x",
    ],
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    """Before anything is read; a password in it is not repeated."""
    with pytest.raises(WebhookUrlError) as error:
        check_url(url)
    assert "hunter2" not in str(error.value)


def test_what_is_posted() -> None:
    """The document, its type, and an id that cannot break the headers."""
    waits, receiver, kept = _answered([])
    ((headers, body),) = receiver.posts
    assert body == '{"نص": 1}'.encode()
    assert headers["content-type"] == "application/json"
    assert headers["webhook-id"] == "%D9%85%D8%B5%D8%AF%D8%B1%0D%0Ax%3A%20y.gone"
    expected = signature(
        signing_key(SECRET), id_=headers["webhook-id"], timestamp=int(headers["webhook-timestamp"]), body=body
    )
    assert headers["webhook-signature"] == expected
    assert (waits, kept.letters) == ([], [])


@pytest.mark.parametrize("answer", [408, 425, 429, 500, 503, 599])
def test_what_may_pass_is_tried_again_after_longer_waits(answer: int) -> None:
    """Doubling, scattered between half and whole, until the attempts are used up."""
    waits, receiver, kept = _answered([answer] * 9)
    assert len(receiver.posts) == 4
    for wait, longest in zip(waits, (1, 2, 4), strict=True):
        assert longest / 2 <= wait <= longest
    assert len({headers["webhook-id"] for headers, _ in receiver.posts}) == 1
    ((attempts, reason),) = [(letter.attempts, letter.reason) for letter in kept.letters]
    assert (attempts, reason) == (4, f"it answered {answer}")


@pytest.mark.parametrize("answer", [301, 302, 307, 308, 400, 401, 404, 410])
def test_what_will_not_pass_is_kept_at_once(answer: int) -> None:
    """Redirects are not followed: the place they lead to was not looked at."""
    waits, receiver, kept = _answered([answer], headers={"location": "/elsewhere"})
    assert len(receiver.posts) == 1
    assert waits == []
    assert str(answer) in kept.letters[0].reason
    assert kept.letters[0].receiver == receiver.url.partition("/hook")[0]


@pytest.mark.parametrize(
    ("retry_after", "least", "most"),
    [
        ("7", 7, 7),
        ("100000", 300, 300),
        (100.0, 80, 100),
        (-100.0, 0.5, 1),
        ("soon", 0.5, 1),
        ("-5", 0.5, 1),
        ("٧", 0.5, 1),
        ("0", 0.5, 1),
    ],
)
def test_a_receiver_may_ask_for_a_pause(retry_after: str | float, least: float, most: float) -> None:
    """In seconds or as a time, here so many seconds from now; what cannot be read, or is no wait, changes nothing."""
    if isinstance(retry_after, float):
        retry_after = formatdate(time.time() + retry_after, usegmt=True)
    value = retry_after.encode().decode("latin-1")
    waits, _, kept = _answered([429], headers={"retry-after": value})
    assert len(waits) == 1
    assert least <= waits[0] <= most
    assert kept.letters == []


def test_without_anybody_to_keep_it_the_error_says_what_to_do() -> None:
    """It names the receiver without path and query, which may be secret."""
    with Receiver([400]).serving() as receiver, pytest.raises(UndeliveredError) as error:
        _post(receiver.url)
    assert "hidden" not in str(error.value)
    assert "it answered 400" in str(error.value)
    assert "--undelivered" in str(error.value)


def test_a_receiver_that_is_silent_or_not_there_is_tried_again() -> None:
    """Each attempt ends in time."""
    kept = Kept()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        assert len(_post(url, attempts=2, timeout=0.2, kept=kept)) == 1
    assert len(_post(url, attempts=2, kept=kept)) == 1
    assert [letter.reason for letter in kept.letters] == ["no answer within 0.2 s", "ClientConnectorError"]


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        *((host, "is not public") for host in ("127.0.0.1", "localhost", "0x7f.1", "[::ffff:127.0.0.1]")),
        *((host, "neither a name nor a plain address") for host in ("127.1", "2130706433")),
    ],
)
def test_a_private_address_is_never_connected_to(host: str, reason: str) -> None:
    """However it is written; there is no second attempt, and nobody is asked anything."""
    kept = Kept()
    with Receiver().serving() as receiver:
        assert _post(receiver.url.replace("127.0.0.1", host), allow_private=False, kept=kept) == []
        assert receiver.posts == []
    assert reason in kept.letters[0].reason


def test_a_name_that_changes_its_address_gains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address that is connected to is the one that is looked at: public when asked first, then loopback."""
    answers = iter(["93.184.215.14", "127.0.0.1"])

    async def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers, "127.0.0.1"), port))]

    kept = Kept()
    with Receiver().serving() as receiver:
        port = receiver.url.split(":")[2].partition("/")[0]

        async def post() -> None:
            loop = asyncio.get_running_loop()
            monkeypatch.setattr(loop, "getaddrinfo", getaddrinfo)
            # Nobody looks before connecting: the first question is ours, as an attacker would count on.
            await loop.getaddrinfo("rebind.example", int(port))
            async with webhook(
                f"http://rebind.example:{port}/", SECRET, media_type="text/plain", undelivered=kept
            ) as hook:
                await hook.take(DELIVERED, "x")

        asyncio.run(post())
        assert receiver.posts == []
    assert "127.0.0.1 is not public" in kept.letters[0].reason


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would connect for us to whatever it is told."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    _, receiver, _ = _answered([])
    assert len(receiver.posts) == 1
