"""What others do while somebody looks: a component without a face, that has the page run anew."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st

from core.service.view import View
from pages._ui.desk import named_desk
from pages._ui.talk_route import news_address

KEY: Final = "news"
"""The component's place in the session state."""

_HERE: Final = Path(__file__).parent


def follow_news(view: View) -> None:
    """Let the page run again once somebody has done something, unless it is under somebody's hands.

    A run costs some hundred times what it takes to ask whether there is news, so the browser asks,
    and nothing runs until there is.

    Parameters
    ----------
    view
        What the page was drawn from.
    """
    address = news_address(view.project.project_id)
    if address is None or named_desk() is None:
        return
    mount = st.components.v2.component(
        "labelspread.news",
        html=(_HERE / "news.html").read_text(encoding="utf-8"),
        js=(_HERE / "news.js").read_text(encoding="utf-8"),
    )
    with st.container(key="faceless"):
        mount(
            key=KEY,
            data={"address": address, "news": view.state.news},
            # It asks for nothing but this run.
            on_redraw_change=lambda: None,
        )
