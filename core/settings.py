"""Where the app keeps its data, from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from platformdirs import user_data_path

HOME_VARIABLE = "LABELSPREAD_HOME"
DATABASE_VARIABLE = "LABELSPREAD_DATABASE_URL"


def home(environment: Mapping[str, str]) -> Path:
    """The folder for all data: ``LABELSPREAD_HOME``, or the user's data directory."""
    chosen = environment.get(HOME_VARIABLE, "").strip()
    return Path(chosen).expanduser().absolute() if chosen else user_data_path("labelspread")


def database_url(environment: Mapping[str, str]) -> str:
    """The database: ``LABELSPREAD_DATABASE_URL``, or an SQLite file in the folder for data."""
    chosen = environment.get(DATABASE_VARIABLE, "").strip()
    if chosen:
        return chosen
    # In an address "?" and "%" have a meaning of their own; in a folder's name they have none.
    path = quote(str(home(environment) / "labelspread.db"), safe="/\\: ")
    return f"sqlite:///{path}"
