"""People at work on a server of their own, and what it costs."""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from core.config import RECOMMENDED
from tests.benchmarks.timing import Times, times
from tests.e2e.book import Book
from tests.e2e.server import Server
from tests.load.person import Looks, Person
from tests.postgres import PostgresServer

THINKS: Final = 2.0
"""Seconds of thought before each answer."""

_REST: Final = 1.0
"""Seconds in which a server ends what it began."""

_IDLE: Final = 0.1
"""Share of a core that a server takes at which nobody works."""

_QUIET: Final = 5
"""Of so many of these in a row: what takes long rests in between."""

_LONGEST_SETTLING: Final = 120.0
"""Seconds for which a server is waited for that has something to do once and for all."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """Who works on what.

    Attributes
    ----------
    sessions
        How many people.
    projects
        How many projects they share evenly.
    as_you_go
        An answer at a time instead of ten.
    times
        How often each answers.
    thinks
        Seconds before each answer.
    servers
        How many of them share a PostgreSQL database; one has an SQLite file. Whoever begins at one
        stays there, as a proxy sees to.
    bar
        Median and 95th percentile from submit to next batch in milliseconds, and processor time
        of the server per submit; None where nothing is promised.
    """

    name: str
    sessions: int
    projects: int
    as_you_go: bool
    times: int
    thinks: float = THINKS
    servers: int = 1
    bar: tuple[int | None, int | None, int | None] = (None, None, None)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a scenario.

    Attributes
    ----------
    cpu
        Milliseconds of the server's processor time per submit, solving ahead included.
    megabytes
        The server's resident memory: when all had opened their page, and at each tenth of the
        way to the end.
    lost
        Answers that were acknowledged and are not in the store.
    kept
        Labels in the store.
    shared
        Share of images that somebody else was looking at when they came on screen.
    """

    scenario: Scenario
    waits: Times
    cpu: float
    megabytes: tuple[float, ...]
    sent_again: int
    refused: int
    acknowledged: int
    kept: int
    lost: int
    shared: float
    failed: tuple[str, ...]
    seconds: float


def run(scenario: Scenario) -> Outcome:
    """Start a server, let people label, and compare what they were told with the store."""
    with workplace(scenario.servers) as (servers, book):
        config: dict[str, Any] = RECOMMENDED | ({"refit": "label"} if scenario.as_you_go else {})
        projects = [book.new_project(**config) for _ in range(scenario.projects)]
        looks = Looks()
        people = [
            Person(projects[i % len(projects)], looks, scenario.thinks)
            for i in range(scenario.sessions)
        ]
        for server in servers:
            asyncio.run(_settle(server, projects[0]))
        started = time.perf_counter()
        cpu, megabytes = asyncio.run(_work(scenario, people, servers))
        labels = {project: book.labels(project) for project in projects}
        acknowledged = [(p.project, item, said) for p in people for item, said in p.acknowledged]
        submits = sum(len(person.waits) for person in people)
        return Outcome(
            scenario,
            waits=times(wait for person in people for wait in person.waits),
            cpu=1000 * cpu / max(submits, 1),
            megabytes=megabytes,
            sent_again=sum(person.sent_again for person in people),
            refused=sum(person.refused for person in people),
            acknowledged=len(acknowledged),
            kept=sum(map(len, labels.values())),
            lost=sum(labels[project].get(item) != said for project, item, said in acknowledged),
            shared=looks.shared / max(looks.total, 1),
            failed=tuple(person.failed for person in people if person.failed),
            seconds=time.perf_counter() - started,
        )


async def _settle(server: Server, project: str) -> None:
    """Label some images, and wait until all that this has begun for good is done.

    With the first labels the app looks, once, whether a network tells these images apart better,
    and looks again whenever there are twice as many; the last time here is at 480.
    """
    begin = asyncio.Event()
    begin.set()
    for rounds in (48, 2):
        await Person(project, Looks(), 0.0).label(server.url, rounds, begin, 0)
        until, n_quiet = time.monotonic() + _LONGEST_SETTLING, 0
        while time.monotonic() < until and n_quiet < _QUIET:
            before = cpu_seconds(server.pid)
            await asyncio.sleep(_REST)
            n_quiet = n_quiet + 1 if cpu_seconds(server.pid) - before < _IDLE * _REST else 0


async def _work(
    scenario: Scenario, people: list[Person], servers: Sequence[Server]
) -> tuple[float, tuple[float, ...]]:
    """Processor seconds of the servers, and their memory on the way, all together."""
    chance, begin = random.Random(0), asyncio.Event()
    working = [
        asyncio.create_task(
            # Nobody keeps step with the others.
            one.label(
                servers[number % len(servers)].url,
                scenario.times,
                begin,
                chance.uniform(0, scenario.thinks),
            )
        )
        for number, one in enumerate(people)
    ]
    await asyncio.gather(*(person.arrived.wait() for person in people))
    await asyncio.sleep(_REST)
    before = sum(cpu_seconds(server.pid) for server in servers)
    begin.set()
    total = scenario.times * scenario.sessions
    megabytes: list[float] = []
    while not all(task.done() for task in working):
        done = sum(len(person.waits) for person in people)
        if done >= total * len(megabytes) / 10:
            megabytes.append(sum(megabytes_of(server.pid) for server in servers))
        await asyncio.sleep(0.1)
    await asyncio.gather(*working)
    # What is still drawn and solved ahead is part of the price.
    await asyncio.sleep(_REST)
    after = sum(cpu_seconds(server.pid) for server in servers)
    return after - before, (*megabytes, sum(megabytes_of(server.pid) for server in servers))


@contextmanager
def workplace(n_servers: int) -> Iterator[tuple[list[Server], Book]]:
    """Servers on one database, and the database as somebody else sees it."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = f"sqlite:///{home / 'labelspread.db'}"
        if n_servers > 1:
            database = PostgresServer(is_durable=True)
            stack.callback(database.close)
            url = database.new_database()
        servers = []
        for number in range(n_servers):
            folder = home / f"server-{number}"
            folder.mkdir()
            server = Server(folder, {"LABELSPREAD_DATABASE_URL": url})
            server.start()
            stack.callback(server.stop)
            servers.append(server)
        book = Book(url)
        stack.callback(book.close)
        yield servers, book


def cpu_seconds(pid: int) -> float:
    """Processor time that a program has taken."""
    # The name of the program may hold blanks and brackets; fields are counted from behind it.
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def megabytes_of(pid: int) -> float:
    """Resident memory of a program."""
    pages = Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6
