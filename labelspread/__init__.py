"""Labelspread as it is installed: what it consists of lies in this folder.

``labelspread.LabelSpreading`` is the estimator, and ``labelspread.open_service`` gives the app's
service on a folder.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core import LabelSpreading, open_service

__all__ = ["LabelSpreading", "open_service"]

# Streamlit runs app.py beside `core` and `pages`, which are no packages for everybody's
# site-packages. So they are kept in here, and found from here.
sys.path.insert(0, str(Path(__file__).parent))


def __getattr__(name: str) -> Any:  # noqa: ANN401 - as Python asks of it
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import core

    return getattr(core, name)
