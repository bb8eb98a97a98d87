"""The review page's component: labels that are looked at once more, one key each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from core.service.review_page import ReviewPage

KEY = "review"
"""The component's place in the session state; a test puts a message there to act as a browser."""

_HERE = Path(__file__).parent
_SHARED = _HERE.parent / "labeler" / "labeler.css"


def review(shown: ReviewPage, on_message: Callable[[], None], on_show: Callable[[], None]) -> Any:  # noqa: ANN401
    """Mount the component and give the message that came with this run, or None.

    Parameters
    ----------
    shown
        What :func:`core.service.review_page.describe_review` says.
    on_message
        Called before the script runs, when a message has come. Streamlit leaves the call out
        after a restart of the server, so the caller looks at what is returned as well.
    on_show
        Called before the script runs, when the person wants to see something else. ``show`` in the
        component's state says what: see :class:`core.service.review_page.ReviewWish`.
    """
    style = (_SHARED, _HERE / "review.css")
    mount = st.components.v2.component(
        "labelspread.review",
        html=(_HERE / "review.html").read_text(encoding="utf-8"),
        css="\n".join(file.read_text(encoding="utf-8") for file in style),
        js=(_HERE / "review.js").read_text(encoding="utf-8"),
    )
    mounted = mount(
        key=KEY,
        data=shown.model_dump(mode="json"),
        on_message_change=on_message,
        on_show_change=on_show,
    )
    return mounted.message
