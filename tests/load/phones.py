"""A room full of phones: scripted people who answer over connections of which some are cut."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from core.config import recommended
from tests.benchmarks.timing import Times, times
from tests.e2e.book import Book, right
from tests.e2e.server import Server
from tests.load.scenarios import cpu_seconds, megabytes_of, workplace

THINKS: Final = 1.5
"""Seconds between two touches, in the mean."""

_CUT: Final = 0.05
"""The share of messages whose connection is cut before the answer is read."""

_WRONG: Final = 0.1
_RETRY: Final = 1.0
_LOOK: Final = 0.005
_ARRIVE: Final = 10.0
"""Seconds in which all have come in."""

_EVERY: Final = 1.0
_PATIENCE: Final = 30.0


@dataclass(frozen=True, slots=True)
class RoomOutcome:
    """What came of a room.

    Attributes
    ----------
    receipts
        From a touch to its receipt, cuts included; ``clean`` without those that were cut.
    next_images
        From a touch to the next image.
    emptiest
        Images that were left on the emptiest phone after a touch.
    screen
        From a receipt to the big screen.
    cpu
        Share of one core that the servers took.
    """

    phones: int
    servers: int
    receipts: Times
    clean: Times
    next_images: Times
    emptiest: int
    screen: Times
    cpu: float
    megabytes: tuple[float, float]
    rate: float
    acknowledged: int
    lost: int
    doubled: int
    cut: int
    failed: tuple[str, ...]


class Line:
    """A connection that is kept, and cut now and then."""

    def __init__(self, url: str) -> None:
        where = urlsplit(url)
        self._host, self._port = str(where.hostname), int(where.port or 80)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.cookie = ""

    async def ask(self, path: str, message: object = None, *, cut: bool = False) -> Any:
        """What is answered; None where the line is cut before."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        body = b"" if message is None else json.dumps(message).encode()
        method = "GET" if message is None else "POST"
        head = f"{method} {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        head += f"Cookie: {self.cookie}\r\n\r\n" if self.cookie else "\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        if cut:
            self.close()
            return None
        status, headers = await self._head(reader)
        content = await reader.readexactly(int(headers.get("content-length", 0)))
        if "set-cookie" in headers:
            self.cookie = headers["set-cookie"].partition(";")[0]
        if status != 200:
            raise ConnectionError(f"{status}: {content.decode()[:200]}")
        return json.loads(content)

    def close(self) -> None:
        """Cut it."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _head(self, reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        pairs = (line.partition(": ") for line in lines[1:] if line)
        return int(lines[0].split()[1]), {name.lower(): value for name, _, value in pairs}


@dataclass
class Phone:
    """Somebody in a room, whose phone holds images and answers as the page does."""

    line: Line
    code: str
    number: int
    chance: random.Random = field(init=False)
    queue: deque[dict[str, Any]] = field(default_factory=deque)
    waiting: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    acknowledged: list[tuple[int, str]] = field(default_factory=list)
    receipts: list[tuple[float, bool]] = field(default_factory=list)
    next_images: list[float] = field(default_factory=list)
    emptiest: int = 99
    cuts: int = 0
    failed: str = ""
    is_done: bool = False
    wakes: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.number)

    async def work(self, answers: int, told: list[float]) -> None:
        """Come in, and answer so many images.

        Parameters
        ----------
        told
            Gets the time of each receipt.
        """
        try:
            await asyncio.sleep(self.chance.uniform(0, _ARRIVE))
            page = await self.line.ask(f"/r/{self.code}/join", {"name": f"P{self.number}"})
            self.queue.extend(page["items"])
            sending = asyncio.create_task(self._send(told))
            for n in range(answers):
                await asyncio.sleep(self.chance.uniform(0.5, 1.5) * THINKS)
                if not await self._has_image():
                    break
                self._touch(n)
            self.is_done = True
            self.wakes.set()
            await sending
        except Exception as error:
            self.failed = repr(error)

    async def _has_image(self) -> bool:
        until = time.perf_counter() + _PATIENCE
        while not self.queue and time.perf_counter() < until:
            self.wakes.set()
            await asyncio.sleep(_LOOK)
        return bool(self.queue)

    def _touch(self, n: int) -> None:
        one = self.queue.popleft()
        true = right(one["item"])
        said = str((int(true) + 1) % 10) if self.chance.random() < _WRONG else true
        answer = {"n": n, "item": one["item"], "batch": one["batch"], "ms": 900, "was": None}
        answer["said"] = {"kind": "label", "label": said}
        touched = time.perf_counter()
        self.waiting.append((touched, answer))
        self.emptiest = min(self.emptiest, len(self.queue))
        self.wakes.set()
        if self.queue:
            self.next_images.append(0.0)
        else:
            asyncio.get_running_loop().create_task(self._next(touched))

    async def _next(self, touched: float) -> None:
        """Measure when there is an image again."""
        if await self._has_image():
            self.next_images.append(time.perf_counter() - touched)

    async def _send(self, told: list[float]) -> None:
        was_cut: set[int] = set()
        while self.waiting or not self.is_done:
            await self.wakes.wait()
            self.wakes.clear()
            while self.waiting or not self.queue:
                if self.is_done and not self.waiting:
                    return
                sent = [*self.waiting]
                cut = bool(sent) and self.chance.random() < _CUT
                message = {
                    "answers": [answer for _, answer in sent],
                    "has": [one["item"] for one in self.queue],
                    "version": "",
                }
                try:
                    page = await self.line.ask(f"/r/{self.code}/answers", message, cut=cut)
                except (OSError, asyncio.IncompleteReadError):
                    self.line.close()
                    page = None
                if page is None:
                    self.cuts += 1
                    was_cut.update(answer["n"] for _, answer in sent)
                    await asyncio.sleep(_RETRY)
                    continue
                self._heard(page, sent, was_cut, told)
                if not self.waiting and not self.queue:
                    await asyncio.sleep(page["again"] / 1000)

    def _heard(
        self,
        page: dict[str, Any],
        sent: list[tuple[float, dict[str, Any]]],
        was_cut: set[int],
        told: list[float],
    ) -> None:
        now = time.perf_counter()
        fates = {one["n"]: one["fate"] for one in page["receipts"]}
        for touched, answer in sent:
            assert fates[answer["n"]] == "stored", fates
            self.receipts.append((now - touched, answer["n"] in was_cut))
            self.acknowledged.append((answer["item"], answer["said"]["label"]))
            told.append(now)
        self.waiting = self.waiting[len(sent) :]
        held = {one["item"] for one in self.queue}
        given = {item for item, _ in self.acknowledged}
        given |= {answer["item"] for _, answer in self.waiting}
        fresh = (one for one in page["items"] if one["item"] not in held | given)
        self.queue.extend(fresh)


def run_room(n_phones: int, answers: int, n_servers: int = 1, overlap: int = 5) -> RoomOutcome:
    """Start servers, open a room, let phones answer, and compare receipts with the store."""
    with workplace(n_servers) as (servers, book):
        source = book.service.create_project("Lecture", recommended()).project_id
        project = book.service.open_room(source, overlap).project_id
        room = book.service.room(project)
        assert room is not None
        phones = [
            Phone(Line(servers[number % n_servers].url), room.code, number)
            for number in range(n_phones)
        ]
        return asyncio.run(_room(servers, book, project, phones, answers))


async def _room(
    servers: list[Server], book: Book, project: str, phones: list[Phone], answers: int
) -> RoomOutcome:
    told: list[float] = []
    seen: list[tuple[float, int]] = []
    watching = asyncio.create_task(_watch(Line(servers[0].url), project, seen))
    await asyncio.sleep(_ARRIVE / 2)
    cpu = sum(cpu_seconds(server.pid) for server in servers)
    before, started = sum(megabytes_of(server.pid) for server in servers), time.perf_counter()
    await asyncio.gather(*(phone.work(answers, told) for phone in phones))
    seconds = time.perf_counter() - started
    cpu = sum(cpu_seconds(server.pid) for server in servers) - cpu
    after = sum(megabytes_of(server.pid) for server in servers)
    await asyncio.sleep(3 * _EVERY)
    watching.cancel()
    state = book.service.standing(project).state
    assert state.room is not None
    ids = {name: person for person, name in state.room.names.items()}
    stored = [(one.by, one.answer.item, one.answer.label) for one in state.placed]
    given = {
        (ids[f"P{phone.number}"], item, said)
        for phone in phones
        for item, said in phone.acknowledged
    }
    clean = [wait for phone in phones for wait, was_cut in phone.receipts if not was_cut]
    return RoomOutcome(
        phones=len(phones),
        servers=len(servers),
        receipts=times(1000 * wait for phone in phones for wait, _ in phone.receipts),
        clean=times(1000 * wait for wait in clean),
        next_images=times(1000 * wait for phone in phones for wait in phone.next_images),
        emptiest=min(phone.emptiest for phone in phones),
        screen=times(1000 * wait for wait in _delays(sorted(told), seen)),
        cpu=cpu / seconds,
        megabytes=(before, after),
        rate=len(told) / seconds,
        acknowledged=len(given),
        lost=len(given - {*stored}),
        doubled=len(stored) - len({(by, item) for by, item, _ in stored}),
        cut=sum(phone.cuts for phone in phones),
        failed=tuple(phone.failed for phone in phones if phone.failed),
    )


async def _watch(line: Line, project: str, seen: list[tuple[float, int]]) -> None:
    """Ask how the room stands, as the big screen does."""
    while True:
        figures = await line.ask(f"/rooms/{project}")
        seen.append((time.perf_counter(), figures["answers"]))
        await asyncio.sleep(_EVERY)


def _delays(told: list[float], seen: list[tuple[float, int]]) -> Iterator[float]:
    """For each receipt, how long it took until the screen counted as many answers."""
    place = 0
    for number, at in enumerate(told, 1):
        while place < len(seen) and seen[place][1] < number:
            place += 1
        if place < len(seen):
            yield max(0.0, seen[place][0] - at)
