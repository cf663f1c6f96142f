"""The documents name only what is there."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import click
import pytest

from stream.cli import main

ROOT = Path(__file__).parents[2]
DOCUMENTS = ["README.md", "CONTRIBUTING.md", "deploy/README.md"]


def text_of(name: str) -> str:
    """Return a document's text."""
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_to_files_lead_somewhere(name: str) -> None:
    """No link points at a file that was moved."""
    for target in re.findall(r"\]\(([^)#:]+)\)", text_of(name)):
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
