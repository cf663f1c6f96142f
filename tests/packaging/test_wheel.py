from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("stream", "schemas")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built anew from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    """The names of the files in the wheel."""
    return set(zipfile.ZipFile(wheel).namelist())


def test_every_file_of_the_packages_is_in_the_wheel(names: set[str]) -> None:
    """Code and data alike: what a checkout finds, an installed package finds."""
    expected = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert expected <= names


@pytest.mark.parametrize(
    ("folder", "ending"),
    [
        ("stream/detection/lexicons/", ".yaml"),
        ("stream/broker/", "pom.xml"),
        ("stream/broker/", "docker-compose.yml"),
        ("schemas/", ".py"),
    ],
)
def test_the_data_that_commands_need_is_in_the_wheel(names: set[str], folder: str, ending: str) -> None:
    """A misspelt or forgotten folder does not vanish silently."""
    assert [name for name in names if name.startswith(folder) and name.endswith(ending)]


def test_nothing_else_is_in_the_wheel(names: set[str]) -> None:
    """Tests, caches and notes stay out; the licence and the command are in."""
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)
    assert [name for name in names if name.endswith(".dist-info/licenses/LICENSE")]
    assert [name for name in names if name.endswith(".dist-info/entry_points.txt")]


def test_the_unpacked_wheel_finds_its_files_from_any_directory(wheel: Path, tmp_path: Path) -> None:
    """Without the checkout, the compose file and Maven's pom are found inside the package."""
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    program = f"""
import sys
sys.path.insert(0, {str(tmp_path / "site")!r})
from importlib import resources
from stream.broker.docker import compose_file
print(compose_file().is_file(), resources.files("stream.broker").joinpath("pom.xml").is_file(), compose_file())
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.startswith(f"True True {tmp_path / 'site'}"), done.stderr
