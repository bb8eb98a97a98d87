"""How numbers and names are written for people, on pages, in figures and in messages alike."""

from __future__ import annotations

import re
from math import ceil, floor, isnan
from typing import Final
from unicodedata import category

_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
_TURNING: Final = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""These turn the direction of what is written after them, on the page around a name too."""
_UNPRINTED: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
_FORMULA: Final = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_NO_LETTERS: Final = re.compile(r"[^\w.]+")
_ENDINGS: Final = {1: "st", 2: "nd", 3: "rd"}
_NUMBER: Final = re.compile(r"[+-]?[\d.,]*")


def percent(share: float) -> str:
    """A share of 0 to 1: ``0.969`` is ``96.9 %``; a dash for nan, of nothing."""
    return "–" if isnan(share) else f"{100 * share:.1f} %"


def at_least(share: float) -> str:
    """A share that is a lower bound: rounded down, never up."""
    return f"{floor(1000 * share + 1e-9) / 10:.1f} %"


def at_most(share: float) -> str:
    """A share that is an upper bound: rounded up, never down."""
    return f"{ceil(1000 * share - 1e-9) / 10:.1f} %"


def points(change: float) -> str:
    """A difference of two shares, in percentage points: ``0.018`` is ``+1.8``."""
    text = f"{100 * change:+.1f}"
    return "±0.0" if float(text) == 0 else text.replace("-", "−")


def duration(seconds: float) -> str:
    """How long something took: ``48 s``, ``18 min``, ``2 h 5 min``."""
    minutes = round(seconds / 60)
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60:,} h {minutes % 60} min"


def file_size(n_bytes: int) -> str:
    """How much room files take, at least one MB: ``1 MB``, ``89 MB``, ``1.2 GB``."""
    megabytes = max(1, round(n_bytes / 1e6))
    return f"{megabytes} MB" if megabytes < 1000 else f"{n_bytes / 1e9:,.1f} GB"


def counted(number: int, noun: str) -> str:
    """A number of things: ``1 label``, ``1,797 labels``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def ordinal(number: int) -> str:
    """A place in a row: ``1st``, ``2nd``, ``12th``, ``1,032nd``."""
    ending = "th" if number // 10 % 10 == 1 else _ENDINGS.get(number % 10, "th")
    return f"{number:,}{ending}"


def visible(text: str) -> str:
    """A name from a person or a file, in which nothing is hidden.

    Control signs are shown as pictures of themselves; what turns the direction of writing, breaks
    the line or is half a character, as ``�``.
    """
    return "".join(_seen(sign) for sign in text)


def is_hidden(sign: str) -> bool:
    """Whether a sign cannot be seen where it stands, or changes how what follows it looks."""
    return sign in _TURNING or category(sign) in _UNPRINTED


def _seen(sign: str) -> str:
    if sign < " ":
        return chr(0x2400 + ord(sign))
    return _REPLACEMENT if is_hidden(sign) else sign


def spreadsheet(text: str) -> str:
    """A name for a table that a spreadsheet may open: what would be a formula there is text.

    As OWASP advises on CSV injection, it begins with an apostrophe then. Numbers and lone signs
    stay as they are.

    Examples
    --------
    >>> [spreadsheet(text) for text in ("=1+1", "-1.5", "boot")]
    ["'=1+1", '-1.5', 'boot']
    """
    is_formula = _FORMULA.match(text) and not _NUMBER.fullmatch(text)
    return f"'{text}" if is_formula else text


def file_stem(name: str) -> str:
    """What the file for a thing of this name is called, but for its ending: ``digits-2``."""
    return _NO_LETTERS.sub("-", name.lower()).strip("-") or "labelspread"
