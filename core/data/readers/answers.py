"""What an export of another program says of images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Answers(NamedTuple):
    """Labels of images, by whatever their files are called there."""

    by_file: Sequence[tuple[str, str]]
    """What leads to each image, and its label; empty if it has none, or several."""

    classes: tuple[str, ...] = ()
    """All classes that it names."""

    n_several: int = 0
    """Images that it says several labels of."""
