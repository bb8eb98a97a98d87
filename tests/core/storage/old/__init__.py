"""Databases as earlier versions of the app left them; none of them is ever changed.

``NAME.db`` is a whole SQLite file of that schema's revision, written by the app of its time by
labelling with it. ``NAME.json`` holds what that app itself said of each project in it.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent
OLD: Final = tuple(sorted(path.stem for path in FOLDER.glob("*.db")))
"""The names of all old databases."""


def copy_of(name: str, folder: Path) -> Path:
    """An old database, copied to where it may be opened."""
    return Path(shutil.copy(FOLDER / f"{name}.db", folder / "labelspread.db"))


def as_told_then(name: str) -> dict[str, dict[str, Any]]:
    """What the app of that time said of each project, by its id."""
    return dict(json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")))
