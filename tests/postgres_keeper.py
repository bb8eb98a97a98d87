"""Ends a PostgreSQL server of the tests, and removes its folder, once its starter has ended.

That one may have been killed: then nobody else would. ``python tests/postgres_keeper.py FOLDER``.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path
from time import sleep


def children_of(pid: int) -> list[int]:
    """The processes that a process has started itself."""
    told = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in told.read_text().split()] if told.exists() else []


def _keep(folder: Path) -> None:
    # Ctrl-C goes to all of a terminal; whoever runs the tests closes what was opened.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = os.getppid()
    while os.getppid() == parent and not select.select([sys.stdin], [], [], 2)[0]:
        pass
    with suppress(OSError, ValueError):
        pid = int((folder / "inner" / "data" / "postmaster.pid").read_text().split()[0])
        children = children_of(pid)
        os.kill(pid, signal.SIGQUIT)
        for _ in range(100):
            os.kill(pid, 0)
            sleep(0.05)
        for stubborn in (pid, *children):
            os.kill(stubborn, signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    _keep(Path(sys.argv[1]))
