"""The big screen of a room, which fetches how things stand by itself."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.figures.room_page import RoomPage

KEY = "room"

_HERE = Path(__file__).parent


def room_screen(shown: RoomPage) -> None:
    """Mount the component."""
    mount = st.components.v2.component(
        "labelspread.room",
        html=(_HERE / "room.html").read_text(encoding="utf-8"),
        css=(_HERE / "room.css").read_text(encoding="utf-8"),
        js=(_HERE / "room.js").read_text(encoding="utf-8"),
    )
    mount(key=KEY, data=shown.model_dump(mode="json"))
