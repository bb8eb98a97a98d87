"""How long work reports its progress, and how it is stopped."""

from __future__ import annotations

from typing import Protocol

from core.errors import LabelspreadError


class CancelledError(LabelspreadError):
    """Work was stopped because nobody wants its result any more."""

    def __init__(self) -> None:
        super().__init__("The work was cancelled.", "Open the project again to start it anew.")


class Progress(Protocol):
    """Called again and again with how far a piece of work has come."""

    def __call__(self, stage: str, share: float, /) -> None:
        """Take note.

        Parameters
        ----------
        stage
            What is being done, in words for a person, such as "Finding neighbours".
        share
            How much of this stage is done, 0 to 1.

        Raises
        ------
        CancelledError
            If the work is to stop here.
        """
        ...


def silent(_stage: str, _share: float, /) -> None:
    """Progress that nobody looks at."""
