"""Deliveries posted to a webhook, signed after the Standard Webhooks specification (standardwebhooks.com).

The signature in `webhook-signature` is `v1,` and the base64 of an HMAC-SHA256 over `{id}.{timestamp}.{body}`, where
`webhook-id` is the same in every attempt and `webhook-timestamp` is that of the attempt, in seconds.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, quote, urlsplit

import aiohttp
from pydantic import SecretStr

from stream.public_addresses import PublicSockets
from stream.settings_errors import SettingsError
from stream.sinks import UndeliveredError
from stream.sinks.undelivered import Undelivered, UndeliveredKeeper
from stream.subscribe import Delivered

DEFAULT_ATTEMPTS = 8
DEFAULT_TIMEOUT_SECONDS = 10.0

_PREFIX = "whsec_"
_SHORTEST_SECRET = 16
_LONGEST_WAIT_SECONDS = 60.0
# A receiver that asks for more has to make do with this.
_LONGEST_RETRY_AFTER_SECONDS = 300.0
# Besides all of the 500s: too slow, too early, too often.
_PASSING = frozenset({408, 425, 429})


class WebhookUrlError(ValueError):
    """The address of a webhook cannot be used. The text says why; it holds nothing of the address but its host."""


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a delivery is tried, and how long an attempt may take. The waits between double, up to a minute."""

    attempts: int = DEFAULT_ATTEMPTS
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    first_wait_seconds: float = 1.0

    def wait_seconds(self, attempt: int) -> float:
        """Return how long to wait after the *attempt*-th, scattered so that not all come back at once."""
        longest = min(self.first_wait_seconds * 2.0 ** (attempt - 1), _LONGEST_WAIT_SECONDS)
        return float(longest) * random.uniform(0.5, 1)  # noqa: S311  # nosec B311 - nothing secret


def signing_key(secret: SecretStr | None) -> bytes:
    """Return the key that *secret* stands for. Raises SettingsError where it is missing, short or damaged."""
    text = secret.get_secret_value() if secret else ""
    if not text:
        raise SettingsError("A webhook is signed: set RASID_WEBHOOK_SECRET to a text that its receiver knows too.")
    key = text.encode()
    if text.startswith(_PREFIX):
        try:
            key = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
        except binascii.Error:
            raise SettingsError("RASID_WEBHOOK_SECRET begins with whsec_, but no base64 follows.") from None
    if len(key) < _SHORTEST_SECRET:
        raise SettingsError(f"RASID_WEBHOOK_SECRET is too short: {_SHORTEST_SECRET} characters are the least.")
    return key


def signature(key: bytes, *, id_: str, timestamp: int, body: bytes) -> str:
    """Return what stands in `webhook-signature`."""
    digest = hmac.digest(key, f"{id_}.{timestamp}.".encode() + body, "sha256")
    return f"v1,{base64.b64encode(digest).decode()}"


def check_url(url: str) -> SplitResult:
    """Return the parts of *url*. Raises WebhookUrlError unless it is http or https with a host and without a user."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as cause:
        raise WebhookUrlError(f"the webhook is no address: {cause}") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise WebhookUrlError("the webhook is no address of the form https://host/path")
    if parts.username or parts.password:
        raise WebhookUrlError("the webhook has a user in its address; the signature tells the receiver who sends")
    return parts


class Webhook:
    """Posts each delivery until it is taken: 2xx. `webhook` makes one."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        key: bytes,
        *,
        media_type: str,
        sockets: PublicSockets | None,
        undelivered: UndeliveredKeeper | None,
        retries: Retries,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        parts = check_url(url)
        self._session = session
        self._url = url
        self._key = key
        self._media_type = media_type
        self._sockets = sockets
        self._undelivered = undelivered
        self._retries = retries
        self._sleep = sleep
        # Paths and queries of webhooks often are secrets.
        self.receiver = f"{parts.scheme}://{parts.netloc}"

    async def take(self, delivered: Delivered, document: str) -> None:
        """Post *document*; what nobody takes is kept as undelivered. Raises UndeliveredError where nobody keeps it."""
        attempt = 0
        while True:
            attempt += 1
            # Our own ids need no quoting; whatever else is in the topic must not break the headers.
            outcome = await self._post(quote(delivered.id, safe=""), document.encode())
            if outcome is None:
                return
            if not outcome.may_pass or attempt >= self._retries.attempts:
                break
            await self._sleep(outcome.wait_seconds or self._retries.wait_seconds(attempt))
        if self._undelivered is None:
            raise UndeliveredError(
                f"{self.receiver} did not take {delivered.id} in {attempt} attempts: {outcome.reason}. Nothing after "
                "it was sent, and a group resumes with it. --undelivered keeps such messages and goes on."
            )
        letter = Undelivered(delivered, document, self._media_type, self.receiver, outcome.reason, attempt)
        await self._undelivered.keep(letter)

    async def settle(self) -> None:
        """Nothing is kept back: what was taken was answered."""

    async def _post(self, id_: str, body: bytes) -> _Refusal | None:
        timestamp = int(time.time())
        headers = {
            "content-type": self._media_type,
            "user-agent": "rasid",
            "webhook-id": id_,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(self._key, id_=id_, timestamp=timestamp, body=body),
        }
        if self._sockets:
            self._sockets.refused = None
        try:
            async with self._session.post(self._url, data=body, headers=headers, allow_redirects=False) as answer:
                # Its text is of no interest, and may have no end.
                status, retry_after = answer.status, answer.headers.get("retry-after")
        except TimeoutError:
            return _Refusal(f"no answer within {self._retries.timeout_seconds:g} s", may_pass=True)
        except aiohttp.InvalidURL:
            return _Refusal("its host is neither a name nor a plain address", may_pass=False)
        except (aiohttp.ClientError, OSError) as cause:
            if self._sockets and self._sockets.refused:
                reason = f"its address {self._sockets.refused} is not public; --allow-private allows such ones"
                return _Refusal(reason, may_pass=False)
            return _Refusal(f"{type(cause).__name__}", may_pass=True)
        return _judged(status, retry_after)


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why an attempt failed; *may_pass*: another one may not. *wait_seconds*: the receiver asked for this pause."""

    reason: str
    may_pass: bool
    wait_seconds: float | None = None


def _judged(status: int, retry_after: str | None) -> _Refusal | None:
    """Return what an answer means: None where the delivery was taken."""
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return _Refusal(f"it redirects ({status}), which is not followed: give the final address", may_pass=False)
    may_pass = status >= 500 or status in _PASSING
    return _Refusal(f"it answered {status}", may_pass=may_pass, wait_seconds=_asked_wait(retry_after))


def _asked_wait(retry_after: str | None) -> float | None:
    """Return the seconds that `Retry-After` asks for, in either of its forms, within bounds."""
    if not retry_after:
        return None
    try:
        seconds = float(retry_after) if retry_after.isascii() and retry_after.isdigit() else _until(retry_after)
    except (ValueError, TypeError):
        return None
    return min(max(seconds, 0.0), _LONGEST_RETRY_AFTER_SECONDS) or None


def _until(moment: str) -> float:
    return parsedate_to_datetime(moment).timestamp() - time.time()


@asynccontextmanager
async def webhook(
    url: str,
    secret: SecretStr | None,
    *,
    media_type: str,
    allow_private: bool = False,
    undelivered: UndeliveredKeeper | None = None,
    retries: Retries | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncIterator[Webhook]:
    """Give a webhook for *url*, which only public addresses are connected for unless *allow_private*.

    Neither redirects nor the proxies of the environment are followed. Raises WebhookUrlError and SettingsError.
    """
    check_url(url)
    key = signing_key(secret)
    retries = retries or Retries()
    sockets = None if allow_private else PublicSockets()
    connector = aiohttp.TCPConnector(socket_factory=sockets, use_dns_cache=False)
    async with aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=retries.timeout_seconds),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
    ) as session:
        yield Webhook(
            session,
            url,
            key,
            media_type=media_type,
            sockets=sockets,
            undelivered=undelivered,
            retries=retries,
            sleep=sleep,
        )
