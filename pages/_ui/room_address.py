"""Where phones find a room: the address that is shown, and a picture of it for their cameras."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from functools import cache
from ipaddress import ip_address
from typing import Final

import segno
import streamlit as st
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from core.errors import InvalidSettingError
from pages._ui.addresses import base_path
from pages._ui.gate import LOOPBACK
from pages._ui.phone_route import FOLDER

PUBLIC_VARIABLE: Final = "LABELSPREAD_PUBLIC_URL"

_ELSEWHERE: Final = ("192.0.2.1", 9)
"""An address of nobody (RFC 5737): what is sent from there tells which of this machine's addresses
leads out. Nothing is sent."""

_QUIET: Final = 2
"""Light modules around the picture, besides the page's own."""


def public_root(environment: Mapping[str, str] = os.environ) -> str:
    """The address of the app as phones reach it, without a slash at its end; empty if they cannot.

    Raises
    ------
    InvalidSettingError
        If the variable names none.
    """
    told = environment.get(PUBLIC_VARIABLE, "").strip().rstrip("/")
    if told:
        if not told.startswith(("http://", "https://")):
            raise InvalidSettingError(
                f"{PUBLIC_VARIABLE} is {told}, which is no address.",
                "Give it as https://label.example.com.",
            )
        return told
    host = st.get_option("server.address") or ""
    if host in LOOPBACK or host.startswith("127."):
        return ""
    port, base = st.get_option("server.port"), base_path()
    shown = own_address() if host in {"", "0.0.0.0", "::"} else host
    if not is_host_allowed(shown):
        return ""
    return f"http://{shown}:{port}{f'/{base}' if base else ''}"


def room_address(code: str, root: str) -> str:
    """The address of a room."""
    return f"{root}/{FOLDER}/{code}"


def shown_address(root: str) -> str:
    """What people type before they type the code."""
    return f"{root.partition('://')[2]}/{FOLDER}"


def own_addresses() -> tuple[str, ...]:
    """The addresses and the name by which others in the network call this machine."""
    name = socket.gethostname()
    names = [own_address(), name, name if "." in name else f"{name}.local"]
    return tuple(dict.fromkeys(one for one in names if one))


@cache
def own_address() -> str:
    """The address of this machine in its network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_ELSEWHERE)
            found = str(probe.getsockname()[0])
        except OSError:
            found = "127.0.0.1"
    return found if not ip_address(found).is_unspecified else "127.0.0.1"


def picture_of(address: str) -> tuple[str, ...]:
    """A QR code: 1 is dark; a row a string."""
    rows = segno.make(address, error="m", micro=False).matrix_iter(border=_QUIET)
    return tuple("".join("1" if dark else "0" for dark in row) for row in rows)
