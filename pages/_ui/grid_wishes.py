"""What each project's grid is to show in this session: asked for there, or on another page."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import streamlit as st

from core.service.grid import Chosen, GridWish

_WISHES: Final = "grid_wishes"


def wish_of(project_id: str) -> GridWish:
    """What the grid of a project is to show."""
    return _wishes().get(project_id, GridWish())


def wish(project_id: str, wanted: GridWish) -> None:
    """Let the grid of a project show something else."""
    _wishes()[project_id] = wanted


def show_in_grid(project_id: str, chosen: Chosen, *, corrects: bool = False) -> None:
    """Go to the grid, which shows these images alone until the person wants all of them again.

    Parameters
    ----------
    corrects
        Whether the answered ones come first.
    """
    before = wish_of(project_id)
    among = replace(before, name=None, among=chosen, corrects=corrects, seen=frozenset())
    wish(project_id, among)
    st.switch_page("pages/grid.py")


def _wishes() -> dict[str, GridWish]:
    wishes: dict[str, GridWish] = st.session_state.setdefault(_WISHES, {})
    return wishes
