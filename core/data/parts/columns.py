"""Which column of Parquet parts holds the features, the images, the names and the labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from core.data.classes import shown
from core.data.readers.celltypes import is_binary, is_list, is_number, is_text, storage
from core.data.readers.columns import IDS, LABELS, first_of, groups_of, is_paths, words_of
from core.data.readers.found import Choice
from core.data.readers.roles import FEATURES, NONE
from core.data.readers.sheets import Sampled
from core.errors import InvalidDatasetError

_MOST_OPTIONS: Final = 30


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns are.

    Attributes
    ----------
    features
        A column of lists of numbers, or columns of numbers in their order.
    ids
        A column with a name for each row; None if there is none, as everywhere here.
    images
        A column of image files as bytes, alone or beside a path, or of the addresses of such.
    are_addresses
        Whether images are told by their addresses.
    labels
        A column with the class of each row.
    """

    features: tuple[str, ...]
    ids: str | None = None
    images: str | None = None
    are_addresses: bool = False
    labels: str | None = None

    @property
    def told(self) -> tuple[str, ...]:
        """All but features and bytes of images: what is small."""
        addresses = self.images if self.are_addresses else None
        return tuple(dict.fromkeys(n for n in (self.ids, addresses, self.labels) if n is not None))


def find_columns(
    where: str, sample: Sampled, said: Mapping[str, str]
) -> tuple[Columns, tuple[Choice, ...]]:
    """Find them by their names and types, and by what is in the first rows.

    Parameters
    ----------
    where
        The part, as errors call it.
    said
        ``features``, ``images``, ``id`` and ``labels`` name columns, if a person has said so.

    Raises
    ------
    InvalidDatasetError
        If none can be features, or if what is said cannot be.
    """
    features = _features(sample, said)
    files = [name for name, kind in sample.types.items() if _is_files(kind)]
    texts = [name for name, kind in sample.types.items() if is_text(kind)]
    images = [*files, *(name for name in texts if is_paths(sample, name))]
    taken = {*features.values()}
    options = {
        "features": tuple(features),
        "images": (*dict.fromkeys([*images, *texts]), NONE),
        "id": (*_plain(sample, taken), NONE),
        "labels": (*_plain(sample, taken), NONE),
    }
    if not features:
        raise InvalidDatasetError(
            f"No column of {where} holds features; there are {_some(list(sample.types))}.",
            "Features are a column of lists of numbers, such as embeddings, or columns of numbers "
            "such as f0 to f63; make them before the set is brought in.",
        )
    by_name = next((words for words in features if words.lower() in FEATURES), next(iter(features)))
    found = {
        "features": by_name,
        "images": next(iter(images), NONE),
        "id": NONE,
        "labels": first_of(LABELS, options["labels"][:-1]) or NONE,
    }
    others = {said.get(key, found[key]) for key in ("images", "labels")}
    found["id"] = _names(sample, [name for name in options["id"][:-1] if name not in others])
    titles = {
        "features": "Column of features",
        "images": "Column of images",
        "id": "Column of names",
        "labels": "Column of labels",
    }
    for key, value in found.items():
        found[key] = said.get(key, value)
        if found[key] not in options[key]:
            raise InvalidDatasetError(
                f"The column “{shown(found[key])}” of {where} cannot be its {key}.",
                f"It could be: {_some(options[key])}.",
            )
    choices = tuple(
        Choice(key, titles[key], value, options[key][:_MOST_OPTIONS])
        for key, value in found.items()
        if len(options[key]) > 1
    )
    names = {key: None if value == NONE else value for key, value in found.items()}
    images_in = names["images"]
    return Columns(
        features[found["features"]],
        names["id"],
        images_in,
        images_in in texts,
        names["labels"],
    ), choices


def _features(sample: Sampled, said: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """All that can be features, by what it is called: lists first, then the longest group."""
    lists = {name: (name,) for name, kind in sample.types.items() if _is_vector(kind)}
    groups = sorted((group for group, _ in groups_of(sample, said)), key=len, reverse=True)
    return lists | {words_of(group): group for group in groups}


def _names(sample: Sampled, columns: Sequence[str]) -> str:
    """The first column that is called as names are and has another value in each of its rows."""
    usual = [name for name in columns if name.lower() in IDS]
    while (name := first_of(IDS, usual)) is not None:
        told = [value for value in sample.sample(name) if value is not None]
        if len(set(told)) == len(told):
            return name
        usual.remove(name)
    return NONE


def _is_vector(kind: pa.DataType) -> bool:
    kind = storage(kind)
    return is_list(kind) and is_number(kind.value_type)


def _is_files(kind: pa.DataType) -> bool:
    if pa.types.is_struct(kind):
        return any(field.name == "bytes" and is_binary(field.type) for field in kind)
    return is_binary(kind)


def _plain(sample: Sampled, taken: set[tuple[str, ...]]) -> tuple[str, ...]:
    """The columns with one short value a row that are no features."""
    features = {name for group in taken for name in group}
    return tuple(
        name
        for name, kind in sample.types.items()
        if name not in features and not pa.types.is_nested(storage(kind)) and not is_binary(kind)
    )


def _some(names: Sequence[str]) -> str:
    more = ", …" if len(names) > _MOST_OPTIONS else ""
    return ", ".join(f"“{shown(name)}”" for name in names[:_MOST_OPTIONS]) + more
