"""The pages there are, and who is offered them."""

from __future__ import annotations

from pathlib import Path

from pages._ui import site

ROOT = Path(site.__file__).resolve().parents[2]


def test_pages_that_show_what_others_have_said_are_those_that_ask_whether_one_may_see_it():
    def asks(page: site.SitePage) -> bool:
        return "is_unblinded=True" in (ROOT / page.file).read_text(encoding="utf-8")

    assert [page.title for page in site.PAGES if page.is_unblinded] == [
        page.title for page in site.PAGES if asks(page)
    ]
