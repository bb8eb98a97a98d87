"""The digits that a model is most unsure of, on a page whose style fits them to the screen."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import streamlit as st

from core.data.pictures import thumbnail_url
from core.figures.digit_grid import DigitGrid, DigitRow, caption, hover_text
from core.figures.palette import Palette


def digit_rows(data: DigitGrid, palette: Palette) -> None:
    """Draw the digits with what was predicted and what is true; wrong ones have a border."""
    colours = (
        f"--ink: {palette.ink}; --muted: {palette.muted}; --card: {palette.surface}; "
        f"--line: {palette.line}; --wrong: {palette.wrong}"
    )
    rows = "".join(_row(row, palette, data.labels) for row in data.rows)
    with st.container(key=f"digit_rows_{len(data.rows)}"):
        st.html(f'<div class="digit-rows" style="{colours}">{rows}</div>')


def _row(row: DigitRow, palette: Palette, labels: Mapping[str, str]) -> str:
    name = f"<p><b>{escape(row.name)}</b> {escape(row.note)}</p>" if row.name else ""
    digits = ""
    for query, image in zip(row.queries, row.images, strict=True):
        source = thumbnail_url(image, ink=palette.ink, paper=palette.surface)
        predicted, true = caption(query, labels)
        digits += (
            f'<div role="listitem" class="{"" if query.right else "wrong"}" '
            f'title="{hover_text(query)}">'
            f'<img src="{source}" alt="digit {query.row}">'
            f"<span>{predicted}</span><span>{true}</span></div>"
        )
    return f'<section>{name}<div role="list">{digits}</div></section>'
