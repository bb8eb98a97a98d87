"""Comparisons outlive a restart; a file that is damaged is told of and harms no other."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.errors import ComparisonNotKeptError, InvalidNameError, UnknownComparisonError
from core.simulation.kept import LONGEST_TITLE, ComparisonStore
from tests.core.builders import NOON, TickingClock
from tests.core.learners import curve, outcome_of

OUTCOME = outcome_of(curve(0, 0.5, 0.9), curve(1, 1 / 3, 0.95), seeds=2)


def store_in(folder: Path) -> ComparisonStore:
    ids = (f"{number:032x}" for number in range(100))
    return ComparisonStore(folder, clock=TickingClock(), new_id=ids.__next__)


@pytest.fixture
def store(tmp_path: Path) -> ComparisonStore:
    return store_in(tmp_path / "comparisons")


def test_before_the_first_one_there_is_none(store, tmp_path):
    assert store.entries() == ()
    assert list(tmp_path.iterdir()) == []


def test_a_comparison_comes_back_as_it_was_after_a_restart(store, tmp_path):
    kept = store.add("Digits", OUTCOME)
    again = ComparisonStore(tmp_path / "comparisons").load(kept.id)
    assert again == kept
    assert again.outcome == OUTCOME
    assert again.made_at == NOON
    assert [file.name for file in (tmp_path / "comparisons").iterdir()] == [f"{kept.id}.json"]


def test_the_newest_is_listed_first_with_title_and_date(store):
    first = store.add("First", OUTCOME)
    second = store.add("Second", OUTCOME.finished(cancelled=True))
    assert [(one.id, one.title, one.made_at, one.cancelled) for one in store.entries()] == [
        (second.id, "Second", second.made_at, True),
        (first.id, "First", first.made_at, False),
    ]


def test_a_new_title_is_kept_and_seen_in_the_list(store):
    kept = store.add("Digits", OUTCOME)
    assert store.entries()[0].title == "Digits"
    store.rename(kept.id, "  All \n digits ")
    assert store.load(kept.id) == kept.model_copy(update={"title": "All digits"})
    assert [one.title for one in store.entries()] == ["All digits"]


@pytest.mark.parametrize("title", ["", " ", "x" * (LONGEST_TITLE + 1), "a\x00b"])
def test_what_is_no_title_is_refused(store, title):
    kept = store.add("Digits", OUTCOME)
    with pytest.raises(InvalidNameError):
        store.rename(kept.id, title)
    assert store.load(kept.id) == kept


def test_a_deleted_one_is_gone_and_deleting_it_again_changes_nothing(store):
    kept = store.add("Digits", OUTCOME)
    store.delete(kept.id)
    store.delete(kept.id)
    assert store.entries() == ()
    with pytest.raises(UnknownComparisonError, match="does not exist any more"):
        store.load(kept.id)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[]", b'{"id": 3}'])
def test_a_damaged_file_is_told_of_and_can_be_deleted(store, tmp_path, caplog, content):
    kept = store.add("Digits", OUTCOME)
    sound = store.add("Others", OUTCOME)
    file = tmp_path / "comparisons" / f"{kept.id}.json"
    file.write_bytes(content)
    (damaged,) = [one for one in store.entries() if one.problem]
    assert damaged.id == kept.id
    assert "is damaged" in damaged.problem
    assert [one.id for one in store.entries() if not one.problem] == [sound.id]
    assert "cannot be read" in caplog.text
    with pytest.raises(UnknownComparisonError, match="is damaged"):
        store.load(kept.id)
    store.delete(kept.id)
    assert [one.id for one in store.entries()] == [sound.id]


def test_a_file_under_the_name_of_another_is_none(store, tmp_path):
    kept = store.add("Digits", OUTCOME)
    file = tmp_path / "comparisons" / f"{kept.id}.json"
    other = file.with_name(f"{'ab' * 16}.json")
    other.write_bytes(file.read_bytes())
    with pytest.raises(UnknownComparisonError, match="is damaged"):
        store.load("ab" * 16)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "x", "..", "A" * 32, "0" * 65])
def test_a_name_leads_nowhere_else(store, tmp_path, name):
    (tmp_path / "x.json").write_text("{}")
    for act in (store.load, store.delete):
        with pytest.raises(UnknownComparisonError, match="no such comparison"):
            act(name)


def test_other_files_in_the_folder_are_left_alone(store, tmp_path):
    store.add("Digits", OUTCOME)
    for name in ("notes.json", "x.txt", "tmp123.unfinished"):
        (tmp_path / "comparisons" / name).write_text("mine")
    assert len(store.entries()) == 1


def test_what_cannot_be_written_is_told_of_and_leaves_nothing(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ComparisonNotKeptError, match="could not be kept"):
        store_in(tmp_path / "file").add("Digits", OUTCOME)


def test_what_is_written_only_in_part_is_never_seen(store, tmp_path, monkeypatch):
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    store.add("Digits", OUTCOME)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ComparisonNotKeptError, match="No space left"):
        store.add("Others", OUTCOME)
    assert [one.title for one in store.entries()] == ["Digits"]
    assert len(list((tmp_path / "comparisons").iterdir())) == 1
