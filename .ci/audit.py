"""Known vulnerabilities in the lock files. Fails as well when a package could not be looked up: `make audit`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")
_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)


def pins(lock: str) -> dict[str, str]:
    """Return the version of each package in the text of a lock file, those for other systems included."""
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in _PIN.findall(lock)}


def faults(wanted: Mapping[str, str], report: Mapping[str, Any]) -> list[str]:
    """Return one line for each package of *wanted* that is vulnerable or was not audited, by pip-audit's *report*."""
    found = {re.sub(r"[-_.]+", "-", entry["name"]).lower(): entry for entry in report["dependencies"]}
    lines = []
    for name, version in wanted.items():
        entry = found.get(name)
        if entry is None:
            lines.append(f"{name} {version}: not audited: pip-audit left it out")
        elif "skip_reason" in entry:
            lines.append(f"{name} {version}: not audited: {entry['skip_reason']}")
        elif entry["version"] != version:
            lines.append(f"{name} {version}: not audited: pip-audit looked at {entry['version']}")
        else:
            for known in entry["vulns"]:
                fixed = ", ".join(known["fix_versions"]) or "no version yet"
                lines.append(f"{name} {version}: {known['id']}, mended in {fixed}")
    return lines


def main(options: Sequence[str]) -> int:
    """Audit every pin of the lock files with pip-audit and *options*; return 0, 1 for faults, 2 for no answer."""
    wanted: dict[str, str] = {}
    for lock in LOCKS:
        wanted |= pins((ROOT / lock).read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        # Without markers: pip-audit passes over what this system would not install, and says nothing.
        listed = Path(folder) / "requirements.txt"
        listed.write_text("".join(f"{name}=={version}\n" for name, version in wanted.items()), encoding="utf-8")
        command = [sys.executable, "-m", "pip_audit", "--no-deps", "--disable-pip", "--progress-spinner=off"]
        done = subprocess.run(
            [*command, "--format=json", "--requirement", str(listed), *options],
            capture_output=True,
            text=True,
            check=False,
        )
    try:
        report = json.loads(done.stdout)
    except json.JSONDecodeError:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        sys.stderr.write(f"Nothing was audited: pip-audit ended with {done.returncode}: {last}\n")
        return 2
    text, code = verdict(wanted, report)
    sys.stderr.write(text)
    return code


def verdict(wanted: Mapping[str, str], report: Mapping[str, Any]) -> tuple[str, int]:
    """Return what to say of *report*, and the exit code: 0, 1 for faults, 2 when nothing at all was looked up."""
    lines = faults(wanted, report)
    unseen = sum("not audited" in line for line in lines)
    where = (
        "What was not audited may be vulnerable. pip-audit asks https://pypi.org/pypi/NAME/VERSION/json, which most "
        "mirrors do not serve; AUDIT='--vulnerability-service osv' asks api.osv.dev instead.\n"
    )
    if unseen == len(wanted):
        return f"Nothing was audited, none of {len(wanted)} packages. The first: {lines[0]}\n{where}", 2
    told = "".join(f"{line}\n" for line in lines)
    known = len(lines) - unseen
    told += f"{len(wanted)} packages: {unseen} not audited, {known} known vulnerabilities.\n"
    return told + (where if unseen else ""), 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
