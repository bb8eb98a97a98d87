"""``python -m core backup``: all labels in one file."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import Any

from core.cli.output import STANDARD_OUTPUT, write_stream
from core.settings import database_url
from core.storage import backup


def add(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Say how the command is called."""
    command = commands.add_parser(
        "backup",
        help="write all projects and labels to one file",
        description="Write all projects and labels to one file; the app may keep running.",
    )
    command.add_argument(
        "file", metavar="FILE", type=Path, help="the file to write; - for the standard output"
    )
    command.set_defaults(act=_act)


def _act(options: Namespace) -> int:
    url = database_url(os.environ)
    if options.file != STANDARD_OUTPUT:
        backup(url, options.file)
        print(f"Backed up to {options.file}.")
        return 0
    with TemporaryDirectory() as folder:
        # Whole and looked at before the first byte goes on.
        waiting = Path(folder) / "backup"
        backup(url, waiting)
        with waiting.open("rb") as whole:
            write_stream(STANDARD_OUTPUT, lambda to: copyfileobj(whole, to))
    return 0
