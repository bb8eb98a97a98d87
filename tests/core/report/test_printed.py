"""PDF: printed where there is a browser; a sentence where there is none."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from core.errors import NotPrintedError
from core.report.printed import BROWSER_VARIABLE, find_browser, pdf
from tests.core.builders import wait_until

NOWHERE = {"PATH": "", "HOME": "/nowhere"}


def test_where_there_is_no_browser_it_says_what_to_do(monkeypatch):
    monkeypatch.setattr("core.report.printed._ELSEWHERE", ())
    assert find_browser(NOWHERE) is None
    with pytest.raises(NotPrintedError, match=r"none was found. Install one or set BROWSER_PATH"):
        pdf("<p>", NOWHERE)


def test_a_browser_that_fails_is_named(browser_path):
    with pytest.raises(NotPrintedError, match=f"failed .{browser_path}"):
        pdf("<p>", {BROWSER_VARIABLE: str(browser_path)})
    with pytest.raises(NotPrintedError):
        pdf("<p>", {BROWSER_VARIABLE: "/nowhere/chromium"})


@pytest.mark.skipif(sys.platform == "win32", reason="a script for a shell")
def test_a_browser_that_comes_to_no_end_is_ended_with_all_that_it_has_started(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("core.report.printed._PATIENCE", 0.5)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    browser, started = tmp_path / "browser", tmp_path / "started"
    browser.write_text(f"#!/bin/sh\nsleep 60 &\necho $! > {started}\nwait\n")
    browser.chmod(0o755)
    with pytest.raises(NotPrintedError, match="failed"):
        pdf("<p>", {BROWSER_VARIABLE: str(browser)})
    status = Path(f"/proc/{int(started.read_text())}/status")
    wait_until(lambda: not status.exists() or "zombie" in status.read_text())
    assert not list(tmp_path.glob("labelspread-report-*"))


def test_playwrights_own_browser_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr("core.report.printed._ELSEWHERE", ())
    for number in ("1100", "1200"):
        folder = tmp_path / ".cache/ms-playwright" / f"chromium-{number}" / "chrome-linux"
        folder.mkdir(parents=True)
        (folder / "chrome").touch()
    found = find_browser(NOWHERE | {"HOME": str(tmp_path)})
    assert found == str(folder / "chrome")


@pytest.mark.skipif(find_browser() is None, reason="there is no browser")
def test_a_page_becomes_a_pdf():
    printed = pdf("<!doctype html><title>Report</title><p>Ω")
    assert printed.startswith(b"%PDF-")
    assert printed.rstrip().endswith(b"%%EOF")
