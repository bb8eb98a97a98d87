"""A copy of our tables in a PostgreSQL database, and the way back: while the app is running.

Both are done by PostgreSQL's own tools. A restore is one transaction, so it happens as a whole or
not at all, and the tables that were there are not dropped, but moved into a schema of their own.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final

import sqlalchemy as sa
from psycopg.conninfo import make_conninfo

from core.errors import (
    BackupError,
    StoreCorruptError,
    StoreError,
    StoreTooNewError,
)
from core.jobs.files import remove_unfinished, unfinished_beside
from core.storage import tables
from core.storage.database import known_revisions
from core.storage.postgres import PostgresDatabase, problem_of_code

_TABLES: Final = ("alembic_version", *tables.metadata.tables)

_LOCK_SECONDS: Final = 5.0

_REVISION: Final = re.compile(rb"^COPY \S*alembic_version\b.*\n(\S+)\n\\\.$", re.MULTILINE)
_PROBLEM: Final = re.compile(r"(?:ERROR|FATAL):  ([0-9A-Z]{5}): (.*)")

_BEFORE: Final = """
SET LOCAL lock_timeout = '{seconds}s';
CREATE SCHEMA {schema};
{moves}
"""
_AFTER: Final = """
RESET search_path;
SELECT 1 / (to_regclass('events') IS NOT NULL)::int;
"""
"""Where the tables have come into a schema in which the app does not look, nothing is done."""


def backup(url: sa.URL, where: str, target: Path) -> None:
    """As :func:`core.storage.backups.backup`, in the custom format of ``pg_dump``."""
    dump = _tool("pg_dump")
    _require_known(_revision(url, where), where)
    if not target.parent.is_dir():
        raise BackupError(f"There is no folder {target.parent}.", "Create it, or choose another.")
    remove_unfinished(target.parent, f"{target.name}-")
    chosen = [f"--table={name}" for name in _TABLES]
    command = [dump, "--format=custom", "--no-owner", "--no-privileges", *chosen, _address(url)]
    try:
        with unfinished_beside(target) as unfinished:
            _run(command, url, where, output=unfinished.file)
            _require_sound(unfinished.path, url, where)
            os.fsync(unfinished.file.fileno())
            unfinished.move_to(target)
    except OSError as error:
        raise BackupError(
            f"The file {target} cannot be written ({error.strerror}).",
            "Choose another place, or free some disk space.",
        ) from error


def restore(source: Path, url: sa.URL, where: str) -> str | None:
    """As :func:`core.storage.backups.restore`, with the schema that is kept."""
    psql = _tool("psql")
    if not source.is_file():
        raise BackupError(f"There is no file {source}.", "Name the backup to restore.")
    _require_sound(source, url, where)
    _require_known(_revision_in(source, url, where), str(source))
    before = _revision(url, where)
    schema = f"labelspread_kept_{datetime.now(UTC):%Y%m%d_%H%M%S}"
    moves = "\n".join(f"ALTER TABLE IF EXISTS {name} SET SCHEMA {schema};" for name in _TABLES)
    with TemporaryFile() as script:
        if before is not None:
            start = _BEFORE.format(seconds=_LOCK_SECONDS, schema=schema, moves=moves)
            script.write(start.encode())
            script.flush()
        written = [_tool("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(source)]
        _run(written, url, where, output=script)
        script.seek(0, os.SEEK_END)
        script.write(_AFTER.encode())
        script.seek(0)
        options = ["--no-psqlrc", "--quiet", "--single-transaction", "--file=-"]
        options += ["--set=ON_ERROR_STOP=1", "--set=VERBOSITY=verbose"]
        _run([psql, *options, _address(url)], url, where, source=script)
    return None if before is None else f"the schema {schema} of the same database"


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise BackupError(
            f"PostgreSQL's program {name} is not there.",
            "Install its client programs (Debian: apt install postgresql-client).",
        )
    return found


def _address(url: sa.URL) -> str:
    """Where a tool has to connect to; the password is no part of it, since all may read it."""
    url = url.set(drivername="postgresql+psycopg")
    _, options = url.get_dialect()().create_connect_args(url)
    options.pop("password", None)
    options.pop("context", None)
    return "--dbname=" + make_conninfo("", **options)


def _run(
    command: Sequence[str | Path],
    url: sa.URL,
    where: str,
    *,
    source: IO[bytes] | None = None,
    output: IO[bytes] | int = subprocess.DEVNULL,
) -> None:
    environment = os.environ | {"LC_ALL": "C", "PGCONNECT_TIMEOUT": "5"}
    if url.password:
        environment["PGPASSWORD"] = str(url.password)
    done = subprocess.run(
        command,
        stdin=source or subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.PIPE,
        env=environment,
        check=False,
    )
    if done.returncode:
        raise _problem(Path(command[0]).name, done.stderr.decode(errors="replace"), url, where)


def _problem(tool: str, told: str, url: sa.URL, where: str) -> StoreError | BackupError:
    if url.password:
        told = told.replace(str(url.password), "***")
    if found := _PROBLEM.search(told):
        code, text = found.groups()
        if code == "3F000":
            return StoreCorruptError(where)
        return problem_of_code(code, where, text)
    lines = [line for line in told.splitlines() if line.strip()] or ["it says nothing"]
    first = next((line for line in lines if "error:" in line), lines[0])
    return BackupError(
        f"{tool} has failed ({first.rpartition('error: ')[2]}).",
        "Nothing was changed. It has to be of the server's version, or a newer one.",
    )


def _revision(url: sa.URL, where: str) -> str | None:
    """Of the tables that are there; None if there are none."""
    with closing(PostgresDatabase(url, where, _LOCK_SECONDS)) as database:
        return database.revision()


def _require_known(revision: str | None, where: str) -> None:
    if revision is None:
        raise BackupError(f"{where} holds no labels.", "Check LABELSPREAD_DATABASE_URL.")
    if revision not in known_revisions():
        raise StoreTooNewError(where, revision)


def _unsound(source: Path) -> BackupError:
    return BackupError(
        f"{source} is damaged, or is no backup of Labelspread on PostgreSQL.",
        "Nothing was changed. Choose another backup.",
    )


def _require_sound(source: Path, url: sa.URL, where: str) -> None:
    """See that all of a backup can be read, and that it is one of ours."""
    with TemporaryFile() as listed:
        try:
            _run([_tool("pg_restore"), "--list", source], url, where, output=listed)
            _run([_tool("pg_restore"), f"--file={os.devnull}", source], url, where)
        except (BackupError, StoreError) as error:
            raise _unsound(source) from error
        listed.seek(0)
        told = listed.read()
    for name in ("alembic_version", "projects", "events"):
        if not re.search(rb"TABLE DATA \S+ " + name.encode() + rb" ", told):
            raise _unsound(source)


def _revision_in(source: Path, url: sa.URL, where: str) -> str:
    with TemporaryFile() as written:
        options = ["--data-only", "--table=alembic_version", "--file=-"]
        _run([_tool("pg_restore"), *options, source], url, where, output=written)
        written.seek(0)
        found = _REVISION.search(written.read())
    if found is None:
        raise _unsound(source)
    return found[1].decode()
