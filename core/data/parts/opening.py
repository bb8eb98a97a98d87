"""From an address to the parts that lie there: each is opened, none is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import pyarrow as pa
from pyarrow import parquet

from core.data.classes import shown
from core.data.parts.columns import Columns, find_columns
from core.data.parts.parts import PartFile, Parts, float_type_of
from core.data.parts.places import Place, in_words, place_of, version_of
from core.data.readers.celltypes import is_binary, is_list, is_text, storage, values_of
from core.data.readers.sheets import check_names, told_names
from core.errors import InvalidDatasetError
from core.jobs.progress import Progress, silent

_ENDINGS: Final = (".parquet", ".pq")
_AT_ONCE: Final = 16
_STAGE: Final = "Opening parts"
_MOST_PARTS: Final = 100_000
_SAMPLE_ROWS: Final = 100
_BUFFER: Final = 2**18


def open_parts(
    url: str, said: Mapping[str, str] | None = None, progress: Progress = silent
) -> Parts:
    """Open a set: a folder of Parquet files, also in folders within it, or one such file.

    Parameters
    ----------
    url
        A path on this machine, or an address such as ``s3://bucket/folder``.
    said
        What a person says of the columns, as with :func:`core.data.parts.columns.find_columns`.

    Raises
    ------
    InvalidDatasetError
        If it cannot be read, is no set, or its parts do not fit together.
    CancelledError
        If ``progress`` says so.
    """
    progress(_STAGE, 0.0)
    place = place_of(url)
    with in_words(place.url):
        files = place.files()
        infos = _listed(files, place)
    heads = []
    with ThreadPoolExecutor(_AT_ONCE, "opening parts") as pool:
        try:
            for head in pool.map(lambda info: _head(files, place, info), infos):
                heads.append(head)
                progress(_STAGE, len(heads) / len(infos))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    first = next((part for part, (file, _) in enumerate(heads) if file.n_rows), None)
    if first is None:
        raise InvalidDatasetError(
            f"The Parquet files in {place.url} have no rows.", "Choose another folder."
        )
    where, schema = _called(place, heads[first][0]), heads[first][1]
    check_names(where, schema)
    with in_words(where):
        sample = _FirstRows(files, str(infos[first]["name"]), schema)
        columns, choices = find_columns(where, sample, said or {})
        n_features = _n_features(where, sample, columns)
    for file, other in heads:
        if file.n_rows:
            _check_same(_called(place, file), other, schema, columns)
    names = told_names(schema).get(columns.labels or "", ())
    return Parts(
        place.url,
        tuple(file for file, _ in heads),
        columns,
        n_features,
        float_type_of([schema.field(name).type for name in columns.features]),
        names,
        choices,
    )


def changed_since(parts: Parts) -> tuple[str, ...]:
    """The paths of parts that are others by now, or gone; those that came since are none of them.

    Raises
    ------
    InvalidDatasetError
        If the set cannot be reached.
    """
    place = place_of(parts.url)
    with in_words(place.url):
        files = place.files()
        files.invalidate_cache()
        infos = _listed(files, place)
    now = {_inside(place, info): version_of(place, info) for info in infos}
    return tuple(file.path for file in parts.files if now.get(file.path) != file.version)


def _listed(files: Any, place: Place) -> list[dict[str, Any]]:  # noqa: ANN401 - fsspec has no types
    """What there is to say of each Parquet file, in the order of their paths."""
    if place.scheme in {"http", "https"}:
        return [files.info(place.path)]
    one = files.info(place.path)
    if one["type"] == "file":
        return [one]
    found = files.find(place.path, detail=True)
    infos = [info for _, info in sorted(found.items()) if _is_part(_inside(place, info))]
    odd = next((path for info in infos if not (path := _inside(place, info)).isprintable()), None)
    if odd is not None:
        raise InvalidDatasetError(
            f"The name of the part “{shown(odd)}” in {place.url} has signs that cannot be printed.",
            "Rename it.",
        )
    if not infos:
        raise InvalidDatasetError(
            f"There are no Parquet files in {place.url}.",
            "Files of a set end with .parquet; give the folder that holds them.",
        )
    if len(infos) > _MOST_PARTS:
        raise InvalidDatasetError(
            f"There are {len(infos):,} Parquet files in {place.url}, and a set has "
            f"{_MOST_PARTS:,} parts at most.",
            "Write larger parts: some 100 MB each are good.",
        )
    return infos


def _is_part(path: str) -> bool:
    """Whether a file is a part; what begins with a dot or a line is kept by programs for them."""
    hidden = any(name.startswith((".", "_")) for name in path.split("/"))
    return path.lower().endswith(_ENDINGS) and not hidden


def _inside(place: Place, info: Mapping[str, Any]) -> str:
    """The path of a file inside of the set; empty where it is the set."""
    # Paths in memory begin with a slash, those in buckets do not.
    name, root = (str(path).replace("\\", "/").strip("/") for path in (info["name"], place.path))
    if name != root and not name.startswith(f"{root}/"):
        raise InvalidDatasetError(
            f"What lies at {place.url} is called otherwise there: {name}.", "Give that address."
        )
    return name.removeprefix(root).strip("/")


def _called(place: Place, file: PartFile) -> str:
    return f"{place.url}/{file.path}" if file.path else place.url


def _head(files: Any, place: Place, info: dict[str, Any]) -> tuple[PartFile, pa.Schema]:  # noqa: ANN401
    path = _inside(place, info)
    with in_words(f"{place.url}/{path}" if path else place.url):
        with files.open(info["name"], "rb", cache_type="none") as raw:
            table = parquet.ParquetFile(raw)
            n_rows, schema = table.metadata.num_rows, table.schema_arrow
        n_bytes, version = int(info.get("size") or 0), version_of(place, info)
        return PartFile(path, n_rows, n_bytes, version), schema


class _FirstRows:
    """The first rows of a part, column by column."""

    def __init__(self, files: Any, path: str, schema: pa.Schema) -> None:  # noqa: ANN401
        self._files = files
        self._path = path
        self.types: dict[str, pa.DataType] = {field.name: field.type for field in schema}

    def sample(self, name: str) -> list[Any]:
        """The first values of a column."""
        with self._files.open(self._path, "rb", cache_type="none") as raw:
            table = parquet.ParquetFile(raw, buffer_size=_BUFFER)
            for batch in table.iter_batches(_SAMPLE_ROWS, columns=[name]):
                return list(batch.column(0).to_pylist())
        return []


def _n_features(where: str, sample: _FirstRows, columns: Columns) -> int:
    """How many features there are; of lists as many as most of the first rows have."""
    kind = storage(sample.types[columns.features[0]])
    if not is_list(kind):
        return len(columns.features)
    lengths = [len(value) for value in sample.sample(columns.features[0]) if value is not None]
    if pa.types.is_fixed_size_list(kind):
        lengths = [kind.list_size]
    n_features = max(lengths, key=lengths.count, default=0)
    if not n_features:
        raise InvalidDatasetError(
            f"The features of {where} are empty in its first rows.", "Choose another column."
        )
    return n_features


def _check_same(where: str, schema: pa.Schema, first: pa.Schema, columns: Columns) -> None:
    """See that a part has the columns of the first, of the same types."""
    needed: Sequence[str | None] = (*columns.features, *columns.told, columns.images)
    for name in (name for name in needed if name is not None):
        n_columns = schema.names.count(name)
        kinds = [one.field(name).type for one in (schema, first) if one.names.count(name) == 1]
        # A part whose rows tell nothing there may have no type for it.
        tells_nothing = name not in columns.features and any(map(pa.types.is_null, kinds))
        if n_columns != 1 or not (tells_nothing or _are_alike(*kinds)):
            told = f"of the type {schema.field(name).type}" if n_columns == 1 else "missing"
            raise InvalidDatasetError(
                f"The parts differ: in {where} the column “{name}” is {told}, in the first part "
                f"it is of the type {first.field(name).type}.",
                "Write all parts with the same columns.",
            )


def _are_alike(kind: pa.DataType, other: pa.DataType) -> bool:
    """Whether two types are read as the same."""
    kind, other = values_of(kind), values_of(other)
    if is_list(kind) and is_list(other):
        return bool(kind.value_type == other.value_type)
    same = (is_binary, is_text)
    return bool(kind == other or any(is_one(kind) and is_one(other) for is_one in same))
