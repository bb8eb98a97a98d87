"""A figure as a file: a page that needs no network, or a picture."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from html import escape
from typing import Final, Literal, get_args

import plotly.graph_objects as go

from core.errors import FigureExportError
from core.figures.base import CONFIG

FileKind = Literal["html", "png", "svg"]
FILE_KINDS: Final[tuple[FileKind, ...]] = get_args(FileKind)

_DEFAULT_WIDTH: Final = 900
_BORDER: Final = 24
"""Around a figure, in pixels; on a page the page itself leaves room."""
_SCALE: Final = 2
_PATIENCE: Final = 60.0
"""Seconds a browser may take."""

_PAGE: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{title}</title>
<body style="margin: {border}px; background: {background}">
{figure}
</body>
</html>
"""


def figure_bytes(
    figure: go.Figure, kind: FileKind, *, background: str, title: str = "Labelspread"
) -> bytes:
    """Give a figure as the content of a file.

    Parameters
    ----------
    figure
        Its layout says how large it is; where it gives no width it becomes 900 pixels wide.
    kind
        ``html`` holds all of Plotly and works without a network. ``png`` has two pixels for one of
        the layout. ``png`` and ``svg`` need the package Kaleido, and are drawn by a Chrome or
        Chromium: the one that the environment variable ``BROWSER_PATH`` names, else the first that
        is found.
    background
        A colour, as CSS writes it; figures themselves are see-through.
    title
        Of the page.

    Raises
    ------
    FigureExportError
        If there is no Kaleido or no browser, or one of them fails.
    """
    drawn = go.Figure(figure).update_layout(paper_bgcolor=background)
    if kind == "html":
        return _page(drawn, background, title).encode()
    return _picture(drawn, kind)


def _page(figure: go.Figure, background: str, title: str) -> str:
    drawn = figure.to_html(config=CONFIG, full_html=False, include_plotlyjs=True)
    return _PAGE.format(title=escape(title), border=_BORDER, background=background, figure=drawn)


def _picture(figure: go.Figure, kind: FileKind) -> bytes:
    # Takes a third of a second, and only pictures need it.
    try:
        import kaleido  # type: ignore[import-untyped]  # no types
        from kaleido import errors
    except ImportError as error:
        raise FigureExportError(
            "PNG and SVG files need the package Kaleido, which is not installed.",
            "Install it (pip install kaleido), or choose HTML, which does without.",
        ) from error

    # It logs a traceback whenever a browser says good-bye; what matters comes as an exception.
    logging.getLogger("choreographer").setLevel(logging.CRITICAL)
    framed = _framed(figure)
    options = {
        "format": kind,
        "width": framed.layout.width,
        "height": framed.layout.height,
        "scale": _SCALE if kind == "png" else 1,
    }

    async def draw() -> bytes:
        # It would fetch MathJax from the network, and figures here have no formulas.
        browser = kaleido.Kaleido(n=1, mathjax=False, timeout=_PATIENCE)
        try:
            await browser.open()
            drawn: bytes = await browser.calc_fig(framed, opts=options)
            return drawn
        finally:
            # Even one that did not start has a thread, which would keep this process alive.
            await browser.close()

    try:
        # In a thread of its own, for the caller may have an event loop.
        with ThreadPoolExecutor(max_workers=1) as thread:
            return thread.submit(asyncio.run, draw()).result()
    except errors.ChromeNotFoundError as error:
        raise FigureExportError(
            "PNG and SVG files are drawn by a Chrome or Chromium, and none was found.",
            "Install one or set BROWSER_PATH to its path, or choose HTML, which needs none.",
        ) from error
    except (
        errors.BrowserFailedError,
        errors.BrowserClosedError,
        errors.KaleidoError,
        OSError,  # it takes too long, or the pipe to it is closed
    ) as error:
        raise FigureExportError(
            "The browser that draws PNG and SVG files failed.",
            "Set BROWSER_PATH to another Chrome or Chromium, or choose HTML, which needs none.",
        ) from error


def _framed(figure: go.Figure) -> go.Figure:
    layout = figure.layout
    sides = {side: (layout.margin[side] or 0) + _BORDER for side in "lrtb"}
    return go.Figure(figure).update_layout(
        width=(layout.width or _DEFAULT_WIDTH) + 2 * _BORDER,
        height=layout.height + 2 * _BORDER,
        margin=sides,
    )
