"""Who has labelled how much, how far people agree, and how often they are right."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from core.people.agreement import Agreement
from core.quality.proportions import Counted, wilson
from core.service.people import PeopleTold
from core.service.view import View
from core.wording import counted, spreadsheet, visible
from pages._ui import handle, shell
from pages._ui.key_figures import KeyFigure, key_figures

_SPLIT: Final = (7, 6)
_ROWS: Final = 8
_HIGH: Final = 318
"""Pixels of a table with more rows than that."""


def show_people(view: View) -> None:
    """Draw all that is known of it, for those who may see what others have said."""
    if not handle.is_reviewer(view.project.project_id):
        st.info(
            "What each person has said is for the reviewers and owners of this project.",
            icon=":material/group:",
        )
        return
    told = handle.service().people(view)
    if not told.persons:
        st.info("Nobody has answered yet.", icon=":material/group:")
        st.page_link("pages/label.py", label="Label the first images", icon=":material/edit:")
        _known(view, told)
        return
    _figures(view, told)
    if told.n_disputed:
        st.page_link(
            "pages/review.py",
            label=f"Decide {counted(told.n_disputed, 'disputed image')}",
            icon=":material/gavel:",
        )
    left, right = shell.side_by_side("people", _SPLIT, "medium")
    with left:
        _persons(told)
        _known(view, told)
    with right:
        _agreement(view, told)


def _figures(view: View, told: PeopleTold) -> None:
    alpha, fleiss = told.alpha, told.fleiss
    waiting = f"{told.n_waiting:,} wait for others" if told.n_waiting else "none waits for others"
    figures = [
        KeyFigure(
            "People", f"{len(told.persons):,}", f"{view.state.n_answers:,} answers", "In force."
        ),
        KeyFigure(
            "Shared images",
            f"{told.n_shared:,}",
            waiting,
            "Images that two people or more have answered.",
        ),
        KeyFigure(
            "Disputed",
            f"{told.n_disputed:,}",
            f"of {told.n_split:,} with unlike answers",
            "Images without a label, since people disagree and none of it is likely enough.",
        ),
        KeyFigure(
            "Agreement",
            _coefficient(alpha),
            f"alpha, {counted(alpha.n_items, 'image')}",
            "Krippendorff’s alpha: 1 where all agree, 0 where they agree as often as by chance. "
            f"Fleiss’ kappa is {_coefficient(fleiss)}.",
        ),
    ]
    key_figures(figures)


def _persons(told: PeopleTold) -> None:
    st.subheader("Who", anchor=False)
    persons = told.persons
    columns: dict[str, list[Any]] = {
        "Person": [spreadsheet(visible(one.name)) for one in persons],
        "Answers": [one.answers for one in persons],
        "Labels": [one.labels for one in persons],
        "Seconds": [one.seconds for one in persons],
    }
    if any(one.agreed.n for one in persons):
        columns["Agrees"] = [_share(one.agreed) for one in persons]
        columns["Compared"] = [one.agreed.n for one in persons]
    if any(one.right.n for one in persons):
        columns["Right"] = [_right(one.right) for one in persons]
    st.dataframe(
        columns,
        key="people_persons",
        placeholder="–",
        height="content" if len(persons) <= _ROWS else _HIGH,
        column_config={
            "Seconds": st.column_config.NumberColumn(format="%.1f", help="The median."),
            "Answers": st.column_config.NumberColumn(help="All that are in force."),
            "Labels": st.column_config.NumberColumn(help="Answers that name a class."),
            "Agrees": st.column_config.NumberColumn(
                format="%.0f %%",
                help="Of the images that others have answered too: how often this person says what "
                "is taken for true.",
            ),
            "Compared": st.column_config.NumberColumn(
                help="So many images others have answered too."
            ),
            "Right": st.column_config.TextColumn(
                help="Of the images whose answer was known: how many are right, and what share "
                "that speaks for, 95 % sure."
            ),
        },
    )
    if "Agrees" in columns:
        st.caption(
            "Agrees: how often a person says what is taken for true, of the images that others "
            "have answered too (Compared). Seconds: the median time of an answer."
        )


def _agreement(view: View, told: PeopleTold) -> None:
    st.subheader("How far they agree", anchor=False)
    if not told.n_shared:
        if view.project.config.overlap == 1:
            st.info(
                "In this project one answer an image is enough, so there is nothing to compare. "
                "A new project can ask several people.",
                icon=":material/group:",
            )
        else:
            st.info("No image has two answers yet.", icon=":material/group:")
        return
    pairs, classes = st.tabs(["By pair", "By class"])
    with pairs:
        both = told.pairs
        _table(
            {
                "One": [spreadsheet(visible(one)) for one, _, _ in both],
                "Other": [spreadsheet(visible(other)) for _, other, _ in both],
            },
            [value for _, _, value in both],
            "Cohen’s kappa",
        )
    with classes:
        named = told.classes
        _table(
            {"Class": [spreadsheet(visible(name)) for name, _ in named]},
            [value for _, value in named],
            "Alpha",
        )
    st.caption("1: all agree. 0: as often as by chance. Images: those that it rests on.")


def _table(columns: dict[str, list[Any]], values: list[Agreement], name: str) -> None:
    columns |= {
        name: [value.value for value in values],
        "Images": [value.n_items for value in values],
    }
    st.dataframe(
        columns,
        key=f"people_{name}",
        placeholder="–",
        height="content" if len(values) <= _ROWS else _HIGH,
        column_config={name: st.column_config.NumberColumn(format="%.2f")},
    )


def _known(view: View, told: PeopleTold) -> None:
    """How many images people are asked about whose answer is known."""
    with st.expander("Questions whose answer is known", expanded=False):
        st.caption(
            "One question in ten is one of them, and nobody can tell which. So it is seen how "
            "often each person is right. They are images whose class the data names; else those "
            "that were decided, or that several people agree on. Their labels stand, whatever is "
            "answered."
        )
        with st.form("known", border=False):
            number = st.number_input("Images", 0, 10_000, told.n_known, step=10)
            if st.form_submit_button("Ask about them"):
                handle.service().ask_known(view, int(number))
                st.rerun()


def _coefficient(agreement: Agreement) -> str:
    return "–" if agreement.value is None else f"{agreement.value:.2f}".replace("-", "−")


def _share(agreed: Counted) -> float | None:
    return 100 * agreed.share if agreed.n else None


def _right(right: Counted) -> str:
    if not right.n:
        return "–"
    least, most = wilson(right)
    return f"{right.hits:,} of {right.n:,} ({100 * least:.0f} to {100 * most:.0f} %)"
