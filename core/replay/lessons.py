"""What the published runs teach, in a few sentences."""

from __future__ import annotations

from typing import Final

SOFT_LABELS: Final = (
    "Label spreading gives each unlabelled digit a distribution over the classes, a soft label: "
    "how much of each label has reached it through its neighbours."
)
ENTROPY: Final = (
    "Entropy measures how undecided such a distribution is: 0 when one class has everything, "
    "largest when all classes are equally likely."
)
UNCERTAIN_FIRST: Final = (
    "The digits of highest entropy lie between the classes. A label there settles many others, "
    "so asking for them teaches more than asking at random."
)
FEW_LABELS: Final = (
    "A few dozen labels are enough here because similar digits lie close together, and each label "
    "speaks for its neighbours."
)

LESSONS: Final = (SOFT_LABELS, ENTROPY, UNCERTAIN_FIRST, FEW_LABELS)
"""In the order in which they build on one another."""
