from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import stream.broker
from stream.broker import BrokerError
from stream.broker.docker import compose_file
from stream.broker.jars import KAFKA_VERSION, ensure_jars, jars_dir, java_version


@pytest.mark.parametrize(
    ("banner", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('openjdk version "25" 2025-09-16', 25),
        ('java version "1.8.0_392"', 8),
        ("command not found", 0),
    ],
)
def test_the_java_version_is_read_from_any_banner(banner: str, version: int) -> None:
    """Old and new ways of counting Java versions are understood."""
    assert java_version(banner) == version


def test_one_kafka_version_stands_everywhere() -> None:
    """Code, Maven's pom and the compose file name the same Kafka."""
    pom = Path(stream.broker.__file__).with_name("pom.xml").read_text(encoding="utf-8")
    (pinned,) = re.findall("<kafka.version>(.+)</kafka.version>", pom)
    compose = yaml.safe_load(compose_file().read_text(encoding="utf-8"))
    assert pinned == KAFKA_VERSION
    assert compose["services"]["kafka"]["image"].partition("@")[0] == f"apache/kafka:{KAFKA_VERSION}"


def test_a_failing_maven_leaves_its_output_and_no_jars(tmp_path: Path) -> None:
    """The error names the file with Maven's words, and the next start tries again."""
    (tmp_path / "mvn").write_text("#!/bin/sh\necho no route to host\nexit 1\n", encoding="utf-8")
    (tmp_path / "mvn").chmod(0o755)
    environ = {"PATH": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    said: list[str] = []
    with pytest.raises(BrokerError, match="exit code 1") as caught:
        ensure_jars(say=said.append, environ=environ)
    (log,) = re.findall(r"in (\S+\.log)$", str(caught.value))
    assert "no route to host" in Path(log).read_text(encoding="utf-8")
    assert not jars_dir(environ).exists()
    assert "once" in said[0]
