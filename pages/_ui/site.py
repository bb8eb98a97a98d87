"""The pages there are: what they are called, where they are, and what is in their place if not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

APP: Final = "Labelspread"
STYLE: Final = Path(__file__).with_name("style.css").read_text(encoding="utf-8")
"""The distances and sizes that Streamlit's theme has no option for."""


@dataclass(frozen=True, slots=True)
class SitePage:
    """One page; its address is that of its file, but for the first one, which is at the root.

    Attributes
    ----------
    is_unblinded
        Whether it shows what others have said, which not everybody may see in every project.
    is_for_reviewers
        Whether it takes away what others have said.
    """

    title: str
    address: str
    in_menu: bool = True
    is_unblinded: bool = False
    is_for_reviewers: bool = False

    @property
    def file(self) -> str:
        """Its script, from the folder of the app."""
        return f"pages/{self.address}.py"


HOME: Final = SitePage("Label", "label")
ROOM: Final = SitePage("Room", "room", in_menu=False)
PEOPLE: Final = SitePage("People", "people", in_menu=False)
JOIN: Final = SitePage("Invitation", "join", in_menu=False)
MISSING: Final = SitePage("No such page", "missing", in_menu=False)
PAGES: Final = (
    HOME,
    SitePage("Grid", "grid", is_unblinded=True),
    SitePage("Review", "review", is_unblinded=True),
    SitePage("Explore", "explore", is_unblinded=True),
    SitePage("Progress", "progress"),
    SitePage("History", "history", is_unblinded=True),
    ROOM,
    SitePage("Export", "export", is_for_reviewers=True),
    SitePage("Compare", "compare"),
    SitePage("Replay", "replay"),
    SitePage("Projects", "projects"),
    SitePage("Data", "data"),
    PEOPLE,
    JOIN,
    MISSING,
)
MISSED: Final = "address"
"""The query parameter that tells the page for what is missing what was asked for."""
