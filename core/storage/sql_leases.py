"""The statements that keep leases in a database."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from core.errors import LeasedError
from core.people.leases import KEPT, LONGEST, Lease, Taking

_LIVE: Final = f"leases.until > {{now}} AND leases.until <= {{now}} + {LONGEST}"

_ALL: Final = (
    "SELECT item, slot, desk, batch_id, until - {now} FROM leases WHERE project_id = :project_id"
)
_END: Final = (
    "UPDATE leases SET until = {now} + :seconds "
    f"WHERE project_id = :project_id AND desk = :desk AND {_LIVE}"
)
_GIVE_UP: Final = (
    "DELETE FROM leases WHERE project_id = :project_id AND ("
    "desk = :desk AND batch_id <> :batch_id "
    f"OR until < {{now}} - {KEPT} OR until > {{now}} + {LONGEST})"
)
"""What was on the desk before, and what has ended so long ago that nobody asks any more."""


def take(
    connection: Connection, now: str, project_id: str, taking: Taking, clock: float, lock: str
) -> None:
    """Take a batch to a desk, within a transaction that is to be rolled back where this fails.

    Parameters
    ----------
    now
        What gives the time, in seconds.
    clock
        The time of this machine, for where that is what counts.
    lock
        What follows a statement that reads a row, and makes all others wait who want that too;
        nothing where a transaction that writes is alone anyway.

    Raises
    ------
    LeasedError
        If some of it is on another desk, or another batch has come to this one since it was chosen.
    """
    if lock:
        query = _text(f"SELECT 1 FROM projects WHERE project_id = :project_id {lock}", now)
        connection.execute(query, {"project_id": project_id})
    values: dict[str, Any] = {
        "project_id": project_id,
        "desk": taking.desk,
        "batch_id": taking.batch_id,
        # By names of their own, for PostgreSQL would take each for another type in each place.
        "own_project": project_id,
        "own_desk": taking.desk,
        "own_batch": taking.batch_id,
        "before": taking.before or "",
        "is_whatever": taking.before is None,
        "seconds": taking.seconds,
        "now": clock,
    }
    places = taking.places
    for number, (item, slot) in enumerate(places):
        values |= {f"item{number}": item, f"slot{number}": slot}
    if connection.execute(_take(len(places), now), values).rowcount != len(places):
        raise LeasedError(project_id, taking.desk)
    connection.execute(_text(_GIVE_UP, now), values)


def leases(connection: Connection, now: str, project_id: str, clock: float) -> tuple[Lease, ...]:
    """All leases of a project, some of those that have ended among them."""
    cursor = connection.execute(_text(_ALL, now), {"project_id": project_id, "now": clock}).cursor
    assert cursor is not None
    return tuple(map(Lease._make, cursor.fetchall()))


def end(
    connection: Connection, now: str, project_id: str, desk: str, clock: float, seconds: float
) -> bool:
    """Let the leases of a desk that have not ended yet end then; False if there are none."""
    values = {"project_id": project_id, "desk": desk, "seconds": seconds, "now": clock}
    return connection.execute(_text(_END, now), values).rowcount > 0


@cache
def _text(statement: str, now: str) -> sa.TextClause:
    return sa.text(statement.replace("{now}", now))


@cache
def _take(n_items: int, now: str) -> sa.TextClause:
    """Take so many items where they are free, have been left, or are the desk's own."""
    rows = ", ".join(f"(:item{i}, :slot{i})" for i in range(n_items))
    return _text(
        "INSERT INTO leases (project_id, item, slot, desk, batch_id, until) "
        "SELECT :project_id, new.column1, new.column2, :desk, :batch_id, {now} + :seconds "
        f"FROM (VALUES {rows}) AS new WHERE :is_whatever OR NOT EXISTS ("
        "SELECT 1 FROM leases WHERE project_id = :own_project AND desk = :own_desk "
        f"AND batch_id NOT IN (:own_batch, :before) AND {_LIVE}) "
        "ON CONFLICT (project_id, item, slot) DO UPDATE "
        "SET desk = excluded.desk, batch_id = excluded.batch_id, until = excluded.until "
        f"WHERE leases.desk = excluded.desk OR NOT ({_LIVE})",
        now,
    )
