"""A layout by neighbours, made in a process of its own.

The library holds Python's lock for most of a step, which takes a second for a million items: who
labels meanwhile would wait for it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from core.arrays import Float32Array, FloatArray
from core.errors import LayoutError
from core.graph.layout import neighbour_points
from core.jobs.progress import Progress

_ROOT: Final = Path(__file__).resolve().parents[2]
_BEGIN: Final = "import sys; sys.path.insert(0, sys.argv.pop(1)); from core.graph import " + (
    "layout_process; layout_process.main()"
)
_DONE: Final = b"done\n"
_AFTER_OTHERS: Final = 10
"""How much the process stands back behind others, as ``nice`` has it."""


def neighbour_points_apart(
    links: sparse.csr_array, start: Float32Array, progress: Progress
) -> FloatArray:
    """What :func:`core.graph.layout.neighbour_points` gives.

    Raises
    ------
    CancelledError
        If ``progress`` says so; the process is ended.
    LayoutError
        If the process does not come to its end.
    """
    command = [sys.executable, "-c", _BEGIN, str(_ROOT)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        feeding = threading.Thread(
            target=_feed,
            args=(process.stdin, _file_of(ends=links.indptr, columns=links.indices, start=start)),
            daemon=True,
            name="feed-layout",
        )
        feeding.start()
        try:
            for line in iter(process.stdout.readline, _DONE):
                if not line:
                    raise LayoutError
                stage, _, share = line.decode().rpartition("\t")
                progress(stage, float(share))
            points: FloatArray = np.load(BytesIO(process.stdout.read()))["points"]
        except (ValueError, EOFError, BadZipFile) as error:
            raise LayoutError from error
        finally:
            process.kill()
            feeding.join()
    return points


def main() -> None:
    """What the process does: it is told all on its standard input."""
    if hasattr(os, "nice"):
        os.nice(_AFTER_OTHERS)
    told, answer = sys.stdin.buffer, sys.stdout.buffer
    with np.load(BytesIO(told.read())) as arrays:
        ends, columns, start = arrays["ends"], arrays["columns"], arrays["start"]
    links = sparse.csr_array((np.ones(len(columns)), columns, ends), shape=(len(start),) * 2)

    def progress(stage: str, share: float, /) -> None:
        # Nobody there to read it any more: this ends here.
        answer.write(f"{stage}\t{share}\n".encode())
        answer.flush()

    points = neighbour_points(links, start, progress)
    answer.write(_DONE + _file_of(points=points))
    answer.flush()


def _feed(file: IO[bytes], content: bytes) -> None:
    # Whoever reads may have been ended meanwhile.
    with suppress(OSError), file:
        file.write(content)


def _file_of(**arrays: NDArray[Any]) -> bytes:
    file = BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()
