"""``python -m core backup``: all labels in one file."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path
from typing import Any

from core.settings import database_url
from core.storage import backup


def add(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Say how the command is called."""
    command = commands.add_parser(
        "backup",
        help="write all projects and labels to one file",
        description="Write all projects and labels to one file; the app may keep running.",
    )
    command.add_argument("file", metavar="FILE", type=Path, help="the file to write")
    command.set_defaults(act=_act)


def _act(options: Namespace) -> int:
    backup(database_url(os.environ), options.file)
    print(f"Backed up to {options.file}.")
    return 0
