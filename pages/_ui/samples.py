"""Some images of a set, in a row or a grid."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from core.data.pictures import thumbnail_url
from core.data.stored import StoredSet
from core.errors import LabelspreadError
from core.wording import visible
from pages._ui import shell

_SIDE = 160


def samples(stored: StoredSet, n_wanted: int, *, tall: bool = False) -> None:
    """Draw images that are spread over a set.

    Parameters
    ----------
    tall
        Larger, in as many rows as they need, with what each is called.
    """
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
    st.html(f'<div class="samples{" tall" if tall else ""}">{"".join(drawn)}</div>')
