"""Rows with their images: arrays, folders of classes, and tasks for Label Studio."""

from __future__ import annotations

import csv
import io
import json
from base64 import b64encode
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import IO, Any, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import numpy as np
from PIL import Image

from core.arrays import PixelArray
from core.data.dataset import Dataset
from core.data.readers.found import BadImageError
from core.data.small import SIDE, Small
from core.export.about import about_text
from core.export.pack import Pack
from core.export.rows import EXPLAINED, Row
from core.export.tables import cells
from core.session.events import AnswerKind

_RESERVED: Final = frozenset(
    {
        *("CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"),
        *(f"{port}{n}" for port in ("COM", "LPT") for n in "123456789¹²³"),
    }
)
"""What no folder can be called on Windows."""

_ENDINGS: Final = {
    b"\xff\xd8": ".jpg",
    b"GIF8": ".gif",
    b"BM": ".bmp",
    b"II": ".tif",
    b"MM": ".tif",
}
_KINDS: Final = {".jpg": "jpeg", ".tif": "tiff"}
_SMALL: Final = Small(SIDE, SIDE, is_colour=True, is_exact=False, is_ink=False)
_TABLE: Final = "metadata.csv"
_ABOUT: Final = "about.json"
_UNSAFE: Final = frozenset('/\\:*?"<>|')
_LONGEST: Final = 80
"""Bytes of a folder's name; systems take 255 with a number behind it."""
_STARTED: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a ZIP file knows: the same labels make the same file."""


def write_npz(pack: Pack, file: IO[bytes]) -> None:
    """Arrays as numpy reads them: images, labels, predictions, class names.

    Images of sizes that differ are in the one small size that similarity is measured on. One that
    lies elsewhere and cannot be read is black, and ``about.json`` names it.

    Labelspread itself reads it as an image set, whose known classes are ``labels``: those of people
    and given ones, no guesses. An empty name stands where there is none.
    """
    rows: list[Row] = []
    places: list[int] = []
    for some in pack.some():
        rows += some.rows
        places += some.positions
    labels = ["" if row.source == "model" else row.label or "" for row in rows]
    dataset = pack.dataset
    names = dataset.class_names
    texts = {
        "labels": labels,
        # A label may name a class that the data set has no more.
        "class_names": [*names, *sorted({*labels} - {*names, ""})],
        "model_labels": [row.model_label or "" for row in rows],
        "sources": [row.source or "" for row in rows],
        "image_names": [row.image_name or "" for row in rows],
    }
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        missing = _put_images(archive, pack, places)
        if dataset.has_own_features:
            _put_rows(archive, "features", dataset.features, pack, places)
        for name, values in texts.items():
            _put_array(archive, name, np.array(values, dtype=np.str_))
        numbers = {
            "numbers": np.array([row.number for row in rows], dtype=np.int64),
            "model_probabilities": np.array(
                [
                    np.nan if row.model_probability is None else row.model_probability
                    for row in rows
                ],
                dtype=np.float64,
            ),
        }
        for name, array in numbers.items():
            _put_array(archive, name, array)
        told = _told_missing([rows[index].number for index in missing])
        archive.writestr(_entry(_ABOUT), about_text(pack.about | told))


def write_folders(pack: Pack, file: IO[bytes]) -> None:
    """A ZIP file with a folder of images for each class, as ImageFolder readers take it.

    Image files are what they were when they came, under the names that they had, as far as no other
    one in the folder has that name; what came as values is written as PNG.

    Beside them ``metadata.csv`` names each file with all that is known of it. The choice has to
    leave out what has no image or no label. An image that cannot be read is left out, and
    ``about.json`` names it.
    """
    names = pack.dataset.class_names
    # A label may name a class that the data set has no more.
    others = {*pack.labelled.state.labels.values()} - {*names}
    folders = _folders([*names, *sorted(others)])
    listed = io.StringIO(newline="")
    writer = csv.writer(listed, lineterminator="\n")
    writer.writerow(["file_name", *EXPLAINED])
    digits = len(str(int(pack.dataset.rows.max(initial=0))))
    taken: set[str] = set()
    missing: list[int] = []
    with ZipFile(file, "w", ZIP_STORED) as archive:
        for some in pack.some():
            for row, place in zip(*some, strict=True):
                assert row.label is not None, "the choice leaves out what has none"
                try:
                    content, ending = _file(pack.dataset, place, row)
                except BadImageError:
                    missing.append(row.number)
                    continue
                number = f"{row.number:0{digits}}"
                name = _unlike(folders[row.label], row.file, number, ending, taken)
                archive.writestr(_entry(name, ZIP_STORED), content)
                writer.writerow([name, *cells(row)])
        archive.writestr(_entry(_TABLE), listed.getvalue())
        told = {"folders": folders} | _told_missing(missing)
        archive.writestr(_entry(_ABOUT), about_text(pack.about | told))


def write_label_studio(pack: Pack, file: IO[bytes]) -> None:
    """Tasks as Label Studio imports them: its images within, and one choice for each.

    Labels of people and given ones are annotations, those of the model are predictions. The
    labelling interface has an ``Image`` called ``image`` and ``Choices`` called ``class``. Of an
    image that cannot be read there is only what it is called.
    """
    separator = b"[\n"
    for some in pack.some():
        for row, place in zip(*some, strict=True):
            task = json.dumps(_task(row, _address(pack.dataset, place, row)), ensure_ascii=False)
            file.write(separator + task.encode("utf-8", errors="replace"))
            separator = b",\n"
    file.write(b"[]\n" if separator == b"[\n" else b"\n]\n")


def _address(dataset: Dataset, place: int, row: Row) -> str:
    try:
        content, ending = _file(dataset, place, row)
    except BadImageError:
        return ""
    kind = _KINDS.get(ending, ending[1:])
    return f"data:image/{kind};base64,{b64encode(content).decode()}"


def _task(row: Row, address: str) -> dict[str, Any]:
    said = row.human_label or row.given_label
    task: dict[str, Any] = {
        "data": {
            "image": address,
            "number": row.number,
            "image_name": row.image_name,
            **({} if row.file is None else {"file": row.file}),
        },
    }
    if said is not None:
        by_hand: dict[str, Any] = {"result": [_chosen(f"{row.number}-human", said)]}
        if row.seconds is not None:
            by_hand["lead_time"] = row.seconds
        task["annotations"] = [by_hand]
    # What a person called a bad image is for nobody to guess at.
    if row.model_label is not None and row.answer != AnswerKind.BAD:
        task["predictions"] = [
            {
                "model_version": "labelspread",
                "score": row.model_probability,
                "result": [_chosen(f"{row.number}-model", row.model_label)],
            }
        ]
    return task


def _chosen(id_: str, label: str) -> dict[str, Any]:
    return {
        "id": id_,
        "from_name": "class",
        "to_name": "image",
        "type": "choices",
        "value": {"choices": [label]},
    }


def _put_rows(
    archive: ZipFile, name: str, array: np.ndarray[Any, Any], pack: Pack, places: list[int]
) -> None:
    """Some rows as an array of a NPZ file, one after the other: no copy of all is made."""
    with archive.open(_entry(f"{name}.npy"), "w", force_zip64=True) as entry:
        head = {
            "descr": np.lib.format.dtype_to_descr(array.dtype),
            "fortran_order": False,
            "shape": (len(places), *array.shape[1:]),
        }
        np.lib.format.write_array_header_1_0(entry, head)
        for place in pack.places(places):
            entry.write(np.ascontiguousarray(array[place]).tobytes())


def _put_images(archive: ZipFile, pack: Pack, places: list[int]) -> list[int]:
    """The images in full size where all have one, else in the small size of the set.

    Returns
    -------
    missing
        Which of the places have an image that cannot be read.
    """
    dataset = pack.dataset
    missing: list[int] = []
    if dataset.has_pixels and (dataset.size is None or dataset.small is None or not places):
        _put_rows(archive, "images", dataset.pixels, pack, places)
        return missing
    # Those that lie elsewhere have no small size yet.
    small = None if dataset.has_pixels else _SMALL
    shape = dataset.images[places[0]].shape if small is None else small.shape
    with archive.open(_entry("images.npy"), "w", force_zip64=True) as entry:
        head = {"descr": "|u1", "fortran_order": False, "shape": (len(places), *shape)}
        np.lib.format.write_array_header_1_0(entry, head)
        for number, place in enumerate(pack.places(places)):
            try:
                image = dataset.images[place]
            except BadImageError:
                missing.append(number)
                image = np.zeros(shape, dtype=np.uint8)
            if small is not None:
                image = small.one_of(image)
            elif image.ndim < len(shape):
                image = np.repeat(image[:, :, np.newaxis], 3, axis=2)
            elif image.ndim > len(shape):
                image = np.asarray(Image.fromarray(image).convert("L"))
            entry.write(np.ascontiguousarray(image).tobytes())
    return missing


def _told_missing(numbers: list[int]) -> dict[str, Any]:
    """What is told of images that cannot be read, by their numbers; nothing where all can."""
    return {"images_missing": numbers} if numbers else {}


def _put_array(archive: ZipFile, name: str, array: np.ndarray[Any, Any]) -> None:
    with archive.open(_entry(f"{name}.npy"), "w", force_zip64=True) as entry:
        np.lib.format.write_array(entry, array, allow_pickle=False)


def _entry(name: str, compress_type: int = ZIP_DEFLATED) -> ZipInfo:
    # One that says nothing of compression would not be compressed, whatever the archive says.
    entry = ZipInfo(name, _STARTED)
    entry.compress_type = compress_type
    entry.external_attr = 0o644 << 16
    return entry


def _png(image: PixelArray) -> bytes:
    """An image as it came: 0 is paper in the data set, and black in the file."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, format="PNG")
    return buffer.getvalue()


def _file(dataset: Dataset, place: int, row: Row) -> tuple[bytes, str]:
    """An image as a file, and how its name ends."""
    if dataset.origin is not None and row.row is not None:
        content = dataset.origin.file(row.row)
        if content is not None:
            return content, _ending(content)
    return _png(dataset.images[place]), ".png"


def _ending(content: bytes) -> str:
    """How the name of an image file ends, by what is in it."""
    if content[8:12] == b"WEBP":
        return ".webp"
    return next((end for start, end in _ENDINGS.items() if content.startswith(start)), ".png")


def _unlike(folder: str, file: str | None, number: str, ending: str, taken: set[str]) -> str:
    """The path of an image that no other one has: as its file was called, or by its number."""
    stem = "" if file is None else PurePosixPath(file.replace("\\", "/")).stem
    stem = _safe(stem) if stem else number
    path = f"{folder}/{stem}{ending}"
    # Some systems do not tell small letters from capitals. A number comes once, and what ends with
    # one may be the name of another file.
    while path.casefold() in taken:
        stem = f"{stem}-{number}"
        path = f"{folder}/{stem}{ending}"
    taken.add(path.casefold())
    return path


def _folders(names: Sequence[str]) -> dict[str, str]:
    """A folder for each class: its name, but for what some system has no such folder for.

    Those that can be called as they are come first, so that no other class takes their name.
    """
    # Some systems do not tell small letters from capitals.
    taken = {_TABLE, _ABOUT}
    folders: dict[str, str] = {}
    for name in names:
        if _safe(name) == name and name.casefold() not in taken:
            folders[name] = name
            taken.add(name.casefold())
    for name in names:
        safe = folder = _safe(name)
        number = 2
        while name not in folders and folder.casefold() in taken:
            folder, number = f"{safe}-{number}", number + 1
        folders.setdefault(name, folder)
        taken.add(folder.casefold())
    return folders


def _safe(name: str) -> str:
    safe = "".join("-" if sign in _UNSAFE or not sign.isprintable() else sign for sign in name)
    safe = safe.encode(errors="replace")[:_LONGEST].decode(errors="ignore").strip(" .") or "class"
    return f"{safe}-class" if safe.split(".")[0].strip().upper() in _RESERVED else safe
