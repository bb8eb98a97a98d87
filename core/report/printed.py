"""A report as PDF, printed by a Chrome or Chromium that is there."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from core.errors import NotPrintedError

BROWSER_VARIABLE: Final = "BROWSER_PATH"
"""Names the browser to use; Kaleido, which draws figures, asks the same variable."""

_NAMES: Final = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
)
_ELSEWHERE: Final = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
_PLAYWRIGHTS: Final = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*/*/*/Chromium")
"""Where Playwright keeps its own, below a folder of its cache."""

_PATIENCE: Final = 120.0
"""Seconds a browser may take."""

_OPTIONS: Final = (
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-extensions",
    "--no-first-run",
    "--no-pdf-header-footer",
)


def pdf(page: str, environment: Mapping[str, str] = os.environ) -> bytes:
    """Print a page that needs nothing else.

    Raises
    ------
    NotPrintedError
        If there is no browser, or it fails.
    """
    browser = require_browser(environment)
    # Where a browser is stopped in the middle, the last of it may still be writing there.
    with TemporaryDirectory(prefix="labelspread-report-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        source, printed = place / "report.html", place / "report.pdf"
        source.write_text(page, encoding="utf-8")
        command = [
            browser,
            *_OPTIONS,
            # Browsers refuse to run as root otherwise, as in a container. The page has no scripts.
            *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
            f"--user-data-dir={place / 'profile'}",
            f"--print-to-pdf={printed}",
            source.as_uri(),
        ]
        try:
            _run(command)
            return printed.read_bytes()
        except (OSError, subprocess.SubprocessError) as error:
            raise NotPrintedError(
                f"The browser that prints PDF files failed ({browser}).",
                f"Set {BROWSER_VARIABLE} to another Chrome or Chromium, or write an .html file.",
            ) from error


def _run(command: list[str]) -> None:
    """Run a program to its end; if that does not come, end it with all that it has started.

    Raises
    ------
    OSError, subprocess.SubprocessError
        If it fails, or takes too long.
    """
    # In a session of its own: what it has started is found by that, and Ctrl-C is ours alone.
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            status = process.wait(_PATIENCE)
        except BaseException:
            if sys.platform == "win32":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
            raise
    if status:
        raise subprocess.CalledProcessError(status, command)


def require_browser(environment: Mapping[str, str] = os.environ) -> str:
    """The path of a browser that can print.

    Raises
    ------
    NotPrintedError
        If there is none.
    """
    browser = find_browser(environment)
    if browser is None:
        raise NotPrintedError(
            "A PDF is printed by a Chrome or Chromium, and none was found.",
            f"Install one or set {BROWSER_VARIABLE} to its path; or write an .html file, open it "
            "and print it.",
        )
    return browser


def find_browser(environment: Mapping[str, str] = os.environ) -> str | None:
    """The path of a browser that can print; None where there is none."""
    if chosen := environment.get(BROWSER_VARIABLE):
        return chosen
    return next(_candidates(environment), None)


def _candidates(environment: Mapping[str, str]) -> Iterator[str]:
    for name in _NAMES:
        if found := shutil.which(name, path=environment.get("PATH")):
            yield found
    yield from (path for path in _ELSEWHERE if Path(path).is_file())
    home = environment.get("HOME", "")
    caches = [
        environment.get("PLAYWRIGHT_BROWSERS_PATH", ""),
        f"{home}/.cache/ms-playwright",
        f"{home}/Library/Caches/ms-playwright",
    ]
    for cache in (Path(cache) for cache in caches if cache):
        for pattern in _PLAYWRIGHTS:
            yield from sorted((str(path) for path in cache.glob(pattern)), reverse=True)
