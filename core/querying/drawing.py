"""Drawing items at random, the less sure ones more often, with chances that are known."""

from __future__ import annotations

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
    ends = np.round(np.cumsum(PARTS)[:-1] * len(items)).astype(np.int64)
    sizes = np.diff(ends, prepend=0, append=len(items))
    if not sizes.all():
        return int(random.choice(items)), Draw((len(items),), (1.0,), 0)
    part = int(random.choice(len(PARTS), p=CHANCES))
    first, last = int(sizes[:part].sum()), int(sizes[: part + 1].sum())
    # Which item it is needs no order within the parts, only their borders.
    order = np.argpartition(-uncertainty[items], ends)
    item = int(items[order[int(random.integers(first, last))]])
    return item, Draw(tuple(sizes.tolist()), CHANCES, part)
