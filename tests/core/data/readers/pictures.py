"""Made-up image files, and the folders and ZIP files that they are in."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from PIL import Image

from core.data.readers.folder import read_folder
from core.data.readers.found import Found, Limits
from core.data.readers.zipped import read_zip
from core.jobs.progress import silent

Make = Callable[[Path, Mapping[str, bytes], Iterable[str]], Path]


def picture(value: int = 0, kind: str = "PNG", size: tuple[int, int] = (4, 3)) -> bytes:
    """A grey image file."""
    buffer = io.BytesIO()
    Image.new("L", size, value).save(buffer, kind)
    return buffer.getvalue()


def folder_of(path: Path, files: Mapping[str, bytes], folders: Iterable[str] = ()) -> Path:
    """A folder with these files."""
    top = path / "pets"
    top.mkdir()
    for folder in folders:
        (top / folder).mkdir(parents=True)
    for name, data in files.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(data)
    return top


def zip_of(path: Path, files: Mapping[str, bytes], folders: Iterable[str] = ()) -> Path:
    """A ZIP file with these files."""
    top = path / "pets.zip"
    with zipfile.ZipFile(top, "w", zipfile.ZIP_DEFLATED) as archive:
        for folder in folders:
            archive.writestr(f"{folder}/", b"")
        for name, data in files.items():
            archive.writestr(name, data)
    return top


BOTH: tuple[Make, ...] = (folder_of, zip_of)


def read(path: Path, **said: str) -> Found:
    """What is found in a folder or a ZIP file."""
    reader = read_zip if path.suffix == ".zip" else read_folder
    return reader(path, said, Limits(), silent)


def names_of(names: Iterable[str]) -> dict[str, bytes]:
    """Images of these names, each other than the others."""
    return {name: picture(place % 256) for place, name in enumerate(names)}


def labels_of(found: Found) -> list[str]:
    """The label of each image; empty where there is none."""
    truth = [-1] * found.n_items if found.truth is None else found.truth.tolist()
    return [found.class_names[index] if index >= 0 else "" for index in truth]
