from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from stream.state_store import MemoryStore, RocksStore, StateStore, StateStoreError

DAY = 86_400.0


@pytest.fixture(params=["memory", "disk"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], StateStore]:
    """Give what makes a store."""
    return MemoryStore if request.param == "memory" else lambda: RocksStore(tmp_path / "state")


def test_the_newest_entry_of_each_key_is_kept(make: Callable[[], StateStore]) -> None:
    """In the order of the keys, those removed left out."""
    store = make()
    assert (store.offset, list(store.items())) == (0, [])
    store.write({b"b": b"1", b"a": b"1", b"c": b"1"}, offset=3)
    store.write({b"b": b"2", b"c": None, b"d": None}, offset=7)
    assert (store.offset, list(store.items())) == (7, [(b"a", b"1"), (b"b", b"2")])
    assert (store.get(b"b"), store.get(b"c")) == (b"2", None)
    store.close()


def test_a_store_on_disk_goes_on_where_it_ended(tmp_path: Path) -> None:
    """With its offset."""
    store = RocksStore(tmp_path / "s")
    store.write({b"a": b"1"}, offset=5)
    store.close()
    again = RocksStore(tmp_path / "s")
    assert (again.offset, list(again.items())) == (5, [(b"a", b"1")])
    again.close()


@pytest.mark.parametrize(("days", "kept"), [(5, True), (7, False)])
def test_an_old_copy_is_thrown_away(tmp_path: Path, *, days: float, kept: bool) -> None:
    """The changelog may have forgotten by then what was removed from it."""
    store = RocksStore(tmp_path / "s", clock=lambda: 0.0)
    store.write({b"a": b"1"}, offset=5)
    store.close()
    later = RocksStore(tmp_path / "s", clock=lambda: days * DAY)
    assert (later.offset, list(later.items())) == ((5, [(b"a", b"1")]) if kept else (0, []))
    later.close()


def test_a_folder_is_for_one_process(tmp_path: Path) -> None:
    """The error says which folder, and what to do."""
    store = RocksStore(tmp_path / "s")
    with pytest.raises(StateStoreError, match="RASID_STATE_DIR"):
        RocksStore(tmp_path / "s")
    store.close()
