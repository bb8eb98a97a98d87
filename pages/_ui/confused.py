"""The most frequent confusions of a project with many classes, as a list and as a table."""

from __future__ import annotations

from html import escape

import streamlit as st

from core.figures import base
from core.figures.confusions import Confusions
from core.wording import spreadsheet, visible

_LONGEST_NAME = 40


def confusion_list(found: Confusions, class_names: tuple[str, ...]) -> None:
    """Draw a line for each; a whole name is shown where the pointer rests on it."""
    shown = base.labels(
        (class_names[i] for one in found.listed for i in (one.true, one.predicted)), _LONGEST_NAME
    )

    def name(index: int) -> str:
        whole = class_names[index]
        return f'<b title="{escape(visible(whole))}">{shown[whole]}</b>'

    lines = "".join(
        f"<li>{name(one.true)} predicted as {name(one.predicted)} "
        f"<span>— {escape(visible(one.told(class_names)))}</span></li>"
        for one in found.listed
    )
    told = "".join(f"<p>{text}</p>" for text in (found.summary, found.unreached) if text)
    st.html(f'<div class="confusions"><ol>{lines}</ol>{told}</div>')


def confusion_table(found: Confusions, class_names: tuple[str, ...]) -> None:
    """Draw a row for each."""
    if found.listed:
        names = [spreadsheet(visible(name)) for name in class_names]
        st.dataframe(
            {
                "True": [names[one.true] for one in found.listed],
                "Predicted as": [names[one.predicted] for one in found.listed],
                "Images": [one.n_images for one in found.listed],
                "Share of the class": [100 * one.share for one in found.listed],
            },
            key="confusions",
            column_config={
                "True": st.column_config.TextColumn(width=195),
                "Predicted as": st.column_config.TextColumn(width=195),
                "Images": st.column_config.NumberColumn(
                    width=75, help="Images of the true class that are predicted as the other one."
                ),
                "Share of the class": st.column_config.NumberColumn(
                    width=140, format="%.1f %%", help="Of all images of the true class."
                ),
            },
        )
    st.caption(" ".join(filter(None, (found.summary, found.unreached))))
