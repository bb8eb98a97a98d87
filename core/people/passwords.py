"""A file of names and passwords: who may sign in, and whether a password is theirs.

A line is ``name:$argon2id$…``: a name, and a hash that is slow to compute, so that whoever gets
hold of the file does not have the passwords. Empty lines, and those that begin with ``#``, say
nothing.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError

from core.errors import InvalidNameError, InvalidSettingError
from core.session.events import LOCAL

LONGEST_NAME: Final = 64
LONGEST_PASSWORD: Final = 1_000
SHORTEST_PASSWORD: Final = 8

_LOGGER: Final = logging.getLogger("labelspread.login")

_HASHER: Final = PasswordHasher()
_NOBODYS: Final = _HASHER.hash("")
"""What the password of an unknown name is compared with: that takes as long as for a known one."""

_Seen = tuple[int, int, int, int]


class Accounts:
    """The names and hashes of a file, which is read again when it changes.

    Parameters
    ----------
    path
        The file. While it is not there, or cannot be read, nobody can sign in.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._seen: _Seen | None = None
        self._hashes: Mapping[str, str] = {}

    def require(self) -> None:
        """See that somebody can sign in.

        Raises
        ------
        InvalidSettingError
            If the file is not there, cannot be read, or has no name in it.
        """
        try:
            text = self._path.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise InvalidSettingError(
                f"The file of passwords {self._path} cannot be read ({reason}).",
                "Make a line of it with: python -m core password NAME",
            ) from error
        if not _hashes_in(text, self._path):
            raise InvalidSettingError(
                f"The file of passwords {self._path} has no name with a password.",
                "Make a line of it with: python -m core password NAME",
            )

    def hash_of(self, name: str) -> str | None:
        """The hash of somebody's password as it is now; None where there is no such name."""
        return self._read().get(name)

    def is_right(self, name: str, password: str) -> bool:
        """Whether a password is that of a name; takes as long where there is no such name."""
        known = self.hash_of(name)
        try:
            _HASHER.verify(known or _NOBODYS, password[:LONGEST_PASSWORD])
        except (VerificationError, InvalidHashError):
            return False
        return known is not None

    def _read(self) -> Mapping[str, str]:
        with self._lock:
            try:
                stat = self._path.stat()
                seen = stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino
                if seen != self._seen:
                    text = self._path.read_text(encoding="utf-8")
                    self._hashes, self._seen = _hashes_in(text, self._path), seen
            except (OSError, ValueError):
                if self._hashes or self._seen is None:
                    _LOGGER.warning("The file of passwords %s cannot be read.", self._path)
                self._hashes, self._seen = {}, (0, 0, 0, 0)
            return self._hashes


def line_for(name: str, password: str) -> str:
    """The line of the file by which somebody can sign in.

    Raises
    ------
    InvalidNameError
        If nobody can be called so, or the password is too short.
    """
    check_name(name)
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidNameError(
            f"A password has at least {SHORTEST_PASSWORD} characters.", "Type a longer one."
        )
    if len(password) > LONGEST_PASSWORD:
        raise InvalidNameError(
            f"A password has at most {LONGEST_PASSWORD:,} characters.", "Type a shorter one."
        )
    return f"{name}:{_HASHER.hash(password)}"


def check_name(name: str) -> None:
    """See that somebody can be called so.

    Raises
    ------
    InvalidNameError
        If not.
    """
    is_word = name.isprintable() and not any(sign.isspace() or sign in ":,#" for sign in name)
    if not name or len(name) > LONGEST_NAME or not is_word:
        raise InvalidNameError(
            f"A name has 1 to {LONGEST_NAME} letters, without blanks, “:”, “,” and “#”.",
            "Choose another one.",
        )
    if name.casefold() == LOCAL:
        raise InvalidNameError(
            f"“{name}” is what logs call those who never signed in.", "Choose another one."
        )


def _hashes_in(text: str, path: Path) -> dict[str, str]:
    """The hash of each name. Of a line that is none, the log says which, and nothing of it."""
    hashes: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, _, hashed = line.strip().partition(":")
        try:
            check_name(name)
            extract_parameters(hashed)
        except (InvalidNameError, InvalidHashError):
            _LOGGER.warning("Line %d of %s is no name with a password.", number, path)
            continue
        hashes[name] = hashed
    return hashes
