from __future__ import annotations

import base64

import pytest

from stream.settings import load_settings
from stream.settings_errors import SettingsError
from stream.web.guard import check_settings, is_loopback
from tests.web.site import Site

TOKEN = "correct-horse-battery-staple"


def basic(password: str) -> str:
    """The header of Basic authentication."""
    return "Basic " + base64.b64encode(f"anybody:{password}".encode()).decode()


@pytest.mark.parametrize("path", ["/", "/static/main.js", "/api/v1/status", "/nothing", "/api/v1/alerts?severity=x"])
def test_every_answer_tells_the_browser_to_be_strict(still_site: Site, path: str) -> None:
    """Pages, files, data and errors alike: nothing inline, nothing from elsewhere, no guessing of types."""
    headers = still_site.get(path).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == policy["form-action"] == "'none'"
    assert {policy[name] for name in policy if name.endswith("-src") and name != "default-src"} == {"'self'"}
    assert policy["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in headers
    assert "server" not in headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_it_is_for_reading_only(still_site: Site, method: str) -> None:
    """No method that changes anything."""
    assert still_site.get("/api/v1/alerts", method=method).status == 405


@pytest.mark.parametrize("host", ["attacker.example", "127.0.0.1.attacker.example", "", "[::2]:80"])
def test_without_a_token_only_names_of_this_machine_are_answered_to(still_site: Site, host: str) -> None:
    """A site whose name is made to point to loopback cannot read the page through a visitor's browser."""
    assert still_site.get("/api/v1/alerts", Host=host).status == 421


@pytest.mark.parametrize("host", ["localhost:8088", "127.0.0.1", "[::1]:8088"])
def test_names_of_this_machine_are_answered_to(still_site: Site, host: str) -> None:
    """With and without a port."""
    assert still_site.get("/api/v1/alerts", Host=host).status == 200


def test_with_a_token_nothing_is_shown_without_it() -> None:
    """As a bearer token for programs, as the password of any user for browsers and feed readers."""
    with Site(serve_token=TOKEN) as site:
        for path in ("/", "/static/main.js", "/api/v1/alerts", "/api/v1/events", "/api/v1/alerts.atom", "/nothing"):
            refused = site.get(path, Host="rasid.example")
            assert refused.status == 401
            assert refused.headers["WWW-Authenticate"].startswith("Basic ")
            for wrong in (basic("x"), "Bearer x", "Bearer", "Basic %%%", f"Digest {TOKEN}", basic(TOKEN + "x"), TOKEN):
                assert site.get(path, Authorization=wrong).status == 401
        for right in (basic(TOKEN), f"Bearer {TOKEN}", f"bearer {TOKEN}"):
            assert site.get("/api/v1/alerts", Authorization=right, Host="rasid.example").status == 200
        assert site.get("/health/live").status == 200
        assert TOKEN not in site.get("/", Authorization=basic(TOKEN)).text


@pytest.mark.parametrize(
    ("host", "token", "fine"),
    [
        ("127.0.0.1", None, True),
        ("localhost", None, True),
        ("::1", None, True),
        ("127.0.0.2", TOKEN, True),
        ("0.0.0.0", TOKEN, True),  # noqa: S104 - nothing is bound
        ("0.0.0.0", None, False),  # noqa: S104 - the same
        ("::", None, False),
        ("192.0.2.1", None, False),
        ("page.example", None, False),
        ("127.0.0.1", "short", False),
    ],
)
def test_others_can_reach_the_page_only_with_a_token(host: str, token: str | None, fine: bool) -> None:
    """And one that cannot be guessed."""
    settings = load_settings(flags={"serve_host": host, "serve_token": token})
    if fine:
        check_settings(settings)
    else:
        with pytest.raises(SettingsError, match="RASID_SERVE_TOKEN"):
            check_settings(settings)


def test_what_is_loopback() -> None:
    """Names are not looked up: who answers for them may change."""
    assert all(map(is_loopback, ["localhost", "127.0.0.1", "127.9.9.9", "::1"]))
    assert not any(map(is_loopback, ["", "0.0.0.0", "::", "localhost.example", "10.0.0.1"]))  # noqa: S104
