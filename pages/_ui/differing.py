"""The labels that differ from the ground truth, with their images."""

from __future__ import annotations

from typing import Final

import streamlit as st

from core.arrays import IntArray
from core.data.pictures import thumbnail_at
from core.learning.metrics import LabelCheck
from core.service.view import View
from core.wording import spreadsheet, visible
from pages._ui import handle, shell

_MOST_LISTED: Final = 100


def show_differing(view: View, check: LabelCheck, truth: IntArray) -> None:
    """Draw them, for those who may see what others have said."""
    st.subheader("Labels that differ from the ground truth", anchor=False)
    if handle.is_blinded(view):
        st.caption("Which these are is for the reviewers and owners of this project.")
        return
    if not check.differing:
        st.caption("None so far.")
        return
    dataset = view.dataset
    listed = list(check.differing[:_MOST_LISTED])
    if len(listed) < len(check.differing):
        st.caption(f"The first {len(listed):,} of {len(check.differing):,}.")
    palette = shell.palette()
    st.dataframe(
        {
            "Image": [
                thumbnail_at(dataset, i, ink=palette.ink, paper=palette.page) for i in listed
            ],
            "Number": dataset.rows[listed],
            "Label given": [as_cell(dataset.class_names[view.beliefs.labels[i]]) for i in listed],
            "Truth": [as_cell(dataset.class_names[truth[i]]) for i in listed],
        },
        key="differing",
        row_height=48,
        column_config={
            "Image": st.column_config.ImageColumn(width="small"),
            "Number": st.column_config.NumberColumn(
                format="%d", help="The item’s number in its data set, from 0."
            ),
        },
    )


def as_cell(name: str) -> str:
    """A class for a table, which a person can save as CSV and open elsewhere."""
    return spreadsheet(visible(name))
