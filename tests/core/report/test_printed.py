"""PDF: printed where there is a browser; a sentence where there is none."""

from __future__ import annotations

import pytest

from core.errors import NotPrintedError
from core.report.printed import BROWSER_VARIABLE, find_browser, pdf

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
