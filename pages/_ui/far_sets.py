"""The way to a set that is too large to copy: looked at where it lies, and drawn from."""

from __future__ import annotations

from typing import Final

import streamlit as st

from core.data.incoming import Import
from core.data.parts.landmarks import DEFAULT, MOST
from core.data.parts.parts import Parts
from core.data.parts.places import place_of, title_of_place
from core.errors import LabelspreadError
from core.jobs.progress import CancelledError
from core.jobs.work import Work
from core.wording import counted, file_size, visible
from pages._ui import handle, shell

_SURVEY: Final = "far_survey"
_FEWEST: Final = 2


def bring_landmarks() -> Import | None:
    """Ask for an address, and what to draw from there; what was begun."""
    survey: Work[Parts] | None = st.session_state.get(_SURVEY)
    if survey is None:
        _ask_address()
        return None
    if not survey.done:
        _surveying(survey)
        return None
    try:
        return _ask_landmarks(survey.wait())
    except CancelledError:
        _forget()
        st.rerun()
    except LabelspreadError as error:
        shell.say_error(error)
        if st.button("Another address", icon=":material/arrow_back:"):
            _forget()
            st.rerun()
    return None


def _forget() -> None:
    st.session_state.pop(_SURVEY, None)


def _ask_address() -> None:
    st.caption(
        "A set too large to copy stays where it is: Parquet parts with features and images, in a "
        "bucket or a folder on the server. Some of its items, the landmarks, are drawn at random; "
        "images are read when you look at them."
    )
    with st.form("far_address", border=False):
        url = st.text_input(
            "Address", placeholder="s3://bucket/folder", max_chars=1_000, key="far_url"
        )
        sent = st.form_submit_button("Look at it", type="primary")
    if not sent:
        return
    try:
        st.session_state[_SURVEY] = handle.imports().survey(url)
    except LabelspreadError as error:
        shell.say_error(error)
        return
    st.rerun()


@st.fragment(run_every=0.5)
def _surveying(survey: Work[Parts]) -> None:
    if survey.done:
        st.rerun()
    step = survey.step
    st.progress(step.share, text=shell.plain(shell.step_text(step)))
    if st.button("Cancel", icon=":material/close:"):
        survey.cancel()


def _ask_landmarks(parts: Parts) -> Import | None:
    """Show what was found, and ask how many landmarks to draw."""
    st.markdown(f"**{shell.plain(visible(parts.url))}**  \n:gray[{_told(parts)}]")
    with st.form("far_landmarks", border=False):
        said = {}
        for choice in parts.choices:
            value = st.selectbox(
                visible(choice.title),
                choice.options,
                index=choice.options.index(choice.value),
                format_func=lambda option: visible(option) or "none",
                key=f"far_{choice.key}",
            )
            if value != choice.value:
                said[choice.key] = value
        most = max(_FEWEST, min(MOST, parts.n_rows))
        number = st.number_input(
            f"Landmarks, of {counted(parts.n_rows, 'item')}",
            _FEWEST,
            most,
            min(DEFAULT, most),
            key="far_number",
            help="The items that the graph is built on, drawn at random from all of them. More are "
            "slower, and closer to what the whole set would give.",
        )
        if parts.n_rows <= DEFAULT:
            st.caption("All items are drawn, unless you say fewer.")
        elif parts.n_rows <= MOST:
            st.caption(f"{parts.n_rows:,} draws all items.")
        with st.container(horizontal=True, gap="small"):
            draws = st.form_submit_button("Draw landmarks", type="primary")
            drops = st.form_submit_button("Another address", type="tertiary")
    if drops:
        _forget()
        st.rerun()
    if not draws:
        return None
    title = title_of_place(place_of(parts.url))
    begun = handle.imports().draw(parts, said, title, int(number))
    _forget()
    return begun


def _told(parts: Parts) -> str:
    return " · ".join(
        [
            counted(parts.n_rows, "item"),
            counted(len(parts.files), "part"),
            file_size(parts.n_bytes),
            counted(parts.n_features, "feature"),
        ]
    )
