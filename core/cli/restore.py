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
        help="put a backup in the place of the database",
        description="Put a backup in the place of the database; the app may run meanwhile. "
        "What was there until now is kept beside it.",
    )
    command.add_argument("file", metavar="FILE", type=Path, help="the backup")
    command.set_defaults(act=_act)


def _act(options: Namespace) -> int:
    kept = restore(options.file, database_url(os.environ))
    print(f"Restored {options.file}.")
    if kept is not None:
        print(f"What was there until now is in {kept}.")
    return 0
