"""What is wired together begins with nothing that a killed process left."""

from __future__ import annotations

import os
import time
from pathlib import Path

from core.bootstrap import comparisons_of, service_of
from core.settings import DATABASE_VARIABLE, HOME_VARIABLE


def leave(path: Path) -> Path:
    """A file that a process had not finished when it was killed, two hours ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"half")
    then = time.time() - 7200
    os.utime(path, (then, then))
    return path


def test_what_a_killed_process_left_is_gone_once_the_app_is_open(tmp_path: Path):
    home = tmp_path / "home"
    kept = leave(home / "datasets" / "mine.unfinished")
    left = [
        leave(home / "labelspread.db-4711.unfinished"),
        leave(home / "cache" / "graphs" / "tmpabc.unfinished"),
        leave(home / "comparisons" / "c.json-0a1b2c3d.unfinished"),
    ]
    environment = {HOME_VARIABLE: str(home)}
    service_of(environment).close()
    comparisons_of(environment)
    assert not [path for path in left if path.exists()]
    assert kept.exists(), "a folder of the person's own"


def test_so_it_is_beside_a_database_in_another_place(tmp_path: Path):
    left = leave(tmp_path / "elsewhere" / "our.db-4711.unfinished")
    other = leave(tmp_path / "elsewhere" / "their.db-4711.unfinished")
    url = f"sqlite:///{tmp_path / 'elsewhere' / 'our.db'}"
    service_of({HOME_VARIABLE: str(tmp_path / "home"), DATABASE_VARIABLE: url}).close()
    assert not left.exists()
    assert other.exists()
