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
    of: str,
    stem: str,
    figures: Mapping[str, Callable[[], go.Figure]],
    csv: Callable[[], str] | None = None,
) -> None:
    """A button that opens a choice of files. Nothing is drawn before it is asked for.

    Parameters
    ----------
    of
        Whose figures they are, by an id that nothing else has: names of files may be the same.
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
                key=f"downloads_csv_{of}",
            )
        what = st.selectbox("Figure", list(figures), key=f"downloads_figure_{of}")
        kind = st.segmented_control(
            "Format", FILE_KINDS, default="html", required=True, key=f"downloads_format_{of}"
        )
        if st.button("Create the file", width="stretch", key=f"downloads_create_{of}"):
            st.session_state.pop(_FILE, None)
            with st.spinner("Drawing …"):
                _draw(of, stem, what, figures[what](), kind)
        drawn = st.session_state.get(_FILE)
        if drawn is not None and drawn[0] == of:
            _, name, drawn_kind, content = drawn
            st.download_button(
                f"Save {shell.plain(name)}",
                content,
                file_name=name,
                mime=_MIME[drawn_kind],
                on_click="ignore",
                type="primary",
                width="stretch",
                key=f"downloads_save_{of}",
            )


def _draw(of: str, stem: str, what: str, figure: go.Figure, kind: FileKind) -> None:
    name = f"{stem}-{what.lower().replace(' ', '-')}.{kind}"
    try:
        content = figure_bytes(figure, kind, background=shell.palette().page, title=name)
    except LabelspreadError as error:
        shell.say_error(error)
        return
    st.session_state[_FILE] = (of, name, kind, content)
