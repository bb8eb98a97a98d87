"""Data: the sets of images there are, and the way in for more."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from core.config import DIGITS
from core.data.catalogue import Entry, told_number
from core.data.incoming import Import
from core.errors import LabelspreadError
from core.wording import counted
from pages._ui import handle, shell
from pages._ui.bringing import bring_in, what_was_stopped
from pages._ui.networks import networks, take_what_arrived
from pages._ui.samples import samples
from pages._ui.set_preview import preview

_IMPORT = "import"
_DONE = "data_done"
_SAMPLES = 8


def _say(text: str) -> None:
    """Tell what was done, after the rerun that shows it."""
    st.session_state[_DONE] = text


@st.dialog("Rename set")
def _rename(entry: Entry) -> None:
    with st.form("rename_set", border=False):
        title = st.text_input("Name", entry.title, key=f"set_title_{entry.key}")
        if not st.form_submit_button("Rename", type="primary"):
            return
    try:
        handle.imports().sets.rename(entry.key, title)
    except LabelspreadError as error:
        shell.say_error(error)
        return
    _say(f"Renamed to “{shell.plain(title.strip())}”.")
    st.rerun()


@st.dialog("Delete set?")
def _delete(entry: Entry) -> None:
    users = handle.service().projects_on(entry.key)
    living = [project.name for project in users if project.deleted_at is None]
    if living:
        names = ", ".join(f"“{shell.plain(name)}”" for name in living[:3])
        more = f" and {len(living) - 3:,} more" if len(living) > 3 else ""
        st.write(f"{names}{more} cannot do without these images. Delete what uses them first.")
        if st.button("Keep it", width="stretch"):
            st.rerun()
        return
    st.write(
        f"“{shell.plain(entry.title)}” and its {counted(entry.n_items, 'image')} are deleted from "
        "the disk, for good."
    )
    if users:
        st.write(
            f"{counted(len(users), 'deleted project')} on it cannot be opened any more, even if "
            "restored; the labels are kept."
        )
    cancel, confirm = st.columns(2)
    if cancel.button("Keep it", width="stretch"):
        st.rerun()
    if confirm.button("Delete", type="primary", width="stretch"):
        try:
            handle.service().delete_dataset(entry.key)
        except LabelspreadError as error:
            shell.say_error(error)
            return
        _say(f"Deleted “{shell.plain(entry.title)}”.")
        st.rerun()


def _card(entry: Entry, n_projects: int, *, is_stored: bool, is_ours: bool) -> None:
    """One set. What is wrong with it stands on its card, and harms no other."""
    with st.container(border=True, key=f"set_{entry.key or 'unreadable'}"):
        text, actions = st.columns([7, 4.2], vertical_alignment="center", gap="small")
        told = f"**{shell.plain(entry.title)}**  \n:gray[{_told(entry, n_projects)}]"
        if is_ours and entry.where is not None:
            told += f"  \n:gray[drawn from {shell.plain(entry.where)}]"
        text.markdown(told)
        with actions, st.container(horizontal=True, vertical_alignment="center"):
            _actions(entry, is_ours=is_ours)
        if is_stored and not entry.problem:
            _samples_of(entry)
        if entry.problem:
            st.warning(shell.plain(entry.problem), icon=":material/broken_image:")


def _actions(entry: Entry, *, is_ours: bool) -> None:
    if not entry.problem and st.button("New project", key=f"new_{entry.key}"):
        st.switch_page("pages/projects.py", query_params={"set": entry.key})
    if not is_ours:
        return
    if not entry.problem and st.button(
        "", key=f"rs_{entry.key}", icon=":material/edit:", type="tertiary", help="Rename"
    ):
        _rename(entry)
    if st.button(
        "", key=f"ds_{entry.key}", icon=":material/delete:", type="tertiary", help="Delete"
    ):
        _delete(entry)


def _samples_of(entry: Entry) -> None:
    try:
        samples(handle.imports().sets.open(entry.key), _SAMPLES)
    except LabelspreadError as error:
        st.warning(shell.plain(str(error)), icon=":material/broken_image:")


def _told(entry: Entry, n_projects: int) -> str:
    """What a set holds and how many projects use it, in a line."""
    told = [told_number(entry)] if entry.n_items else []
    if entry.class_names is not None:
        n_classes = len(entry.class_names)
        told.append(f"{n_classes:,} {'class' if n_classes == 1 else 'classes'}")
        told.append(f"{entry.n_known or 0:,} labelled")
    if entry.key == DIGITS:
        told.append("comes with the app")
    elif entry.n_bytes:
        told.append(_size(entry.n_bytes))
    if entry.key:
        told.append(counted(n_projects, "project") if n_projects else "no project")
    return " · ".join(told)


def _size(n_bytes: int) -> str:
    """Bytes on the disk: ``12 MB``."""
    megabytes = n_bytes / 1e6
    return f"{megabytes / 1e3:,.1f} GB" if megabytes >= 1e3 else f"{max(1, round(megabytes)):,} MB"


def _list() -> None:
    existing, new = shell.side_by_side("data", [1.6, 1], "large")
    with existing:
        st.title("Data", anchor=False)
        sets = handle.imports().sets
        ours = {key for key in sets.listed() if sets.is_own(key)}
        stored = {*sets.listed()}
        users = Counter(project.config.dataset for project in handle.service().projects())
        for entry in handle.service().datasets():
            is_stored = entry.key in stored
            _card(entry, users[entry.key], is_stored=is_stored, is_ours=entry.key in ours)
        networks()
    with new:
        st.subheader("Bring in images", anchor=False)
        begun = bring_in()
        if begun is not None:
            st.query_params[_IMPORT] = begun.id
            st.rerun()


def _wanted() -> Import | None:
    """The import that the address names; None, with a word, if it is not there any more."""
    wanted = st.query_params.get(_IMPORT)
    if wanted is None:
        return None
    found = handle.imports().get(wanted)
    if found is None:
        st.info(
            "This import was kept or dropped, or the app was restarted meanwhile; then nothing of "
            "it was stored.",
            icon=":material/info:",
        )
        del st.query_params[_IMPORT]
    return found


with shell.errors_in_words():
    shell.account_menu()
    if arrived := take_what_arrived():
        _say(arrived)
    if done := st.session_state.pop(_DONE, None):
        st.toast(done, icon=":material/check:")
    what_was_stopped()
    wanted = _wanted()
    if wanted is None:
        _list()
    elif (said := preview(wanted)) is not None:
        del st.query_params[_IMPORT]
        if said.project is not None:
            handle.open_project(said.project.project_id)
            st.switch_page("pages/label.py", query_params={"project": said.project.project_id})
        _say(said.text)
        st.rerun()
