"""All figures that are drawn here are checked by Plotly, property by property."""

from __future__ import annotations

import pytest

from core.figures import base


@pytest.fixture(autouse=True)
def _checked(monkeypatch):
    monkeypatch.setattr(base, "CHECKED", True)
