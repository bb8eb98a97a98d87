"""What a component sends, and what became of it: each message is dealt with once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from core.errors import LabelspreadError
from core.service.conversation import Receipt, respond
from core.service.protocol import message_id
from pages._ui import handle, shell
from pages._ui.desk import current_desk
from pages._ui.identity import current_person

_KEPT: Final = 20
"""Receipts that a session remembers."""


@dataclass(frozen=True, slots=True)
class Mail:
    """The messages of a component in this session.

    Parameters
    ----------
    key
        The component's place in the session state.
    """

    key: str

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """What became of the last messages, oldest first."""
        kept: tuple[Receipt, ...] = st.session_state.get(self._place, ())
        return kept

    def take(self, raw: Any, *, retry: bool = False) -> bool:  # noqa: ANN401 - from a browser
        """Deal with a message; True if it was new. The store comes first, then one assignment.

        Parameters
        ----------
        retry
            Whether one that could not be stored is tried again: when the browser has sent it again,
            not when the same run looks at it twice.
        """
        sender = message_id(raw)
        known = {r.message_id for r in self.receipts if not (retry and r.outcome == "failed")}
        if raw is None or sender in known:
            return False
        receipt = respond(handle.service(), raw, current_person().person_id, desk=current_desk())
        others = [kept for kept in self.receipts if kept.message_id != sender]
        st.session_state[self._place] = (*others, receipt)[-_KEPT:]
        return True

    def on_message(self) -> None:
        """Deal with what was sent, before the script runs.

        If the database cannot even be opened, the page says so, and the browser sends again.
        """
        with suppress(LabelspreadError):
            self.take(shell.sent(self.key, "message"), retry=True)

    @property
    def _place(self) -> str:
        return f"{self.key}_receipts"
