"""Drawing items at random, the less sure ones more often, with chances that are known."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from core.arrays import BoolArray, FloatArray
from core.session.events import Draw

PARTS: Final = (0.1, 0.2, 0.7)
"""How items are split by how sure the model is of them, the least sure first: shares of all."""

CHANCES: Final = (0.2, 0.25, 0.55)
"""How likely it is to draw from each part. The first two are drawn from more often than their
sizes say, for most errors are there; not much more, for where nothing is drawn nothing is known."""


def draw(
    uncertainty: FloatArray, candidates: BoolArray, random: np.random.Generator
) -> tuple[int, Draw]:
    """Draw one of the candidates.

    Parameters
    ----------
    uncertainty : (n_items,)
        The larger, the less sure; infinity where nothing is known.
    candidates : (n_items,), bool
        One at least.

    Returns
    -------
    int, Draw
        The index of the item, and how it was drawn. Few candidates are one part, from which each is
        as likely as the others.
    """
    items = np.flatnonzero(candidates)
    how = parts_of(len(items))
    if len(how.sizes) == 1:
        return int(random.choice(items)), how
    part = int(random.choice(len(how.sizes), p=how.chances))
    ends = np.cumsum(how.sizes)
    place = int(random.integers(ends[part] - how.sizes[part], ends[part]))
    # Which item it is needs no order within the parts, only their borders.
    order = np.argpartition(-uncertainty[items], ends[:-1])
    return int(items[order[place]]), replace(how, part=part)


def draw_several(
    uncertainty: FloatArray, candidates: BoolArray, wanted: int, random: np.random.Generator
) -> list[tuple[int, Draw]]:
    """Draw some of the candidates, one after the other, none of them twice.

    Each is drawn from those that are left as :func:`draw` does it, with the same chances; but the
    items are put in order once for all of them. Which of the items of a part comes is another one.

    Parameters
    ----------
    uncertainty : (n_items,)
        The larger, the less sure; infinity where nothing is known.
    candidates : (n_items,), bool
    wanted
        No more than there are candidates.
    """
    items = np.flatnonzero(candidates)
    ends = np.cumsum(parts_of(len(items)).sizes)[:-1]
    # While items are taken out, a border moves among those that were next to it: there they are
    # put in their order one by one.
    borders = np.unique(np.add.outer(ends, np.arange(-wanted - 1, wanted + 1)))
    borders = borders[(borders >= 0) & (borders < len(items))]
    order = items[np.argpartition(-uncertainty[items], borders)] if len(borders) else items
    gone: list[int] = []
    drawn = []
    for _ in range(wanted):
        how = parts_of(len(items) - len(gone))
        part = int(random.choice(len(how.sizes), p=how.chances))
        end = sum(how.sizes[: part + 1])
        place = int(random.integers(end - how.sizes[part], end))
        for earlier in sorted(gone):
            place += earlier <= place
        gone.append(place)
        drawn.append((int(order[place]), replace(how, part=part)))
    return drawn


def parts_of(n_candidates: int) -> Draw:
    """How one of so many items is drawn, from the first part."""
    ends = np.round(np.cumsum(PARTS)[:-1] * n_candidates).astype(np.int64)
    sizes = np.diff(ends, prepend=0, append=n_candidates)
    if not sizes.all():
        return Draw((n_candidates,), (1.0,), 0)
    return Draw(tuple(sizes.tolist()), CHANCES, 0)
