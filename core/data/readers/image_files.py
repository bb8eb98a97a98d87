"""Image files in a folder or a ZIP file: the same rules for both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from core.data.archive import gigabytes
from core.data.classes import shown
from core.data.readers.found import Bad, BadImageError, Found, Limits
from core.data.readers.labels import find_labels
from core.data.readers.listing import (
    ENDINGS,
    LARGEST,
    File,
    Listing,
    ending,
    kinds,
    named,
    odd_name,
)
from core.data.readers.places import find_places
from core.data.readers.told import AllTold, Side, Told, all_told, may_tell
from core.errors import InvalidDatasetError
from core.jobs.progress import Progress
from core.wording import counted

__all__ = ["ENDINGS", "found_images"]

_REMEDY: Final = "Labelspread reads PNG, JPEG, GIF, BMP, TIFF and WebP files."
_PACKED: Final = frozenset({".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz"})
_OTHER_IMAGES: Final = frozenset(
    {".heic", ".heif", ".avif", ".svg", ".psd", ".jp2", ".jxl", ".cr2", ".nef", ".dng", ".arw"}
)
_FEWEST: Final = 2


@dataclass(frozen=True, slots=True)
class Sorted:
    """The files of a listing, by what they are; each is an index into it."""

    images: Sequence[int]
    others: Sequence[int]
    bad: tuple[Bad, ...]


def found_images(
    listing: Listing,
    said: Mapping[str, str],
    limits: Limits,
    progress: Progress,
    *,
    only: str = "",
) -> Found:
    """What is found in image files, their folders, and what other files tell of them.

    Parameters
    ----------
    only
        A file that tells of images; no others are taken then.

    Raises
    ------
    InvalidDatasetError
        If there are too few images or too many.
    """
    progress("Looking for images", 0.0)
    files = listing.files
    parts = _sorted(files)
    if only:
        parts = _told_by(listing, parts, only)
    _check_number(listing, parts, limits)
    _check_bytes(listing, [files[index] for index in parts.images], limits)
    names = [files[index].name for index in parts.images]
    others = [files[index].name for index in parts.others]
    folders = [folder for folder in listing.folders if not odd_name(folder)]
    places = find_places(names, others, folders)
    in_folders = places.tables_in
    sides = [
        i
        for i in parts.others
        if only in {"", files[i].name} and may_tell(files[i].name, in_folders)
    ]
    told = _told(listing, names, sides)
    labels = find_labels(listing.name, places, told.told, said)
    looked_at = {files[index].name for index in sides}
    left_out = sorted({name for name in others if name not in looked_at} | {*told.left_out})
    n_root = len(places.root)
    return Found(
        title=listing.title,
        kind=f"a {listing.word} of images",
        n_items=len(names),
        original=partial(_original, listing, parts.images),
        names=[name[n_root:] for name in names],
        class_names=labels.class_names,
        truth=labels.truth,
        splits=_splits(places.splits, told.told, len(names)),
        columns=_columns(told.told),
        choices=labels.choices,
        notes=(
            *listing.notes,
            *labels.notes,
            *(note for one in told.told for note in one.notes),
            *(() if only else _left_out(left_out)),
        ),
        bad=(*listing.bad, *parts.bad, *told.bad, *(bad for one in told.told for bad in one.bad)),
        close=listing.close,
    )


def _original(listing: Listing, images: Sequence[int], index: int) -> bytes:
    file = listing.files[images[index]]
    if file.n_bytes > LARGEST:
        raise BadImageError(
            f"The file {shown(file.name)} takes {gigabytes(file.n_bytes)}, and at most "
            f"{gigabytes(LARGEST)} can be read.",
            "Make it smaller.",
        )
    return listing.read(images[index])


def _told(listing: Listing, names: Sequence[str], sides: Iterable[int]) -> AllTold:
    files = listing.files
    return all_told(
        names,
        [Side(files[i].name, files[i].n_bytes, partial(listing.read, i)) for i in sides],
    )


def _told_by(listing: Listing, parts: Sorted, only: str) -> Sorted:
    """Those images only that a file tells of."""
    names = [listing.files[index].name for index in parts.images]
    sides = [index for index in parts.others if listing.files[index].name == only]
    told = _told(listing, names, sides)
    if told.bad:
        raise InvalidDatasetError(
            f"The file {shown(only)}: {told.bad[0].problem}", told.bad[0].remedy
        )
    kept = {index for one in told.told for index in one.told_of}
    if not kept:
        raise InvalidDatasetError(
            f"The file {shown(only)} names no image that is in its folder, or below.",
            "Put it into the folder of its images.",
        )
    return Sorted([parts.images[index] for index in sorted(kept)], parts.others, ())


def _splits(
    folders: Sequence[str] | None, told: Sequence[Told], n_images: int
) -> Sequence[str] | None:
    """The part that each image is in; what a file says goes before the folders."""
    splits = list(folders) if folders is not None else [""] * n_images
    for one in reversed(told):
        if one.splits is not None:
            splits = [new or old for new, old in zip(one.splits, splits, strict=True)]
    return splits if any(splits) else None


def _columns(told: Sequence[Told]) -> dict[str, Sequence[str]]:
    """All columns of all tables; of two of one name the first."""
    return {name: values for one in reversed(told) for name, values in one.columns.items()}


def _sorted(files: Sequence[File]) -> Sorted:
    images: list[int] = []
    others: list[int] = []
    bad: list[Bad] = []
    for index, file in enumerate(files):
        if ending(file.name) not in ENDINGS:
            others.append(index)
            continue
        problem = odd_name(file.name)
        if problem:
            bad.append(Bad(shown(file.name), problem, "Rename it."))
        else:
            images.append(index)
    return Sorted(images, others, tuple(bad))


def _check_number(listing: Listing, parts: Sorted, limits: Limits) -> None:
    n_images = len(parts.images)
    if n_images == 0:
        raise _none(listing, parts)
    if n_images < _FEWEST:
        raise InvalidDatasetError(
            f"The {listing} holds one image only.", "A set has two images or more."
        )
    if n_images > limits.items:
        raise InvalidDatasetError(
            f"The {listing} holds {n_images:,} images, and there can be {limits.items:,}.",
            "Leave out some images.",
        )


def _check_bytes(listing: Listing, files: Sequence[File], limits: Limits) -> None:
    n_bytes = sum(file.n_bytes for file in files)
    if n_bytes > limits.n_bytes:
        raise InvalidDatasetError(
            f"The images of the {listing} take {gigabytes(n_bytes)}, and at most "
            f"{gigabytes(limits.n_bytes)} can be used.",
            "Leave out some images, or make them smaller.",
        )


def _none(listing: Listing, parts: Sorted) -> InvalidDatasetError:
    """Why there are no images at all."""
    bad = listing.bad + parts.bad
    if bad:
        first = f"{bad[0].name}: {bad[0].problem}"
        more = f" And {len(bad) - 1:,} more cannot be used." if len(bad) > 1 else ""
        return InvalidDatasetError(
            f"The {listing} holds no images that can be used. {first}{more}",
            bad[0].remedy,
        )
    others = [listing.files[index].name for index in parts.others]
    if not others:
        what = "only hidden files" if listing.n_junk else "nothing"
        problem = f"The {listing} holds no images; it holds {what}."
        return InvalidDatasetError(" ".join((problem, *listing.notes)), _REMEDY)
    problem = f"The {listing} holds no images; it holds {kinds(others)}."
    endings = {ending(name) for name in others}
    if endings & _OTHER_IMAGES:
        return InvalidDatasetError(problem, "Save them as PNG or JPEG.")
    if endings & _PACKED:
        return InvalidDatasetError(problem, "Unpack what is inside first.")
    return InvalidDatasetError(problem, _REMEDY)


def _left_out(others: Sequence[str]) -> tuple[str, ...]:
    if not others:
        return ()
    was = "was" if len(others) == 1 else "were"
    unpack = " Unpack it first." if any(ending(name) in _PACKED for name in others) else ""
    return (f"{counted(len(others), 'other file')} {was} left out: {named(others)}.{unpack}",)
