"""``python -m core restore``: a backup becomes the database."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import Any, Final

from core.settings import database_url
from core.storage import restore

STANDARD_INPUT: Final = Path("-")
"""What stands for the standard input where a file is asked for."""


def add(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Say how the command is called."""
    command = commands.add_parser(
        "restore",
        help="replace the database with a backup",
        description="Replace the database with a backup; the app may keep running. "
        "The database that was there is kept beside it.",
    )
    command.add_argument(
        "file", metavar="FILE", type=Path, help="the backup to restore; - for the standard input"
    )
    command.set_defaults(act=_act)


def _act(options: Namespace) -> int:
    url = database_url(os.environ)
    if options.file == STANDARD_INPUT:
        with TemporaryDirectory() as folder:
            came = Path(folder) / "backup"
            with came.open("wb") as whole:
                copyfileobj(sys.stdin.buffer, whole)
            kept = restore(came, url)
        print("Restored.")
    else:
        kept = restore(options.file, url)
        print(f"Restored {options.file}.")
    if kept is not None:
        print(f"The database that was there is kept as {kept}.")
    return 0
