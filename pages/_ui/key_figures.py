"""A row of figures that a page is about: what, how much, and a word on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from core.learning.metrics import Report
from core.service.view import View
from core.wording import counted, percent, points


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One figure.

    Attributes
    ----------
    name
        What is measured.
    value
        How much, with its unit.
    note
        A word below it, such as the change.
    help
        What the name means, shown when the pointer rests on it.
    is_better
        Whether the note is good news.
    """

    name: str
    value: str
    note: str
    help: str
    is_better: bool = False


def key_figures(figures: Sequence[KeyFigure]) -> None:
    """Draw figures side by side, equally wide."""
    cells = "".join(
        f'<div title="{escape(figure.help)}"><dt>{escape(figure.name)}</dt>'
        f"<dd><b>{escape(figure.value)}</b>"
        f'<span class="{"better" if figure.is_better else ""}">{escape(figure.note)}</span>'
        "</dd></div>"
        for figure in figures
    )
    st.html(f'<div class="measured"><dl class="key-figures">{cells}</dl></div>')


def right_of_all(view: View, report: Report) -> KeyFigure:
    """How much of the whole set is predicted correctly, and what the last round changed."""
    latest = view.rounds[-1] if view.rounds else None
    change = latest.change if latest else None
    note, since = "so far", ""
    if latest and change is not None:
        note, since = f"{points(change)} points", f" The points are those of round {latest.round}."
    return KeyFigure(
        "Accuracy, all",
        percent(report.accuracy) if view.labels else "–",
        note if view.labels else "no label yet",
        f"Share of all {report.n_items:,} images whose predicted class is the true one. An image "
        f"that no label reaches counts as wrong.{since}",
        is_better=change is not None and change > 0,
    )


def labels_given(view: View) -> KeyFigure:
    """How many labels there are."""
    n_labels = view.n_learned
    n_kept = len(view.labels) - n_labels
    explained = "Labels that the model learns from, those that came with the project included."
    if n_kept:
        explained += f" {counted(n_kept, 'label')} more wait for an image or a class to return."
    return KeyFigure(
        "Labels given",
        f"{n_labels:,}",
        f"{percent(n_labels / view.dataset.n_items)} of all",
        explained,
    )


def seconds_a_label(view: View) -> KeyFigure:
    """How long an answer takes."""
    seconds = view.seconds_per_answer
    return KeyFigure(
        "Seconds per label",
        "–" if seconds is None else f"{seconds:.1f}",
        "median",
        "Time from an image on screen to its answer, skipped ones too. Half of all answers took "
        "less.",
    )


def figure_title(title: str, note: str = "") -> None:
    """Draw the title of a figure, and a word on how to read it."""
    st.html(f'<p class="figure-title">{escape(title)}<span>{escape(note)}</span></p>')


def to_come(text: str) -> None:
    """Say in the place of a figure what will stand there."""
    st.html(f'<p class="to-come">{escape(text)}</p>')
