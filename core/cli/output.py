"""Files that a command was asked to write, and how it ends."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from core.errors import FileNotWrittenError

STOPPED: Final = 130
"""The exit status of what Ctrl-C has stopped, as shells have it."""


def write_file(path: Path, content: bytes) -> None:
    """Write a file, over one that is there.

    Raises
    ------
    FileNotWrittenError
        If it cannot be written.
    """
    try:
        path.write_bytes(content)
    except OSError as error:
        if not path.parent.is_dir():
            raise FileNotWrittenError(
                f"There is no folder {str(path.parent)!r}.", "Create it, or choose another."
            ) from error
        raise FileNotWrittenError(
            f"The file {str(path)!r} cannot be written ({error.strerror}).", "Choose another."
        ) from error
