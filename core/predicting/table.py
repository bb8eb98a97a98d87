"""What is written of items that are not in the project: the columns of an export, and two more."""

from __future__ import annotations

from math import nan
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.arrays import UNLABELLED, BoolArray, IntArray
from core.data.parts.parts import usable_rows
from core.export.rows import EXPLAINED as EXPORTED
from core.learning.beliefs import lead_of
from core.predicting.model import Model
from core.predicting.predictor import Predicted
from core.predicting.told import UNKNOWN
from core.wording import counted, percent

EXPLAINED: Final[dict[str, str]] = {
    "part": "the part of the input that the item is in",
    "row": "where it is in that part, from 0",
    "file": "what the input calls the item: its name, or the address of its image",
    "label": "the label to use: a person’s or a given one, else the model’s; none for bad images, "
    "and where no label reaches",
    "source": EXPORTED["source"],
    "human_label": "the label of a person, of an item that is in the project",
    "given_label": "the label that the item came with, where the project takes such for given",
    "model_label": EXPORTED["model_label"],
    "model_probability": EXPORTED["model_probability"],
    "true_label": "the class that the input itself names, where the project takes such for the "
    "truth",
    "shares": "the model’s distribution over the classes, in their order; it sums to one, and is "
    "none where no label reaches; no chances of being right",
    "distance": "how far the nearest item of the project is, in the unit of the features; none "
    "where the item has no features that can be used",
}
"""What each column holds, in the order of the columns."""


class Counts(NamedTuple):
    """How many items were written, and where their labels come from.

    Attributes
    ----------
    human, given, model, bare
        Items with a label of a person, a given one, the model's, and none.
    unusable
        Those of the latter whose features are missing or no numbers of a usual size.
    known, right
        Items that the model alone speaks of and whose true class is known to be one of the
        project's, and those of them of which the model says it.
    """

    human: int = 0
    given: int = 0
    model: int = 0
    bare: int = 0
    unusable: int = 0
    known: int = 0
    right: int = 0

    @property
    def rows(self) -> int:
        """All items."""
        return self.human + self.given + self.model + self.bare

    @property
    def told(self) -> str:
        """How many are right of those whose true class is known, as people read it."""
        share = self.right / self.known if self.known else nan
        return (
            f"Of {counted(self.known, 'item')} that are not labelled here and whose class is "
            f"known, {percent(share)} are predicted right."
        )

    def plus(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(*(one + more for one, more in zip(self, other, strict=True)))


class Items(NamedTuple):
    """Some items of one part.

    Attributes
    ----------
    part
        Its path.
    first_row
        Where the first of them is in it.
    features : (n_items, n_features)
        All nan where they cannot be used.
    files, labels
        What the part calls them, and the classes that it names; None where it does not.
    """

    part: str
    first_row: int
    features: NDArray[Any]
    files: pa.Array | None
    labels: pa.Array | None


def schema_of(n_classes: int) -> pa.Schema:
    """The columns of a file, and their types."""
    types = {
        "row": pa.int64(),
        "model_probability": pa.float64(),
        "shares": pa.list_(pa.float32(), n_classes),
        "distance": pa.float32(),
    }
    return pa.schema([(name, types.get(name, pa.string())) for name in EXPLAINED])


def table_of(model: Model, items: Items) -> tuple[pa.Table, Counts]:
    """The rows of some items, and how many there are of each kind."""
    n_items, features = len(items.features), items.features
    usable = usable_rows(features)
    said = _predicted(model, features, usable)
    reached = said.shares.any(axis=1)
    best = np.where(reached, said.shares.argmax(axis=1), UNLABELLED)
    if model.calibration is None:
        chance = np.full(n_items, np.nan)
    else:
        chance = model.calibration.probability(lead_of(said.shares))
    identities = None if items.files is None else items.files.to_pylist()
    told = model.told.among(features, identities)
    model_label = _named(model.classes, best)
    columns: dict[str, Any] = {
        "part": pa.repeat(items.part, n_items),
        "row": np.arange(items.first_row, items.first_row + n_items),
        "file": items.files,
        "model_label": model_label,
        "model_probability": pa.array(chance, mask=~reached | np.isnan(chance)),
        "shares": pa.FixedSizeListArray.from_arrays(
            pa.array(said.shares.ravel()), len(model.classes), mask=pa.array(~reached)
        ),
        "distance": pa.array(said.distance, mask=~usable),
    }
    labels = model_label.to_pylist()
    source: list[str | None] = [None if label is None else "model" for label in labels]
    human: list[str | None] = [None] * n_items
    given: list[str | None] = [None] * n_items
    came_with = _called(model, items.labels)
    if came_with is not None and model.known_labels == "given":
        for item, label in enumerate(came_with.to_pylist()):
            if label is not None:
                labels[item], source[item], given[item] = label, "given", label
    for item in np.flatnonzero(told != UNKNOWN).tolist():
        one = model.told.said[told[item]]
        labels[item], source[item] = one.label, one.source
        human[item], given[item] = one.human_label, one.given_label
    columns |= {"label": labels, "source": source, "human_label": human, "given_label": given}
    has_truth = came_with is not None and model.known_labels == "truth"
    columns["true_label"] = came_with if has_truth else None
    schema = schema_of(len(model.classes))
    arrays = [_column(columns[field.name], field.type, n_items) for field in schema]
    n_known, n_right = 0, 0
    if has_truth:
        truth = _indices(model.classes, columns["true_label"])
        n_known, n_right = _checked(truth, best, told == UNKNOWN)
    counts = Counts(
        source.count("human"),
        source.count("given"),
        source.count("model"),
        source.count(None),
        int(np.count_nonzero(~usable)),
        n_known,
        n_right,
    )
    return pa.Table.from_arrays(arrays, schema=schema), counts


def _predicted(model: Model, features: NDArray[Any], usable: BoolArray) -> Predicted:
    if usable.all():
        return model.predictor.predict(features)
    shares = np.zeros((len(features), len(model.classes)), dtype=np.float32)
    distance = np.full(len(features), np.nan, dtype=np.float32)
    if usable.any():
        shares[usable], distance[usable] = model.predictor.predict(features[usable])
    return Predicted(shares, distance)


def _called(model: Model, labels: pa.Array | None) -> pa.Array | None:
    """The classes that a part names, as the project calls them."""
    if labels is None or not model.called:
        return labels
    names = labels.cast(pa.string()).dictionary_encode()
    called = [model.called.get(name, name) for name in names.dictionary.to_pylist()]
    return pa.array(called, type=pa.string()).take(names.indices)


def _named(classes: tuple[str, ...], indices: IntArray) -> pa.Array:
    """The names of classes by their indices; null for ``UNLABELLED``."""
    numbers = pa.array(indices, type=pa.int64(), mask=indices == UNLABELLED)
    return pa.array(classes, type=pa.string()).take(numbers)


def _indices(classes: tuple[str, ...], names: pa.Array) -> IntArray:
    numbers = {name: number for number, name in enumerate(classes)}
    return np.array([numbers.get(name, UNLABELLED) for name in names.to_pylist()], dtype=np.int64)


def _checked(truth: IntArray, best: IntArray, unanswered: BoolArray) -> tuple[int, int]:
    known = (truth != UNLABELLED) & unanswered
    return int(np.count_nonzero(known)), int(np.count_nonzero(known & (truth == best)))


def _column(values: Any, kind: pa.DataType, n_items: int) -> pa.Array:  # noqa: ANN401 - as above
    if values is None:
        return pa.nulls(n_items, kind)
    return values.cast(kind) if isinstance(values, pa.Array) else pa.array(values, type=kind)
