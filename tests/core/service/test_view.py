"""A project at one moment, and how far what it shows can be relied on."""

from __future__ import annotations

from typing import Any

import pytest

from core.config import ProjectConfig
from core.service.labelling import Service
from core.storage import MemoryStore

NEAR_ONE = 1 - 1e-9
"""An alpha that a system of float64 has no digits left for."""


@pytest.mark.parametrize(
    ("changes", "is_solved"),
    [
        ({"mode": "fixed_point", "kernel": "symmetric_knn", "alpha": NEAR_ONE}, False),
        ({"mode": "fixed_point", "kernel": "symmetric_knn", "alpha": 0.999}, True),
        ({"mode": "fixed_point", "kernel": "symmetric_knn", "alpha": NEAR_ONE, "n_given": 0}, True),
        ({"mode": "exact", "max_iter": 1}, True),
    ],
)
def test_a_view_is_not_solved_where_digits_are_lost_and_is_where_sweeps_were_to_be_few(
    changes: dict[str, Any], is_solved: bool
):
    service = Service(MemoryStore())
    config = ProjectConfig(**({"n_samples": 60, "n_given": 12} | changes))
    project = service.create_project("With labels", config).project_id
    view = service.view(project)
    assert view.is_solved == is_solved
    if config.mode == "exact":
        assert not view.beliefs.converged, "one sweep does not settle"
