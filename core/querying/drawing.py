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


def parts_of(n_candidates: int) -> Draw:
    """How one of so many items is drawn, from the first part."""
    ends = np.round(np.cumsum(PARTS)[:-1] * n_candidates).astype(np.int64)
    sizes = np.diff(ends, prepend=0, append=n_candidates)
    if not sizes.all():
        return Draw((n_candidates,), (1.0,), 0)
    return Draw(tuple(sizes.tolist()), CHANCES, 0)
