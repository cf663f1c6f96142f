"""docs/serve.md: its commands start, its addresses answer, its table is complete."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from stream.cli import main
from stream.settings import Settings
from stream.web.guard import check_settings
from tests.web.site import Site

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "serve.md").read_text(encoding="utf-8")
LINES = [line for block in re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL) for line in block.splitlines()]


def test_every_command_is_of_a_kind_that_is_tried_here() -> None:
    """None is left out."""
    assert {
        line for line in LINES if not re.match(r"curl |(RASID_SERVE_TOKEN=\S+ \S+ \S+ \S+ )?rasid serve", line)
    } == set()
    assert len(LINES) >= 9


@pytest.mark.parametrize("line", [line for line in LINES if "rasid serve" in line])
def test_commands_are_taken(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With their options and their settings, up to where the address would be bound."""
    served: list[Settings] = []

    async def serve(settings: Settings) -> None:
        check_settings(settings)
        served.append(settings)

    monkeypatch.setattr("stream.cli.serve.serve_page", serve)
    if "RASID_SERVE_TOKEN" in line:
        monkeypatch.setenv("RASID_SERVE_TOKEN", "0123456789abcdef" * 4)
    result = CliRunner().invoke(main, shlex.split(line.rpartition("rasid ")[2]))
    assert result.exit_code == 0, result.output
    assert len(served) == 1


@pytest.mark.parametrize("line", [line for line in LINES if line.startswith("curl")])
def test_addresses_answer(still_site: Site, line: str) -> None:
    """The filters among them are read."""
    (url,) = shlex.split(line)[1:]
    answer = still_site.get(url.removeprefix("http://127.0.0.1:8088"))
    assert answer.status == 200
    assert answer.body


def test_every_address_of_the_text_is_there(still_site: Site) -> None:
    """In the OpenAPI document, or beside it."""
    known = {*still_site.get("/api/v1/openapi.json").json["paths"], "/api/v1/openapi.json"}
    known |= {"/health/live", "/health/ready"}
    named = {path.replace("ID", "{id}") for path in re.findall(r"`(/[\w./-]+)`", GUIDE)}
    assert len(named) > 8
    assert named <= known


def test_every_setting_stands_in_the_table_with_its_default() -> None:
    """All that begin with serve_."""
    rows = dict(re.findall(r"^\| `RASID_(SERVE_\w+)` \| (\S+) \|", GUIDE, re.MULTILINE))
    fields = {name.upper(): field.default for name, field in Settings.model_fields.items() if name.startswith("serve_")}
    assert {name: "none" if default is None else str(default) for name, default in fields.items()} == rows


def test_the_pictures_are_there() -> None:
    """`python -m tests.web.pictures` takes them."""
    for name in re.findall(r"\]\((pictures/\w+\.png)\)", GUIDE):
        assert (ROOT / "docs" / name).stat().st_size > 20_000
