"""Features in a file of their own find their images, by order or by name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import feather, parquet

from core.data.readers.features_beside import attach_features
from core.data.readers.found import Found, Limits
from core.errors import InvalidDatasetError
from tests.core.data.readers.making import DIGITS, opened, png, text

FEATURES = np.random.default_rng(0).normal(size=(12, 5))
COLUMNS = tuple(f"f{number}" for number in range(5))
TURNED = np.arange(12)[::-1]


@pytest.fixture
def found(tmp_path: Path) -> Found:
    """Images with names: a0.png to a11.png, in a folder of their own."""
    folder = tmp_path / "images"
    (folder / "im").mkdir(parents=True)
    for i in range(12):
        (folder / f"im/a{i}.png").write_bytes(png(DIGITS[i]))
    rows = [[f"im/a{i}.png", "ab"[i % 2]] for i in range(12)]
    return opened(text(folder / "a.csv", ("path", "label"), rows))


def attached(found: Found, path: Path) -> object:
    return attach_features(found, path, Limits()).features


def test_rows_of_arrays_are_in_the_order_of_the_images(tmp_path, found):
    np.save(tmp_path / "a.npy", FEATURES)
    np.savez_compressed(tmp_path / "named.npz", features=FEATURES, other=FEATURES[:3])
    np.savez(tmp_path / "only.npz", whatever=FEATURES)
    for name in ("a.npy", "named.npz", "only.npz"):
        np.testing.assert_array_equal(attached(found, tmp_path / name), FEATURES)


@pytest.mark.parametrize("start", ["im/", "./im/", ""], ids=["path", "dotted", "file name"])
def test_rows_of_a_table_go_by_the_names(tmp_path, found, start):
    names = [f"{start}a{i}.png" for i in TURNED]
    turned = FEATURES[TURNED]
    columns = {name: turned[:, place] for place, name in enumerate(COLUMNS)}
    parquet.write_table(pa.table({"file": names, **columns}), tmp_path / "a.parquet")
    feather.write_feather(pa.table({"file": names, "emb": list(turned)}), tmp_path / "a.feather")
    text(
        tmp_path / "a.csv",
        ("file", *COLUMNS),
        [[n, *r] for n, r in zip(names, turned, strict=True)],
    )
    for name in ("a.parquet", "a.feather", "a.csv"):
        np.testing.assert_array_equal(attached(found, tmp_path / name), FEATURES)


def test_a_table_without_names_is_in_the_order_of_the_images(tmp_path, found):
    np.testing.assert_array_equal(
        attached(found, text(tmp_path / "a.csv", COLUMNS, FEATURES)), FEATURES
    )


def test_images_that_are_missing_are_named(tmp_path, found):
    names = [f"im/a{i}.png" for i in range(12) if i not in {4, 7}]
    rows = [[name, *FEATURES[0]] for name in names]
    with pytest.raises(
        InvalidDatasetError, match=r"no features for 2 of 12 images: im/a4\.png, im/a7\.png"
    ):
        attached(found, text(tmp_path / "a.csv", ("file", *COLUMNS), rows))


@pytest.mark.parametrize(
    ("features", "problem"),
    [
        (FEATURES[:11], "12 images and features of the shape"),
        (FEATURES[:, 0], "Each image needs one row"),
        (np.where(np.eye(12, 5, k=-3) == 1, np.nan, FEATURES), "those of image 3 are not"),
        (FEATURES * 1e300, "not all numbers of a usual size"),
        (FEATURES.astype(str), "are not all numbers"),
        (FEATURES.astype(object), "holds no plain values but Python objects"),
    ],
    ids=["too few", "one number each", "nan", "huge", "text", "objects"],
)
def test_features_that_do_not_fit_are_refused(tmp_path, found, features, problem):
    np.save(tmp_path / "a.npy", features, allow_pickle=True)
    with pytest.raises(InvalidDatasetError, match=problem):
        attached(found, tmp_path / "a.npy")


def test_files_without_features_are_refused(tmp_path, found):
    np.savez(tmp_path / "a.npz", one=FEATURES, two=FEATURES)
    with pytest.raises(InvalidDatasetError, match="no array “features”; its arrays are one, two"):
        attached(found, tmp_path / "a.npz")
    with pytest.raises(InvalidDatasetError, match="has no columns of features"):
        attached(found, text(tmp_path / "a.csv", ("a", "b"), [["x", "y"]] * 12))
    with pytest.raises(InvalidDatasetError, match="not there any more"):
        attached(found, tmp_path / "gone.npy")
    rows = [list(map(str, row)) for row in FEATURES]
    rows[5][2] = ""
    with pytest.raises(InvalidDatasetError, match="line 7"):
        attached(found, text(tmp_path / "a.csv", COLUMNS, rows))
