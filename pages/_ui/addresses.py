"""Where this app is below the name of its server."""

from __future__ import annotations

import streamlit as st


def base_path() -> str:
    """Streamlit's ``server.baseUrlPath`` without slashes around it; empty at the root."""
    return "/".join(filter(None, (st.get_option("server.baseUrlPath") or "").split("/")))
