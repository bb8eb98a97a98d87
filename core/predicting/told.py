"""Labelled landmarks that turn up among other items: what a person said of them wins there too.

A landmark is known again by its features, which have to be the same to the last bit of 32, and,
where it comes from a set in parts, by its name, which is made of its features and of its id or
address there. Where several that were answered cannot be told apart and differ in what was said,
none of them is known again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from core.arrays import Float32Array, IntArray, freeze
from core.data.parts.landmarks import name_of
from core.export.rows import Row, Source

UNKNOWN: Final = -1
"""Stands for no landmark where its number among those that were answered is told."""

_SEED: Final = 0


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a landmark, as in :class:`core.export.rows.Row`."""

    label: str | None
    source: Source | None
    human_label: str | None
    given_label: str | None


@dataclass(frozen=True, eq=False)
class Told:
    """The landmarks that people, or the data, say something of.

    Attributes
    ----------
    features : (n_told, n_features), float32
    said
        What they say of each.
    names
        What each is called by its content; None for one that is known by its features alone.
    """

    features: Float32Array
    said: tuple[Said, ...]
    names: tuple[str | None, ...]

    def __post_init__(self) -> None:
        freeze(self)

    @classmethod
    def of(cls, rows: Sequence[Row], features: NDArray[Any], *, by_name: bool) -> Self:
        """Those of some items of a project that something is said of.

        Parameters
        ----------
        features : (n_rows, n_features), any real dtype
        by_name
            Whether they are known by their names too.
        """
        single = _bits(features)
        names = [row.image_name if by_name else None for row in rows]
        alike: dict[tuple[bytes, str | None], dict[Said, int]] = {}
        for place, (row, name) in enumerate(zip(rows, names, strict=True)):
            said = Said(row.label, row.source, row.human_label, row.given_label)
            alike.setdefault((single[place].tobytes(), name), {}).setdefault(said, place)
        sure = [of_one for of_one in alike.values() if len(of_one) == 1]
        places = [place for of_one in sure for place in of_one.values()]
        return cls(
            single.view(np.float32)[places],
            tuple(said for of_one in sure for said in of_one),
            tuple(names[place] for place in places),
        )

    def among(
        self, features: NDArray[Any], identities: Sequence[str | None] | None = None
    ) -> IntArray:
        """Which of them each item is, ``UNKNOWN`` of all others, shape (n_items,).

        Parameters
        ----------
        features : (n_items, n_features), any real dtype
        identities
            The ids or addresses of the items, where they have such.
        """
        found = np.full(len(features), UNKNOWN, dtype=np.int64)
        if not self.said:
            return found
        bits = _bits(features)
        order, sorted_keys = self._order
        keys = self._keys(bits)
        places = np.searchsorted(sorted_keys, keys).clip(max=len(sorted_keys) - 1)
        own = _bits(self.features)
        for item in np.flatnonzero(sorted_keys[places] == keys).tolist():
            identity = (identities[item] if identities else None) or ""
            for place in order[places[item] :].tolist():
                # Different features may share a key.
                if (own[place] != bits[item]).any():
                    break
                name = self.names[place]
                if name is None or name == name_of(features[item], identity).hex():
                    found[item] = place
                    break
        return found

    @cached_property
    def _order(self) -> tuple[IntArray, NDArray[np.uint64]]:
        keys = self._keys(_bits(self.features))
        order = np.argsort(keys, kind="stable")
        return order, keys[order]

    def _keys(self, bits: NDArray[np.uint32]) -> NDArray[np.uint64]:
        """A number for each row that others hardly ever have: a sum of its bits, times odd ones."""
        random = np.random.default_rng(_SEED)
        drawn = random.integers(2**63, size=bits.shape[1], dtype=np.uint64)
        factors = np.asarray(2 * drawn + 1, dtype=np.uint64)
        keys = np.zeros(len(bits), dtype=np.uint64)
        for number in range(bits.shape[1]):
            keys += bits[:, number] * factors[number]
        return keys


def _bits(features: NDArray[Any]) -> NDArray[np.uint32]:
    """Features of 32 bits as whole numbers; both zeros are one."""
    single = np.ascontiguousarray(features, dtype=np.float32) + np.float32(0)
    return single.view(np.uint32)
