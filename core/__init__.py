"""Labelspread's core: everything that can be run, and tested, without a screen.

Others may import :class:`LabelSpreading`, the estimator, and :func:`open_service`, the app's
service on a folder. All else may change from one release to the next.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.bootstrap import open_service
    from core.learning.estimator import LabelSpreading

__all__ = ["LabelSpreading", "open_service"]

_HOMES = {"LabelSpreading": "core.learning.estimator", "open_service": "core.bootstrap"}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - as Python asks of it
    # Looked up when it is asked for: whoever imports one room does not load the whole house.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
