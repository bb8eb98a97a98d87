"""The label page's component: all that happens between two keys happens in the browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from core.service.page import LabelPage

KEY = "labeler"
"""The component's place in the session state; a test puts a message there to act as a browser."""

_HERE = Path(__file__).parent


def labeler(shown: LabelPage, on_message: Callable[[], None], on_ask: Callable[[], None]) -> Any:  # noqa: ANN401
    """Mount the component and give the message that came with this run, or None.

    Parameters
    ----------
    shown
        What :func:`core.service.conversation.describe` says.
    on_ask
        Called before the script runs, when the person asks for a dialog: ``answers`` or
        ``classes``.
    on_message
        Called before the script runs, when a message has come. Streamlit leaves the call out
        after a restart of the server, so the caller looks at what is returned as well.
    """
    mount = st.components.v2.component(
        "labelspread.labeler",
        html=(_HERE / "labeler.html").read_text(encoding="utf-8"),
        css=(_HERE / "labeler.css").read_text(encoding="utf-8"),
        js=(_HERE / "labeler.js").read_text(encoding="utf-8"),
    )
    mounted = mount(
        key=KEY,
        data=shown.model_dump(mode="json"),
        on_message_change=on_message,
        on_ask_change=on_ask,
        # It asks for nothing but this run, which draws the figures.
        on_redraw_change=lambda: None,
    )
    return mounted.message
