"""What a browser keeps while somebody is signed in: a signed text that nobody else can write.

It names the person and an end. It is signed with a secret of the server together with the hash of
the person's password, so a password that is changed ends all that was begun with the old one, and
the server has nothing to remember but who has signed out since.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LASTS: Final = 12 * 60 * 60
"""Seconds until a sign-in ends that is not renewed."""

_RENEWED_AFTER: Final = LASTS // 12
_LONGEST: Final = 1_000
_PURPOSE: Final = b"labelspread sign-in 1\0"


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody who is signed in.

    Attributes
    ----------
    id
        Names the sign-in, from its begin on; it stays when it is renewed.
    begun, ends
        Seconds since 1970: when it was made or renewed, and when it ends.
    """

    person_id: str
    id: str
    begun: float
    ends: float


class SignIns:
    """Makes sign-ins and knows them again.

    Parameters
    ----------
    secret
        Of the server; all replicas share it.
    proof_of
        What a person's sign-ins are bound to, such as the hash of a password; None where there is
        no such person.
    ended
        Those that were ended by signing out.
    now
        Gives the time, seconds since 1970.
    """

    def __init__(
        self,
        secret: bytes,
        proof_of: Callable[[str], str | None],
        ended: Ended,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._secret = secret
        self._proof_of = proof_of
        self._ended = ended
        self._now = now

    def begin(self, person_id: str) -> str:
        """What the browser of somebody keeps who has signed in just now."""
        return self._written(person_id, secrets.token_hex(16))

    def renewed(self, found: SignIn) -> str | None:
        """What the browser is to keep instead, to stay signed in for longer; None for now."""
        if self._now() - found.begun < _RENEWED_AFTER:
            return None
        return self._written(found.person_id, found.id)

    def find(self, text: str) -> SignIn | None:
        """The sign-in that a browser keeps; None where it is none, or has ended."""
        body, _, signature = text.partition(".")
        if len(text) > _LONGEST or not signature:
            return None
        try:
            person_id, id_, begun, ends = json.loads(_decoded(body))
            proof = self._proof_of(str(person_id))
            if proof is None or not hmac.compare_digest(
                _decoded(signature), self._signature(body, proof)
            ):
                return None
            found = SignIn(str(person_id), str(id_), float(begun), float(ends))
        except (ValueError, TypeError):
            return None
        is_over = found.ends <= self._now() or self._ended.is_ended(found.id)
        return None if is_over else found

    def _written(self, person_id: str, id_: str) -> str:
        now = int(self._now())
        told = json.dumps([person_id, id_, now, now + LASTS]).encode()
        body = _encoded(told)
        signature = self._signature(body, self._proof_of(person_id) or secrets.token_hex(16))
        return f"{body}.{_encoded(signature)}"

    def _signature(self, body: str, proof: str) -> bytes:
        key = hmac.digest(self._secret, _PURPOSE + proof.encode(), hashlib.sha256)
        return hmac.digest(key, body.encode(), hashlib.sha256)


class Ended:
    """The sign-ins that were ended before their time, in a file that all replicas share.

    Parameters
    ----------
    path
        The file; made when the first one ends.
    now
        As of :class:`SignIns`.
    """

    def __init__(self, path: Path, now: Callable[[], float] = time.time) -> None:
        self._path = path
        self._now = now
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._ids: dict[str, float] = {}

    def is_ended(self, id_: str) -> bool:
        """Whether a sign-in was ended."""
        with self._lock:
            self._follow()
            return id_ in self._ids

    def end(self, id_: str, ends: float) -> None:
        """End a sign-in that would have ended at some time, seconds since 1970.

        Raises
        ------
        OSError
            If that could not be noted for other replicas; here it is ended.
        """
        with self._lock:
            self._follow()
            self._ids[id_] = ends + LASTS
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(f"{id_} {ends + LASTS:.0f}\n")

    def _follow(self) -> None:
        """Read what has come to the file since."""
        with suppress(OSError, ValueError):
            stat = self._path.stat()
            if (stat.st_size, stat.st_mtime_ns) == self._seen:
                return
            lines = (line.split() for line in self._path.read_text(encoding="utf-8").splitlines())
            now = self._now()
            read = {line[0]: float(line[1]) for line in lines if len(line) == 2}
            self._ids = {id_: at for id_, at in (self._ids | read).items() if at > now}
            self._seen = stat.st_size, stat.st_mtime_ns


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    """The bytes of a text; a ``ValueError`` where it is none."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
