"""The map's component: all items in two dimensions, drawn and chosen from in the browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from core.figures.map_page import MapPage

KEY = "explore"
"""The component's place in the session state; a test puts a message there to act as a browser."""

_HERE = Path(__file__).parent


def explore(shown: MapPage, on_act: Callable[[], None]) -> Any:  # noqa: ANN401
    """Mount the component and give the items that were chosen in this run, or None.

    Parameters
    ----------
    shown
        What :func:`core.figures.map_page.describe_map` says.
    on_act
        Called before the script runs, when something is to be done. ``act`` in the component's
        state says what: ``"improve"``, ``"stop"``, or ``"look"`` where classes are others by now.
    """
    mount = st.components.v2.component(
        "labelspread.explore",
        html=(_HERE / "explore.html").read_text(encoding="utf-8"),
        css=(_HERE / "explore.css").read_text(encoding="utf-8"),
        js=(_HERE / "explore.js").read_text(encoding="utf-8"),
    )
    mounted = mount(
        key=KEY,
        data=shown.model_dump(mode="json"),
        on_act_change=on_act,
        on_choose_change=lambda: None,
    )
    return mounted.choose
