"""Which sessions may send files: those that were shown where to put them, and no other."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final

from streamlit.runtime.scriptrunner import get_script_run_ctx

_MOST: Final = 1_000
"""Sessions that are remembered; the one that was shown it longest ago goes first."""

_LOCK: Final = threading.Lock()
_SESSIONS: Final[OrderedDict[str, None]] = OrderedDict()


def let_this_session_send() -> None:
    """Take what this session sends from now on."""
    context = get_script_run_ctx()
    if context is None:
        return
    with _LOCK:
        _SESSIONS[context.session_id] = None
        _SESSIONS.move_to_end(context.session_id)
        while len(_SESSIONS) > _MOST:
            _SESSIONS.popitem(last=False)


def may_send(session_id: str) -> bool:
    """Whether files of a session are taken."""
    with _LOCK:
        return session_id in _SESSIONS
