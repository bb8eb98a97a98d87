"""Somebody who labels: what the label page's component does between two keys, and its patience."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

from websockets.exceptions import WebSocketException

from tests.e2e.book import right
from tests.load.tab import Tab

RESEND_FIRST: Final = 3.0
"""Seconds until the component sends a message again; half as long again each time."""

RESEND_LAST: Final = 15.0
LONGEST: Final = 120.0
"""Seconds without an answer after which a session gives up."""


class Looks:
    """Which images people look at, to see whether two look at the same at the same time."""

    def __init__(self) -> None:
        self._shown: Counter[tuple[str, int]] = Counter()
        self.total = 0
        self.shared = 0

    def begin(self, project: str, item: int) -> None:
        """Somebody looks at an image from now on."""
        self.total += 1
        self.shared += self._shown[project, item] > 0
        self._shown[project, item] += 1

    def end(self, project: str, item: int) -> None:
        """That one looks at something else."""
        self._shown[project, item] -= 1


@dataclass
class Person:
    """A session on one project.

    Attributes
    ----------
    thinks
        Seconds before each answer.
    waits
        Milliseconds from each submit to the batch after it.
    acknowledged
        Item and label of each answer that the server said it had stored.
    sent_again, refused
        Messages that were sent once more, counted each time; messages that the server refused.
    failed
        Why it stopped early, if it did.
    """

    project: str
    looks: Looks
    thinks: float
    waits: list[float] = field(default_factory=list)
    acknowledged: list[tuple[int, str]] = field(default_factory=list)
    sent_again: int = 0
    refused: int = 0
    failed: str = ""

    def __post_init__(self) -> None:
        self._data: dict[str, Any] = {}
        self._news = asyncio.Event()
        self._on_screen: tuple[int, ...] = ()
        self._answered: set[int] = set()
        self.arrived = asyncio.Event()

    async def label(self, url: str, times: int, begin: asyncio.Event, after: float) -> None:
        """Open the page, and answer so many times: a batch or, as you go, an image.

        Parameters
        ----------
        begin, after
            What to wait for before the first answer, and seconds to wait then.
        """
        try:
            async with Tab(url, self.project, self._hear) as tab:
                await asyncio.wait_for(self._news.wait(), LONGEST)
                self.arrived.set()
                await begin.wait()
                await asyncio.sleep(after)
                for _ in range(times):
                    if self._on_screen:
                        await asyncio.sleep(self.thinks)
                        await self._answer(tab)
        except (OSError, TimeoutError, WebSocketException) as error:
            self.failed = f"{type(error).__name__} {error}"
        finally:
            self.arrived.set()
            self._look_at(())

    async def _answer(self, tab: Tab) -> None:
        """Answer what is on screen, and wait for the batch after it."""
        items, data = self._on_screen, self._data
        message = {
            "v": data["v"],
            "id": uuid4().hex,
            "kind": "submit",
            "project": self.project,
            "batch_id": data["batch_id"],
            "answers": [{"item": i, "kind": "label", "label": right(i), "ms": 900} for i in items],
        }
        self._answered.update(items)
        if data["as_you_go"]:
            # The next image is there at once, before the server has heard of anything.
            self._look_at(self._next_open(items[-1]))
        start = time.perf_counter()
        outcome = await asyncio.wait_for(self._deliver(tab, message), LONGEST)
        self.waits.append(1000 * (time.perf_counter() - start))
        if outcome == "done":
            self.acknowledged += [(i, right(i)) for i in items]
        else:
            self.refused += 1

    async def _deliver(self, tab: Tab, message: dict[str, Any]) -> str:
        """Send until a receipt has come; the next batch comes with it."""
        delay = RESEND_FIRST
        await tab.trigger(message)
        while True:
            for receipt in self._data["receipts"]:
                if receipt["id"] == message["id"] and receipt["outcome"] != "failed":
                    return str(receipt["outcome"])
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), delay)
            except TimeoutError:
                self.sent_again += 1
                delay = min(1.5 * delay, RESEND_LAST)
                await tab.trigger(message)

    def _hear(self, data: dict[str, Any]) -> None:
        is_same = data["batch_id"] == self._data.get("batch_id")
        self._data = data
        items = [item["id"] for item in data["items"]]
        if not data["as_you_go"]:
            self._look_at(tuple(items))
        elif not is_same and not (self._on_screen and self._on_screen[0] in items):
            self._look_at(self._next_open(None))
        self._news.set()

    def _next_open(self, after: int | None) -> tuple[int, ...]:
        """The image to look at after that one, if there is any that was not answered here."""
        items = [item["id"] for item in self._data["items"]]
        place = items.index(after) + 1 if after in items else 0
        return tuple(i for i in items[place:] + items[:place] if i not in self._answered)[:1]

    def _look_at(self, items: tuple[int, ...]) -> None:
        for item in set(self._on_screen) - set(items):
            self.looks.end(self.project, item)
        for item in set(items) - set(self._on_screen):
            self.looks.begin(self.project, item)
        self._on_screen = items
