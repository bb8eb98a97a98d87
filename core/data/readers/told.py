"""What files beside images tell of them: tables, and exports of Label Studio or as COCO has it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from core.data.archive import reason
from core.data.classes import MOST_CLASSES, shown
from core.data.readers.coco import coco_answers
from core.data.readers.found import Bad
from core.data.readers.label_studio import label_studio_answers
from core.data.readers.listing import ending
from core.data.readers.matched import Matcher
from core.data.readers.rows import TABLES, Row, read_rows
from core.wording import counted

JSON: Final = ".json"
_FILES: Final = (
    *("file_name", "filename", "file", "image", "path", "image_path", "filepath", "name", "img"),
    *("image_name", "image_id"),
)
_LABELS: Final = ("label", "labels", "class", "category", "target", "y", "class_name", "species")
_SPLITS: Final = ("split", "subset", "set")
_METADATA: Final = "metadata."
_MOST_BYTES: Final = 2**28
_MOST_BAD: Final = 100
_SAVE: Final = "Save it anew, or take it away."


@dataclass(frozen=True, slots=True)
class Told:
    """What one file tells of the images; or several of one name, in different folders.

    Attributes
    ----------
    labels
        For each column that can be labels, by what it is called in a choice: the label of each
        image, empty where none is told. The likeliest is the first.
    is_sure
        Whether the first of them is called so that it must be.
    columns
        The values of each column, empty where nothing is told.
    classes
        Classes that it names, beside those of images.
    told_of
        The indices of the images in it.
    """

    name: str
    labels: Mapping[str, Sequence[str]]
    is_sure: bool
    told_of: frozenset[int]
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    splits: Sequence[str] | None = None
    classes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    bad: tuple[Bad, ...] = ()


class Side(NamedTuple):
    """A file beside images: its path, and what reads it."""

    name: str
    n_bytes: int
    read: Callable[[], bytes]


class AllTold(NamedTuple):
    """What all files tell, those that tell nothing, and those that cannot be read."""

    told: list[Told]
    left_out: list[str]
    bad: list[Bad]


@dataclass(slots=True)
class _Rows:
    """Rows of tables of one name."""

    columns: dict[str, None] = field(default_factory=dict)
    by_image: dict[int, Row] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    n_twice: int = 0


def may_tell(name: str, folders: frozenset[str]) -> bool:
    """Whether a file is one to look into.

    Parameters
    ----------
    folders
        Those around all images, and those of the parts of a set, with ``/`` at the end. A table
        called ``metadata`` may be in any other, too.
    """
    folder, slash, last = name.rpartition("/")
    is_table = ending(name) in TABLES
    if is_table and last.lower().startswith(_METADATA):
        return True
    return (is_table or ending(name) == JSON) and folder + slash in folders


def all_told(images: Sequence[str], sides: Sequence[Side]) -> AllTold:
    """Read what is told of images.

    Parameters
    ----------
    images
        Their paths.
    sides
        Files that may tell something.
    """
    matcher = Matcher(images if sides else ())
    exports: dict[str, _Export] = {}
    tables: dict[str, _Rows] = {}
    left_out: list[str] = []
    bad: list[Bad] = []
    for side in sides:
        if side.n_bytes > _MOST_BYTES:
            bad.append(Bad(shown(side.name), "It is too large to be read.", "Make it smaller."))
            continue
        # Of a file that makes no sense its readers raise whatever they come upon.
        try:
            if ending(side.name) == JSON:
                tells = _take_json(side, matcher, exports)
            else:
                tells = _take_table(side, matcher, tables)
            if not tells:
                left_out.append(side.name)
        except Exception as error:
            bad.append(Bad(shown(side.name), f"It cannot be read ({_why(error)}).", _SAVE))
    found = [_from_rows(name, rows, len(images)) for name, rows in tables.items()]
    found += [_from_export(name, export, len(images)) for name, export in exports.items()]
    return AllTold(found, left_out, bad)


def _why(error: Exception) -> str:
    return "it makes no sense" if isinstance(error, (KeyError, RecursionError)) else reason(error)


# ---- tables


def _take_table(side: Side, matcher: Matcher, tables: dict[str, _Rows]) -> bool:
    """Add the rows of a table to those of its name; False if it tells of no image."""
    folder, slash, last = side.name.rpartition("/")
    rows = read_rows(side.read(), ending(side.name))
    column = _file_column(rows)
    if column is None:
        return False
    indices = [matcher.find(row.get(column, ""), folder + slash) for row in rows]
    is_metadata = last.lower().startswith(_METADATA)
    if not is_metadata and all(index is None for index in indices):
        return False
    taken = tables.setdefault(last, _Rows())
    for row, index in zip(rows, indices, strict=True):
        path = row.pop(column, "")
        taken.columns |= dict.fromkeys(row)
        if index is None:
            taken.missing.append(path)
        elif index in taken.by_image:
            taken.n_twice += 1
        else:
            taken.by_image[index] = row
    return True


def _file_column(rows: Sequence[Row]) -> str | None:
    lower = {column.strip().lower(): column for column in (rows[0] if rows else ())}
    usual = next((lower[name] for name in _FILES if name in lower), None)
    return usual or next((lower[name] for name in lower if name.endswith("_file_name")), None)


def _from_rows(name: str, rows: _Rows, n_images: int) -> Told:
    columns = {
        column: [rows.by_image.get(index, {}).get(column, "") for index in range(n_images)]
        for column in rows.columns
    }
    splits = next((columns.pop(c) for c in list(columns) if c.strip().lower() in _SPLITS), None)
    usual = sorted(
        (column for column in columns if column.strip().lower() in _LABELS),
        key=lambda column: _LABELS.index(column.strip().lower()),
    )
    few = [c for c in columns if c not in usual and _are_few(columns[c])]
    notes = list(_not_in(name, n_images - len(rows.by_image)))
    if rows.n_twice:
        more_rows = f"{counted(rows.n_twice, 'row')} of {shown(name)}"
        notes.append(
            f"{more_rows} {_is_or_are(rows.n_twice)} about an image with a row before: the first "
            "counts."
        )
    bad, more = _missing(name, rows.missing)
    return Told(
        name,
        {f"{name}: {column}": columns[column] for column in (*usual, *few)},
        is_sure=bool(usual),
        told_of=frozenset(rows.by_image),
        columns=columns,
        splits=splits,
        notes=(*notes, *more),
        bad=bad,
    )


def _are_few(values: Sequence[str]) -> bool:
    """Whether values could be classes: several images have the same."""
    distinct = {*values} - {""}
    return 1 < len(distinct) <= min(MOST_CLASSES, len(values) // 2)


# ---- exports of other programs


@dataclass(slots=True)
class _Export:
    """What exports of one name say, together."""

    by_image: dict[int, str] = field(default_factory=dict)
    classes: dict[str, None] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    n_several: int = 0


def _take_json(side: Side, matcher: Matcher, exports: dict[str, _Export]) -> bool:
    """Add what an export says to those of its name; False if it is none."""
    content = json.loads(side.read().decode("utf-8-sig"))
    folder, slash, last = side.name.rpartition("/")
    for answers_in, program in ((label_studio_answers, "Label Studio"), (coco_answers, "COCO")):
        answers = answers_in(content)
        if answers is None:
            continue
        export = exports.setdefault(f"{last} ({program})", _Export())
        export.classes |= dict.fromkeys(answers.classes)
        export.n_several += answers.n_several
        for file, label in answers.by_file:
            index = matcher.find_linked(file, folder + slash)
            if index is None:
                export.missing.append(file)
            else:
                export.by_image[index] = label
        return True
    return False


def _from_export(name: str, export: _Export, n_images: int) -> Told:
    file = name.rpartition(" (")[0]
    notes = list(_not_in(file, n_images - len(export.by_image)))
    if export.n_several:
        has = "has" if export.n_several == 1 else "have"
        images = f"{counted(export.n_several, 'image')} {has} several labels in {shown(file)}"
        notes.append(f"{images}, and none of them was taken.")
    bad, more = _missing(file, export.missing)
    return Told(
        name,
        {name: [export.by_image.get(index, "") for index in range(n_images)]},
        is_sure=True,
        told_of=frozenset(export.by_image),
        classes=tuple(export.classes),
        notes=(*notes, *more),
        bad=bad,
    )


def _not_in(file: str, n_images: int) -> Iterator[str]:
    if n_images:
        yield f"{counted(n_images, 'image')} {_is_or_are(n_images)} not in {shown(file)}."


def _missing(name: str, missing: Sequence[str]) -> tuple[tuple[Bad, ...], tuple[str, ...]]:
    """Images that a file tells of, but are not there."""
    problem = f"It is in {shown(name)}, but there is no such image here, or more than one."
    some = [
        Bad(shown(file) or "(no name)", problem, "Put the image in its place, by the same name.")
        for file in missing[:_MOST_BAD]
    ]
    n_more = len(missing) - len(some)
    images = f"{counted(n_more, 'more image')} of {shown(name)}"
    more = (f"{images} {_is_or_are(n_more)} not here.",) if n_more else ()
    return tuple(some), more


def _is_or_are(number: int) -> str:
    return "is" if number == 1 else "are"
