"""stream/formats/csv_lines.py: lines that a spreadsheet reads as they are meant."""

from __future__ import annotations

import csv
import io

import pytest

from stream.formats.csv_lines import heading, line
from stream.formats.fields import ALERT_COLUMNS, INCIDENT_COLUMNS, gone_row, row
from stream.terminal import visible
from tests.formats.made import bare, full, hostile, incident


def test_lines_are_read_back() -> None:
    """Every column under its name, what is unknown empty, one line for each item."""
    text = heading(ALERT_COLUMNS) + line(row(full())) + line(row(bare())) + line(row(hostile()))
    assert text.count("\n") == 4
    one, two, three = csv.DictReader(io.StringIO(text))
    assert one == {name: "" if value is None else str(value) for name, value in row(full()).items()}
    assert two["place"] == ""
    assert three["lon"] == "-2.0"


def test_incidents_and_those_that_are_gone_have_the_same_columns() -> None:
    """So that they stand in one file."""
    text = heading(INCIDENT_COLUMNS) + line(row(incident(full()))) + line(gone_row("x"))
    one, two = csv.DictReader(io.StringIO(text))
    assert one["killed_best"] == "3"
    assert one["headline_en"].startswith("Three killed")
    assert (two["incident_id"], two["lifecycle"], two["kind"]) == ("x", "retracted", "")
    assert tuple(row(incident(full()))) == INCIDENT_COLUMNS
    assert tuple(row(full())) == tuple(row(bare())) == ALERT_COLUMNS


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "＋1", "－1", "＠x", "=cmd|'/c calc'!A1"],
)
def test_no_text_is_a_formula(text: str) -> None:
    """It begins with an apostrophe, in quotes or not; a negative number stays a number."""
    (values,) = csv.reader(io.StringIO(line({"text": text, "number": -1.5})))
    assert values[0].startswith("'")
    assert values[1] == "-1.5"


def test_no_line_drives_a_terminal_or_breaks() -> None:
    """Control characters and line ends inside a text are written out."""
    text = line(row(hostile()))
    assert text.count("\n") == 1
    assert visible(text.rstrip("\n")) == text.rstrip("\n")
    assert not text.startswith(("=", '"='))
