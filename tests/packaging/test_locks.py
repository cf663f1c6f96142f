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


LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-bench.lock"]


def wanted(group: str) -> list[Requirement]:
    """Return what pyproject.toml states: the package's requirements and those of *group*; of `bench` its own alone."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    stated = [] if group == "bench" else list(project["project"]["dependencies"])
    if group:
        groups = project["dependency-groups"]
        for entry in groups[group]:
            stated += [entry] if isinstance(entry, str) else groups[entry["include-group"]]
    return [Requirement(text) for text in stated]


@pytest.mark.parametrize(("name", "group"), list(zip(LOCKS, ["", "dev", "bench"], strict=True)))
def test_every_stated_dependency_is_locked_in_its_range(name: str, group: str) -> None:
    """After a change of pyproject.toml `make lock` must be run."""
    pins = dict(PINNED.findall((ROOT / name).read_text(encoding="utf-8")))
    for requirement in wanted(group):
        version = pins.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement} is not in {name}: run `make lock`"
        assert requirement.specifier.contains(version), f"{name} has {version} for {requirement}: run `make lock`"


@pytest.mark.parametrize("name", LOCKS)
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


def test_what_is_measured_is_what_is_tested() -> None:
    """The benchmarks bring no other version of anything that the tests have."""
    tested = dict(PINNED.findall((ROOT / "requirements-dev.lock").read_text(encoding="utf-8")))
    measured = dict(PINNED.findall((ROOT / "requirements-bench.lock").read_text(encoding="utf-8")))
    assert {name: version for name, version in measured.items() if tested.get(name, version) != version} == {}
