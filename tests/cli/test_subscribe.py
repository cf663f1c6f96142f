"""`rasid subscribe`: what is refused before anything is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from stream.cli import main
from stream.filters import Parameter


def _refused(*arguments: str) -> tuple[int, str]:
    """Return exit code and complaint, on a broker that is not there: it must not be asked."""
    done = CliRunner().invoke(main, ["subscribe", "--broker", "127.0.0.1:1", *arguments])
    assert done.stdout == ""
    return done.exit_code, done.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--near", "1,2"], "--near '1,2': write lat,lon,km"),
        (["--type", "boom"], "--type 'boom': it is none of armed_clash"),
        (["--kind", "war"], "'war' is not one of"),
        (["--kind", "attack", "--type", "aid"], "kind and type exclude each other"),
        (["--sources", "2"], "sources is for incidents"),
        (["--from", "now"], "'now' is no time"),
        (["--output", "a", "--to-topic", "b"], "exclude each other"),
        (["--output", "a", "--format", "table"], "--format table is for the terminal"),
        (["--to-topic", "a", "--format", "csv"], "--format csv is for files"),
        (["--undelivered", "a"], "--undelivered and --allow-private go with --webhook"),
        (["--allow-private"], "--undelivered and --allow-private go with --webhook"),
        (["--sender", "a b"], "--sender: 'a b' cannot name a sender"),
        (["--to-topic", "rasid.alerts.attack"], "rasid.alerts.attack is where they come from"),
        (["--output", "."], "is a directory"),
        (["--webhook", "ftp://x"], "the webhook is no address of the form https://host/path"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(arguments: list[str], complaint: str) -> None:
    """Exit code 2, and words that say what to write."""
    code, told = _refused(*arguments)
    assert code == 2
    assert complaint in told


def test_a_webhook_needs_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 78: nothing is sent that its receiver could not verify."""
    monkeypatch.delenv("RASID_WEBHOOK_SECRET", raising=False)
    code, told = _refused("--webhook", "https://desk.example/hook")
    assert code == 78
    assert "set RASID_WEBHOOK_SECRET" in told
    monkeypatch.setenv("RASID_WEBHOOK_SECRET", "too short")
    assert _refused("--webhook", "https://desk.example/hook")[0] == 78


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """Exit code 72, with its name."""
    code, told = _refused("--output", str(tmp_path / "no" / "folder"))
    assert code == 72
    assert "no/folder cannot be written" in told


def test_every_condition_has_an_option() -> None:
    """Under the same name as in a query string."""
    told = CliRunner().invoke(main, ["subscribe", "--help"]).stdout
    assert [name for name in Parameter if f"--{name.value} " not in told] == []
