"""The comparisons there are, and which of them is on screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from core.errors import LabelspreadError
from core.simulation.comparisons import Comparison
from core.simulation.kept import LONGEST_TITLE, Entry, Kept
from core.wording import counted
from pages._ui import handle, shell

_OPENED: Final = "comparison"
_WATCHED: Final = "compare_watched"
_MENU: Final = "compare_earlier"
_SAYS: Final = "compare_says"


def opened_comparison() -> str | None:
    """The comparison that the address names."""
    return st.query_params.get(_OPENED)


def open_comparison(comparison_id: str | None) -> None:
    """Have the address name a comparison, or none; nothing is watched any more."""
    st.session_state.pop(_WATCHED, None)
    if comparison_id is None:
        st.query_params.pop(_OPENED, None)
    else:
        st.query_params[_OPENED] = comparison_id


def watched_comparison() -> Comparison | None:
    """The comparison under way that this session was looking at."""
    watched: Comparison | None = st.session_state.get(_WATCHED)
    return watched


def watch(comparison: Comparison) -> None:
    """Have this session look at a comparison under way, and open it when it has ended."""
    st.session_state[_WATCHED] = comparison


def say_what_was_done() -> None:
    """Tell what was done before the rerun that shows it."""
    if said := st.session_state.pop(_SAYS, None):
        st.toast(said, icon=":material/check:")


def earlier_menu() -> None:
    """A button that opens the list; it closes once something is chosen there."""
    entries = handle.comparisons().entries()
    with st.popover(
        "Earlier",
        icon=":material/history:",
        disabled=not entries,
        key=_MENU,
        on_change="rerun",
    ):
        earlier_list(entries, "menu")


def _choose(comparison_id: str) -> None:
    _close_menu()
    open_comparison(comparison_id)


def _close_menu() -> None:
    st.session_state[_MENU] = False


def earlier_list(entries: Sequence[Entry], where: str) -> None:
    """Draw the list; ``where`` tells it from another on the page."""
    with st.container(key=f"compare_{where}", gap=None):
        for entry in entries:
            opens, when, deletes = st.columns([6, 6, 0.6], vertical_alignment="center", gap="small")
            made_at = entry.made_at.astimezone(shell.zone())
            told = [f"{made_at.day} {made_at:%b %Y, %H:%M}"]
            if entry.runs:
                told += [counted(entry.budget, "label"), counted(entry.runs, "run")]
            if entry.cancelled:
                told += ["cancelled"]
            when.markdown(f":gray[:small[{' · '.join(told)}]]")
            if entry.problem:
                opens.markdown(f":small[{shell.plain(entry.problem)}]")
            else:
                opens.button(
                    shell.plain(entry.title),
                    key=f"compare_{where}_open_{entry.id}",
                    type="tertiary",
                    on_click=_choose,
                    args=(entry.id,),
                )
            if deletes.button(
                "",
                icon=":material/delete:",
                type="tertiary",
                help="Delete",
                key=f"compare_{where}_delete_{entry.id}",
                on_click=_close_menu,
            ):
                _delete(entry)


@st.dialog("Rename comparison")
def rename(kept: Kept) -> None:
    """Give a comparison another title."""
    with st.form("rename_comparison", border=False):
        title = st.text_input("Title", kept.title, max_chars=LONGEST_TITLE, key=f"rename_{kept.id}")
        if not st.form_submit_button("Rename", type="primary"):
            return
    try:
        handle.comparisons().rename(kept.id, title)
    except LabelspreadError as error:
        shell.say_error(error)
        return
    st.rerun()


@st.dialog("Delete comparison?")
def _delete(entry: Entry) -> None:
    st.write(f"“{shell.plain(entry.title)}” is removed for good.")
    cancel, confirm = st.columns(2)
    if cancel.button("Keep it", width="stretch"):
        st.rerun()
    if confirm.button("Delete", type="primary", width="stretch"):
        try:
            handle.comparisons().delete(entry.id)
        except LabelspreadError as error:
            shell.say_error(error)
            return
        if opened_comparison() == entry.id:
            open_comparison(None)
        st.session_state[_SAYS] = "Deleted."
        st.rerun()
