"""What the model says of a labelled item when it is not told that item's own label.

Scores are linear in the labels, so nothing is fitted anew: the item's own column is left out.
"""

from __future__ import annotations

import numpy as np

from core.arrays import UNLABELLED, IntArray
from core.learning.decisions import DECISIONS, DecisionKey
from core.learning.fixed_point import FixedPoint


def leave_one_out(
    fixed_point: FixedPoint, labels: IntArray, decision: DecisionKey = "raw"
) -> IntArray:
    """What is predicted of each labelled item from the labels of all the others.

    It is what :func:`core.learning.beliefs.believe` says of the item after its label was taken
    away.

    Parameters
    ----------
    fixed_point
        Spreads the labels.
    labels : (n_items,), int64
        Class indices; ``UNLABELLED`` where none is given.
    decision
        How the scores of the classes are weighed against each other.

    Returns
    -------
    (n_labelled,), int64
        In the order of the items; ``UNLABELLED`` where no other label reaches the item.
    """
    items = np.flatnonzero(labels != UNLABELLED)
    if not len(items):
        return np.empty(0, dtype=np.int64)
    sources = np.zeros((len(labels), len(items)))
    sources[items, np.arange(len(items))] = 1
    columns = fixed_point.solve(sources).columns
    masses = columns.sum(axis=0)
    among = columns[items]
    np.fill_diagonal(among, 0)
    classes, places = np.unique(labels[items], return_inverse=True)
    of_class = places[:, np.newaxis] == np.arange(len(classes))
    scores = among @ of_class
    # Each row is of a model that lacks one label, and so has other masses in that label's class.
    n_left = of_class.sum(axis=0) - of_class
    left = np.where(n_left, masses @ of_class - of_class * masses[:, np.newaxis], 0)
    weighed = np.zeros_like(scores)
    for row, its_masses in enumerate(left):
        seen = its_masses > 0
        weighed[row, seen] = scores[row, seen] * DECISIONS[decision].weigh(its_masses[seen])
    return np.where(weighed.any(axis=1), classes[weighed.argmax(axis=1)], UNLABELLED)
