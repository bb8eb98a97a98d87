import numpy as np
import pytest
from scipy.stats import entropy as scipy_entropy

from core.arrays import UNLABELLED
from core.figures.entropy_histogram import draw_entropy_histogram, entropy_histogram_data
from core.figures.palette import LIGHT
from core.learning.beliefs import Beliefs


def beliefs(
    n_items: int = 400, n_unreached: int = 30, n_labelled: int = 50, n_classes: int = 5
) -> Beliefs:
    rng = np.random.default_rng(1)
    probabilities = rng.dirichlet(np.full(n_classes, 0.3), n_items)
    probabilities[:3] = 1 / n_classes
    probabilities[n_items - n_unreached :] = 0
    model_class = probabilities.argmax(axis=1)
    model_class[n_items - n_unreached :] = UNLABELLED
    labels = np.full(n_items, UNLABELLED)
    labels[3 : 3 + n_labelled] = 0
    return Beliefs(probabilities, model_class, model_class.copy(), labels, 1, True)


def test_counts_are_those_of_numpy_over_unlabelled_reached_items():
    data = entropy_histogram_data(beliefs(), n_bins=12)
    rows = np.r_[0:3, 53:370]
    values = scipy_entropy(beliefs().probabilities[rows], axis=1)
    counts, edges = np.histogram(np.minimum(values, np.log(5)), bins=12, range=(0, np.log(5)))
    assert data.counts.tolist() == counts.tolist()
    np.testing.assert_allclose(data.edges, edges)


def test_every_unlabelled_item_is_counted_once():
    data = entropy_histogram_data(beliefs())
    assert data.n_unreached == 30
    assert data.counts.sum() + data.n_unreached == 400 - 50


def test_even_distributions_are_in_the_last_bin():
    assert entropy_histogram_data(beliefs()).counts[-1] >= 3


def test_bars_are_as_high_as_the_counts_and_unreached_items_stand_apart():
    data = entropy_histogram_data(beliefs())
    reached, unreached = draw_entropy_histogram(data, LIGHT).data
    np.testing.assert_array_equal(reached.y, data.counts)
    assert list(unreached.y) == [30]
    assert unreached.x[0] > data.edges[-1]
    assert unreached.marker.color != reached.marker.color
    assert unreached.hovertext == ("not reached by any label: 30 items",)


def test_hovering_says_what_a_bar_counts():
    data = entropy_histogram_data(beliefs(), n_bins=2)
    (bar, _) = draw_entropy_histogram(data, LIGHT).data
    assert bar.hovertext[0] == f"0.00 to 0.80 nats: {data.counts[0]} items"


def test_when_all_items_are_reached_there_is_one_kind_of_bar():
    data = entropy_histogram_data(beliefs(n_unreached=0))
    assert len(draw_entropy_histogram(data, LIGHT).data) == 1


@pytest.mark.parametrize("n_classes", [2, 5])
def test_a_set_labelled_to_the_last_item_says_so(n_classes):
    data = entropy_histogram_data(beliefs(60, 0, 57, n_classes))
    assert not draw_entropy_histogram(data, LIGHT).layout.annotations
    everything = beliefs(60, 0, 57, n_classes)
    done = Beliefs(
        everything.probabilities,
        everything.model_class,
        everything.predicted,
        np.zeros(60, dtype=np.int64),
        1,
        True,
    )
    figure = draw_entropy_histogram(entropy_histogram_data(done), LIGHT)
    assert figure.layout.annotations[0].text == "No item is left unlabelled"
