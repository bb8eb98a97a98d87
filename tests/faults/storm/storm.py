"""A storm: people label while everything goes wrong, and then it is counted what is there."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx
import numpy as np
from sklearn.datasets import load_digits

from core.config import RECOMMENDED
from core.service.protocol import VERSION
from pages._ui.desk import COOKIE
from tests import loops
from tests.e2e.book import Book
from tests.e2e.network import Line
from tests.e2e.server import QuickServer
from tests.faults.storm.annotator import Annotator, Said
from tests.faults.storm.weather import Weather, clock_of
from tests.postgres import PostgresServer

_IMAGES: Final = "images.npz"
_LONGEST_END: Final = 120.0
"""Seconds within which everything that was sent has to be delivered once all is well."""


@dataclass(frozen=True, slots=True)
class Storm:
    """What is to go wrong.

    Attributes
    ----------
    database
        ``sqlite`` or ``postgresql``.
    n_servers, n_annotators
        How many there are.
    seconds
        How long; longer, up to six times, where the machine is too busy for ``least``.
    least
        So many faults, and so many acknowledged answers, there have to be.
    every
        Seconds between two faults around the servers, in the mean.
    thinks
        Seconds before an answer, in the mean.
    as_you_go
        Whether answers are sent one by one; else by the batch, and an image is on one screen only.
    n_items
        How many images there are; None stands for scikit-learn's digits.
    """

    database: str
    n_servers: int
    n_annotators: int
    seconds: float
    every: float = 0.5
    thinks: float = 0.2
    as_you_go: bool = True
    n_items: int | None = None
    least: int = 0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of it.

    Attributes
    ----------
    faults
        What went wrong, and how often.
    sent, acknowledged
        Answers that left a browser, and those that the server said it had.
    overtaken
        Answers of which it said that another one stands.
    refused
        What it said of messages that it refused; none was to be.
    lost
        Acknowledged ones that are not in the store.
    doubled
        Answers that are in the store more than once.
    unsent
        Answers in the store that nobody sent.
    shared
        Images that two people were given.
    stands
        What each server says of the project at the end, and what the store says.
    """

    faults: Counter[str]
    sent: int
    acknowledged: int
    overtaken: int
    refused: tuple[str, ...]
    lost: tuple[Said, ...]
    doubled: tuple[tuple[str, int], ...]
    unsent: tuple[Said, ...]
    shared: tuple[int, ...]
    gaps: int
    stands: tuple[tuple[int, int], ...]

    @property
    def n_faults(self) -> int:
        """How many things went wrong."""
        return sum(self.faults.values())

    @property
    def is_sound(self) -> bool:
        """Whether nothing is lost, doubled, made up or given twice, and all servers agree."""
        wrong = (*self.refused, *self.lost, *self.doubled, *self.unsent, *self.shared)
        return not wrong and self.gaps == 0 and len(set(self.stands)) == 1


def run(storm: Storm) -> Verdict:
    """Let it rage, wait until all is delivered, and read the store."""
    chance = Random(storm.seed)
    with _workplace(storm, chance) as (weather, lines, book, project):
        annotators = [
            Annotator(
                ways=[line.url for line in lines[number % len(lines) :] + lines],
                project=project,
                desk=f"{chance.getrandbits(128):032x}",
                chance=Random(chance.getrandbits(64)),
                thinks=storm.thinks,
                as_you_go=storm.as_you_go,
            )
            for number in range(storm.n_annotators)
        ]
        loops.run(_rage(storm, weather, annotators))
        stands = [_stand(line.url, project) for line in lines]
        return _judged(storm, annotators, weather, book, project, stands)


async def _rage(storm: Storm, weather: Weather, annotators: list[Annotator]) -> None:
    over = asyncio.Event()
    labelling = [asyncio.create_task(one.label(over)) for one in annotators]
    raging = asyncio.create_task(weather.rage(over, storm.every))
    began = time.monotonic()
    while (passed := time.monotonic() - began) < storm.seconds or (
        passed < 6 * storm.seconds and _least(weather, annotators) < storm.least
    ):
        await asyncio.sleep(0.1)
    over.set()
    await raging
    await asyncio.to_thread(weather.clear)
    await asyncio.wait_for(asyncio.gather(*labelling), _LONGEST_END)


def _least(weather: Weather, annotators: list[Annotator]) -> int:
    """How many faults there were, or acknowledged answers, whichever are fewer."""
    n_faults = sum(weather.faults.values()) + sum(sum(one.faults.values()) for one in annotators)
    return min(n_faults, sum(len(one.acknowledged) for one in annotators))


def _judged(
    storm: Storm,
    annotators: list[Annotator],
    weather: Weather,
    book: Book,
    project: str,
    stands: list[tuple[int, int]],
) -> Verdict:
    records = book.store.events(project)
    state = book.state(project)
    received = [Said(*one) for one in book.received(project)]
    sent = {said for one in annotators for said in one.sent}
    acknowledged = {said for one in annotators for said in one.acknowledged}
    times = Counter((said.batch_id, said.item) for said in received)
    pairs = () if storm.as_you_go else combinations(annotators, 2)
    shared = {item for one, other in pairs for item in one.shown & other.shown}
    return Verdict(
        faults=sum((one.faults for one in annotators), weather.faults),
        sent=len(sent),
        acknowledged=len(acknowledged),
        overtaken=len({said for one in annotators for said in one.overtaken}),
        refused=tuple(text for one in annotators for text in one.refused),
        lost=tuple(said for said in acknowledged if state.labels.get(said.item) != said.label),
        doubled=tuple(which for which, number in times.items() if number > 1),
        unsent=tuple(said for said in received if said not in sent),
        shared=tuple(sorted(shared)),
        gaps=sum(record.seq != number for number, record in enumerate(records, 1)),
        stands=(*stands, (state.news, state.n_answers)),
    )


def _stand(url: str, project: str) -> tuple[int, int]:
    """What a server says of a project: the number of its last news, and of answers saved."""
    until = time.monotonic() + _LONGEST_END
    message = {"v": VERSION, "id": "end", "kind": "sync", "project": project}
    while True:
        try:
            cookies = {COOKIE: "f" * 32}
            told = httpx.post(f"{url}/talk/{project}", json=message, cookies=cookies, timeout=30)
            page: dict[str, Any] = told.json()["page"]
            return page["news"], page["saved"]
        except (httpx.HTTPError, ValueError, TypeError):
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


@contextmanager
def _workplace(storm: Storm, chance: Random) -> Iterator[tuple[Weather, list[Line], Book, str]]:
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database: PostgresServer | Path
        if storm.database == "postgresql":
            database = PostgresServer(is_durable=True)
            stack.callback(database.close)
            url = database.new_database()
        else:
            database = home / "labelspread.db"
            url = f"sqlite:///{database}"
        clock, variables = clock_of(home)
        servers, lines = [], []
        for number in range(storm.n_servers):
            folder = home / f"server-{number}"
            folder.mkdir()
            if storm.n_items is not None:
                _write_images(folder / "datasets", storm.n_items)
            server = QuickServer(folder, variables | {"LABELSPREAD_DATABASE_URL": url})
            server.start()
            stack.callback(server.kill)
            servers.append(server)
            lines.append(Line(server.port))
            stack.callback(lines[-1].close)
        made_up = None if storm.n_items is None else home / "server-0" / "datasets"
        book = Book(url, made_up)
        stack.callback(book.close)
        refit = "label" if storm.as_you_go else "round"
        dataset = {} if storm.n_items is None else {"dataset": _IMAGES, "n_samples": storm.n_items}
        project = book.new_project(**RECOMMENDED | {"refit": refit} | dataset)
        yield Weather(servers, lines, database, chance, clock), lines, book, project


def _write_images(folder: Path, n_items: int) -> None:
    """Digits with some noise, as many as are wanted; the same in each folder."""
    folder.mkdir()
    random, digits = np.random.default_rng(0), load_digits()
    rows = np.arange(n_items) % len(digits.images)
    images = digits.images[rows] + random.normal(0, 0.5, (n_items, 8, 8))
    grey = np.clip(16 * images, 0, 255).astype(np.uint8)
    names = [str(name) for name in digits.target_names]
    np.savez(folder / _IMAGES, images=grey, class_names=names)
