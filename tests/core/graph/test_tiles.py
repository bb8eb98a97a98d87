from itertools import permutations

import numpy as np
import pytest

from core.graph.tiles import in_cells


@pytest.mark.parametrize("n_items", [1, 2, 60, 330])
@pytest.mark.parametrize("spread", [0.0, 1.0])
def test_tiles_lie_within_the_frame_and_none_covers_another(n_items: int, spread: float):
    points = spread * np.random.default_rng(0).normal(size=(n_items, 2)) ** 3
    side = min(0.2, float(np.sqrt(0.34 * 1.6 / n_items)))
    places = in_cells(points, 1.6, 1.0, side)
    assert places.shape == (n_items, 2)
    assert places.min() >= side / 2 - 1e-9
    assert (places <= np.array([1.6, 1.0]) - side / 2 + 1e-9).all()
    apart = np.abs(places[:, None] - places[None]).max(axis=2)
    np.fill_diagonal(apart, np.inf)
    assert apart.min() >= side - 1e-9


def test_what_is_in_a_cell_stays_and_all_together_move_as_little_as_they_can():
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    cells = np.array([[0.25, 0.25], [0.75, 0.25], [0.25, 0.75], [0.75, 0.75]])
    np.testing.assert_allclose(in_cells(corners, 1.0, 1.0, 0.5), cells)
    some = np.array([[0.0, 0.0], [0.1, 0.1], [0.2, 0.9], [1.0, 1.0]])
    stretched = 0.25 + 0.5 * some
    moved = ((in_cells(some, 1.0, 1.0, 0.5) - stretched) ** 2).sum()
    ways = [((cells[list(order)] - stretched) ** 2).sum() for order in permutations(range(4))]
    assert moved == pytest.approx(min(ways))
