"""The engine says of named items and classes what scikit-learn says of indices."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.semi_supervised import LabelSpreading

from core.arrays import UNLABELLED
from core.config import ProjectConfig
from core.data.catalogue import Catalogue
from core.data.dataset import Dataset
from core.engine.building import build_engine
from core.engine.engine import Engine
from core.errors import InvalidDatasetError
from core.querying.choosing import WHOLE_UP_TO, Policy
from core.session.labels import Labels
from tests.core.chains import chain

CONFIG = ProjectConfig(n_samples=200, shuffle_seed=0)


POLICY = Policy(opening="k_means", query="entropy", random_share=0.0, assume_answers=False)


def engine_of(config: ProjectConfig) -> Engine:
    return build_engine(config, Catalogue())


@pytest.fixture(scope="module")
def engine() -> Engine:
    return engine_of(CONFIG)


def true_labels(engine: Engine, positions: list[int]) -> Labels:
    truth = engine.dataset.truth
    assert truth is not None
    return Labels({int(engine.dataset.rows[i]): str(truth[i]) for i in positions})


def shuffled_digits() -> tuple[np.ndarray, np.ndarray]:
    digits = load_digits()
    order = np.arange(1797)
    np.random.RandomState(0).shuffle(order)
    return digits.data[order[:200]], digits.target[order[:200]]


@pytest.mark.parametrize("kernel", ["rbf", "knn"])
def test_beliefs_are_those_of_scikit_learn_on_the_same_digits(kernel):
    engine = engine_of(CONFIG.model_copy(update={"kernel": kernel}))
    positions = [0, 3, 5, 17, 60, 61, 62, 100]
    beliefs = engine.believe(true_labels(engine, positions))
    features, truth = shuffled_digits()
    y = np.full(200, UNLABELLED)
    y[positions] = truth[positions]
    theirs = LabelSpreading(
        kernel=kernel, gamma=0.25, n_neighbors=7, alpha=0.2, max_iter=20, tol=1e-3
    ).fit(features, y)
    np.testing.assert_allclose(
        beliefs.probabilities[:, theirs.classes_], theirs.label_distributions_, rtol=0, atol=1e-12
    )
    assert beliefs.n_iter == theirs.n_iter_


def test_accuracy_is_the_share_of_items_predicted_right(engine):
    positions = list(range(30))
    features, truth = shuffled_digits()
    y = np.full(200, UNLABELLED)
    y[positions] = truth[positions]
    theirs = LabelSpreading(gamma=0.25, alpha=0.2, max_iter=20, tol=1e-3).fit(features, y)
    expected = np.mean(theirs.transduction_ == truth)
    assert engine.accuracy(true_labels(engine, positions)) == pytest.approx(expected)


def test_without_labels_nothing_is_right(engine):
    assert engine.accuracy(Labels()) == 0


def test_items_are_named_by_their_row(engine):
    rows = engine.dataset.rows
    assert engine.positions(int(row) for row in rows[[5, 1, 80]]) == [5, 1, 80]


@pytest.mark.parametrize("row", [1_796, 5_000_000])
def test_labels_on_images_that_are_not_there_are_told_of_and_go_nowhere(engine, row):
    if row in engine.dataset.rows:
        row = next(r for r in range(1_797) if r not in engine.dataset.rows)
    with pytest.raises(InvalidDatasetError, match="is not in"):
        engine.positions([row])
    assert engine.present([row]) == []
    assert not engine.believe(Labels({row: "3"})).labelled.any()


def test_labels_become_indices_where_their_items_are(engine):
    rows = engine.dataset.rows
    array = engine.labels_array(Labels({int(rows[4]): "9", int(rows[0]): "0"}))
    assert (array[4], array[0]) == (9, 0)
    assert np.count_nonzero(array == UNLABELLED) == 198


def chosen_by(
    engine: Engine,
    labels: Labels,
    excluded: Iterable[int],
    size: int,
    seed: int = 0,
    policy: Policy = POLICY,
) -> list[int]:
    random = np.random.default_rng(seed)
    return [c.item for c in engine.choose(policy, labels, excluded, size, random)]


def test_what_is_chosen_was_not_excluded_and_comes_once(engine):
    rows = [int(row) for row in engine.dataset.rows]
    labels = true_labels(engine, [0, 1, 2])
    chosen = chosen_by(engine, labels, rows[:150], 20)
    assert len(chosen) == len(set(chosen)) == 20
    assert set(chosen) <= set(rows[150:])
    assert chosen_by(engine, labels, rows, 20) == []
    assert set(chosen_by(engine, labels, rows[:-3], 20)) == set(rows[-3:])


def test_the_first_choice_covers_most_classes_without_any_label(engine):
    truth = dict(zip(engine.dataset.rows.tolist(), shuffled_digits()[1], strict=True))
    chosen = chosen_by(engine, Labels(), [], 10)
    assert len({truth[row] for row in chosen}) >= 7


def test_the_same_chance_chooses_the_same(engine):
    labels, half = true_labels(engine, list(range(12))), replace(POLICY, random_share=0.5)
    first, again, other = (chosen_by(engine, labels, [], 15, seed, half) for seed in (1, 1, 2))
    assert first == again != other


def test_an_engine_like_another_decides_otherwise_from_the_same_scores(engine):
    labels = true_labels(engine, list(range(12)))
    weighed = engine.like(CONFIG.model_copy(update={"decision": "class_mass"}))
    raw, other = engine.believe(labels), weighed.believe(labels)
    scores = raw.evidence.scores.rows(slice(None))
    np.testing.assert_array_equal(other.evidence.scores.rows(slice(None)), scores)
    expected = raw.evidence.classes[(scores / scores.sum(axis=0)).argmax(axis=1)]
    assert other.model_class.tolist() == expected.tolist()
    assert engine.believe(labels) is raw
    assert weighed.sample() is engine.sample()


def test_solving_ahead_changes_no_belief(engine):
    other = engine_of(CONFIG)
    other.prepare(int(row) for row in other.dataset.rows[:10])
    labels = true_labels(engine, list(range(10)))
    np.testing.assert_allclose(
        other.believe(labels).probabilities,
        engine.believe(labels).probabilities,
        rtol=0,
        atol=1e-12,
    )


def test_threads_that_ask_at_the_same_time_hear_what_one_would(engine):
    label_sets = [true_labels(engine, list(range(n))) for n in range(1, 60)]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(engine.believe, label_sets * 2))
    alone = engine_of(CONFIG)
    for labels, beliefs in zip(label_sets * 2, found, strict=True):
        np.testing.assert_allclose(
            beliefs.probabilities, alone.believe(labels).probabilities, rtol=0, atol=1e-12
        )


def large_engine() -> Engine:
    """On a long chain, of so many items that not all of them are looked at."""
    n_items = WHOLE_UP_TO + 1
    dataset = Dataset(
        title="",
        rows=np.arange(n_items, dtype=np.int64),
        images=np.zeros((n_items, 1, 1), dtype=np.uint8),
        features=np.zeros((n_items, 1)),
        class_names=("left", "right"),
        truth=None,
        question="",
    )
    config = CONFIG.model_copy(update={"mode": "fixed_point", "alpha": 0.99})
    return Engine(config, dataset, chain(n_items))


def test_of_a_large_set_a_batch_is_chosen_where_labels_have_said_least():
    """A label on every tenth item, but for a stretch without any."""
    engine = large_engine()
    without = range(40_000, 40_400)
    labels = Labels({i: "left" for i in range(0, engine.n_known, 10) if i not in without})
    policy = Policy(query="variance", random_share=0.0)
    chosen = engine.choose(policy, labels, labels, 4, np.random.default_rng(0))
    items = sorted(choice.item for choice in chosen)
    assert all(item in without for item in items)
    # What was assumed of one is known of those beside it.
    assert np.diff(items).min() > 20


@pytest.mark.parametrize(("n_labels", "same"), [(29, True), (30, False)])
def test_of_a_large_set_all_are_looked_at_until_there_are_some_labels(n_labels, same):
    engine = large_engine()
    places = np.random.default_rng(1).choice(engine.n_known, n_labels, replace=False).tolist()
    labels = Labels({i: "left" if i % 3 else "right" for i in places})
    policy = Policy(query="margin", random_share=0.0)

    def items(policy: Policy) -> list[int]:
        chosen = engine.choose(policy, labels, labels, 3, np.random.default_rng(0))
        return [choice.item for choice in chosen]

    whole = items(replace(policy, whole_up_to=engine.n_known))
    assert (items(policy) == whole) == same
