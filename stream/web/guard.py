"""Who may read the page, and what a browser may do with it: every answer passes here."""

from __future__ import annotations

import base64
import binascii
import hmac
import ipaddress

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stream.settings import Settings
from stream.settings_errors import SettingsError
from stream.web.problems import problem

SHORTEST_TOKEN = 16

_READING = frozenset({"GET", "HEAD"})
_OPEN = frozenset({"/health/live", "/health/ready"})
_HEADERS = {
    # Nothing inline, nothing from elsewhere; the default policy of static/trusted.js lets one constant pass.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types default"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def is_loopback(host: str) -> bool:
    """Say whether *host*, a name or an address, is this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_settings(settings: Settings) -> None:
    """Raise SettingsError when the page would be open to others without a token, or with one that can be guessed."""
    token = settings.serve_token
    if token is None and not is_loopback(settings.serve_host):
        raise SettingsError(
            f"RASID_SERVE_HOST {settings.serve_host} can be reached by others, and RASID_SERVE_TOKEN is not set. "
            "Set it to a long random text (openssl rand -hex 32), or serve on 127.0.0.1."
        )
    if token is not None and len(token.get_secret_value()) < SHORTEST_TOKEN:
        raise SettingsError(
            f"RASID_SERVE_TOKEN is shorter than {SHORTEST_TOKEN} characters. "
            "Take a long random one: openssl rand -hex 32"
        )


class Guard:
    """Middleware that lets reading pass and nothing else, asks for the token, and tells the browser to be strict.

    The token is a bearer token, or the password of Basic authentication under any name: browsers and feed readers ask
    for that by themselves. Without a token only names of this machine are answered to: another site whose name is
    made to point here would otherwise read the page through the visitor's browser.
    """

    def __init__(self, app: ASGIApp, *, token: str | None) -> None:
        self._app = app
        self._token = token.encode() if token else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let the application answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        request = Request(scope)
        refusal = self._refusal(request)
        await (refusal or self._app)(scope, receive, send_with_headers)

    def _refusal(self, request: Request) -> ASGIApp | None:
        if request.method not in _READING:
            return problem(405, "This service is for reading only.", headers={"Allow": "GET, HEAD"})
        if request.url.path in _OPEN:
            return None
        if self._token is None:
            if not is_loopback(_host(request.headers)):
                return problem(421, "Only names of this machine are answered to: open http://127.0.0.1 instead.")
        elif not self._knows_token(request.headers):
            challenge = 'Basic realm="rasid", charset="UTF-8"'
            return problem(401, "The token is missing or wrong.", headers={"WWW-Authenticate": challenge})
        return None

    def _knows_token(self, headers: Headers) -> bool:
        scheme, _, given = headers.get("Authorization", "").partition(" ")
        password = given.strip().encode()
        if scheme.lower() == "basic":
            try:
                password = base64.b64decode(password, validate=True).partition(b":")[2]
            except (binascii.Error, ValueError):
                return False
        elif scheme.lower() != "bearer":
            return False
        return hmac.compare_digest(password, self._token or b"")


def _host(headers: Headers) -> str:
    """The name that the client asked for, without its port."""
    host = headers.get("Host", "")
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]
