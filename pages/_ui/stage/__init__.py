"""Presentation mode of a published run: the whole screen, stepped in the browser alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from core.figures.presented import StagePage

KEY = "stage"
"""The component's place in the session state; a test puts a message there to act as a browser."""

_HERE = Path(__file__).parent


def stage(shown: StagePage, on_leave: Callable[[], None]) -> Any:  # noqa: ANN401
    """Mount the component and give what came with this run, ``{"round": number}``, or None.

    Parameters
    ----------
    shown
        What :func:`core.figures.presentation.stage_data` says.
    on_leave
        Called before the script runs, when the presenter has left. ``leave`` in the component's
        state names the round that was on the screen.
    """
    mount = st.components.v2.component(
        "labelspread.stage",
        html=(_HERE / "stage.html").read_text(encoding="utf-8"),
        css=(_HERE / "stage.css").read_text(encoding="utf-8"),
        js=(_HERE / "stage.js").read_text(encoding="utf-8"),
    )
    return mount(key=KEY, data=shown.model_dump(mode="json"), on_leave_change=on_leave).leave
