"""stream/replays/progress_file.py: going on where a replay stopped."""

from __future__ import annotations

from pathlib import Path

import pytest

from stream.replays.progress_file import ProgressError, ProgressFile, mark_of

IDENTITY = {"paths": ["a.jsonl"], "topic": "t"}


def _open(folder: Path, mark: str = "m", *, restart: bool = False, **more: str) -> ProgressFile:
    return ProgressFile(folder, IDENTITY | more, mark, restart=restart)


def test_the_same_replay_goes_on_and_another_begins(tmp_path: Path) -> None:
    """What makes it the same is its identity."""
    first = _open(tmp_path)
    assert not first.is_resumed
    first.progress.settled, first.progress.ends = 7, {"0": 9}
    first.save(now=True)
    first.close()
    again = _open(tmp_path)
    assert again.is_resumed
    assert (again.progress.settled, again.progress.ends) == (7, {"0": 9})
    again.close()
    other = _open(tmp_path, topic="u")
    assert not other.is_resumed
    other.close()
    anew = _open(tmp_path, restart=True)
    assert not anew.is_resumed
    anew.close()


def test_a_replay_that_is_done_is_forgotten(tmp_path: Path) -> None:
    """Nothing of it stays."""
    file = _open(tmp_path)
    file.progress.settled = 7
    file.save(now=True)
    file.remove()
    assert list(tmp_path.iterdir()) == []


def test_changed_archives_and_damaged_files_are_not_gone_on_with(tmp_path: Path) -> None:
    """Each says that --restart begins anew."""
    file = _open(tmp_path)
    file.save(now=True)
    file.close()
    with pytest.raises(ProgressError, match=r"have changed .* --restart"):
        _open(tmp_path, "other")
    file.path.write_text("{", encoding="utf-8")
    with pytest.raises(ProgressError, match="damaged; --restart"):
        _open(tmp_path)
    _open(tmp_path, restart=True).close()


def test_one_process_at_a_time(tmp_path: Path) -> None:
    """The other is told so."""
    file = _open(tmp_path)
    with pytest.raises(ProgressError, match="another process"):
        _open(tmp_path)
    file.close()
    _open(tmp_path).close()


def test_the_mark_changes_with_the_files(tmp_path: Path) -> None:
    """Added, changed, or gone; and not by being read."""
    path = tmp_path / "a.jsonl"
    path.write_text("{}\n")
    marks = [mark_of([str(tmp_path)]), mark_of([str(tmp_path)])]
    path.write_text("{}\n{}\n")
    marks.append(mark_of([str(tmp_path)]))
    (tmp_path / "b.jsonl").write_text("")
    marks.append(mark_of([str(tmp_path)]))
    assert marks[0] == marks[1]
    assert len(set(marks)) == 3
