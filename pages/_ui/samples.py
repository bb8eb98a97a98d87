"""Some images of a set, in a row or a grid."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from html import escape
from typing import Final, NamedTuple

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

_NOTHING: Final = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
"""A picture of nothing, in the place of one that cannot be had."""

_AT_ONCE: Final = 8
_PATIENCE: Final = 3.0
"""Seconds that a page waits for images from elsewhere; they are there when it is drawn again."""


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
    drawn = _DRAWN.get(named, lambda: _drawn(stored, n_wanted, tall=tall))
    if not drawn.is_whole:
        _DRAWN.drop(named)
    st.html(drawn.html)


class _Drawn(NamedTuple):
    """Images as a page has them.

    Attributes
    ----------
    is_whole
        Whether all have come that are on their way.
    """

    html: str
    is_whole: bool


_DRAWN: Final[Latest[tuple[object, ...], _Drawn]] = Latest(_MOST)


def _drawn(stored: StoredSet, n_wanted: int, *, tall: bool) -> _Drawn:
    head = stored.head
    rows = np.linspace(0, head.n_items - 1, min(n_wanted, head.n_items)).astype(int).tolist()
    palette = shell.palette()
    truth = stored.truth

    def source_of(row: int) -> str:
        try:
            return thumbnail_url(
                stored.glance(row, _SIDE),
                ink=palette.ink,
                paper=palette.page,
                is_ink=head.look.is_ink,
                side=_SIDE,
            )
        except LabelspreadError:
            return ""

    sources = _in_time(source_of, rows) if head.elsewhere else [source_of(row) for row in rows]
    drawn = []
    for row, source in zip(rows, sources, strict=True):
        name = visible(stored.name(row))
        label = "" if truth is None or truth[row] < 0 else visible(head.class_names[truth[row]])
        caption = f"<figcaption>{escape(label)}</figcaption>" if tall and label else ""
        drawn.append(
            f'<figure title="{escape(name)}"><img src="{source or _NOTHING}" '
            f'alt="{escape(label or name)}">{caption}</figure>'
        )
    html = f'<div class="samples{" tall" if tall else ""}">{"".join(drawn)}</div>'
    return _Drawn(html, head.elsewhere is None or all(sources))


def _in_time(source_of: Callable[[int], str], rows: Sequence[int]) -> list[str | None]:
    """Images that have to be fetched, at the same time; None for those that a page cannot await."""
    pool = ThreadPoolExecutor(_AT_ONCE, "samples")
    work = [pool.submit(source_of, row) for row in rows]
    wait(work, _PATIENCE)
    pool.shutdown(wait=False)
    return [one.result() if one.done() else None for one in work]
