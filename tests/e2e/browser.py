"""Which Chromium the browser tests drive.

``python -m tests.e2e.browser`` prints its path, or exits with 1 when there is none.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from playwright.sync_api import sync_playwright

# The first one has no windows, and takes a quarter less time.
_NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)


def chromium_executable() -> str | None:
    """Find a Chromium that is already there.

    Returns
    -------
    str or None
        The one that ``LABELSPREAD_CHROMIUM`` names, else the first on the ``PATH``
        that runs. None stands for the one that Playwright may have downloaded.
    """
    if chosen := os.environ.get("LABELSPREAD_CHROMIUM"):
        return chosen
    found = (shutil.which(name) for name in _NAMES)
    return next((path for path in found if path and _runs(path)), None)


def _runs(path: str) -> bool:
    """Tell a browser from a stub: Ubuntu's package only points to its snap."""
    try:
        subprocess.run([path, "--version"], check=True, capture_output=True, timeout=30)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def _playwrights_own() -> str:
    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


if __name__ == "__main__":
    executable = chromium_executable() or _playwrights_own()
    if not _runs(executable):
        sys.exit(1)
    print(executable)
