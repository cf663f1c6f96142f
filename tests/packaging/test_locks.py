"""The lock files hold what pyproject.toml asks for, and nothing that ties them to one place."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PINNED = re.compile(r"^([a-z0-9][a-z0-9.\-]*)==([^ ;\\]+)", re.MULTILINE)


def wanted(*, dev: bool) -> list[Requirement]:
    """Return the requirements that pyproject.toml states."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    stated = list(project["project"]["dependencies"])
    if dev:
        groups = project["dependency-groups"]
        for entry in groups["dev"]:
            stated += [entry] if isinstance(entry, str) else groups[entry["include-group"]]
    return [Requirement(text) for text in stated]


@pytest.mark.parametrize(("name", "dev"), [("requirements.lock", False), ("requirements-dev.lock", True)])
def test_every_stated_dependency_is_locked_in_its_range(name: str, dev: bool) -> None:
    """After a change of pyproject.toml `make lock` must be run."""
    pins = dict(PINNED.findall((ROOT / name).read_text(encoding="utf-8")))
    for requirement in wanted(dev=dev):
        version = pins.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement} is not in {name}: run `make lock`"
        assert requirement.specifier.contains(version), f"{name} has {version} for {requirement}: run `make lock`"


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_pin_has_hashes_and_no_registry_is_named(name: str) -> None:
    """Whoever installs chooses the registry, and gets the same files from each."""
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[a-z0-9])", text.split("\n", 2)[2])
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text
    assert "--index-url" not in text
    assert "--find-links" not in text


def test_both_lock_files_agree() -> None:
    """What is tested is what is shipped."""
    shipped = dict(PINNED.findall((ROOT / "requirements.lock").read_text(encoding="utf-8")))
    tested = dict(PINNED.findall((ROOT / "requirements-dev.lock").read_text(encoding="utf-8")))
    assert shipped.items() <= tested.items()
