"""The page: it needs nothing else, runs nothing, and takes nobody's name for markup."""

from __future__ import annotations

from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from core.report.gathering import gather
from core.report.page import html
from core.wording import visible
from tests.core.report.conftest import HOSTILE, N_ITEMS, PROJECT

NOON = datetime(2026, 2, 28, 12, 0, tzinfo=UTC)
Attributes = list[tuple[str, str | None]]
VOID = {"meta", "img"}


class Reader(HTMLParser):
    """All that a browser would see in a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


@pytest.fixture(scope="module")
def page(service, known):
    return html(gather(service, known, at=NOON))


@pytest.fixture(scope="module")
def read(page):
    return Reader(page)


def test_names_are_text_whatever_they_say(read):
    assert not {"script", "iframe", "object", "embed", "form", "link", "base"} & set(read.tags)
    assert not [one for one in read.attributes if one[1].startswith("on")]
    for name in (PROJECT, *HOSTILE):
        assert " ".join(visible(name).split()) in read.text
    assert read.open == []


def test_it_asks_for_nothing_from_anywhere(page, read):
    addresses = [value for _, name, value in read.attributes if name in {"src", "href"}]
    assert addresses
    assert {address.partition(":")[0] for address in addresses if address[0] != "#"} == {"data"}
    policy = next(v for t, n, v in read.attributes if n == "content" and "default-src" in v)
    assert policy.startswith("default-src 'none'")
    assert "url(http" not in page.partition("</style>")[0]


def test_links_within_it_lead_somewhere(read):
    places = {value for _, name, value in read.attributes if name == "id"}
    links = {value[1:] for _, name, value in read.attributes if name == "href"}
    assert links <= places
    sections = ["settings", "data", "curve", "metrics", "matrix", "audit", "mistakes", "time"]
    assert [v for t, n, v in read.attributes if (t, n) == ("section", "id")] == [
        *sections,
        "record",
    ]


def test_it_is_small_and_every_image_has_words(page, read):
    assert len(page.encode()) < 400_000
    n_images = read.tags.count("img")
    assert 20 < n_images <= 48 + 3 * 18
    words = [value for tag, name, value in read.attributes if (tag, name) == ("img", "alt")]
    assert len(words) == n_images
    assert all(words)


def test_it_says_when_and_by_what_it_was_made_and_of_what(read):
    assert "28 February 2026, 12:00 UTC" in read.text
    assert "Labelspread" in read.text
    assert f"{N_ITEMS}" in read.text


def test_what_is_not_known_is_said(service, unknown, make):
    told = Reader(html(gather(service, unknown, at=NOON))).text
    assert told.count("Not known: it takes labels, and images whose true class is known.") == 3
    assert "True class known of none" in told
    assert "drawn at random" in told
    bare = Reader(html(gather(service, make("Bare", 0), at=NOON))).text
    assert "Nothing is known yet: there is no label." in bare
    assert "Not known: no answer was timed." in bare


def test_many_classes_are_told_by_their_confusions(service, make, monkeypatch):
    monkeypatch.setattr("core.report.quality_told.MOST_CLASSES", 5)
    told = Reader(html(gather(service, make("Many", 3), at=NOON)))
    assert "There are too many classes for a matrix to be read." in told.text
    assert ("table", "class", "matrix") not in told.attributes
    assert "predicted as" in told.text
