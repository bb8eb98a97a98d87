"""The inverse is the inverse, or there is none."""

from __future__ import annotations

import numpy as np
import pytest

from core.learning.inverse import positive_inverse


def test_the_inverse_of_a_positive_matrix_is_its_inverse_and_symmetric():
    random = np.random.default_rng(0)
    factor = random.normal(size=(40, 40))
    matrix = factor @ factor.T + np.eye(40)
    inverse = positive_inverse(matrix.copy())
    np.testing.assert_allclose(inverse, np.linalg.inv(matrix), rtol=1e-8, atol=1e-10)
    assert (inverse == inverse.T).all()


def test_what_is_not_positive_has_no_such_inverse():
    with pytest.raises(ValueError, match="not positive definite"):
        positive_inverse(-np.eye(3))
