"""A file to download: written at the click, or in the background where that takes its time."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Final

import streamlit as st

from core.errors import LabelspreadError
from core.export.written import Exports, Written
from core.jobs.progress import CancelledError, Progress, silent
from pages._ui import handle, shell
from pages._ui.desk import current_desk
from pages._ui.identity import current_person

_MOMENT: Final = 0.5


@dataclass(frozen=True, slots=True)
class Offer:
    """A file that can be downloaded.

    Attributes
    ----------
    what
        Names what is in it.
    text
        What it is called on the button: "40 rows".
    write
        Writes it, and tells how far that has come.
    is_large
        Whether it takes longer than a person waits without a word.
    """

    what: Hashable
    text: str
    file_name: str
    mime: str
    write: Callable[[IO[bytes], Progress], object]
    is_large: bool
    is_empty: bool = False


def offer(one: Offer) -> None:
    """The button that downloads it, or what comes before that."""
    if not one.is_large:
        _button(one, lambda: _at_once(one))
        return
    exports, owner = handle.exports(), (current_person().person_id, current_desk())
    written = exports.get(owner, one.what)
    if written is not None and written.work.done:
        written = _done(one, exports, owner, written)
    if written is None:
        if not st.button(
            f"Write {one.text}",
            icon=":material/save:",
            type="primary",
            disabled=one.is_empty,
            key="export_write",
            help="It is written in the background, and is then there to be downloaded.",
        ):
            return
        written = exports.start(owner, one.what, one.write)
        written.work.ends_within(_MOMENT)
        st.rerun()
    if not written.work.done:
        _progress(written)


def _done(one: Offer, exports: Exports, owner: Hashable, written: Written) -> Written | None:
    """Offer what was written; None where that has failed, which is said."""
    try:
        written.work.wait()
    except CancelledError:
        exports.drop(owner)
        return None
    except LabelspreadError as error:
        exports.drop(owner)
        shell.say_error(error)
        return None
    _button(one, written.path.read_bytes)
    return written


def _button(one: Offer, content: Callable[[], bytes]) -> None:
    st.download_button(
        f"Download {one.text}",
        content,
        file_name=one.file_name,
        mime=one.mime,
        on_click="ignore",
        icon=":material/download:",
        type="primary",
        disabled=one.is_empty,
        key="export_download",
    )


def _at_once(one: Offer) -> bytes:
    file = BytesIO()
    one.write(file, silent)
    return file.getvalue()


@st.fragment(run_every=0.5)
def _progress(written: Written) -> None:
    if written.work.done:
        st.rerun()
    st.progress(written.work.step.share, text=shell.plain(shell.step_text(written.work.step)))
    if st.button("Cancel", icon=":material/close:", key="export_cancel"):
        written.work.cancel()
