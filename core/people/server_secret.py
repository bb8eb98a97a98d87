"""The secret by which the server knows what it has signed; all replicas share it."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from core.errors import InvalidSettingError
from core.settings import home

SECRET_VARIABLE: Final = "LABELSPREAD_SECRET"
SECRET_FILE_VARIABLE: Final = "LABELSPREAD_SECRET_FILE"

_SHORTEST: Final = 16
_BYTES: Final = 32
_PATIENCE: Final = 2.0
"""Seconds in which another replica has written what it has begun."""


def server_secret(environment: Mapping[str, str]) -> bytes:
    """The secret of the environment, of the file that it names, or of the folder for data.

    In the folder it is made when it is first asked for, and only its owner may read it.

    Raises
    ------
    InvalidSettingError
        If there is none, or it is too short to be one.
    """
    if told := environment.get(SECRET_VARIABLE, "").strip():
        return _checked(told, SECRET_VARIABLE)
    named = environment.get(SECRET_FILE_VARIABLE, "").strip()
    path = Path(named).expanduser() if named else home(environment) / "secret"
    try:
        return _checked(path.read_text(encoding="utf-8") if named else _kept(path), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidSettingError(
            f"The secret in {path} cannot be read or made.",
            f"Check the file, or set {SECRET_VARIABLE}.",
        ) from error


def _kept(path: Path) -> str:
    """What a file holds; made if there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        # Another replica may be about to write it.
        until = time.monotonic() + _PATIENCE
        while not (text := path.read_text(encoding="utf-8")) and time.monotonic() < until:
            time.sleep(0.01)
        return text
    with os.fdopen(file, "w", encoding="utf-8") as opened:
        text = secrets.token_hex(_BYTES)
        opened.write(f"{text}\n")
    return text


def _checked(text: str, where: str) -> bytes:
    text = text.strip()
    if len(text) < _SHORTEST:
        raise InvalidSettingError(
            f"The secret in {where} is too short.",
            f"It has at least {_SHORTEST} characters that nobody can guess.",
        )
    return text.encode()
