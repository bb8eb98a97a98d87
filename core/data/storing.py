"""From what a reader found to a set that is kept: every image is read once, and all is noted.

Images come in order and go to the disk one after the other, so that no more of them are in memory
than are worked on. What cannot be used is left out and listed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.arrays import IntArray, PixelArray
from core.data.decoding import Decoded, decode_small
from core.data.fingerprint import file_name, image_names
from core.data.looks import Look, guess_look
from core.data.pictures import LEAST, screen_of
from core.data.pieces import Pieces
from core.data.readers.found import Bad, BadImageError, Found, Limits
from core.data.small import SIDE, Small
from core.data.stored import PIXELS, VALUES, Layout
from core.errors import InvalidDatasetError
from core.jobs.progress import Progress

_LOOKED_AT: Final = 256
"""Images that it is guessed from how all are meant."""

_STAGE: Final = "Reading images"
_AT_A_TIME: Final = 2**22
"""Values that are worked on at once."""

_AHEAD: Final = 4
"""Images that are read ahead for each thread."""


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """What was written of the images of a source.

    Attributes
    ----------
    kept : (n_items,)
        The index in the source of each image that is kept, in ascending order.
    names : (n_items, 2), uint64
        What each is called by its content.
    sizes : (n_items, 2)
        Height and width of each.
    """

    look: Look
    kept: IntArray
    names: NDArray[np.uint64]
    sizes: IntArray
    pixels: Layout
    values: Layout | None
    starts: tuple[int, ...]
    has_screens: bool
    bad: tuple[Bad, ...]


def write_images(
    found: Found,
    folder: Path,
    look: Look | None,
    limits: Limits,
    threads: int,
    progress: Progress,
) -> Written:
    """Write the images of a source into a folder.

    Parameters
    ----------
    look
        How their values are to be seen; None stands for a guess.

    Raises
    ------
    InvalidDatasetError
        If none can be used.
    OSError
        If they cannot be written.
    CancelledError
        If ``progress`` says so.
    """
    if found.array is not None:
        return _write_array(found, found.array, folder, look, progress)
    if not _is_of_files(found):
        return _write_values(found, folder, look, progress)
    return _write_files(found, folder, look, limits, threads, progress)


def _is_of_files(found: Found) -> bool:
    """Whether images are files; the first that can be used tells."""
    for index in range(found.n_items):
        try:
            return isinstance(found.original(index), bytes)
        except BadImageError:
            continue
    return True


def _write_values(found: Found, folder: Path, look: Look | None, progress: Progress) -> Written:
    """Write arrays of one shape, some of which cannot be used."""
    kept, values, bad = [], [], []
    for index in range(found.n_items):
        progress(_STAGE, 0.0)
        try:
            original = found.original(index)
        except BadImageError as error:
            bad.append(Bad(found.name(index), error.problem, error.remedy))
            continue
        assert not isinstance(original, bytes), "all are values, or all are files"
        kept.append(index)
        values.append(original)
    _require_some(found, len(kept), bad)
    written = _write_array(found, np.stack(values), folder, look, progress)
    indices = np.array(kept, dtype=np.int64)
    return replace(written, kept=indices[written.kept], bad=(*bad, *written.bad))


# ---- an array


def _write_array(
    found: Found, array: NDArray[Any], folder: Path, look: Look | None, progress: Progress
) -> Written:
    step = max(1, _AT_A_TIME // max(1, math.prod(array.shape[1:])))
    blocks = [slice(i, min(i + step, len(array))) for i in range(0, len(array), step)]
    is_good = np.ones(len(array), dtype=np.bool_)
    least, most = math.inf, -math.inf
    for block in blocks:
        progress(_STAGE, 0.5 * block.start / len(array))
        values = array[block]
        if values.dtype.kind == "f":
            axes = tuple(range(1, values.ndim))
            is_good[block] = np.isfinite(values).all(axis=axes)
            values = values[is_good[block]]
        if values.size:
            least, most = min(least, values.min()), max(most, values.max())
    kept = np.flatnonzero(is_good)
    bad = tuple(
        Bad(found.name(row), "It has values that are no numbers (NaN or infinite).", "Correct it.")
        for row in np.flatnonzero(~is_good).tolist()
    )
    _require_some(found, len(kept), bad)
    if look is None:
        spread = kept[np.linspace(0, len(kept) - 1, min(_LOOKED_AT, len(kept))).astype(int)]
        look = guess_look([array[row] for row in spread], float(least), float(most))
    is_colour = look.keeps_colours(array.shape[1:])
    is_same = array.dtype == np.uint8 and look.is_plain and array.shape[3:] == (3,) * is_colour
    small = Small.of(array.shape[1:3], is_colour=is_colour, look=look)
    is_pixels = is_same and small.is_exact
    names = []
    values_file = None if is_pixels else folder / VALUES
    with (folder / PIXELS).open("xb") as pixels, _opened(values_file) as originals:
        for block in blocks:
            progress(_STAGE, 0.5 + 0.5 * block.start / len(array))
            some = array[block][is_good[block]]
            shown = look.shown(some, many=True)
            names.append(image_names(shown))
            pixels.write(np.ascontiguousarray(small.all_of(shown)).data)
            if originals is not None:
                originals.write(np.ascontiguousarray(some).data)
    n_items = len(kept)
    height, width = array.shape[1:3]
    return Written(
        look,
        kept,
        np.concatenate(names),
        np.broadcast_to(np.array([[height, width]]), (n_items, 2)),
        Layout(dtype="|u1", shape=(n_items, *small.shape)),
        None if is_pixels else Layout(dtype=array.dtype.str, shape=(n_items, *array.shape[1:])),
        (),
        False,
        bad,
    )


@contextmanager
def _opened(path: Path | None) -> Iterator[IO[bytes] | None]:
    if path is None:
        yield None
    else:
        with path.open("xb") as file:
            yield file


# ---- image files


class _Ready(NamedTuple):
    """An image file that has been read.

    Attributes
    ----------
    screen
        A smaller file of an image that is too large for a screen; empty for all others.
    pixels
        In the small size of the set.
    size
        Its own, height and width.
    """

    data: bytes
    screen: bytes
    pixels: PixelArray
    size: tuple[int, int]


def _write_files(
    found: Found,
    folder: Path,
    look: Look | None,
    limits: Limits,
    threads: int,
    progress: Progress,
) -> Written:
    n_items = found.n_items
    with ThreadPoolExecutor(threads, "reading images") as pool:
        look, small = _looked_at(found, look, limits, pool)

        def read(index: int) -> _Ready | BadImageError:
            try:
                data, decoded = _decoded(found, index, limits)
            except BadImageError as error:
                return error
            shown = look.shown(decoded.values)
            screen = b"" if look.is_ink else screen_of(shown, decoded.size)
            return _Ready(data, screen, small.one_of(shown), decoded.size)

        kept: list[int] = []
        sizes: list[tuple[int, int]] = []
        bad: list[Bad] = []
        names = bytearray()
        n_bytes = 0
        with (folder / PIXELS).open("xb") as pixels, Pieces(folder) as pieces:
            for index, one in enumerate(_in_order(pool, read, n_items, _AHEAD * threads)):
                progress(_STAGE, index / n_items)
                if isinstance(one, BadImageError):
                    bad.append(Bad(found.name(index), one.problem, one.remedy))
                    continue
                n_bytes += len(one.data)
                if n_bytes > limits.n_bytes:
                    raise InvalidDatasetError(
                        f"The images of {found.title} take more than "
                        f"{limits.n_bytes / 2**30:,.1f} GB.",
                        "Bring fewer, or raise LABELSPREAD_IMPORT_MB.",
                    )
                kept.append(index)
                sizes.append(one.size)
                names += file_name(one.data)
                pixels.write(one.pixels.tobytes())
                pieces.add(one.data, one.screen)
    _require_some(found, len(kept), bad)
    return Written(
        look,
        np.array(kept, dtype=np.int64),
        np.frombuffer(bytes(names), dtype=np.uint64).reshape(-1, 2),
        np.array(sizes, dtype=np.int64),
        Layout(dtype="|u1", shape=(len(kept), *small.shape)),
        None,
        tuple(pieces.starts),
        pieces.has_screens,
        tuple(bad),
    )


def _decoded(found: Found, index: int, limits: Limits) -> tuple[bytes, Decoded]:
    original = found.original(index)
    assert isinstance(original, bytes), "what is no array is files"
    return original, decode_small(original, found.name(index), limits, LEAST)


def _looked_at(
    found: Found, look: Look | None, limits: Limits, pool: ThreadPoolExecutor
) -> tuple[Look, Small]:
    """How images are meant, and their small size, by some of them."""

    def values_of(index: int) -> Decoded | None:
        try:
            return _decoded(found, index, limits)[1]
        except BadImageError:
            return None

    def range_of(index: int) -> tuple[float, float] | None:
        one = values_of(index)
        if one is None or one.values.dtype == np.uint8:
            return None
        return float(one.values.min()), float(one.values.max())

    n_looked_at = min(_LOOKED_AT, found.n_items)
    spread = np.linspace(0, found.n_items - 1, n_looked_at).astype(int).tolist()
    some = [one for one in pool.map(values_of, spread) if one is not None]
    if look is None:
        # Deep values may be on any scale: all of them say on which.
        is_deep = any(one.values.dtype != np.uint8 for one in some)
        ranges = pool.map(range_of, range(found.n_items)) if is_deep else ()
        look = _guessed(some, [one for one in ranges if one is not None])
    sizes = {one.size for one in some}
    is_colour = any(look.keeps_colours(one.values.shape) for one in some)
    size = sizes.pop() if len(sizes) == 1 else (SIDE, SIDE)
    return look, Small.of(size, is_colour=is_colour, look=look)


def _guessed(some: Sequence[Decoded], ranges: Sequence[tuple[float, float]]) -> Look:
    if not some:
        return Look(kind="photo")
    least = min((low for low, _ in ranges), default=0.0)
    most = max((high for _, high in ranges), default=255.0)
    longest = max(max(one.size) for one in some)
    return guess_look([one.values for one in some], least, most, longest=longest)


def _in_order(
    pool: ThreadPoolExecutor,
    read: Callable[[int], _Ready | BadImageError],
    n_items: int,
    ahead: int,
) -> Iterator[_Ready | BadImageError]:
    """All images in order, a few of them read ahead."""
    indices = iter(range(n_items))
    waiting: list[Future[_Ready | BadImageError]] = [
        pool.submit(read, index) for index in islice(indices, ahead)
    ]
    try:
        while waiting:
            yield waiting.pop(0).result()
            waiting += [pool.submit(read, index) for index in islice(indices, 1)]
    finally:
        for future in waiting:
            future.cancel()


def _require_some(found: Found, n_kept: int, bad: Sequence[Bad]) -> None:
    if n_kept >= 2:
        return
    first = f" {bad[0].name}: {bad[0].problem}" if bad else ""
    raise InvalidDatasetError(
        f"{found.title} has {'one usable image' if n_kept else 'no usable image'}, and a set "
        f"needs two.{first}",
        "Bring more images.",
    )
