"""The way in for images: by drag and drop, or from a folder on the server."""

from __future__ import annotations

from typing import Final

import streamlit as st

from core.data.incoming import Import
from core.errors import LabelspreadError
from core.wording import visible
from pages._ui import handle, shell
from pages._ui.far_sets import bring_landmarks
from pages._ui.upload_pass import let_this_session_send

_FILES, _FOLDER, _SERVER, _ELSEWHERE = "Files", "A folder", "On the server", "Elsewhere"
_ROUND: Final = "bring_round"
"""Counts the uploaders there were: a new one is empty."""


def bring_in() -> Import | None:
    """Ask for images; what was begun with them, or was before and is to be looked at."""
    if (waiting := _under_way()) is not None:
        return waiting
    imports = handle.imports()
    ways = [_FILES, _FOLDER]
    if imports.places is not None:
        ways.append(_SERVER)
    if imports.can_survey:
        ways.append(_ELSEWHERE)
    way = st.segmented_control(
        "From", ways, default=_FILES, required=True, label_visibility="collapsed", width="stretch"
    )
    if way == _ELSEWHERE:
        return bring_landmarks()
    try:
        begun = _from_server() if way == _SERVER else _from_browser(is_folder=way == _FOLDER)
    except LabelspreadError as error:
        shell.say_error(error)
        return None
    with st.expander("What can be brought in"):
        st.markdown(
            "- **Images**: PNG, JPEG, GIF, BMP, TIFF, WebP; as files, as a folder, or as a ZIP "
            "file. Folders in it are the classes, if you have any.\n"
            "- **Arrays**: NumPy (.npz, .npy), MATLAB (.mat), IDX as MNIST has it.\n"
            "- **Tables**: CSV, TSV, Parquet, Arrow, with pixels, paths or images in them.\n"
            "- **Exports** of Label Studio or COCO, in a ZIP file with their images.\n\n"
            "You see what was found before anything is stored."
        )
    return begun


def what_was_stopped() -> None:
    """Say once what a restart has stopped."""
    stopped = handle.imports().take_stopped()
    if stopped:
        names = ", ".join(f"“{shell.plain(name)}”" for name in stopped[:3])
        st.info(
            f"The import of {names} was stopped by a restart; nothing of it was stored. Bring it "
            "in again.",
            icon=":material/info:",
        )


def _from_browser(*, is_folder: bool) -> Import | None:
    let_this_session_send()
    number = st.session_state.get(_ROUND, 0)
    sent = st.file_uploader(
        "Drop a folder of images here" if is_folder else "Drop images, a ZIP file or a table here",
        accept_multiple_files="directory" if is_folder else True,
        key=f"bring_{'folder' if is_folder else 'files'}_{number}",
    )
    if not sent:
        return None
    with st.spinner("Storing what was sent …"):
        begun = handle.imports().send([(file.name, file) for file in sent])
    # What was sent is in memory as long as the uploader shows it.
    st.session_state[_ROUND] = number + 1
    return begun


def _from_server() -> Import | None:
    imports = handle.imports()
    names = imports.on_server()
    if not names:
        st.caption(f"The folder {shell.plain(str(imports.places))} is empty.")
        return None
    with st.form("bring_server", border=False):
        name = st.selectbox(
            "File or folder",
            names,
            format_func=visible,
            help=f"What there is in {shell.plain(str(imports.places))}.",
        )
        sent = st.form_submit_button("Look at it", type="primary")
    return imports.fetch(name) if sent and name else None


def _under_way() -> Import | None:
    """The imports that wait for somebody to look at them; the one that somebody wants to."""
    for one in handle.imports().all():
        with st.container(border=True, key=f"incoming_{one.id}"):
            text, opens, drops = st.columns([3, 1.1, 0.5], vertical_alignment="center")
            title = shell.plain(one.source.title)
            text.markdown(f"**{title}**  \n:gray[{shell.plain(_state(one))}]")
            if opens.button("Look", key=f"look_{one.id}", width="stretch"):
                return one
            if drops.button(
                "", key=f"drop_{one.id}", icon=":material/close:", type="tertiary", help="Discard"
            ):
                handle.imports().drop(one)
                st.rerun()
    return None


def _state(one: Import) -> str:
    if one.work.has_failed:
        return "could not be read"
    return "read, and not kept yet" if one.work.done else shell.step_text(one.work.step)
