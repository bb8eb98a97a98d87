"""A room: people who answer in a project by a code and a first name, without an account."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from rpds import HashTrieMap

from core.session.events import RoomPhase


class Guest(NamedTuple):
    """Somebody in a room."""

    person: str
    name: str


@dataclass(frozen=True)
class Room:
    """A room as it stands.

    Attributes
    ----------
    code
        What people come in by.
    phase
        Whether people are asked something now.
    guests
        Who has come in, by the hash of the secret that each keeps.
    names
        The same, by the person's id.
    """

    code: str
    phase: RoomPhase = "open"
    guests: HashTrieMap[str, Guest] = field(default_factory=HashTrieMap)
    names: HashTrieMap[str, str] = field(default_factory=HashTrieMap)
