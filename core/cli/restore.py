"""``python -m core restore``: a backup becomes the database."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path
from typing import Any

from core.settings import database_url
from core.storage import restore


def add(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Say how the command is called."""
    command = commands.add_parser(
        "restore",
        help="replace the database with a backup",
        description="Replace the database with a backup; the app may keep running. "
        "The database that was there is kept beside it.",
    )
    command.add_argument("file", metavar="FILE", type=Path, help="the backup to restore")
    command.set_defaults(act=_act)


def _act(options: Namespace) -> int:
    kept = restore(options.file, database_url(os.environ))
    print(f"Restored {options.file}.")
    if kept is not None:
        print(f"The database that was there is kept as {kept}.")
    return 0
