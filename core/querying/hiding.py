"""Lots: whose predictions are hidden, and which items several people are to answer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

_ALL: Final = 2**64


def by_lot(
    project_id: str, items: Iterable[int], share: float, purpose: bytes = b"hide"
) -> tuple[int, ...]:
    """The items on which the lot falls, in their order; each with a chance of ``share``.

    An item has one lot in a project for each purpose, whenever and for whatever reason it is asked
    about. So one that is shown again, after a reload, an undo or a skip, is hidden again; and with
    a larger share all are hidden that were with a smaller one.

    Parameters
    ----------
    share
        0 to 1.
    purpose
        What is drawn for, in 16 letters at most.
    """
    return tuple(item for item in items if _lot(project_id, item, purpose) < share * _ALL)


def _lot(project_id: str, item: int, purpose: bytes) -> int:
    """A number below ``_ALL``, as good as drawn at random."""
    told = f"{project_id} {item}".encode()
    return int.from_bytes(hashlib.blake2b(told, digest_size=8, person=purpose).digest())
