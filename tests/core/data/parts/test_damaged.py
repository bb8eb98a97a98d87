"""Whatever has become of the bytes of a part, it is read or refused in words."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from core.data.landmarks import draw_set
from core.data.parts.opening import open_parts
from core.data.readers.found import BadImageError
from core.data.sets import Sets
from core.errors import InvalidDatasetError
from tests.core.data.parts.making import FEATURES, table_of

N = 40
WIDE = pa.table(
    {
        **{f"f{place}": FEATURES[:N, place] for place in range(8)},
        "id": pa.array([f"d{place % 7}" for place in range(N)]).dictionary_encode(),
        "label": pa.array(range(N)),
        "image": [f"{place}.png" for place in range(N)],
    }
)
TABLES = (table_of(slice(0, N)), table_of(slice(0, N), is_fixed=False), WIDE)


def damaged(data: bytes, random: np.random.Generator) -> bytes:
    """The same bytes, cut short or some of them changed, mostly where the file says what it is."""
    if random.random() < 0.2:
        return data[: random.integers(len(data))]
    changed = bytearray(data)
    first = len(data) - 800 if random.random() < 0.6 else 0
    for place in random.integers(max(0, first), len(data), random.choice([1, 2, 5, 20])):
        changed[place] = random.integers(256)
    return bytes(changed)


def look_at_all(sets: Sets, folder: Path) -> None:
    draft = draw_set(sets, open_parts(str(folder)), "Damaged", 30)
    try:
        draft.stored.check()
        for place in range(draft.stored.head.n_items):
            try:
                draft.stored.image(place)
            except BadImageError:
                continue
    finally:
        draft.drop()


@pytest.mark.parametrize("table", TABLES, ids=["fixed lists", "lists", "columns"])
def test_damaged_parts_are_read_or_refused_in_words(tmp_path: Path, table: pa.Table):
    random = np.random.default_rng(0)
    sets = Sets(tmp_path / "sets")
    folder = tmp_path / "parts"
    folder.mkdir()
    n_refused = 0
    for version in ("1.0", "2.6"):
        whole = io.BytesIO()
        parquet.write_table(table, whole, row_group_size=16, version=version)
        for _ in range(60):
            (folder / "a.parquet").write_bytes(damaged(whole.getvalue(), random))
            try:
                look_at_all(sets, folder)
            except InvalidDatasetError:
                n_refused += 1
    assert 0 < n_refused < 120
    assert [*(tmp_path / "sets").iterdir()] == []
