"""The active learners of another package, as the benchmark uses them.

`make bench-labels` begins with these, for it alone installs that package.
"""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import make_blobs
from sklearn.preprocessing import normalize

from core.arrays import Float32Array, IntArray
from tests.benchmarks import embedding_peers
from tests.benchmarks.embedding_peers import OnEmbeddings, active_learners
from tests.benchmarks.label_peers import shuffled

N_ITEMS, N_CLASSES = 60, 3
LEARNERS = [learner for learner in active_learners() if isinstance(learner, OnEmbeddings)]

Items = tuple[Float32Array, IntArray]


@pytest.fixture(scope="module")
def items() -> Items:
    """Points of length 1, and their classes."""
    points, truth = make_blobs(N_ITEMS, 8, centers=N_CLASSES, cluster_std=2.0, random_state=1)
    return normalize(points).astype(np.float32), truth.astype(np.int64)


@pytest.mark.parametrize("learner", LEARNERS, ids=lambda one: one.name.rpartition(", ")[2])
def test_each_learns_from_so_many_labels_and_is_the_same_for_the_same_seed(
    learner: OnEmbeddings, items: Items
):
    found, again = (
        learner.run(*items, N_CLASSES, budget=12, batch_size=5, seed=3, at=(7, 12))
        for _ in range(2)
    )
    assert [m.labels for m in found] == [7, 12]
    assert found[-1].accuracy > 0.9
    assert found[-1].classes_found == N_CLASSES
    assert again == found


@pytest.mark.filterwarnings("ignore:.*'base_estimator' could not be fitted")
@pytest.mark.parametrize("learner", LEARNERS, ids=lambda one: one.name.rpartition(", ")[2])
def test_of_many_items_it_chooses_among_some(
    learner: OnEmbeddings, items: Items, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(embedding_peers, "CHOSEN_AMONG", 20)
    points, truth = items
    begun = learner._begin(points, N_CLASSES, 5)
    known: set[int] = set()
    for _ in range(2):
        batch = begun.ask(6)
        begun.tell(batch, truth[batch])
        known |= set(batch.tolist())
    assert len(known) == 12
    assert known <= set(shuffled(N_ITEMS, 5)[:20].tolist())
    assert len(begun.believed()) == N_ITEMS
