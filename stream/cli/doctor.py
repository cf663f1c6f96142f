"""`rasid doctor`: what is wrong, and what to do about it."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from stream.cli.asynchronous import run
from stream.cli.failure import Failed
from stream.cli.options import broker_options
from stream.doctor import Finding, examine
from stream.settings import Settings
from stream.terminal import visible

_COLOURS = {"ok": "green", "warning": "yellow", "failed": "red", "skipped": "bright_black"}


@click.command()
@click.option(
    "--watch",
    type=click.FloatRange(0.1, 600),
    default=5.0,
    show_default=True,
    help="Seconds to look whether offsets move while articles wait.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@broker_options
def doctor(*, settings: Settings, watch: float, as_json: bool) -> None:
    """Check versions, settings, lexicons, broker, topics and lag, and say what to do about what is wrong.

    \b
    Examples:
      rasid doctor
      rasid doctor --broker kafka.example:9092 --json

    \b
    Exit codes:
      0 nothing failed, warnings aside · otherwise the code with which a worker would end that meets the first failure
      (1, 65, 69, 74, 76, 77, 78, 79; `rasid --help` tells what each means)
    """
    findings = run(_show(settings, watch, as_json=as_json))
    failed = [finding for finding in findings if finding.verdict == "failed"]
    if failed:
        raise Failed(f"{len(failed)} of {len(findings)} checks failed", failed[0].code)


async def _show(settings: Settings, watch: float, *, as_json: bool) -> list[Finding]:
    findings = []
    async for finding in examine(settings, watch=watch):
        findings.append(finding)
        if as_json:
            click.echo(json.dumps(asdict(finding) | {"code": int(finding.code)}, ensure_ascii=False))
            continue
        verdict = click.style(f"{finding.verdict:8}", fg=_COLOURS[finding.verdict])
        click.echo(f"{verdict} {finding.check:9} {visible(finding.text)}")
        if finding.remedy:
            click.echo(f"{'':18} {finding.remedy}")
    return findings
