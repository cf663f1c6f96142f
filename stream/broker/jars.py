"""Apache Kafka's own jars, resolved once by Maven into the user's cache, and the Java that runs them."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from importlib import resources
from pathlib import Path

from stream.broker.errors import BrokerError
from stream.broker.paths import cache_dir

# The same as in pom.xml and docker-compose.yml.
KAFKA_VERSION = "4.3.1"
OLDEST_JAVA = 17
PACKAGES_NEEDED = "On Debian: apt-get install default-jre-headless maven"

_MAVEN_SECONDS = 900


def java_command(environ: Mapping[str, str] = os.environ) -> str:
    """Return the path of a Java that is new enough: JAVA_HOME's, else the one on PATH.

    Raises BrokerError when there is none.
    """
    home = environ.get("JAVA_HOME", "")
    candidate = Path(home) / "bin" / "java" if home else None
    java = str(candidate) if candidate and candidate.is_file() else shutil.which("java", path=environ.get("PATH"))
    if java is None:
        raise BrokerError(f"Java {OLDEST_JAVA} or newer is not on PATH. {PACKAGES_NEEDED}")
    try:
        asked = subprocess.run([java, "-version"], capture_output=True, text=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired) as cause:
        raise BrokerError(f"{java} does not run: {cause}. {PACKAGES_NEEDED}") from cause
    version = java_version(asked.stderr + asked.stdout)
    if version < OLDEST_JAVA:
        message = f"{java} is Java {version or 'of an unknown version'}; Apache Kafka needs {OLDEST_JAVA} or newer."
        raise BrokerError(f"{message} {PACKAGES_NEEDED}")
    return java


def java_version(banner: str) -> int:
    """Return the major version in what `java -version` prints, 0 when it shows none."""
    found = re.search(r'version "(?:1\.)?(\d+)', banner)
    return int(found.group(1)) if found else 0


def jars_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder where this version's jars are kept; it exists only once they are complete."""
    return cache_dir(environ) / f"kafka-{KAFKA_VERSION}"


def can_have_jars(environ: Mapping[str, str] = os.environ) -> bool:
    """Say whether the jars are in the cache already or there is a Maven that could bring them."""
    return jars_dir(environ).is_dir() or shutil.which("mvn", path=environ.get("PATH")) is not None


def ensure_jars(*, say: Callable[[str], None], environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder with all jars, after letting Maven resolve them if this is the first time.

    Raises BrokerError when Maven is missing or fails; its whole output is then in the file that the message names.
    """
    target = jars_dir(environ)
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.with_name(f"{target.name}.lock").open("w") as lock:
        # Two programs that start at once share one download.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.is_dir():
            say(f"Fetching Apache Kafka {KAFKA_VERSION} with Maven into {target} (45 MB, once)")
            _resolve_into(target, environ)
    return target


def _resolve_into(target: Path, environ: Mapping[str, str]) -> None:
    maven = shutil.which("mvn", path=environ.get("PATH"))
    if maven is None:
        raise BrokerError(f"Maven (mvn) is not on PATH; it brings Apache Kafka {KAFKA_VERSION}. {PACKAGES_NEEDED}")
    log = target.with_name(f"{target.name}.log")
    with tempfile.TemporaryDirectory(prefix=f"{target.name}-", dir=target.parent) as scratch:
        pom = Path(scratch) / "pom.xml"
        pom.write_bytes(resources.files("stream.broker").joinpath("pom.xml").read_bytes())
        libs = Path(scratch) / "libs"
        with log.open("wb") as output:
            try:
                ended = subprocess.run(
                    [maven, "-B", "-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={libs}"],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    timeout=_MAVEN_SECONDS,
                    env=dict(environ),
                    check=False,
                )
            except subprocess.TimeoutExpired as cause:
                raise BrokerError(f"Maven did not finish within {_MAVEN_SECONDS} s; its output is in {log}") from cause
        if ended.returncode or not list(libs.glob("kafka_*.jar")):
            raise BrokerError(
                f"Maven could not bring Apache Kafka {KAFKA_VERSION} (exit code {ended.returncode}). Check the network "
                f"and Maven's settings.xml; Maven's output is in {log}"
            )
        # The folder appears in one step, so that a half-filled one is never taken for complete.
        libs.rename(target)
    log.unlink()
