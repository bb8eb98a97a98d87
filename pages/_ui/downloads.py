"""Take a page's figures away as files."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import plotly.graph_objects as go
import streamlit as st

from core.errors import LabelspreadError
from core.figures.export import FILE_KINDS, FileKind, figure_bytes
from pages._ui import shell

_FILE = "downloads_file"
_MIME: dict[FileKind, str] = {"html": "text/html", "png": "image/png", "svg": "image/svg+xml"}


def downloads(
    stem: str, figures: Mapping[str, Callable[[], go.Figure]], csv: Callable[[], str] | None = None
) -> None:
    """A button that opens a choice of files. Nothing is drawn before it is asked for.

    Parameters
    ----------
    stem
        What the names of the files begin with.
    figures
        Names of figures, and how to draw them.
    csv
        Gives the page's numbers as comma-separated values.
    """
    with st.popover("Download", icon=":material/download:"):
        if csv is not None:
            st.download_button(
                "Numbers (CSV)",
                csv,
                file_name=f"{stem}.csv",
                mime="text/csv",
                on_click="ignore",
                width="stretch",
            )
        what = st.selectbox("Figure", list(figures))
        kind = st.segmented_control("Format", FILE_KINDS, default="html", required=True)
        if st.button("Create the file", width="stretch"):
            st.session_state.pop(_FILE, None)
            with st.spinner("Drawing …"):
                _draw(stem, what, figures[what](), kind)
        drawn = st.session_state.get(_FILE)
        if drawn is not None and drawn[0] == stem:
            _, name, drawn_kind, content = drawn
            st.download_button(
                f"Save {shell.plain(name)}",
                content,
                file_name=name,
                mime=_MIME[drawn_kind],
                on_click="ignore",
                type="primary",
                width="stretch",
            )


def _draw(stem: str, what: str, figure: go.Figure, kind: FileKind) -> None:
    name = f"{stem}-{what.lower().replace(' ', '-')}.{kind}"
    try:
        content = figure_bytes(figure, kind, background=shell.palette().page, title=name)
    except LabelspreadError as error:
        shell.say_error(error)
        return
    st.session_state[_FILE] = (stem, name, kind, content)
