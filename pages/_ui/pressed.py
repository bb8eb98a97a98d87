"""Which part of a figure or a table a person has pressed, or chosen without a pointer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from core.figures.entropy_histogram import EntropyHistogram
from core.service.exploring import Figure
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


_FIGURES: Final[dict[str, Figure]] = {"Precision": "precision", "Recall": "recall", "Images": "all"}
_BEHIND: Final[dict[Figure, str]] = {
    "precision": "predicted as it, and not of it",
    "recall": "of it, and not predicted as it",
    "all": "all that are of it",
}


def pressed_figure(drawn: Any, n_rows: int) -> tuple[int, Figure] | None:  # noqa: ANN401 - as above
    """The class and the figure of the cell that was pressed; None where none was, or no figure.

    Parameters
    ----------
    drawn
        What ``st.dataframe`` gives where cells can be selected.
    n_rows
        How many classes there are now.
    """
    for row, column in drawn.selection.cells:
        if column in _FIGURES and row < n_rows:
            return row, _FIGURES[column]
    return None


def chosen_figure(class_names: Sequence[str]) -> tuple[int, Figure] | None:
    """A class and a figure of it; None until its images are to be opened."""
    shown = [shell.plain(name) for name in class_names]
    number = st.selectbox("Class", range(len(shown)), format_func=shown.__getitem__)
    figure: Figure = st.selectbox("Images", list(_BEHIND), format_func=_BEHIND.__getitem__)
    return (number, figure) if st.button("Open in the grid", key="open_figure") else None


def chosen_bar(data: EntropyHistogram) -> int | None:
    """A bar of the histogram that counts something; None until its images are to be opened."""
    told = {
        bar: f"{data.edges[bar]:.2f} to {data.edges[bar + 1]:.2f} nats ({count:,})"
        for bar, count in enumerate(data.counts.tolist())
        if count
    }
    if data.n_unreached:
        told[len(data.counts)] = f"not reached ({data.n_unreached:,})"
    if not told:
        st.caption("There is none.")
        return None
    bar: int = st.selectbox("Bar", list(told), index=len(told) - 1, format_func=told.__getitem__)
    return bar if st.button("Open in the grid", key="open_bar") else None
