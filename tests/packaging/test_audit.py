"""The audit of the dependencies passes only what was looked up and is clean."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    """Load the program."""
    spec = importlib.util.spec_from_file_location("rasid_ci_audit", ROOT / ".ci" / "audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def clean(name: str, version: str) -> dict[str, Any]:
    """What pip-audit reports of a package without faults."""
    return {"name": name, "version": version, "vulns": []}


def test_every_pin_is_found(audit: ModuleType) -> None:
    """With extras and markers; hashes and comments are none."""
    lock = (
        "aiohttp==3.1 \\\n    --hash=sha256:00\n    # via rasid\n"
        "Foo_Bar[x]==2.0 ; sys_platform == 'win32' \\\n    --hash=sha256:01\n"
    )
    assert audit.pins(lock) == {"aiohttp": "3.1", "foo-bar": "2.0"}
    for name in audit.LOCKS:
        text = (ROOT / name).read_text(encoding="utf-8")
        entries = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
        assert len(audit.pins(text)) == len(entries) > 20


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        pytest.param([clean("a", "1"), clean("B.b", "2")], [], id="all are clean"),
        pytest.param([clean("a", "1")], ["b-b 2: not audited"], id="one was left out"),
        pytest.param(
            [clean("a", "1"), {"name": "b-b", "skip_reason": "not found"}],
            ["b-b 2: not audited: not found"],
            id="one was skipped",
        ),
        pytest.param([clean("a", "9"), clean("b-b", "2")], ["a 1: not audited"], id="another version"),
        pytest.param(
            [{"name": "a", "version": "1", "vulns": [{"id": "X-1", "fix_versions": ["2"]}]}, clean("b-b", "2")],
            ["a 1: X-1, mended in 2"],
            id="a vulnerability",
        ),
    ],
)
def test_what_is_vulnerable_or_was_not_looked_up_is_a_fault(
    audit: ModuleType, entries: list[dict[str, Any]], words: list[str]
) -> None:
    """A package that is skipped may be the vulnerable one."""
    found = audit.faults({"a": "1", "b-b": "2"}, {"dependencies": entries})
    assert len(found) == len(words)
    assert all(line.startswith(word) for line, word in zip(found, words, strict=True))


@pytest.mark.parametrize(
    ("entries", "code", "words"),
    [
        pytest.param([clean("a", "1"), clean("b-b", "2")], 0, "2 packages: 0 not audited, 0 known", id="clean"),
        pytest.param([clean("a", "1")], 1, "b-b 2: not audited", id="one not looked up"),
        pytest.param([], 2, "Nothing was audited, none of 2 packages", id="none looked up"),
    ],
)
def test_the_audit_passes_only_when_all_is_clean(
    audit: ModuleType, entries: list[dict[str, Any]], code: int, words: str
) -> None:
    """A mirror that serves packages and no vulnerabilities gives an error, and not a list of a hundred lines."""
    text, found = audit.verdict({"a": "1", "b-b": "2"}, {"dependencies": entries})
    assert found == code
    assert words in text


def test_without_the_service_the_audit_fails() -> None:
    """It never passes for want of an answer."""
    command = [sys.executable, str(ROOT / ".ci" / "audit.py"), "--vulnerability-service=osv"]
    done = subprocess.run(
        [*command, "--osv-url=http://127.0.0.1:1/", "--timeout=1"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith("Nothing was audited")
