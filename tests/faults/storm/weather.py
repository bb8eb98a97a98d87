"""What goes wrong around the servers: processes, database, network, disk and clock."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from random import Random
from typing import Final

from tests.e2e.network import Line
from tests.e2e.server import Server
from tests.postgres import PostgresServer

FAKE_TIME: Final = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
"""From Debian's package faketime: makes the clock of a process another one."""


class Weather:
    """Servers, the lines to them and their database, and all that can befall them.

    Parameters
    ----------
    servers, lines
        Each server with the line by which it is reached.
    database
        The PostgreSQL server, or the file of an SQLite database.
    clock
        The file by which the servers' clock is set; None where it cannot be.
    """

    def __init__(
        self,
        servers: Sequence[Server],
        lines: Sequence[Line],
        database: PostgresServer | Path,
        chance: Random,
        clock: Path | None = None,
    ) -> None:
        self._servers = servers
        self._lines = lines
        self._database = database
        self._chance = chance
        self._clock = clock
        self.faults: Counter[str] = Counter()
        kinds: list[tuple[int, str, Callable[[], None]]] = [
            (6, "network cut", self._cut),
            (4, "answers lost", self._muffle),
            (6, "network slow", self._slow),
            (3, "server killed", self._kill),
            (3, "server held", self._hold),
            (2, "disk full", self._fill),
        ]
        if isinstance(database, PostgresServer):
            kinds += [
                (2, "database killed", self._kill_database),
                (2, "database restarted", self._restart_database),
                (3, "database held", self._hold_database),
                (3, "connections cut", self._cut_connections),
            ]
        else:
            kinds += [(6, "database locked", self._lock)]
        if clock is not None:
            kinds += [(3, "clock set back", self._set_clock)]
        self._kinds = kinds

    async def rage(self, until: asyncio.Event, every: float) -> None:
        """Let something go wrong about so often, in seconds, until it is time to end."""
        weights = [weight for weight, _, _ in self._kinds]
        while not until.is_set():
            await asyncio.sleep(self._chance.uniform(0, 2 * every))
            _, name, befall = self._chance.choices(self._kinds, weights)[0]
            await asyncio.to_thread(befall)
            self.faults[name] += 1

    def clear(self) -> None:
        """All is well again."""
        if self._clock is not None:
            self._clock.write_text("+0")
        for line in self._lines:
            line.slow(0)
            line.cut()
            line.mend()

    def _some_server(self) -> Server:
        return self._chance.choice(self._servers)

    def _moment(self, most: float = 0.6) -> None:
        time.sleep(self._chance.uniform(0.02, most))

    def _cut(self) -> None:
        line = self._chance.choice(self._lines)
        line.cut()
        self._moment()
        line.mend()

    def _muffle(self) -> None:
        line = self._chance.choice(self._lines)
        line.muffle()
        self._moment()
        line.cut()
        line.mend()

    def _slow(self) -> None:
        line = self._chance.choice(self._lines)
        line.slow(self._chance.uniform(0.05, 0.4))
        self._moment(1.5)
        line.slow(0)

    def _kill(self) -> None:
        server = self._some_server()
        server.kill()
        server.start()

    def _hold(self) -> None:
        with self._some_server().held():
            self._moment(1.5)

    def _fill(self) -> None:
        """No file of a server grows any more, as on a full disk."""
        pid = self._some_server().pid
        before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, before[1]))
        self._moment()
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)

    def _lock(self) -> None:
        assert isinstance(self._database, Path)
        connection = sqlite3.connect(self._database, isolation_level=None, timeout=10)
        with closing(connection) as other, suppress(sqlite3.OperationalError):
            other.execute("BEGIN IMMEDIATE")
            self._moment(1.0)
            other.execute("ROLLBACK")

    def _kill_database(self) -> None:
        assert isinstance(self._database, PostgresServer)
        self._database.kill()
        self._database.start()

    def _restart_database(self) -> None:
        assert isinstance(self._database, PostgresServer)
        self._database.stop(self._chance.choice([signal.SIGINT, signal.SIGQUIT]))
        self._database.start()

    def _hold_database(self) -> None:
        assert isinstance(self._database, PostgresServer)
        with self._database.paused():
            self._moment(1.0)

    def _cut_connections(self) -> None:
        assert isinstance(self._database, PostgresServer)
        self._database.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE usename = 'labeller' AND random() < 0.7"
        )

    def _set_clock(self) -> None:
        """An hour back, or a little, for a while."""
        assert self._clock is not None
        self._clock.write_text(self._chance.choice(["-3600", "-5", "-86400", "+600"]))
        self._moment(2.0)
        self._clock.write_text("+0")


def clock_of(home: Path) -> tuple[Path | None, dict[str, str]]:
    """The file that sets a process's clock, and the environment it has to begin with for that."""
    if not FAKE_TIME.exists():
        return None, {}
    file = home / "clock"
    file.write_text("+0")
    file.chmod(0o644)
    return file, {
        "LD_PRELOAD": os.fspath(FAKE_TIME),
        "FAKETIME_TIMESTAMP_FILE": os.fspath(file),
        "FAKETIME_NO_CACHE": "1",
        # What waits goes on waiting as long as it was to.
        "DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
