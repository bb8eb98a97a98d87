"""Rows with their images: arrays, folders of classes, and tasks for Label Studio."""

from __future__ import annotations

import csv
import io
import json
from base64 import b64encode
from collections.abc import Iterable
from typing import IO, Any, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import numpy as np
from PIL import Image

from core.arrays import PixelArray
from core.export.about import about_text
from core.export.pack import Pack
from core.export.rows import EXPLAINED, Row
from core.export.tables import cells

_RESERVED: Final = frozenset(
    {"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10))}
)
"""What no folder can be called on Windows."""

_UNSAFE: Final = frozenset('/\\:*?"<>|')
_LONGEST: Final = 80
_STARTED: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a ZIP file knows: the same labels make the same file."""


def write_npz(pack: Pack, file: IO[bytes]) -> None:
    """Arrays as numpy reads them: images, labels, class names, and where each label is from.

    Labelspread itself reads it as an image set. Items whose image is gone, or without a label to
    use, have none: an empty name.
    """
    some = [some for some in pack.some() if some.rows]
    rows = [row for part in some for row, place in zip(*part, strict=True) if place >= 0]
    places = [place for part in some for place in part.positions if place >= 0]
    labels = [row.label or "" for row in rows]
    names = pack.dataset.class_names
    texts = {
        "labels": labels,
        # A label may name a class that the data set has no more.
        "class_names": [*names, *sorted({*labels} - {*names, ""})],
        "sources": [row.source or "" for row in rows],
        "image_names": [row.image or "" for row in rows],
    }
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        _put_images(archive, pack.dataset.images, places)
        for name, values in texts.items():
            _put_array(archive, name, np.array(values, dtype=np.str_))
        numbers = {
            "numbers": np.array([row.number for row in rows], dtype=np.int64),
            "probabilities": np.array(
                [np.nan if row.probability is None else row.probability for row in rows]
            ),
        }
        for name, array in numbers.items():
            _put_array(archive, name, array)
        archive.writestr(_entry("about.json"), about_text(pack.about))


def write_folders(pack: Pack, file: IO[bytes]) -> None:
    """A ZIP file with a folder of PNG images for each class, as ImageFolder readers take it.

    Beside them ``metadata.csv`` names each file with all that is known of it. Items without a label
    to use, or whose image is gone, are left out.
    """
    folders: dict[str, str] = {}
    listed = io.StringIO(newline="")
    writer = csv.writer(listed, lineterminator="\n")
    writer.writerow(["file_name", *EXPLAINED])
    digits = len(str(int(pack.dataset.rows.max(initial=0))))
    with ZipFile(file, "w", ZIP_STORED) as archive:
        for some in pack.some():
            for row, place in zip(*some, strict=True):
                if row.label is None or place < 0:
                    continue
                folder = folders.get(row.label) or _folder(row.label, folders.values())
                folders[row.label] = folder
                name = f"{folder}/{row.number:0{digits}}.png"
                archive.writestr(_entry(name), _png(pack.dataset.images[place]))
                writer.writerow([name, *cells(row)])
        compressed = {"compress_type": ZIP_DEFLATED}
        archive.writestr(_entry("metadata.csv"), listed.getvalue(), **compressed)
        archive.writestr(_entry("about.json"), about_text(pack.about), **compressed)


def write_label_studio(pack: Pack, file: IO[bytes]) -> None:
    """Tasks as Label Studio imports them: its images within, and one choice for each.

    Labels of people and given ones are annotations, those of the model are predictions. The
    labelling interface has an ``Image`` called ``image`` and ``Choices`` called ``class``.
    """
    separator = b"[\n"
    for some in pack.some():
        for row, place in zip(*some, strict=True):
            if place < 0:
                continue
            task = json.dumps(_task(row, pack.dataset.images[place]), ensure_ascii=False)
            file.write(separator + task.encode("utf-8", errors="replace"))
            separator = b",\n"
    file.write(b"[]\n" if separator == b"[\n" else b"\n]\n")


def _task(row: Row, image: PixelArray) -> dict[str, Any]:
    address = f"data:image/png;base64,{b64encode(_png(image)).decode()}"
    said = row.human_label or row.given_label
    task: dict[str, Any] = {
        "data": {"image": address, "number": row.number, "image_name": row.image},
    }
    if said is not None:
        by_hand: dict[str, Any] = {"result": [_chosen(row, said)]}
        if row.seconds is not None:
            by_hand["lead_time"] = row.seconds
        task["annotations"] = [by_hand]
    if row.model_label is not None:
        task["predictions"] = [
            {
                "model_version": "labelspread",
                "score": row.probability,
                "result": [_chosen(row, row.model_label)],
            }
        ]
    return task


def _chosen(row: Row, label: str) -> dict[str, Any]:
    return {
        "id": f"item-{row.number}",
        "from_name": "class",
        "to_name": "image",
        "type": "choices",
        "value": {"choices": [label]},
    }


def _put_images(archive: ZipFile, images: PixelArray, places: list[int]) -> None:
    """Images as an array of a NPZ file, one after the other: not all are in memory at once."""
    with archive.open(_entry("images.npy"), "w", force_zip64=True) as entry:
        shape = (len(places), *images.shape[1:])
        head = {"descr": "|u1", "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(entry, head)
        for place in places:
            entry.write(images[place].tobytes())


def _put_array(archive: ZipFile, name: str, array: np.ndarray[Any, Any]) -> None:
    with archive.open(_entry(f"{name}.npy"), "w", force_zip64=True) as entry:
        np.lib.format.write_array(entry, array, allow_pickle=False)


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, _STARTED)
    entry.external_attr = 0o644 << 16
    return entry


def _png(image: PixelArray) -> bytes:
    """An image as it came: 0 is paper in the data set, and black in the file."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, format="PNG")
    return buffer.getvalue()


def _folder(name: str, taken: Iterable[str]) -> str:
    """A folder for a class: its name, but for what some system has no such folder for."""
    safe = "".join("-" if sign in _UNSAFE or not sign.isprintable() else sign for sign in name)
    safe = safe[:_LONGEST].strip(" .") or "class"
    if safe.split(".")[0].upper() in _RESERVED:
        safe = f"{safe}-class"
    # Some systems do not tell small letters from capitals.
    others = {folder.casefold() for folder in taken}
    stem, number = safe, 2
    while safe.casefold() in others:
        safe, number = f"{stem}-{number}", number + 1
    return safe
