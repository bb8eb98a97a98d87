"""The health check, with a probe that does as it is told."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field

import pytest
from starlette.requests import Request

from core.errors import StoreFullError
from pages._ui.health import Health
from tests.loops import run

REQUEST = Request({"type": "http", "method": "GET", "path": "/healthz", "headers": []})


@dataclass
class Probe:
    """Counts how often it was begun; holds until it may go on, and then fails as it is told."""

    error: BaseException | None = None
    may_go_on: threading.Event = field(default_factory=threading.Event)
    begun: int = 0

    def __call__(self) -> None:
        self.begun += 1
        self.may_go_on.wait(60)
        if self.error is not None:
            raise self.error


@pytest.fixture
def probe():
    made = Probe()
    yield made
    made.may_go_on.set()


def test_what_could_be_stored_is_well(probe: Probe):
    probe.may_go_on.set()
    reply = run(Health(probe).answer(REQUEST))
    assert (reply.status_code, reply.body) == (200, b"ok")


@pytest.mark.parametrize("error", [StoreFullError("labels.db"), ValueError("anything at all")])
def test_what_could_not_be_stored_is_not_well(probe: Probe, error: Exception):
    probe.error = error
    probe.may_go_on.set()
    reply = run(Health(probe).answer(REQUEST))
    assert (reply.status_code, reply.body) == (503, b"Nothing can be stored.")


def test_many_who_ask_at_once_cost_one_probe(probe: Probe):
    health = Health(probe, patience=60)

    async def ask() -> list[int]:
        asking = [asyncio.create_task(health.answer(REQUEST)) for _ in range(50)]
        while not probe.begun:
            await asyncio.sleep(0)
        probe.may_go_on.set()
        return [(await reply).status_code for reply in asking]

    assert run(ask()) == [200] * 50
    assert probe.begun == 1


def test_a_probe_that_hangs_is_not_waited_for_and_not_begun_again(probe: Probe):
    health = Health(probe, patience=0.05)

    async def ask() -> list[int]:
        return [(await health.answer(REQUEST)).status_code for _ in range(5)]

    assert run(ask()) == [503] * 5
    assert probe.begun == 1


def test_one_who_goes_away_does_not_take_the_answer_from_the_others(probe: Probe):
    health = Health(probe, patience=60)

    async def ask() -> int:
        leaving = asyncio.create_task(health.answer(REQUEST))
        staying = asyncio.create_task(health.answer(REQUEST))
        while not probe.begun:
            await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.sleep(0)
        probe.may_go_on.set()
        return (await staying).status_code

    assert run(ask()) == 200
