"""From what the labels of each class have spread to an item to the class it is given.

Scores grow with the number of labels a class has, and labels are asked for where the model is
unsure, not in proportion to the sizes of classes. Taken as they are, scores favour classes that
were asked about often. A decision weighs the classes against each other before the largest one is
taken.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from core.arrays import FloatArray

DecisionKey = Literal["raw", "class_mass", "estimated"]


@dataclass(frozen=True, slots=True)
class Decision:
    """A way to weigh the classes.

    Attributes
    ----------
    title, explanation
        For people: a name, and one sentence.
    weigh
        Weights of the classes, shape (n_classes,), from their masses: the sum of their scores over
        all items, shape (n_classes,), all above zero. Only ratios of weights matter.
    """

    title: str
    explanation: str
    weigh: Callable[[FloatArray], FloatArray]


def raw(masses: FloatArray) -> FloatArray:
    """All alike, as in scikit-learn: the class with the largest score wins."""
    return np.ones_like(masses)


def class_mass(masses: FloatArray) -> FloatArray:
    """``1 / m_c``: each class is given the same mass, as if all had the same size.

    References
    ----------
    Zhu, Ghahramani, Lafferty, "Semi-supervised learning using Gaussian fields and harmonic
    functions", 2003, section 4 (class mass normalisation, with equal class proportions).
    """
    return np.asarray(1 / masses)


def estimated(masses: FloatArray) -> FloatArray:
    """``q_c / m_c`` with ``q_c`` proportional to ``m_c^1/2``, an estimate of the class sizes.

    Class mass normalisation gives class c the share q_c of all mass. Taking q_c equal for all is
    wrong where sizes differ; taking the scores' own masses for q_c leaves everything as it is, and
    they follow the labels, which were not drawn at random. The geometric mean of the two lies
    between, and follows both.
    """
    return np.asarray(1 / np.sqrt(masses))


DECISIONS: Final[dict[DecisionKey, Decision]] = {
    "estimated": Decision(
        "Estimated sizes",
        "Estimates how large each class is and weighs its labels by that; good for classes of "
        "similar and of different sizes.",
        estimated,
    ),
    "class_mass": Decision(
        "Equal sizes",
        "Assumes that all classes have the same size (class mass normalisation); wrong where "
        "they do not.",
        class_mass,
    ),
    "raw": Decision(
        "As spread",
        "The class whose labels reach an image most, as in scikit-learn; favours classes with "
        "many labels.",
        raw,
    ),
}
"""The decisions there are, the best known first."""
