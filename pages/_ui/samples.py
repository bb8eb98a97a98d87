"""Some images of a set, in a row or a grid."""

from __future__ import annotations

from html import escape
from typing import Final

import numpy as np
import streamlit as st

from core.data.pictures import thumbnail_url
from core.data.stored import StoredSet
from core.errors import LabelspreadError
from core.jobs.once import Latest
from core.wording import visible
from pages._ui import shell

_SIDE: Final = 160
_MOST: Final = 100
"""Rows and grids that are kept: some ten kilobytes to a hundred each."""

_DRAWN: Final[Latest[tuple[object, ...], str]] = Latest(_MOST)


def samples(stored: StoredSet, n_wanted: int, *, tall: bool = False) -> None:
    """Draw images that are spread over a set.

    Parameters
    ----------
    tall
        Larger, in as many rows as they need, with what each is called.
    """
    palette = shell.palette()
    # A page is drawn anew at each click, and the images stay what they are.
    named = stored.key, stored.head.fingerprint, n_wanted, tall, palette.ink, palette.page
    st.html(_DRAWN.get(named, lambda: _drawn(stored, n_wanted, tall=tall)))


def _drawn(stored: StoredSet, n_wanted: int, *, tall: bool) -> str:
    head = stored.head
    rows = np.linspace(0, head.n_items - 1, min(n_wanted, head.n_items)).astype(int).tolist()
    palette = shell.palette()
    truth = stored.truth
    drawn = []
    for row in rows:
        name = visible(stored.name(row))
        label = "" if truth is None or truth[row] < 0 else visible(head.class_names[truth[row]])
        try:
            source = thumbnail_url(
                stored.glance(row, _SIDE),
                ink=palette.ink,
                paper=palette.page,
                is_ink=head.look.is_ink,
                side=_SIDE,
            )
        except LabelspreadError:
            source = ""
        caption = f"<figcaption>{escape(label)}</figcaption>" if tall and label else ""
        drawn.append(
            f'<figure title="{escape(name)}"><img src="{source}" alt="{escape(label or name)}">'
            f"{caption}</figure>"
        )
    return f'<div class="samples{" tall" if tall else ""}">{"".join(drawn)}</div>'
