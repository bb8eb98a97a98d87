"""Notes outlive a restart; what cannot be read or written costs no more than time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from core.engine.accuracies import Notes


def test_a_number_is_known_after_a_restart(tmp_path):
    path = tmp_path / "cache" / "notes.txt"
    notes = Notes(path)
    assert notes.get("a") is None
    notes.put("a", 0.1 + 0.2)
    notes.put("b", 1.0)
    again = Notes(path)
    assert (again.get("a"), again.get("b"), again.get("c")) == (0.1 + 0.2, 1.0, None)


def test_without_a_file_numbers_are_known_until_the_end():
    notes = Notes()
    notes.put("a", 0.5)
    assert notes.get("a") == 0.5


def test_a_number_is_written_once(tmp_path):
    notes = Notes(tmp_path / "notes.txt")
    notes.put("a", 0.5)
    notes.put("a", 0.5)
    assert (tmp_path / "notes.txt").read_text() == "a 0.5\n"


def test_lines_that_make_no_sense_are_passed_over(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_bytes(b"a 0.5\n\xff\xfe\nb\nc half\nd 0.25\ne 0.")
    notes = Notes(path)
    assert [notes.get(name) for name in "abcd"] == [0.5, None, None, 0.25]


@pytest.mark.parametrize("told", ["nan", "inf", "-inf", "7.0", "-0.1", "1.0000001", "1e999"])
def test_what_is_no_share_is_not_believed(tmp_path, told):
    path = tmp_path / "notes.txt"
    path.write_text(f"a {told}\nb 0.0\nc 1.0\n")
    notes = Notes(path)
    assert [notes.get(name) for name in "abc"] == [None, 0.0, 1.0]


def test_a_number_that_was_not_written_to_its_end_is_not_believed(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("a 0.5\nb 0.98")
    notes = Notes(path)
    assert [notes.get(name) for name in "ab"] == [0.5, None]
    notes.put("c", 0.75)
    again = Notes(path)
    assert [again.get(name) for name in "ab"] == [0.5, None]


def test_a_file_that_cannot_be_written_is_told_of_and_no_more(tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")
    notes = Notes(tmp_path / "file" / "notes.txt")
    notes.put("a", 0.5)
    assert notes.get("a") == 0.5
    assert "Nothing can be noted" in caplog.text


def test_threads_may_write_at_the_same_time(tmp_path):
    notes = Notes(tmp_path / "notes.txt")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: notes.put(f"n{i % 100}", i % 100 / 100), range(800)))
    again = Notes(tmp_path / "notes.txt")
    assert all(again.get(f"n{i}") == i / 100 for i in range(100))
    assert len((tmp_path / "notes.txt").read_text().splitlines()) == 100
