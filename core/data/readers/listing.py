"""The files that a folder or a ZIP file holds, before any of them is looked into."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from core.data.classes import shown
from core.data.readers.found import Bad
from core.wording import counted, is_hidden

ENDINGS: Final = frozenset(
    {".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".gif", ".bmp", ".tif", ".tiff", ".webp"}
)
"""How the names of image files end, in small letters."""

LARGEST: Final = 2**30
"""Bytes of one file that is read at once."""

_JUNK: Final = re.compile(
    r"(^|/)(\.(?!\.?(/|$))|(thumbs\.db|ehthumbs\.db|desktop\.ini)$"
    r"|(__macosx|@eadir|\$recycle\.bin|system volume information)(/|$))",
    re.IGNORECASE,
)
_NAMED: Final = 3
_KINDS_NAMED: Final = 4


class File(NamedTuple):
    """One file of a source."""

    name: str
    """Its path inside, with ``/``; no two are the same."""

    n_bytes: int


@dataclass(frozen=True, slots=True)
class Listing:
    """All that is in a folder or a ZIP file.

    Attributes
    ----------
    name, title
        What it is called, with its ending and without.
    word
        "folder" or "ZIP file".
    files
        In the order of their names, without what systems leave behind.
    folders
        The folders inside, with no ``/`` at their end; those that hold files may be missing.
    read
        The bytes of one of the files, by its index. Raises a ``BadImageError`` if there are none;
        may be called from several threads.
    bad
        What could not be listed.
    notes
        What was left out, a sentence each.
    n_junk
        How many files were passed over that are hidden, or a system's.
    close
        Lets go of whatever is open.
    """

    name: str
    title: str
    word: str
    files: Sequence[File]
    folders: Sequence[str]
    read: Callable[[int], bytes]
    bad: tuple[Bad, ...] = ()
    notes: tuple[str, ...] = ()
    n_junk: int = 0
    close: Callable[[], object] = lambda: None

    def __str__(self) -> str:
        """What it is called in a sentence."""
        return f"{self.word} {shown(self.name)}"


def ending(name: str) -> str:
    """The ending of a file's name, such as ``.png``; empty if it has none."""
    stem, dot, end = name.rpartition("/")[2].rpartition(".")
    return f".{end.lower()}" if dot and stem else ""


def is_junk(name: str) -> bool:
    """Whether a system or a program has left a file behind, which no person has put there."""
    return _JUNK.search(name) is not None


def odd_name(name: str) -> str:
    """What is wrong with a file's name, in a sentence; empty if nothing is."""
    if name.isascii() and name.isprintable():
        return ""
    odd = next((sign for sign in name if is_hidden(sign)), "")
    if not odd:
        return ""
    if "\ud800" <= odd <= "\udfff":
        return "Its name is not text (UTF-8)."
    return f"Its name contains a character that cannot be seen (U+{ord(odd):04X})."


def named(names: Sequence[str]) -> str:
    """Some names in a sentence: not all of many."""
    more = ", …" if len(names) > _NAMED else ""
    return f"{', '.join(shown(name.rpartition('/')[2]) for name in names[:_NAMED])}{more}"


def kinds(names: Iterable[str]) -> str:
    """How many files there are of which kind, in words: "3 .txt files and 1 .pdf file"."""
    numbers = Counter(shown(ending(name)) for name in names).most_common()
    parts = [counted(n, f"{end} file" if end else "file") for end, n in numbers[:_KINDS_NAMED]]
    rest = sum(n for _, n in numbers[_KINDS_NAMED:])
    if rest:
        parts.append(counted(rest, "other file"))
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1]))) if parts else "nothing"
