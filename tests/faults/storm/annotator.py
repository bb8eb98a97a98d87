"""Somebody who labels through everything, as patient as the label page."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import httpx

from core.service.protocol import VERSION
from pages._ui.desk import COOKIE

_PATIENCE: Final = 4.0
"""Seconds for an answer, after which a message is sent again."""

_PAUSE: Final = 0.3
"""Seconds before that, at most."""

_AT_ONCE: Final = 3
"""Messages on their way at the same time; they arrive in whatever order."""

_TWICE, _LEFT = 0.15, 0.1
"""How often a message is sent twice at once, and how often the tab is closed before its answer."""


@dataclass(frozen=True, slots=True)
class Said:
    """An answer that was sent."""

    batch_id: str
    item: int
    label: str


@dataclass
class Annotator:
    """One browser on one project.

    Parameters
    ----------
    ways
        Addresses of the servers; the first one is used until it does not answer.
    thinks
        Seconds before each answer, in the mean.
    as_you_go
        Whether the project learns after each answer: they are sent one by one, else by the batch.

    Attributes
    ----------
    sent
        All answers that ever left this browser.
    acknowledged
        Those that the server said it has, and had from nobody else before.
    overtaken
        Those of which it said that another answer stands.
    refused
        What it said of messages that it refused.
    shown
        Every image that was on this screen.
    faults
        What this browser did that was not in order.
    """

    ways: list[str]
    project: str
    desk: str
    chance: Random
    thinks: float
    as_you_go: bool
    sent: set[Said] = field(default_factory=set)
    acknowledged: set[Said] = field(default_factory=set)
    overtaken: set[Said] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    shown: set[int] = field(default_factory=set)
    faults: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._page: dict[str, Any] | None = None
        self._answered: set[int] = set()
        self._numbers = 0
        self._news = 0
        self._under_way: set[asyncio.Task[None]] = set()

    async def label(self, until: asyncio.Event) -> None:
        """Answer what is shown until it is time to end; what was sent is delivered first."""
        limits = httpx.Limits(max_keepalive_connections=2)
        async with httpx.AsyncClient(
            cookies={COOKIE: self.desk}, timeout=_PATIENCE, limits=limits
        ) as client:
            while not until.is_set():
                batch, items = self._open_items()
                if not items:
                    await self._drained()
                    await self._deliver(client, self._message("sync"), ())
                    await asyncio.sleep(self.chance.uniform(0, _PAUSE))
                    continue
                await asyncio.sleep(self.chance.uniform(0, 2 * self.thinks))
                self._answer(client, batch, items)
                if len(self._under_way) >= (_AT_ONCE if self.as_you_go else 1):
                    await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
            await self._drained()

    def _open_items(self) -> tuple[str, list[int]]:
        """The next image on screen that was not answered here; all of a batch that is a round."""
        page = self._page
        if page is None:
            return "", []
        left = [one["id"] for one in page["items"] if one["id"] not in self._answered]
        return page["batch_id"], left[: 1 if self.as_you_go else None]

    def _answer(self, client: httpx.AsyncClient, batch: str, items: list[int]) -> None:
        said = tuple(Said(batch, item, str(self.chance.randrange(10))) for item in items)
        self._answered |= set(items)
        answers = [
            {"item": one.item, "kind": "label", "label": one.label, "ms": 700} for one in said
        ]
        message = self._message("submit") | {"batch_id": batch, "answers": answers}
        self.sent |= set(said)
        task = asyncio.create_task(self._deliver(client, message, said))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        if len(self._under_way) > 1:
            self.faults["reordered"] += 1

    def _message(self, kind: str) -> dict[str, Any]:
        self._numbers += 1
        name = f"{self.desk[:20]}-{self._numbers}"
        return {"v": VERSION, "id": name, "kind": kind, "project": self.project}

    async def _drained(self) -> None:
        if self._under_way:
            await asyncio.wait(self._under_way)

    async def _deliver(
        self, client: httpx.AsyncClient, message: dict[str, Any], said: tuple[Said, ...]
    ) -> None:
        """Send a message, again and again, until a final receipt has come."""
        while True:
            heard = await self._send(client, message)
            if heard is not None and heard["receipt"]["outcome"] != "failed":
                break
            await asyncio.sleep(self.chance.uniform(0, _PAUSE))
        self._take(heard["page"])
        receipt = heard["receipt"]
        if receipt["outcome"] == "refused":
            self.refused.append(receipt["text"])
        elif receipt["text"]:
            self.overtaken |= set(said)
        else:
            self.acknowledged |= set(said)

    async def _send(
        self, client: httpx.AsyncClient, message: dict[str, Any]
    ) -> dict[str, Any] | None:
        """What the server answers; None where it does not, or nobody waited for it."""
        copies = 1
        if self.chance.random() < _TWICE:
            self.faults["doubled"] += 1
            copies = 2
        answers = [asyncio.create_task(self._post(client, message)) for _ in range(copies)]
        if self.chance.random() < _LEFT:
            self.faults["tab closed"] += 1
            await asyncio.sleep(self.chance.uniform(0, 0.02))
            for one in answers:
                one.cancel()
            await asyncio.gather(*answers, return_exceptions=True)
            return None
        heard = [one for one in await asyncio.gather(*answers) if one is not None]
        if not heard:
            # The other server, should there be one.
            self.ways = [*self.ways[1:], self.ways[0]]
        return heard[-1] if heard else None

    async def _post(
        self, client: httpx.AsyncClient, message: dict[str, Any]
    ) -> dict[str, Any] | None:
        with suppress(httpx.HTTPError):
            answer = await client.post(f"{self.ways[0]}/talk/{self.project}", json=message)
            if answer.status_code == httpx.codes.OK:
                told: dict[str, Any] = answer.json()
                return told
        return None

    def _take(self, page: dict[str, Any] | None) -> None:
        """Show what the server says, unless something newer is shown already."""
        if page is None or page["news"] < self._news:
            return
        self._news, self._page = page["news"], page
        self.shown |= {one["id"] for one in page["items"]}
