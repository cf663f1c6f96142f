"""The documents name only what is there."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import click
import pytest

from stream.cli import main
from stream.exit_codes import ExitCode
from stream.settings import CONFIG_VARIABLE, Settings

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "deploy/README.md",
    "docs/clusters.md",
    "docs/replay.md",
    "docs/run.md",
    "docs/subscribe.md",
    "docs/serve.md",
]


def text_of(name: str) -> str:
    """Return a document's text."""
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_to_files_lead_somewhere(name: str) -> None:
    """No link points at a file that was moved."""
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text_of(name)):
        assert ((ROOT / name).parent / target).exists(), target


@pytest.mark.parametrize("name", DOCUMENTS)
def test_make_knows_every_target_that_is_named(name: str) -> None:
    """`make X` in a document is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make ([a-z]+)", text_of(name), re.MULTILINE)) <= targets


@pytest.mark.parametrize("name", DOCUMENTS)
def test_rasid_knows_every_command_that_is_named(name: str) -> None:
    """`rasid X` in a document is a command."""
    known = main.list_commands(click.Context(main))
    assert set(re.findall(r"(?:`|/)rasid ([a-z][a-z-]*)", text_of(name))) <= set(known)


def test_every_command_is_named_in_the_readme() -> None:
    """Whoever reads the README learns of each command."""
    named = set(re.findall(r"`rasid ([a-z][a-z-]*)", text_of("README.md")))
    assert set(main.list_commands(click.Context(main))) <= named


def test_every_target_is_listed_by_help() -> None:
    """`make help` shows each target that people may call."""
    phony = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(phony[0].split()) == set(re.findall(r"^  make ([a-z]+)", shown, re.MULTILINE))


def test_ci_calls_make_test_and_nothing_else() -> None:
    """What CI runs is what developers run."""
    assert text_of(".ci/run").rstrip().endswith("exec make --no-print-directory test")


def test_the_exit_codes_that_are_named_are_the_workers_own() -> None:
    """SECURITY.md tells a supervisor what to do at every code with which a worker stops by itself."""
    rows = re.findall(r"^\| ([0-9, ]+) \|", text_of("SECURITY.md"), re.MULTILINE)
    named = {int(code) for row in rows for code in row.split(",")}
    others = {ExitCode.OK, ExitCode.FAILED, ExitCode.USAGE, ExitCode.OVER_LIMIT, ExitCode.NOT_WRITTEN}
    assert named == set(ExitCode) - others


def test_every_setting_that_a_document_names_exists() -> None:
    """RASID_X in a document is a setting, or the variable that names the settings file."""
    known = {f"RASID_{name.upper()}" for name in Settings.model_fields} | {CONFIG_VARIABLE}
    for name in DOCUMENTS:
        assert set(re.findall(r"RASID_[A-Z_]*[A-Z]", text_of(name))) <= known, name
