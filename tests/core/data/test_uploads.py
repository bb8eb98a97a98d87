"""What a browser sends lands where it should, whatever it is called."""

from __future__ import annotations

from io import BytesIO

import pytest

from core.data.uploads import clear_uploads, save_uploads
from core.errors import InvalidDatasetError


def test_one_file_keeps_its_name_and_several_their_folders(tmp_path):
    alone = save_uploads(tmp_path, [("pets.zip", BytesIO(b"1"))])
    assert (alone.name, alone.read_bytes()) == ("pets.zip", b"1")
    files = [("cat/1.png", BytesIO(b"2")), ("dog\\1.png", BytesIO(b"3"))]
    together = save_uploads(tmp_path, files)
    found = {p.relative_to(together).as_posix(): p.read_bytes() for p in together.rglob("*.png")}
    assert found == {"cat/1.png": b"2", "dog/1.png": b"3"}
    assert alone.parent != together.parent


@pytest.mark.parametrize(
    "name", ["../../a.png", "/etc/passwd", "C:\\a.png", "..", "", "a/../../b.png", "//x/y", "a\0b"]
)
def test_no_name_leads_out_of_the_folder(tmp_path, name):
    place = tmp_path / "uploads"
    for files in ([(name, BytesIO(b"1"))], [(name, BytesIO(b"1")), ("b.png", BytesIO(b"2"))]):
        save_uploads(place, files)
    assert [path.name for path in tmp_path.iterdir()] == ["uploads"]
    assert all(path.is_relative_to(place.resolve()) for path in place.resolve().rglob("*"))


def test_two_of_one_name_are_both_there(tmp_path):
    files = [("a.png", BytesIO(b"1")), ("a.png", BytesIO(b"2"))]
    folder = save_uploads(tmp_path, files)
    assert sorted(path.read_bytes() for path in folder.iterdir()) == [b"1", b"2"]


def test_what_cannot_be_stored_is_told_and_leaves_nothing(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InvalidDatasetError, match="cannot be stored"):
        save_uploads(tmp_path / "file", [("a.png", BytesIO(b"1"))])
    with pytest.raises(InvalidDatasetError, match="cannot be stored"):
        save_uploads(tmp_path, [("n" * 300, BytesIO(b"1"))])
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_only_what_is_old_is_cleared(tmp_path):
    save_uploads(tmp_path, [("a.png", BytesIO(b"1"))])
    clear_uploads(tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
    clear_uploads(tmp_path / "missing")
