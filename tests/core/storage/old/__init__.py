"""Databases as earlier versions of the app left them; none of them is ever changed.

``NAME.db`` is a whole SQLite file of that schema's revision, written by the app of its time by
labelling with it. ``NAME.json`` holds what that app itself said of each project in it.
"""

from __future__ import annotations

import json
import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import alembic.command
import sqlalchemy as sa
from alembic.config import Config

from core.storage import database, tables

FOLDER: Final = Path(__file__).parent
MIGRATIONS: Final = Path(database.__file__).with_name("migrations")
OLD: Final = tuple(sorted(path.stem for path in FOLDER.glob("*.db")))
"""The names of all old databases."""


def copy_of(name: str, folder: Path) -> Path:
    """An old database, copied to where it may be opened."""
    return Path(shutil.copy(FOLDER / f"{name}.db", folder / "labelspread.db"))


def put_on_postgres(name: str, url: str, folder: Path) -> None:
    """The same on PostgreSQL: the tables of an old database's revision, with all that is in it.

    Parameters
    ----------
    url
        Of an empty database.
    folder
        Where the old one may be opened.
    """
    with ExitStack() as stack:
        engines = [
            sa.create_engine(f"sqlite:///{copy_of(name, folder)}"),
            sa.create_engine(database.parsed_url(url).set(drivername="postgresql+psycopg")),
        ]
        for engine in engines:
            stack.callback(engine.dispose)
        old = stack.enter_context(engines[0].connect())
        new = stack.enter_context(engines[1].begin())
        revision = old.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one()
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = new
        alembic.command.upgrade(config, revision)
        for table in (tables.projects, tables.events):
            for row in old.execute(sa.select(table)).mappings():
                new.execute(table.insert().values(**row))


def revision_of(name: str) -> str:
    """Which tables an old database has."""
    engine = sa.create_engine(f"sqlite:///file:{FOLDER / name}.db?immutable=1&uri=true")
    with engine.connect() as connection:
        found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one()
    engine.dispose()
    return str(found)


def as_told_then(name: str) -> dict[str, dict[str, Any]]:
    """What the app of that time said of each project, by its id."""
    return dict(json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")))
