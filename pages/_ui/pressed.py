"""Which part of a figure a person has pressed, or chosen without a pointer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages._ui import shell


def pressed(drawn: Any) -> tuple[float, float] | None:  # noqa: ANN401 - what Streamlit gives back
    """The point that was pressed, right and up; None where none was.

    Parameters
    ----------
    drawn
        What ``st.plotly_chart`` gives where points can be selected.
    """
    points = drawn.selection.points
    return (float(points[0]["x"]), float(points[0]["y"])) if points else None


def chosen_cell(class_names: Sequence[str], *, has_unreached: bool) -> tuple[int, int] | None:
    """A cell of the confusion matrix, as column and row; None until one is to be opened."""
    shown = [shell.plain(name) for name in class_names]
    true = st.selectbox("True class", range(len(shown)), format_func=shown.__getitem__)
    columns = [*shown, *["not reached"] * has_unreached]
    predicted = st.selectbox("Predicted as", range(len(columns)), format_func=columns.__getitem__)
    return (predicted, true) if st.button("Open in the grid") else None
