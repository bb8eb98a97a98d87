"""How long it takes to bring in images, and to read one of many, beside other ways to keep them.

It is part of ``make bench``; ``python -m tests.benchmarks.brought_in 20000`` prints it alone.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
import pyarrow as pa
from PIL import Image
from pyarrow import parquet

from core.data.incoming import Source, read_source
from core.data.readers.found import Limits
from core.data.sets import Sets
from core.data.stored import StoredSet
from tests.benchmarks.timing import timed, told

SECTION: Final = "Images, brought in"
READ_BAR: Final = 5.0
_THREADS: Final = 2
_N_CLASSES: Final = 10
_N_READ: Final = 300
_PHOTO: Final = (896, 1152)
_HEAD: Final = "| | | bar | beside it | |\n| --- | --- | --- | --- | --- |\n"


def brought_in_report(n_items: int, n_photos: int) -> str:
    """The section of the report."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        files, images = _save_files(home / "files", n_items)
        photos = _save_photos(home / "photos", n_photos)
        np.save(home / "array.npy", np.tile(images, (10, 1, 1)))
        sets = Sets(home / "sets", threads=_THREADS)
        rows = [
            _brought(f"{n_items:,} PNG files of 28 x 28, in folders", sets, files, _decode_all),
            _brought(f"{10 * n_items:,} images in an array", sets, home / "array.npy", _load),
            _brought(f"{n_photos:,} photographs of 1 megapixel", sets, photos, _decode_all),
        ]
        stored = [sets.open(key) for _, key in rows]
        reads = _reads(stored[0], home, told(READ_BAR)) + _reads(stored[2], home, "")
    return f"""## {SECTION}

{_HEAD}{"".join(line for line, _ in rows)}{reads}
Seconds for a whole import, from the first look to a set on the disk: every image read, named by
content, checked, shrunk, and looked for twice; {_THREADS} threads. *Pillow*: decodes the same files
one after the other and does nothing else; *NumPy*: loads the array. Milliseconds for one image
at random, decoded, mean of {_N_READ}. *Parquet*: the same bytes in a Parquet file with a row group
for each 1,024 rows, the row group read and the image decoded. On a screen a photograph is shown
from the smaller file that was made of it when it came.
"""


def _brought(what: str, sets: Sets, path: Path, peer: Callable[[Path], str]) -> tuple[str, str]:
    took, key = timed(lambda: read_source(sets, Source(path, what), Limits()).keep(what[:80]))
    other, name = timed(lambda: peer(path))
    ratio = told(took / other)
    beside = f"{name} {told(other / 1e3)} s"
    return f"| {what} | {told(took / 1e3)} s | | {beside} | {ratio} times that |\n", key


def _decode_all(folder: Path) -> str:
    for path in folder.rglob("*.*"):
        with Image.open(path) as image:
            image.load()
    return "Pillow"


def _load(path: Path) -> str:
    np.load(path).sum()
    return "NumPy"


def _reads(stored: StoredSet, home: Path, bar: str) -> str:
    n_items = stored.head.n_items
    chosen = np.random.default_rng(1).integers(0, n_items, _N_READ).tolist()
    own, _ = timed(lambda: [stored.image(row) for row in chosen])
    path = home / f"{stored.key}.parquet"
    column = pa.array([stored.original(row) for row in range(n_items)], pa.binary())
    parquet.write_table(pa.table({"image": column}), path, row_group_size=1_024)
    file = parquet.ParquetFile(path)

    def read(row: int) -> None:
        group = file.read_row_group(row // 1_024, ["image"]).column(0)
        with Image.open(BytesIO(group[row % 1_024].as_py())) as image:
            image.load()

    def read_all() -> None:
        for row in chosen:
            read(row)

    other, _ = timed(read_all)
    return (
        f"| one of these {n_items:,} files | {told(own / _N_READ)} ms | {bar} | Parquet "
        f"{told(other / _N_READ)} ms | {told(other / own)} times faster |\n"
    )


def _save_files(folder: Path, n_items: int) -> tuple[Path, np.ndarray]:
    random = np.random.default_rng(0)
    images = np.zeros((n_items, 28, 28), dtype=np.uint8)
    images[:, 4:24, 4:24] = random.integers(0, 256, size=(n_items, 20, 20), dtype=np.uint8)
    for number in range(_N_CLASSES):
        (folder / str(number)).mkdir(parents=True)
    for i, image in enumerate(images):
        Image.fromarray(image).save(folder / str(i % _N_CLASSES) / f"{i:06}.png")
    return folder, images


def _save_photos(folder: Path, n_photos: int) -> Path:
    folder.mkdir()
    random = np.random.default_rng(0)
    for i in range(n_photos):
        coarse = Image.fromarray(random.integers(0, 256, size=(14, 18, 3), dtype=np.uint8))
        photo = np.asarray(coarse.resize(_PHOTO[::-1], Image.Resampling.BICUBIC)).astype(np.int16)
        photo += random.integers(-12, 13, size=(*_PHOTO, 1), dtype=np.int16)
        image = Image.fromarray(np.clip(photo, 0, 255).astype(np.uint8))
        image.save(folder / f"{i:05}.jpg", quality=85)
    return folder


def main() -> None:
    """Measure it alone."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.brought_in")
    parser.add_argument("items", type=int)
    options = parser.parse_args()
    print(brought_in_report(options.items, max(20, options.items // 40)))


if __name__ == "__main__":
    main()
