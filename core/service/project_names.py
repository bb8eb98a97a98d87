"""What a project can be called."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from core.errors import InvalidNameError

LONGEST_NAME: Final = 80


def checked_name(name: str, taken: Collection[str]) -> str:
    """A name as it is stored: with one space where there were several.

    Parameters
    ----------
    taken
        What other projects are called.

    Raises
    ------
    InvalidNameError
        If the name is empty, too long or taken, or holds what cannot be seen.
    """
    name = " ".join(name.split())
    if not name:
        raise InvalidNameError("A project needs a name.", "Type one and try again.")
    odd = next((sign for sign in name if not sign.isprintable()), "")
    if odd:
        raise InvalidNameError(
            f"The name contains a character that cannot be seen (U+{ord(odd):04X}).",
            "Take it out.",
        )
    if len(name) > LONGEST_NAME:
        raise InvalidNameError(f"A name can have at most {LONGEST_NAME} characters.", "Shorten it.")
    same = next((other for other in taken if other.casefold() == name.casefold()), None)
    if same is not None:
        raise InvalidNameError(
            f"There is already a project called “{same}”.",
            "Choose another name; small and capital letters do not count.",
        )
    return name


def free_name(name: str, taken: Collection[str]) -> str:
    """The name itself, or with a number behind it where another project is called so."""
    folded = {other.casefold() for other in taken}
    name = " ".join(name.split())
    ends = ("", *(f" ({i})" for i in range(2, len(folded) + 2)))
    candidates = (f"{name[: LONGEST_NAME - len(end)]}{end}" for end in ends)
    return next(c for c in candidates if c.casefold() not in folded)
