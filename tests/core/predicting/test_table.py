"""The columns of what is predicted, and whose label wins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from scipy.special import expit

from core.data.parts.landmarks import name_of
from core.export.rows import EXPLAINED as EXPORTED
from core.export.rows import Row
from core.predicting.table import EXPLAINED, Counts, Items, schema_of, table_of
from core.predicting.told import UNKNOWN, Said, Told
from tests.core.predicting.making import CLASSES, features_of, model

MADE = model()
LANDMARKS = features_of(300, seed=9)


def items(features: np.ndarray, labels: Sequence[str | None] | None = None) -> Items:
    names = pa.array([f"item {row}" for row in range(len(features))])
    return Items(
        "a/part.parquet", 40, features, names, None if labels is None else pa.array(labels)
    )


def rows_of(table: pa.Table) -> list[dict[str, Any]]:
    return list(table.to_pylist())


def test_an_item_has_the_columns_of_an_export_and_says_where_it_is():
    features = features_of(4)
    table, counts = table_of(MADE, items(features, ["dog", None, "unheard of", "owl"]))
    assert table.schema == schema_of(3)
    assert table.column_names == list(EXPLAINED)
    shared = {"part", "shares", "distance"} ^ set(EXPLAINED)
    assert shared <= set(EXPORTED)
    said = MADE.predictor.predict(features)
    for place, row in enumerate(rows_of(table)):
        assert (row["part"], row["row"], row["file"]) == (
            "a/part.parquet",
            40 + place,
            f"item {place}",
        )
        best = CLASSES[said.shares[place].argmax()]
        assert row["label"] == row["model_label"] == best
        assert (row["source"], row["human_label"], row["given_label"]) == ("model", None, None)
        assert row["shares"] == said.shares[place].tolist()
        second, first = np.sort(said.shares[place])[-2:]
        assert row["model_probability"] == pytest.approx(expit(0.3 + 23 * (first - second)))
        assert row["distance"] == pytest.approx(said.distance[place])
    assert table["true_label"].to_pylist() == ["dog", None, "unheard of", "owl"]
    assert counts.rows == counts.model == 4
    assert counts.known == 2, "one class is not the project's"


def test_right_is_what_the_model_alone_says_of_items_that_nobody_has_labelled():
    features = np.vstack([LANDMARKS[:1], features_of(50)])
    labels = [CLASSES[number % 3] for number in range(51)]
    table, counts = table_of(MADE, items(features, labels))
    said = list(zip(table["model_label"].to_pylist(), labels, strict=True))[1:]
    assert counts == Counts(
        human=1, model=50, known=50, right=sum(one == other for one, other in said)
    )


def test_a_labelled_landmark_that_turns_up_keeps_the_label_of_the_person():
    table, counts = table_of(MADE, items(np.vstack([LANDMARKS[:1], LANDMARKS[2:3]])))
    first, second = rows_of(table)
    assert (first["label"], first["source"], first["human_label"]) == ("dog", "human", "dog")
    assert first["model_label"] is not None, "what the model says is told too"
    assert second["source"] == "model"
    assert (counts.human, counts.model) == (1, 1)


def test_a_bad_image_has_no_label_to_use_here_either():
    table, counts = table_of(MADE, items(LANDMARKS[1:2]))
    (row,) = rows_of(table)
    assert (row["label"], row["source"]) == (None, None)
    assert row["model_label"] is not None
    assert counts == Counts(bare=1)


def test_given_labels_win_where_the_project_takes_them_for_given():
    made = model(known_labels="given")
    features = np.vstack([LANDMARKS[:1], features_of(2)])
    table, counts = table_of(made, items(features, ["cat", "cat", None]))
    person, given, bare = rows_of(table)
    assert (person["label"], person["source"]) == ("dog", "human"), "a person comes first"
    assert (given["label"], given["source"], given["given_label"]) == ("cat", "given", "cat")
    assert bare["source"] == "model"
    assert table["true_label"].null_count == 3
    assert (counts.human, counts.given, counts.model, counts.known) == (1, 1, 1, 0)


@pytest.mark.parametrize(("kept_as", "column"), [("given", "given_label"), ("truth", "true_label")])
def test_classes_that_items_come_with_are_called_as_the_project_calls_them(kept_as, column):
    called = {"puppy": "dog", "hound": "dog", "rock": None}
    made = model(known_labels=kept_as, called=called)
    came_with = ["puppy", "cat", None, "rock", "hound", "unheard of"]
    table, counts = table_of(made, items(features_of(6), came_with))
    names = ["dog", "cat", None, None, "dog", "unheard of"]
    assert table[column].to_pylist() == names
    if kept_as == "given":
        assert counts.given == 4
        labels = zip(table["label"].to_pylist(), names, strict=True)
        assert all(name is None or label == name for label, name in labels)
    else:
        assert counts.known == 3


def test_labels_that_are_to_be_ignored_are():
    table, counts = table_of(model(known_labels="ignored"), items(features_of(2), ["cat", "cat"]))
    assert table["true_label"].null_count == table["given_label"].null_count == 2
    assert counts == Counts(model=2)


def test_an_item_without_features_has_no_label_and_is_counted():
    features = features_of(3)
    features[1] = np.nan
    table, counts = table_of(MADE, items(features))
    row = rows_of(table)[1]
    nothing = ("label", "source", "model_label", "model_probability", "shares", "distance")
    assert {row[name] for name in nothing} == {None}
    assert (counts.unusable, counts.bare, counts.model) == (1, 1, 2)
    whole, _ = table_of(MADE, items(features_of(3)[[0, 2]]))
    assert [table["shares"][0], table["shares"][2]] == [whole["shares"][0], whole["shares"][1]]


def test_an_unreached_item_has_neither_label_nor_shares():
    made = model()
    made.predictor.shares = np.zeros((300, 3))
    table, counts = table_of(made, items(features_of(1)))
    (row,) = rows_of(table)
    assert (row["label"], row["model_label"], row["shares"]) == (None, None, None)
    assert row["model_probability"] is None
    assert row["distance"] > 0
    assert counts == Counts(bare=1)


def test_without_a_calibration_nothing_is_said_of_chances():
    table, _ = table_of(model(calibration=None), items(features_of(2)))
    assert table["model_probability"].null_count == 2
    assert table["shares"].null_count == 0


def test_landmarks_are_known_again_by_all_of_their_features():
    told = Told(LANDMARKS[:40], (Said("cat", "human", "cat", None),) * 40, (None,) * 40)
    other = LANDMARKS[:40].copy()
    other[:, -1] = np.nextafter(other[:, -1], np.float32(np.inf))
    order = np.random.default_rng(0).permutation(40)
    np.testing.assert_array_equal(told.among(LANDMARKS[:40][order]), order)
    assert (told.among(other) == UNKNOWN).all()
    assert (Told(LANDMARKS[:0], (), ()).among(LANDMARKS) == UNKNOWN).all()


def test_zeros_are_one_and_the_same_whatever_their_sign():
    told = Told(np.zeros((1, 2), np.float32), (Said("cat", "human", "cat", None),), (None,))
    assert told.among(np.array([[-0.0, 0.0]])).tolist() == [0]


def test_items_of_parts_are_known_by_their_id_too():
    alike = np.repeat(LANDMARKS[:1], 4, axis=0)
    names = [name_of(alike[0], identity).hex() for identity in ("a", "b", "c")]
    said = [Said(label, "human", label, None) for label in ("cat", "dog", "owl")]
    told = Told(alike[:3], tuple(said), tuple(names))
    assert told.among(alike, ["c", "b", None, "d"]).tolist() == [2, 1, UNKNOWN, UNKNOWN]
    assert (told.among(alike) == UNKNOWN).all()


def row(label: str, name: str) -> Row:
    nothing = dict.fromkeys(Row._fields)
    known = {"label": label, "source": "human", "human_label": label, "image_name": name}
    return Row(**{**nothing, **known})  # type: ignore[arg-type]


def test_landmarks_that_cannot_be_told_apart_are_known_only_if_the_same_is_said_of_them():
    features = LANDMARKS[[0, 0, 1, 1]]
    rows = [row("cat", "1"), row("dog", "2"), row("owl", "3"), row("owl", "4")]
    by_features = Told.of(rows, features, by_name=False)
    assert [said.label for said in by_features.said] == ["owl"]
    assert by_features.among(LANDMARKS[:3]).tolist() == [UNKNOWN, 0, UNKNOWN]
    assert len(Told.of(rows, features, by_name=True).said) == 4
