"""Where the app keeps its data, from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from platformdirs import user_data_path

from core.errors import InvalidSettingError
from core.jobs.resources import Resources

HOME_VARIABLE = "LABELSPREAD_HOME"
DATABASE_VARIABLE = "LABELSPREAD_DATABASE_URL"
DATABASE_FILE_VARIABLE = "LABELSPREAD_DATABASE_URL_FILE"
THREADS_VARIABLE = "LABELSPREAD_THREADS"
MEMORY_VARIABLE = "LABELSPREAD_MEMORY_MB"
IMPORT_VARIABLE = "LABELSPREAD_IMPORT_DIR"
IMPORT_LIMIT_VARIABLE = "LABELSPREAD_IMPORT_MB"
HUB_VARIABLE = "HF_ENDPOINT"


def home(environment: Mapping[str, str]) -> Path:
    """The folder for all data: ``LABELSPREAD_HOME``, or the user's data directory."""
    chosen = environment.get(HOME_VARIABLE, "").strip()
    return Path(chosen).expanduser().absolute() if chosen else user_data_path("labelspread")


def database_url(environment: Mapping[str, str]) -> str:
    """The database: ``LABELSPREAD_DATABASE_URL``, or an SQLite file in the folder for data.

    The address may be in a file that ``LABELSPREAD_DATABASE_URL_FILE`` names: it has a password.

    Raises
    ------
    InvalidSettingError
        If that file cannot be read, or there is nothing in it.
    """
    chosen = environment.get(DATABASE_VARIABLE, "").strip()
    if chosen:
        return chosen
    named = environment.get(DATABASE_FILE_VARIABLE, "").strip()
    if named:
        return _only_line(Path(named), DATABASE_FILE_VARIABLE)
    # In an address "?" and "%" have a meaning of their own; in a folder's name they have none.
    path = quote(str(home(environment) / "labelspread.db"), safe="/\\: ")
    return f"sqlite:///{path}"


def _only_line(path: Path, variable: str) -> str:
    """What a file holds that a variable names."""
    remedy = "Name a file with the address in it, and nothing else."
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        problem = f"{variable} names {str(path)!r}, which cannot be read ({why})."
        raise InvalidSettingError(problem, remedy) from error
    if not text or "\n" in text:
        raise InvalidSettingError(f"{str(path)!r}, which {variable} names, is no address.", remedy)
    return text


def datasets_folder(environment: Mapping[str, str]) -> Path:
    """Where image sets are looked for: ``datasets`` in the folder for data."""
    return home(environment) / "datasets"


def sets_folder(environment: Mapping[str, str]) -> Path:
    """Where sets that were brought in are kept: ``sets`` in the folder for data."""
    return home(environment) / "sets"


def networks_folder(environment: Mapping[str, str]) -> Path:
    """Where networks that were added are kept: ``networks`` in the folder for data."""
    return home(environment) / "networks"


def hub(environment: Mapping[str, str]) -> str:
    """Where networks are fetched from: ``HF_ENDPOINT``, or the Hugging Face hub.

    Raises
    ------
    InvalidSettingError
        If it is no address on the web.
    """
    address = environment.get(HUB_VARIABLE, "").strip().rstrip("/") or "https://huggingface.co"
    if not address.startswith(("https://", "http://")):
        raise InvalidSettingError(
            f"{HUB_VARIABLE} is “{address[:40]}”.",
            "Set it to an address that begins with https://.",
        )
    return address


def uploads_folder(environment: Mapping[str, str]) -> Path:
    """Where uploads are until they are kept or dropped: ``uploads`` in the folder for data."""
    return home(environment) / "uploads"


def import_folder(environment: Mapping[str, str]) -> Path | None:
    """The folder on the server that sets can be brought in from: ``LABELSPREAD_IMPORT_DIR``."""
    chosen = environment.get(IMPORT_VARIABLE, "").strip()
    return Path(chosen).expanduser().absolute() if chosen else None


def import_bytes(environment: Mapping[str, str]) -> int:
    """The most bytes that a set may unpack to: ``LABELSPREAD_IMPORT_MB``, 64 GB by default.

    Raises
    ------
    InvalidSettingError
        If it is not a whole number, or too small.
    """
    return _whole_number(environment, IMPORT_LIMIT_VARIABLE, 64 * 2**10) * 2**20


def comparisons_folder(environment: Mapping[str, str]) -> Path:
    """Where comparisons of strategies are kept: ``comparisons`` in the folder for data."""
    return home(environment) / "comparisons"


def exports_folder(environment: Mapping[str, str]) -> Path:
    """Where large exports are until they are saved: ``exports`` in the folder for data."""
    return home(environment) / "exports"


def cache_folder(environment: Mapping[str, str]) -> Path:
    """What can be built again: ``cache`` in the folder for data."""
    return home(environment) / "cache"


def resources(environment: Mapping[str, str]) -> Resources:
    """What the engine may use: ``LABELSPREAD_THREADS`` and ``LABELSPREAD_MEMORY_MB``.

    Raises
    ------
    InvalidSettingError
        If one of them is not a whole number, or too small.
    """
    threads = _whole_number(environment, THREADS_VARIABLE, os.cpu_count() or 1)
    default = Resources()
    memory = _whole_number(environment, MEMORY_VARIABLE, default.memory // 2**20)
    return Resources(threads=threads, memory=memory * 2**20)


def _whole_number(environment: Mapping[str, str], variable: str, default: int) -> int:
    text = environment.get(variable, "").strip()
    if not text:
        return default
    if not text.isdecimal() or int(text) < 1:
        raise InvalidSettingError(
            f"{variable} is “{text[:40]}”.", "Set it to a whole number, 1 or more, or leave it out."
        )
    return int(text)
