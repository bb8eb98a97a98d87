"""The tables, as SQLAlchemy and Alembic see them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Column,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)


class UtcDateTime(TypeDecorator[datetime]):
    """A time in UTC. SQLite has no time zones, so they are put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ANN401, ARG002
        """Store as UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ANN401, ARG002
        """Read as UTC."""
        if value is None or value.tzinfo is not None:
            return value  # type: ignore[no-any-return]  # None, or a datetime that knows its zone
        return value.replace(tzinfo=UTC)  # type: ignore[no-any-return]  # a datetime


metadata = MetaData()

projects = Table(
    "projects",
    metadata,
    Column("project_id", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("config", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("deleted_at", UtcDateTime),
)

events = Table(
    "events",
    metadata,
    Column("project_id", String(64), ForeignKey("projects.project_id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("body", Text, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("project_id", String(64), ForeignKey("projects.project_id"), primary_key=True),
    Column("item", Integer, primary_key=True, autoincrement=False),
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("desk", String(64), nullable=False),
    Column("batch_id", String(64), nullable=False),
    Column("until", Double, nullable=False),
)
"""Which item is on whose desk; until when, in seconds since 1970."""

health = Table(
    "health",
    metadata,
    Column("health_id", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime),
)
"""One row, which a ping writes again: whether labels can be stored is seen by storing something."""
