"""Whatever a folder or a ZIP file holds, there is a sentence that says what to do, and no harm."""

from __future__ import annotations

import io
import json
import os
import socket
import struct
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data.archive import open_regular
from core.data.decoding import decode
from core.data.readers import folder as folders
from core.data.readers.found import Bad, BadImageError, Limits
from core.data.readers.listing import LARGEST
from core.data.readers.zipped import read_zip
from core.errors import InvalidDatasetError
from core.jobs.progress import silent
from tests.core.data.readers.pictures import folder_of, names_of, picture, read, zip_of

pytestmark = pytest.mark.filterwarnings("ignore:::PIL", "ignore:Duplicate name")

GOOD = names_of(["cat/1.png", "dog/2.png"])
KINDS = "Labelspread reads PNG, JPEG, GIF, BMP, TIFF and WebP files."
PACK = "Download or pack it again."
AGAIN = "Put the file back in its place, or choose the folder again."
CHANGED = "has changed since the folder was looked through."


@dataclass(frozen=True)
class Case:
    """Something made to do harm, or gone wrong; and what is said of it.

    ``refused`` is the whole error, ``bad`` what could not be listed, ``notes`` what was left out,
    ``image`` the error of the first image.
    """

    make: Callable[[Path], Path]
    refused: str = ""
    bad: tuple[Bad, ...] = ()
    notes: tuple[str, ...] = ()
    image: str = ""


# ---- ZIP files


def zipped(*others: tuple[str | zipfile.ZipInfo, bytes]) -> Callable[[Path], Path]:
    """A ZIP file of two good images and others."""

    def make(at: Path) -> Path:
        path = zip_of(at, GOOD)
        with zipfile.ZipFile(path, "a") as archive:
            for name, data in others:
                archive.writestr(name, data)
        return path

    return make


def only(**files: bytes) -> Callable[[Path], Path]:
    return lambda at: zip_of(at, {name.replace("_", "."): data for name, data in files.items()})


def alone(*names: str) -> Callable[[Path], Path]:
    """A ZIP file of nothing but these."""
    return lambda at: zip_of(at, dict.fromkeys(names, b"x"))


def changed(
    at: int, code: str, value: int, make: Callable[[Path], Path] | None = None, member: int = -1
) -> Callable[[Path], Path]:
    """A ZIP file that says something else in the directory of one of its members."""

    def make_it(where: Path) -> Path:
        path = (make or zipped(("cat/x.png", picture(9))))(where)
        data = bytearray(path.read_bytes())
        starts = [i for i in range(len(data)) if data[i : i + 4] == b"PK\1\2"]
        struct.pack_into(code, data, starts[member] + at, value)
        path.write_bytes(data)
        return path

    return make_it


def all_changed(at: int, code: str, value: int) -> Callable[[Path], Path]:
    first = changed(at, code, value, lambda where: zip_of(where, GOOD), 0)
    return changed(at, code, value, first, 1)


def raw(change: Callable[[bytes], bytes]) -> Callable[[Path], Path]:
    def make(at: Path) -> Path:
        path = zip_of(at, GOOD)
        path.write_bytes(change(path.read_bytes()))
        return path

    return make


def link(name: str, target: str) -> tuple[zipfile.ZipInfo, bytes]:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = 0o120777 << 16
    return info, target.encode()


def unmarked(name: bytes) -> Callable[[Path], Path]:
    """A ZIP file with a name whose encoding is not told."""

    def make(at: Path) -> Path:
        path = zipped(("cat/" + "x" * len(name), picture(9)))(at)
        path.write_bytes(path.read_bytes().replace(b"x" * len(name), name))
        return path

    return make


def gone_wrong(at: Path) -> Path:
    """The bytes of the first image are others than its checksum says."""
    path = at / "pets.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in GOOD.items():
            archive.writestr(name, data)
    damaged = bytearray(path.read_bytes())
    damaged[30 + len("cat/1.png") + 20] ^= 1
    path.write_bytes(damaged)
    return path


def bomb(at: Path) -> Path:
    path = at / "pets.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in GOOD:
            archive.writestr(name, bytes(10**7))
    return path


def only_links(at: Path) -> Path:
    path = at / "pets.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(*link("1.png", "2.png"))
    return path


def other_way(method: int) -> Callable[[Path], Path]:
    def make(at: Path) -> Path:
        path = zip_of(at, GOOD)
        with zipfile.ZipFile(path, "a", method) as archive:
            archive.writestr("cat/x.png", picture(9))
        return path

    return make


def bad(name: str, problem: str, remedy: str = "Rename it.") -> tuple[Bad, ...]:
    return (Bad(name, problem, remedy),)


OUT = "Its path leads out of the ZIP file."
WAY = "It is compressed in a way that Labelspread cannot read."
DEFLATE = "Pack it in the usual way (Deflate)."
CLAIMS = "It claims to be larger than it can be."
OVERLAP = f"The ZIP file pets.zip is damaged, or made to do harm: files in it overlap. {PACK}"

ZIPS = {
    "a path that goes up": Case(zipped(("../x.png", b"x")), bad=bad("../x.png", OUT)),
    "a path that goes up inside": Case(
        zipped(("cat/../../x.png", b"x")), bad=bad("cat/../../x.png", OUT)
    ),
    "an absolute path": Case(zipped(("/etc/x.png", b"x")), bad=bad("/etc/x.png", OUT)),
    "a drive of Windows": Case(zipped(("C:/x.png", b"x")), bad=bad("C:/x.png", OUT)),
    "a drive and backslashes": Case(zipped(("C:\\a\\x.png", b"x")), bad=bad("C:/a/x.png", OUT)),
    "backslashes that go up": Case(zipped(("..\\x.png", b"x")), bad=bad("../x.png", OUT)),
    "an empty folder name": Case(zipped(("cat//x.png", b"x")), bad=bad("cat//x.png", OUT)),
    "a line end in a name": Case(
        zipped(("cat/a\nb.png", b"x")),
        bad=bad("cat/ab.png", "Its name contains a character that cannot be seen (U+000A)."),
    ),
    "a name from right to left": Case(
        zipped(("cat/\u202egnp.exe.png", b"x")),
        bad=bad("cat/gnp.exe.png", "Its name contains a character that cannot be seen (U+202E)."),
    ),
    "a bell in a name": Case(
        zipped(("cat/\a.png", b"x")),
        bad=bad("cat/.png", "Its name contains a character that cannot be seen (U+0007)."),
    ),
    "a zero in a name": Case(
        unmarked(b"a\0b.png"),
        bad=bad("cat/ab.png", "Its name contains a character that cannot be seen (U+0000)."),
    ),
    "a link": Case(zipped(link("cat/x.png", "/etc/passwd")), notes=("1 link was left out.",)),
    "links": Case(
        zipped(link("cat/x.png", "/etc"), link("cat/y.png", ".")),
        notes=("2 links were left out.",),
    ),
    "one that is encrypted": Case(
        changed(8, "<H", 1), bad=bad("cat/x.png", "It is encrypted.", "Pack it without a password.")
    ),
    "all encrypted": Case(
        all_changed(8, "<H", 1),
        "The ZIP file pets.zip holds no images that can be used. cat/1.png: It is encrypted. And 1 "
        "more cannot be used. Pack it without a password.",
    ),
    "an unknown method": Case(changed(10, "<H", 77), bad=bad("cat/x.png", WAY, DEFLATE)),
    "Deflate64": Case(changed(10, "<H", 9), bad=bad("cat/x.png", WAY, DEFLATE)),
    "bzip2": Case(other_way(zipfile.ZIP_BZIP2), bad=bad("cat/x.png", WAY, DEFLATE)),
    "LZMA": Case(other_way(zipfile.ZIP_LZMA), bad=bad("cat/x.png", WAY, DEFLATE)),
    "four gigabytes in a few bytes": Case(
        changed(24, "<I", 2**32 - 2), bad=bad("cat/x.png", CLAIMS, PACK)
    ),
    "a stored file larger than it is": Case(
        changed(24, "<I", 10**6), bad=bad("cat/x.png", CLAIMS, PACK)
    ),
    "a packed file that reaches over the end": Case(
        changed(20, "<I", 10**6), f"The ZIP file pets.zip is cut off, or damaged. {PACK}"
    ),
    "two files of the same bytes": Case(changed(42, "<I", 0, member=1), OVERLAP),
    "a file inside of another": Case(changed(42, "<I", 40, member=1), OVERLAP),
    "a wrong checksum": Case(
        gone_wrong, image=(f"The file cat/1.png is damaged in the ZIP file. {PACK}")
    ),
    "a wrong checksum in the directory": Case(
        changed(16, "<I", 1, member=0),
        image=f"The file cat/1.png is damaged in the ZIP file. {PACK}",
    ),
    "a size that is too small": Case(
        changed(24, "<I", 5, member=0),
        image=f"The file cat/1.png is damaged in the ZIP file. {PACK}",
    ),
    "a file without its head": Case(
        raw(lambda data: b"XX" + data[2:]),
        image=f"The file cat/1.png is damaged in the ZIP file. {PACK}",
    ),
    "what is packed is no deflated file": Case(
        raw(lambda data: data[:39] + b"\xff" * 20 + data[59:]),
        image=f"The file cat/1.png is damaged in the ZIP file. {PACK}",
    ),
    "a name that is there twice": Case(
        zipped(("cat/1.png", picture(7))),
        notes=("1 file has the name of another, and a number was added to the name.",),
    ),
    "half of a ZIP file": Case(
        raw(lambda data: data[: len(data) // 2]),
        f"The file pets.zip cannot be read (File is not a zip file). {PACK}",
    ),
    "no directory": Case(
        raw(lambda data: data[:-30]),
        f"The file pets.zip cannot be read (File is not a zip file). {PACK}",
    ),
    "bytes before the ZIP file": Case(raw(lambda data: b"#!/bin/sh\n" + data)),
    "bytes after the ZIP file": Case(raw(lambda data: data + b"\r\n" * 10)),
    "an empty ZIP file": Case(
        alone(), f"The ZIP file pets.zip holds no images; it holds nothing. {KINDS}"
    ),
    "only text": Case(
        alone("a.txt", "b.TXT", "c"),
        f"The ZIP file pets.zip holds no images; it holds 2 .txt files and 1 file. {KINDS}",
    ),
    "only hidden files": Case(
        alone("__MACOSX/1.png", ".x.png"),
        f"The ZIP file pets.zip holds no images; it holds only hidden files. {KINDS}",
    ),
    "only a ZIP file inside": Case(
        alone("images.zip"),
        "The ZIP file pets.zip holds no images; it holds 1 .zip file. Unpack what is inside first.",
    ),
    "a ZIP file beside images": Case(
        zipped(("more.zip", b"PK")),
        notes=("1 other file was left out: more.zip. Unpack it first.",),
    ),
    "only photos of a telephone": Case(
        alone("1.heic", "2.HEIC"),
        "The ZIP file pets.zip holds no images; it holds 2 .heic files. Save them as PNG or JPEG.",
    ),
    "one image only": Case(
        alone("1.png"), "The ZIP file pets.zip holds one image only. A set has two images or more."
    ),
    "only links": Case(
        only_links,
        f"The ZIP file pets.zip holds no images; it holds nothing. 1 link was left out. {KINDS}",
    ),
    "no ZIP file at all": Case(
        raw(lambda _: b"Not found\n"),
        f"The file pets.zip cannot be read (File is not a zip file). {PACK}",
    ),
    "a UTF-8 mark on other bytes": Case(
        changed(8, "<H", 0x800, unmarked(b"\xff\xfe\xfd.png")),
        f"The file pets.zip cannot be read ('utf-8' codec can't decode byte 0xff in position 4: "
        f"invalid start byte). {PACK}",
    ),
}


# ---- folders


def holding(change: Callable[[Path], object]) -> Callable[[Path], Path]:
    """A folder of two good images that something is done with."""

    def make(at: Path) -> Path:
        path = folder_of(at, GOOD)
        (at / "outside.png").write_bytes(picture(9))
        change(path)
        return path

    return make


def bind(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as own:
        own.bind(os.fspath(path))


LINK = "1 link to a folder, to nothing or out of the folder was left out."

FOLDERS = {
    "a link out of it": Case(
        holding(lambda top: (top / "cat/x.png").symlink_to(top.parent / "outside.png")),
        notes=(LINK,),
    ),
    "a link upwards": Case(
        holding(lambda top: (top / "cat/x.png").symlink_to("../../outside.png")), notes=(LINK,)
    ),
    "a link to a device": Case(
        holding(lambda top: (top / "cat/x.png").symlink_to("/dev/zero")), notes=(LINK,)
    ),
    "a link to nothing": Case(
        holding(lambda top: (top / "cat/x.png").symlink_to("gone.png")),
        bad=bad("cat/x.png", "It cannot be read (No such file or directory).", "Leave it out."),
    ),
    "a link to itself": Case(
        holding(lambda top: (top / "cat/x.png").symlink_to("x.png")),
        bad=bad(
            "cat/x.png",
            "It cannot be read (Too many levels of symbolic links).",
            "Leave it out.",
        ),
    ),
    "a link to the folder around it": Case(
        holding(lambda top: (top / "cat/all").symlink_to(top)), notes=(LINK,)
    ),
    "a link to the root": Case(
        holding(lambda top: (top / "cat/root").symlink_to("/")), notes=(LINK,)
    ),
    "a pipe": Case(
        holding(lambda top: os.mkfifo(top / "cat/x.png")),
        notes=("1 thing that is no file was left out.",),
    ),
    "a socket": Case(
        holding(lambda top: bind(top / "cat/x.png")),
        notes=("1 thing that is no file was left out.",),
    ),
    "a name that is no text": Case(
        holding(lambda top: Path(os.fsdecode(os.fsencode(top) + b"/cat/\xff.png")).touch()),
        bad=bad("cat/.png", "Its name is not text (UTF-8)."),
    ),
    "a line end in a name": Case(
        holding(lambda top: (top / "cat/a\nb.png").touch()),
        bad=bad("cat/ab.png", "Its name contains a character that cannot be seen (U+000A)."),
    ),
    "a class from right to left": Case(
        lambda at: folder_of(at, GOOD | {"\u202ex/1.png": b"x"}, ["\u202ey"]),
        bad=bad("x/1.png", "Its name contains a character that cannot be seen (U+202E)."),
    ),
    "a folder that is called like an image": Case(
        holding(lambda top: (top / "cat/x.png").mkdir()),
    ),
    "an empty folder": Case(
        lambda at: folder_of(at, {}), f"The folder pets holds no images; it holds nothing. {KINDS}"
    ),
    "only text": Case(
        lambda at: folder_of(at, dict.fromkeys(["a.txt", "x/b.txt", "x/c.pdf"], b"")),
        f"The folder pets holds no images; it holds 2 .txt files and 1 .pdf file. {KINDS}",
    ),
    "many kinds": Case(
        lambda at: folder_of(at, dict.fromkeys(["a.a", "b.b", "c.c", "d.d", "e.e", "f.f"], b"")),
        "The folder pets holds no images; it holds 1 .a file, 1 .b file, 1 .c file, 1 .d file and "
        f"2 other files. {KINDS}",
    ),
}


def check(case: Case, path: Path) -> None:
    if case.refused:
        with pytest.raises(InvalidDatasetError) as caught:
            read(path)
        assert str(caught.value) == case.refused
        return
    with read(path) as found:
        assert found.bad == case.bad
        assert [note for note in found.notes if "no images of" not in note] == list(case.notes)
        assert found.n_items >= len(GOOD)
        if not case.image:
            assert {found.original(index) for index in range(found.n_items)} >= set(GOOD.values())
            return
        with pytest.raises(BadImageError) as failed:
            found.original(0)
        assert str(failed.value) == case.image
        assert found.original(found.n_items - 1) == GOOD["dog/2.png"]


@pytest.mark.parametrize("case", ZIPS)
def test_a_hostile_zip_file_is_told_of(tmp_path, case):
    check(ZIPS[case], ZIPS[case].make(tmp_path))


@pytest.mark.parametrize("case", FOLDERS)
def test_a_hostile_folder_is_told_of(tmp_path, case):
    check(FOLDERS[case], FOLDERS[case].make(tmp_path))


def test_what_unpacks_to_more_than_is_allowed_is_refused_before_it_is_read(tmp_path):
    path = bomb(tmp_path)
    assert path.stat().st_size < 100_000
    with pytest.raises(InvalidDatasetError, match=r"and at most 0\.0 GB can be used"):
        read_zip(path, {}, Limits(n_bytes=2 * 10**7 - 1), silent)
    with read_zip(path, {}, Limits(n_bytes=2 * 10**7), silent) as found:
        assert len(found.original(0)) == 10**7


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        (b"caf\xc3\xa9.png", "café.png"),
        (b"caf\x82.png", "café.png"),
        ("猫.png".encode(), "猫.png"),
    ],
    ids=["UTF-8", "cp437", "Chinese"],
)
def test_names_in_a_zip_file_are_read_as_they_were_meant(tmp_path, name, seen):
    with read(unmarked(name)(tmp_path)) as found:
        assert found.names is not None
        assert f"cat/{seen}" in found.names


def test_backslashes_in_a_zip_file_are_folders(tmp_path):
    with read(zip_of(tmp_path, names_of(["cat\\1.png", "dog\\2.png"]))) as found:
        assert found.names == ["cat/1.png", "dog/2.png"]
        assert found.class_names == ("cat", "dog")


def test_both_files_of_one_name_are_kept(tmp_path):
    path = zipped(("cat/1.png", picture(7)), ("cat/1.png", picture(8)))(tmp_path)
    with read(path) as found:
        assert found.names == ["cat/1 (2).png", "cat/1 (3).png", "cat/1.png", "dog/2.png"]
        assert [found.original(k) for k in range(3)] == [picture(7), picture(8), picture(0)]


def test_a_link_to_another_image_inside_is_an_image(tmp_path):
    path = folder_of(tmp_path, GOOD)
    (path / "dog/x.png").symlink_to("../cat/1.png")
    with read(path) as found:
        assert found.names == ["cat/1.png", "dog/2.png", "dog/x.png"]
        assert found.original(2) == GOOD["cat/1.png"]


def test_the_folder_itself_may_be_a_link(tmp_path):
    path = folder_of(tmp_path, GOOD)
    (tmp_path / "link").symlink_to(path)
    with read(tmp_path / "link") as found:
        assert found.n_items == 2
        assert found.title == "link"


def test_what_happens_to_a_file_after_it_was_listed_is_told(tmp_path, monkeypatch):
    path = folder_of(tmp_path, names_of([f"a/{k}.png" for k in range(6)]))
    with read(path) as found:
        (path / "a/0.png").unlink()
        (path / "a/1.png").write_bytes(picture() + b"more")
        (path / "a/2.png").write_bytes(b"")
        (path / "a/3.png").unlink()
        os.mkfifo(path / "a/3.png")
        (path / "a/4.png").unlink()
        (path / "a/4.png").mkdir()
        expected = [
            f"The file a/0.png is not there any more. {AGAIN}",
            f"The file a/1.png {CHANGED} Choose the folder again.",
            f"The file a/2.png {CHANGED} Choose the folder again.",
            f"The file a/3.png cannot be read (it is not a regular file). {AGAIN}",
            f"The file a/4.png cannot be read (it is not a regular file). {AGAIN}",
        ]
        for index, words in enumerate(expected):
            with pytest.raises(BadImageError) as caught:
                found.original(index)
            assert str(caught.value) == words

        def refuse(_path: Path) -> io.BytesIO:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(folders, "open_regular", refuse)
        with pytest.raises(BadImageError) as caught:
            found.original(5)
        assert str(caught.value) == (
            "The file a/5.png cannot be read: it is not allowed. Make it readable for the app."
        )
        monkeypatch.setattr(folders, "open_regular", open_regular)
        assert found.original(5) == picture(5)


def test_a_folder_that_may_not_be_read_is_told_of(tmp_path, monkeypatch):
    path = folder_of(tmp_path, GOOD | names_of(["eel/1.png"]))
    scan = os.scandir

    def refuse(where: Path) -> object:
        if Path(where).name in refused:
            raise PermissionError(13, "Permission denied", os.fspath(where))
        return scan(where)

    monkeypatch.setattr(os, "scandir", refuse)
    refused = {"eel"}
    with read(path) as found:
        assert found.bad == bad(
            "eel", "It cannot be read: it is not allowed.", "Make it readable for the app."
        )
        assert found.n_items == 2
    refused = {"pets"}
    with pytest.raises(InvalidDatasetError) as caught:
        read(path)
    assert str(caught.value) == (
        "The folder pets cannot be read (Permission denied). Choose another folder."
    )


def test_a_file_that_is_too_large_to_be_read_at_once_is_told_of(tmp_path):
    path = folder_of(tmp_path, GOOD)
    with (path / "cat/1.png").open("r+b") as file:
        file.truncate(LARGEST + 1)
    with read(path) as found, pytest.raises(BadImageError) as caught:
        found.original(0)
    assert str(caught.value) == (
        "The file cat/1.png takes 1.0 GB, and at most 1.0 GB can be read. Make it smaller."
    )


def test_a_zip_file_that_is_closed_is_read_no_more(tmp_path):
    with read(zip_of(tmp_path, GOOD)) as found:
        pass
    with pytest.raises(BadImageError, match="is damaged in the ZIP file"):
        found.original(0)


def test_a_folder_with_far_too_many_files_is_not_looked_through(tmp_path):
    path = folder_of(tmp_path, dict.fromkeys([f"{k}.txt" for k in range(1_100)], b""))
    with pytest.raises(InvalidDatasetError) as caught:
        folders.read_folder(path, {}, Limits(items=10), silent)
    assert str(caught.value) == (
        "The folder pets holds more than 1,020 files. Choose a folder inside."
    )


def _packed() -> bytes:
    with TemporaryDirectory() as folder:
        files = GOOD | {"metadata.csv": b"file_name,label\ncat/1.png,a\ndog/2.png,b\n"}
        return zip_of(Path(folder), files).read_bytes()


PACKED = _packed()


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(st.integers(0, len(PACKED) - 1), st.integers(0, 255)), min_size=1, max_size=5
    ),
    st.one_of(st.just(len(PACKED)), st.integers(0, len(PACKED))),
)
def test_a_zip_file_gone_wrong_gives_images_or_an_error_in_words(changes, end):
    data = bytearray(PACKED)
    for at, value in changes:
        data[at] = value
    with TemporaryDirectory() as folder:
        path = Path(folder) / "pets.zip"
        path.write_bytes(data[:end])
        with suppress(InvalidDatasetError), read(path) as found:
            for index in range(found.n_items):
                with suppress(BadImageError):
                    data_of = found.original(index)
                    assert isinstance(data_of, bytes)
                    decode(data_of, found.name(index), Limits(pixels=10**6))


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(["metadata.csv", "metadata.jsonl", "metadata.parquet", "x.tsv", "x.json"]),
    st.one_of(
        st.binary(max_size=60),
        st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.recursive(
            st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
            lambda inner: st.one_of(
                st.lists(inner, max_size=3),
                st.dictionaries(
                    st.sampled_from(
                        [
                            "data",
                            "image",
                            "annotations",
                            "images",
                            "categories",
                            "result",
                            "id",
                            "value",
                            "choices",
                            "file_name",
                            "image_id",
                            "category_id",
                            "name",
                        ]
                    ),
                    inner,
                    max_size=4,
                ),
            ),
            max_leaves=12,
        ).map(lambda content: json.dumps(content).encode()),
    ),
)
def test_files_beside_images_may_hold_anything(name, data):
    with TemporaryDirectory() as folder:
        path = folder_of(Path(folder), GOOD | {name: data})
        with read(path) as found:
            assert found.n_items == 2
