"""docs/clusters.md: every block of settings is one that Rasid takes, and the plan is what the command prints."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from stream.cli import main
from stream.kafka import client_options, make_producer
from stream.settings import load_settings

TEXT = (Path(__file__).parents[2] / "docs" / "clusters.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: re.findall(r'"([^":,]+)', block)[0])
@pytest.mark.asyncio
async def test_each_block_gives_clients(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is valid, a producer can be made of it, and its login is encrypted."""
    for name in [name for name in os.environ if name.startswith("RASID_")]:
        monkeypatch.delenv(name)
    path = tmp_path / "rasid.toml"
    path.write_text(block, encoding="utf-8")
    settings = load_settings(path)
    options = client_options(settings)
    assert options["security_protocol"] == ("SASL_SSL" if settings.sasl_mechanism else "SSL")
    producer = make_producer(settings)
    await producer.stop()


def test_every_kind_of_cluster_has_a_block() -> None:
    """Of each section that names a cluster."""
    sections = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", TEXT, re.DOTALL | re.MULTILINE))
    for name in ("Apache Kafka", "Redpanda", "Amazon MSK", "Confluent Cloud"):
        assert "```toml" in sections[name]


def test_the_plan_is_what_the_command_prints() -> None:
    """Word for word."""
    (shown,) = re.findall(r"\$ rasid plan\n(.*?)```", TEXT, re.DOTALL)
    result = CliRunner().invoke(main, ["plan"])
    assert result.exit_code == 0
    assert [line.rstrip() for line in result.output.splitlines()] == [line.rstrip() for line in shown.splitlines()]


@pytest.mark.parametrize("command", re.findall(r"^rasid (topics .+)$", TEXT, re.MULTILINE))
def test_the_commands_are_ours(command: str) -> None:
    """With options that there are."""
    name, sub, *words = command.split()
    group = main.get_command(main.make_context("rasid", [], resilient_parsing=True), name)
    assert group is not None
    found = group.get_command(None, sub)  # type: ignore[attr-defined]  # a group
    found.make_context(sub, words)
