"""Published answers of several people, and what was found of them."""

from __future__ import annotations

from typing import Final

import numpy as np

ANAESTHETISTS: Final = (
    "111 1 1 1 1,333 4 3 3 4,112 2 1 2 2,222 3 1 2 1,222 3 2 2 2,222 3 3 2 2,122 2 1 1 1,333 3 "
    "4 3 3,222 2 2 2 3,232 2 2 2 3,444 4 4 4 4,222 3 3 4 3,111 1 1 1 1,222 3 2 1 2,121 1 1 1 "
    "1,111 2 1 1 1,111 1 1 1 1,111 1 1 1 1,222 2 2 2 1,222 1 3 2 2,222 2 2 2 2,222 2 2 2 1,222 "
    "3 2 2 2,221 2 2 2 2,111 1 1 1 1,111 1 1 1 1,232 2 2 2 2,111 1 1 1 1,111 1 1 1 1,112 1 1 2 "
    "1,111 1 1 1 1,333 3 2 3 3,111 1 1 1 1,222 2 2 2 2,222 3 2 3 2,433 4 3 4 3,221 2 2 3 2,232 "
    "3 2 3 3,333 3 4 3 2,111 1 1 1 1,111 1 1 1 1,121 2 1 1 1,232 2 2 2 2,121 1 1 1 1,222 2 2 2 "
    "2"
)
"""Dawid and Skene, 1979, table 1: 45 patients, and what five anaesthetists said of each, from 1 to
4; the first of them three times."""

FLEISS: Final = np.array(
    [
        [0, 0, 0, 0, 14],
        [0, 2, 6, 4, 2],
        [0, 0, 3, 5, 6],
        [0, 3, 9, 2, 0],
        [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0],
        [3, 2, 6, 3, 0],
        [2, 5, 3, 2, 2],
        [6, 5, 2, 1, 0],
        [0, 2, 2, 3, 7],
    ]
)
"""Ten items, 14 answers each, five classes: the worked example that is in most textbooks."""

KRIPPENDORFF: Final = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
"""Krippendorff, 2011, section C: four observers, twelve units, some missing."""

KRIPPENDORFF_BINARY: Final = ("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0")
"""Section A: two observers, ten units."""

KRIPPENDORFF_NOMINAL: Final = ("a a b b d c c c e d d a", "b a b b b c c c e d d d")
"""Section B: two observers, twelve units."""
