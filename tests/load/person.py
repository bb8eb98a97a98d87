"""Somebody who labels: what the label page's component does between two keys, and its patience."""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

import httpx
from websockets.exceptions import WebSocketException

from pages._ui.desk import COOKIE
from tests.e2e.book import right
from tests.load.tab import Tab

RESEND_FIRST: Final = 3.0
"""Seconds until the component sends a message again; half as long again each time."""

RESEND_LAST: Final = 15.0
PATIENCE: Final = 20.0
"""Seconds for which the component waits for an answer."""

FIRST_NEWS: Final = 2.0
"""Seconds until it asks for the first time what others have done."""

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
        self._desk = uuid4().hex
        self._news = asyncio.Event()
        self._heard_news = 0
        self._calm = 0.0
        self._drawn = -math.inf
        self._drawing: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
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
            async with (
                Tab(url, self.project, self._desk, self._hear) as tab,
                httpx.AsyncClient(
                    base_url=url, cookies={COOKIE: self._desk}, timeout=PATIENCE
                ) as client,
            ):
                await asyncio.wait_for(self._news.wait(), LONGEST)
                self._client, self._tab = client, tab
                self._begin(self._follow())
                self.arrived.set()
                await begin.wait()
                await asyncio.sleep(after)
                for _ in range(times):
                    if self._on_screen:
                        await asyncio.sleep(self.thinks)
                        await self._answer()
                await self._stop()
        except (OSError, TimeoutError, WebSocketException) as error:
            self.failed = f"{type(error).__name__} {error}"
        finally:
            self.arrived.set()
            self._look_at(())

    async def _answer(self) -> None:
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
        outcome = await asyncio.wait_for(self._deliver(message), LONGEST)
        self.waits.append(1000 * (time.perf_counter() - start))
        if outcome == "done":
            self.acknowledged += [(i, right(i)) for i in items]
        else:
            self.refused += 1

    async def _deliver(self, message: dict[str, Any]) -> str:
        """Send until a receipt has come; the next batch comes with it."""
        delay = RESEND_FIRST
        while True:
            with suppress(httpx.HTTPError):
                answer = await self._client.post(self._data["post"], json=message)
                if answer.status_code == httpx.codes.OK:
                    told = answer.json()
                    if told["receipt"]["outcome"] != "failed":
                        self._hear(told["page"] or self._data)
                        self._redraw(told["calm"] / 1000)
                        return str(told["receipt"]["outcome"])
            self.sent_again += 1
            await asyncio.sleep(delay)
            delay = min(1.5 * delay, RESEND_LAST)

    async def _follow(self) -> None:
        """Ask now and then what others have done."""
        every = FIRST_NEWS
        while True:
            await asyncio.sleep(every)
            with suppress(httpx.HTTPError):
                stand = (await self._client.get(self._data["post"])).json()
                every = stand["every"] / 1000
                if stand["news"] > self._heard_news:
                    self._heard_news = stand["news"]
                    self._redraw(self._calm)

    def _redraw(self, calm: float) -> None:
        """Have the page run for its figures, once so many seconds have passed since it did."""
        self._calm = calm
        if self._drawing is not None:
            self._drawing.cancel()
        loop = asyncio.get_running_loop()
        wait = max(0.0, self._drawn + calm - loop.time())
        self._drawing = loop.call_later(wait, self._draw)

    def _draw(self) -> None:
        self._drawn = asyncio.get_running_loop().time()
        self._begin(self._tab.trigger("redraw", self._drawn))

    async def _stop(self) -> None:
        """Hear and draw nothing any more."""
        if self._drawing is not None:
            self._drawing.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _hear(self, data: dict[str, Any]) -> None:
        if data["news"] < self._heard_news:
            # A run that began before the last answer came.
            return
        self._heard_news = data["news"]
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
