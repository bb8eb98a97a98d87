"""The grid's component: images that are predicted as one class, many at once, to be checked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from core.service.grid_page import GridPage

KEY = "grid"
"""The component's place in the session state; a test puts a message there to act as a browser."""

_HERE = Path(__file__).parent


def grid(shown: GridPage, on_message: Callable[[], None], on_show: Callable[[], None]) -> Any:  # noqa: ANN401
    """Mount the component and give the message that came with this run, or None.

    Parameters
    ----------
    shown
        What :func:`core.service.grid_page.describe_grid` says.
    on_message
        Called before the script runs, when a message has come. Streamlit leaves the call out
        after a restart of the server, so the caller looks at what is returned as well.
    on_show
        Called before the script runs, when the person wants to see other images. ``show`` in the
        component's state says which, as :func:`core.service.grid_page.parse_wish` takes it.
    """
    mount = st.components.v2.component(
        "labelspread.grid",
        html=(_HERE / "grid.html").read_text(encoding="utf-8"),
        css=(_HERE / "grid.css").read_text(encoding="utf-8"),
        js=(_HERE / "grid.js").read_text(encoding="utf-8"),
    )
    mounted = mount(
        key=KEY,
        data=shown.model_dump(mode="json"),
        on_message_change=on_message,
        on_show_change=on_show,
    )
    return mounted.message
